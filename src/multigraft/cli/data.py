"""``multigraft data``: which data sets there are, what one holds, whether they are whole."""

from typing import Annotated, Any

import typer

from multigraft.cli import options as o
from multigraft.cli.inputs import loaded
from multigraft.cli.output import one_line, result, say, table
from multigraft.cli.verbs import Verbs
from multigraft.errors import InputError

app = typer.Typer(cls=Verbs, help="Which data sets there are, what one holds, whether they are whole.")


@app.command("list")
def list_(as_json: o.Json = False, _config: o.Config = None, _debug: o.Debug = False) -> None:
    """Name every data set and say where it comes from: embedded, on this machine, or by download."""
    from multigraft.graphs.names import EMBEDDED, known_names, local_folders

    with result(as_json) as found:
        here = local_folders()
        rows: list[dict[str, Any]] = []
        for name in known_names():
            source = "embedded" if name in EMBEDDED else "local" if name in here else "download"
            rows.append({"name": name, "source": source, "folder": here.get(name)})
        rows.sort(key=lambda row: ("embedded", "local", "download").index(row["source"]))
        found.json = {"verb": "data list", "datasets": rows}
        found.shown = [table({
            "name": [row["name"] for row in rows],
            "source": [row["source"] for row in rows],
            "folder": [row["folder"] for row in rows],
        })]  # fmt: skip


@app.command()
def show(
    data: o.Data,
    node_label_column: o.NodeLabelColumn = 0,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Say what a data set holds, what was chosen while loading it, and which tasks it can serve."""
    from multigraft.graphs.catalog import describe
    from multigraft.tasks.registry import TASKS

    with result(as_json) as found:
        graphs = loaded(data, node_label_column)
        obstacles = {name: task.obstacle(graphs) for name, task in TASKS.items()}
        possible = [name for name, obstacle in obstacles.items() if obstacle is None]
        impossible = {name: obstacle for name, obstacle in obstacles.items() if obstacle is not None}
        facts = {**describe(graphs), "tasks": possible}
        found.json = {"verb": "data show", **facts, "impossible": impossible}
        found.shown = [_facts(facts, impossible)]


def _facts(facts: dict[str, Any], impossible: dict[str, str]) -> Any:
    lines = {name.replace("_", " "): value for name, value in facts.items() if name != "notes"}
    lines["mean edges"] = f"{facts['mean_edges']:.1f} (an edge and its reverse count once)"
    lines["mean nodes"] = f"{facts['mean_nodes']:.1f}"
    lines["tasks"] = ", ".join(facts["tasks"]) or "none"
    lines |= {f"no {name}": obstacle for name, obstacle in impossible.items()}
    return table({"fact": list(lines), "value": [str(value) for value in lines.values()]})


@app.command()
def check(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            help="Data sets or folders; all that are on this machine when none is named.",
            autocompletion=o.complete_data,
        ),
    ] = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Read data sets whole and compare them with the checksums recorded on first use; exit code 2 if any is broken."""
    from multigraft.graphs.catalog import check
    from multigraft.graphs.names import EMBEDDED, local_folders

    chosen = names or [*EMBEDDED, *local_folders()]
    with result(as_json) as found:
        broken, findings = {}, {}
        for name in chosen:
            try:
                findings[name] = check(name)
            except InputError as error:
                broken[name] = str(error)
        found.json = {"verb": "data check", "checked": chosen, "findings": findings, "broken": broken}
        found.shown = [f"{name}: {line}" for name in chosen for line in _verdict(name, findings, broken)]
    for name, message in broken.items():
        say(f"error: {name}: {one_line(message)}")
    if broken:
        raise typer.Exit(InputError.exit_code)


def _verdict(name: str, findings: dict[str, list[str]], broken: dict[str, str]) -> list[str]:
    return ["broken"] if name in broken else findings[name] or ["nothing unusual"]
