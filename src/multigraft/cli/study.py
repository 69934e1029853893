"""``multigraft study``: the papers' tables and figures, and grids of one's own."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from multigraft.cli import options as o
from multigraft.cli import study_options as so
from multigraft.cli.output import result, say, table
from multigraft.cli.verbs import FAILED, Verbs
from multigraft.studies.names import STUDY_NAMES

if TYPE_CHECKING:
    from multigraft.studies.ledger import Ledger
    from multigraft.studies.runner import Done, Way

FORMATS = ("markdown", "csv", "latex")

app = typer.Typer(cls=Verbs, rich_markup_mode=None, help="Grids of runs: the papers' tables and figures, and your own.")


@app.command("list")
def list_studies(as_json: o.Json = False, _debug: o.Debug = False) -> None:
    """Show the studies that come with the package."""
    from multigraft.studies.reading import read_study

    with result(as_json) as found:
        studies = [read_study(name) for name in STUDY_NAMES]
        rows = [
            {"study": s.name, "repeats": s.source, "data": ", ".join(s.datasets), "splits": s.splits, "about": s.title}
            for s in studies
        ]
        found.json = {"verb": "study list", "studies": rows}
        found.shown = [table({name: [row[name] for row in rows] for name in rows[0]})]


@app.command()
def run(
    studies: so.Names,
    ledger: so.LedgerPath = None,
    datasets: so.Datasets = None,
    splits: so.Splits = None,
    epochs: so.Epochs = None,
    protocol: so.Protocols = None,
    settings: so.Settings = None,
    processes: Annotated[int | None, typer.Option(min=1, help="Processes [one a core; one with a GPU].")] = None,
    budget: Annotated[
        str | None, typer.Option(metavar="TIME", help="Stop after so long, e.g. 90s, 30m or 2h; the next call goes on.")
    ] = None,
    device: o.Device = "auto",
    lockstep: so.Lockstep = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Do what is missing of one or several studies; encoders that they share are trained once."""
    with result(as_json) as found:
        from multigraft.studies.places import ledger_to_write

        seconds = None if budget is None else so.parse_duration(budget)
        book = ledger_to_write(ledger)
        planned = so.planned(studies, datasets, splits, epochs, settings)
        wanted = so.named_protocols(protocol)
        from multigraft.studies.checking import check_work
        from multigraft.studies.execution import check_data
        from multigraft.studies.runner import Way, run_units
        from multigraft.studies.schedule import unfinished, units

        way = Way.of(device, processes, lockstep)
        work = units(planned, wanted)
        _set_aside(book)
        check_data(work, book)
        left = unfinished(work, book)
        check_work(left)
        for study in planned:
            book.keep_plan(study, epochs, so.read_settings_of(settings))
        say(f"{book.path}: {len(work) - len(left)} of {len(work)} units done before, {len(left)} to do")
        say(str(way))
        try:
            done = run_units(left, book, way.processes, seconds, device, sys.stderr.isatty(), way.lockstep)
        except KeyboardInterrupt:
            say("stopped; the same command goes on from here")
            raise
        _tell(done, way, book, [study.name for study in planned], found)
    if done.failed:
        raise typer.Exit(FAILED)


@app.command()
def status(
    name: so.Name,
    ledger: so.LedgerPath = None,
    datasets: so.Datasets = None,
    splits: so.Splits = None,
    epochs: so.Epochs = None,
    protocol: so.Protocols = None,
    settings: so.Settings = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Say how much of a study is done."""
    with result(as_json) as found:
        from multigraft.studies.state import progress_of, spoilt

        study, book = so.opened(name, ledger, datasets, splits, epochs, settings)
        parts = progress_of(study, book, so.named_protocols(protocol))
        columns = {
            "data": [part.dataset for part in parts],
            "protocol": [part.protocol for part in parts],
            "done": [part.done for part in parts],
            "runs": [part.wanted for part in parts],
            "minutes": [part.seconds / 60 for part in parts],
        }
        bad = spoilt(book)
        found.json = {
            "verb": "study status", "study": study.name, "ledger": book.path, "splits": study.splits,
            "parts": [vars(part) for part in parts], "spoilt": [f"{one.path}: {one.reason}" for one in bad],
        }  # fmt: skip
        found.shown = [f"{study.name}, {study.splits} splits, ledger {book.path}", table(columns)]
        found.shown += [f"not counted: {one.path}: {one.reason}" for one in bad]


@app.command("table")
def table_(
    name: so.Name,
    ledger: so.LedgerPath = None,
    datasets: so.Datasets = None,
    splits: so.Splits = None,
    epochs: so.Epochs = None,
    protocol: so.Protocols = None,
    settings: so.Settings = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write Markdown, CSV and LaTeX into this directory as well.")
    ] = None,
    form: Annotated[
        str | None,
        typer.Option("--format", help="Print as markdown, csv or latex.", autocompletion=lambda: list(FORMATS)),
    ] = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Show a study's results beside the published numbers and the baselines."""
    from multigraft.cli.study_output import table

    with result(as_json) as found:
        study, book = so.opened(name, ledger, datasets, splits, epochs, settings)
        made = table(
            study, book, so.named_protocols(protocol), so.planned([name], None, None, None, None)[0], out, form
        )
        found.json, found.shown = made.json, made.shown


@app.command()
def figure(
    name: so.Name,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the SVG and PNG go.")],
    ledger: so.LedgerPath = None,
    datasets: so.Datasets = None,
    splits: so.Splits = None,
    epochs: so.Epochs = None,
    protocol: so.Protocols = None,
    settings: so.Settings = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Draw a study's results, as SVG and PNG."""
    from multigraft.cli.study_output import figure as drawn

    with result(as_json) as found:
        study, book = so.opened(name, ledger, datasets, splits, epochs, settings)
        made = drawn(study, book, out, so.named_protocols(protocol), so.planned([name], None, None, None, None)[0])
        found.json, found.shown = made.json, made.shown


@app.command()
def evidence(
    ledger: so.LedgerPath = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the page there instead of showing it.")
    ] = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Write the page of evidence: claims, published numbers and tables, from what the ledger that comes along holds."""
    from multigraft.cli.study_output import evidence as page

    with result(as_json) as found:
        made = page(ledger, out)
        found.json, found.shown = made.json, made.shown


@app.command()
def check(
    name: so.Name,
    ledger: so.LedgerPath = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Check a study's file, its data and what the ledger holds of it; exit code 1 where something is wrong."""
    with result(as_json) as found:
        study, book = so.opened(name, ledger, None, None, None, None)
        from multigraft.studies.checking import findings

        wrong = findings(study, book)
        found.json = {"verb": "study check", "study": study.name, "ledger": book.path, "findings": wrong}
        found.shown = wrong or [f"{study.name}: file, data and ledger {book.path} are in order"]
    if wrong:
        raise typer.Exit(FAILED)


def _set_aside(book: "Ledger") -> None:
    from multigraft.studies.state import spoilt

    for one in spoilt(book):
        say(f"{one.path}: {one.reason}; it is set aside as {book.set_aside(one).name} and run again")


def _tell(done: "Done", way: "Way", book: "Ledger", names: list[str], found: Any) -> None:
    found.json = {
        "verb": "study run", "studies": names, "ledger": book.path, "done": done.units, "left": len(done.left),
        "failed": {unit.name: reason for unit, reason in done.failed.items()}, "seconds": round(done.seconds, 1),
        "processes": way.processes, "lockstep": way.lockstep, "alone": done.alone,
    }  # fmt: skip
    for name, reason in done.alone.items():
        say(f"not in lockstep, but one after the other: {name}: {reason}")
    found.shown = [
        f"{done.units} units done in {done.seconds / 60:.1f} min, {len(done.left)} left, {len(done.failed)} failed"
    ]
    found.shown += [f"failed: {unit.name}: {reason}" for unit, reason in done.failed.items()]
    if done.left:
        found.shown.append("the same command goes on from here")
