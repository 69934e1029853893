"""``multigraft data``: which data sets there are, what one holds, whether they are whole."""

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from multigraft.cli import options as o
from multigraft.cli.data_options import DataOptions, takes_data_options
from multigraft.cli.inputs import loaded, tell_notes, without_others
from multigraft.cli.output import counted, one_line, result, say, table
from multigraft.cli.verbs import Verbs
from multigraft.cli.written import split_names
from multigraft.errors import InputError
from multigraft.graphs.names import EMBEDDED, check_source

if TYPE_CHECKING:
    from multigraft.graphs.packed import PackedGraphs

TABLE_FILES = (".csv", ".tsv", ".parquet")  # files whose columns have names

app = typer.Typer(cls=Verbs, help="Which data sets there are, what one holds, whether they are whole.")


Rejects = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Write line, SMILES and reason of every row that became no graph, as CSV."),
]


@app.command("list")
def list_(as_json: o.Json = False, _config: o.Config = None, _debug: o.Debug = False) -> None:
    """Name every data set and say where it comes from: embedded, on this machine, by download or from elsewhere."""
    from multigraft.graphs.names import BY_HAND, EMBEDDED, known_names, local_folders

    with result(as_json) as found:
        here = local_folders()
        rows: list[dict[str, Any]] = []
        for name in known_names():
            elsewhere = "by hand" if name in BY_HAND else "download"
            source = "embedded" if name in EMBEDDED else "local" if name in here else elsewhere
            rows.append({"name": name, "source": source, "folder": here.get(name)})
        rows.sort(key=lambda row: ("embedded", "local", "download", "by hand").index(row["source"]))
        found.json = {"verb": "data list", "datasets": rows}
        found.shown = [table({
            "name": [row["name"] for row in rows],
            "source": [row["source"] for row in rows],
            "folder": [row["folder"] for row in rows],
        })]  # fmt: skip


@app.command()
@takes_data_options
def show(
    data: o.Data,
    reading: DataOptions,
    rejects: Rejects = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Say what a data set holds, what was chosen while loading it, and which tasks it can serve."""
    from multigraft.graphs.described import remember, remembered

    with result(as_json) as found:
        check_source(data)
        said = None if rejects is not None else remembered(data, reading.resolved())
        if said is None:
            graphs = loaded(data, reading)
            said = _said(graphs)
            remember(data, reading.resolved(), said)
        else:
            tell_notes(said["name"], said["notes"])
        found.json = {"verb": "data show", **said}
        found.shown = [
            _facts({name: value for name, value in said.items() if name != "impossible"}, said["impossible"])
        ]
        if rejects is not None:
            from multigraft.graphs.rejects import write_rejects

            count = write_rejects(graphs, rejects)
            found.json["rejects"] = rejects
            found.shown.append(f"{counted(count, 'row')} that became no graph: {rejects}")


def _said(graphs: "PackedGraphs") -> dict[str, Any]:
    """What graphs are, which tasks they can serve, and why not the others."""
    from multigraft.graphs.catalog import describe
    from multigraft.tasks.registry import TASKS

    obstacles = {name: task.obstacle(graphs) for name, task in TASKS.items()}
    possible = [name for name, obstacle in obstacles.items() if obstacle is None]
    impossible = {name: obstacle for name, obstacle in obstacles.items() if obstacle is not None}
    return {**describe(graphs), "tasks": possible, "impossible": impossible}


def _facts(facts: dict[str, Any], impossible: dict[str, str]) -> Any:
    unsaid = {"notes", "node_features"} if facts.get("featurization") else {"notes"}  # molecules have kinds of atoms
    lines = {
        name.replace("_", " "): value
        for name, value in facts.items()
        if name not in unsaid and value is not None and value != ""
    }
    lines["mean edges"] = f"{facts['mean_edges']:.1f} (an edge and its reverse count once)"
    lines["mean nodes"] = f"{facts['mean_nodes']:.1f}"
    if facts.get("missing") is not None:
        lines["missing"] = f"{facts['missing']:.1%} of the targets"
    lines["tasks"] = ", ".join(facts["tasks"]) or "none"
    lines |= {f"no {name}": obstacle for name, obstacle in impossible.items()}
    return table({"fact": list(lines), "value": [str(value) for value in lines.values()]})


@app.command()
def overlap(
    corpus: o.Data,
    sets: Annotated[list[str], typer.Argument(help="The data sets to look for in it.", autocompletion=o.complete_data)],
    smiles_column: Annotated[
        str | None, typer.Option(metavar="NAME", help="The column of SMILES in those that are tables of one's own.")
    ] = None,
    strip_salts: o.StripSalts = None,
    exclude: Annotated[
        str | None,
        typer.Option(metavar="NAMES", help="Data sets whose molecules are taken out first, as train --exclude does."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the molecules that the corpus holds, as CSV.")
    ] = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Count the molecules of evaluation sets that a pre-training corpus holds.

    Two molecules are the same by canonical SMILES; by the first block of the InChIKey, which does not know stereo
    centres; or by parent, the largest fragment without its charges, so that a salt is the same as its acid or base.
    """

    def read(data: str) -> Any:
        column = smiles_column if Path(data.lower().removesuffix(".gz")).suffix in TABLE_FILES else None
        featurization = "hu" if data in EMBEDDED else None  # with features of their own they have no SMILES
        return loaded(data, DataOptions(0, featurization, column, strip_salts=strip_salts))

    with result(as_json) as found:
        for data in (corpus, *sets):
            check_source(data)
        from multigraft.files import write_table
        from multigraft.graphs.overlap import WAYS, Overlap, overlap, shared

        graphs = without_others(read(corpus), split_names(exclude or ""), read)
        others = {name: read(name) for name in sets}
        rows = overlap(graphs, others, progress=sys.stderr.isatty())
        columns = [field.name for field in dataclasses.fields(Overlap)]
        counted = [dataclasses.asdict(row) for row in rows]
        found.json = {"verb": "data overlap", "corpus": corpus, "graphs": len(graphs), "sets": counted}
        found.shown = [table({name.replace("_", " "): [row[name] for row in counted] for name in columns})]
        if out is not None:
            listed = [{"set": name, **row} for name, other in others.items() for row in shared(graphs, other)]
            write_table(out, listed, ("set", "graph", "line", "smiles", *WAYS))
            found.json["out"] = out
            found.shown.append(f"{len(listed)} of these graphs are in the corpus: {out}")


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
    from multigraft.graphs.names import EMBEDDED, local_folders

    chosen = names or [*EMBEDDED, *local_folders()]
    with result(as_json) as found:
        broken, findings = {}, {}
        for name in chosen:
            try:
                findings[name] = _checked(name)
            except InputError as error:
                broken[name] = str(error)
        found.json = {"verb": "data check", "checked": chosen, "findings": findings, "broken": broken}
        found.shown = [f"{name}: {line}" for name in chosen for line in _verdict(name, findings, broken)]
    for name, message in broken.items():
        say(f"error: {one_line(message) if message.startswith(name) else f'{name}: {one_line(message)}'}")
    if broken:
        raise typer.Exit(InputError.exit_code)


def _checked(name: str) -> list[str]:
    """What is unusual about a data set."""
    check_source(name)
    from multigraft.graphs.catalog import check

    return check(name)


def _verdict(name: str, findings: dict[str, list[str]], broken: dict[str, str]) -> list[str]:
    return ["broken"] if name in broken else findings[name] or ["nothing unusual"]
