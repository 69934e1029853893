"""``multigraft study``: the papers' tables and figures, and grids of one's own."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from multigraft.cli import options as o
from multigraft.cli.output import result, say, table
from multigraft.cli.verbs import FAILED, Verbs
from multigraft.evaluation.names import PROTOCOL_NAMES
from multigraft.studies.names import STUDY_NAMES

if TYPE_CHECKING:
    from multigraft.studies.ledger import Ledger
    from multigraft.studies.runner import Done
    from multigraft.studies.study import Study

FORMATS = ("markdown", "csv", "latex")

app = typer.Typer(cls=Verbs, rich_markup_mode=None, help="Grids of runs: the papers' tables and figures, and your own.")


def complete_study(incomplete: str) -> list[str]:
    """Shipped studies, and TOML files."""
    start = Path(incomplete)
    files = [str(path) for path in start.parent.glob(f"{start.name}*.toml")] if incomplete else []
    return [name for name in STUDY_NAMES if name.startswith(incomplete)] + sorted(files)


Name = Annotated[
    str,
    typer.Argument(help="A study's name (see: multigraft study list), or a TOML file.", autocompletion=complete_study),
]
Names = Annotated[
    list[str],
    typer.Argument(help="Studies by name (see: multigraft study list), or TOML files.", autocompletion=complete_study),
]
LedgerPath = Annotated[
    Path | None,
    typer.Option(
        "--ledger", metavar="DIR", help="Where results are kept [MULTIGRAFT_LEDGER, or else the directory ledger]."
    ),
]
Datasets = Annotated[
    str | None, typer.Option(help="Only these data sets, separated by commas.", autocompletion=o.complete_data)
]
Splits = Annotated[int | None, typer.Option(help="How many splits [as the study says].")]
Epochs = Annotated[int | None, typer.Option(help="Epochs of every training run [as the study says].")]
Protocols = Annotated[
    str | None,
    typer.Option(
        "--protocol",
        help=f"{', '.join(PROTOCOL_NAMES)}, or both [all that the study names].",
        autocompletion=lambda: [*PROTOCOL_NAMES, "both"],
    ),
]
Settings = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="Options of one strategy, as multigraft tune writes them."),
]


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
    studies: Names,
    ledger: LedgerPath = None,
    datasets: Datasets = None,
    splits: Splits = None,
    epochs: Epochs = None,
    protocol: Protocols = None,
    settings: Settings = None,
    processes: Annotated[int | None, typer.Option(min=1, help="Processes [one a core; one with a GPU].")] = None,
    budget: Annotated[
        str | None, typer.Option(metavar="TIME", help="Stop after so long, e.g. 90s, 30m or 2h; the next call goes on.")
    ] = None,
    device: o.Device = "auto",
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Do what is missing of one or several studies; encoders that they share are trained once."""
    with result(as_json) as found:
        from multigraft.studies.execution import check_data
        from multigraft.studies.places import ledger_to_write
        from multigraft.studies.runner import run_units
        from multigraft.studies.schedule import unfinished, units

        seconds = None if budget is None else parse_duration(budget)
        book = ledger_to_write(ledger)
        planned = _planned(studies, datasets, splits, epochs, settings)
        wanted = _protocols(protocol)
        work = units(planned, wanted)
        _set_aside(book)
        check_data(work, book)
        left = unfinished(work, book)
        for study in planned:
            book.keep_plan(study, epochs, _settings(settings))
        say(f"{book.path}: {len(work) - len(left)} of {len(work)} units done before, {len(left)} to do")
        try:
            done = run_units(left, book, processes, seconds, device, progress=sys.stderr.isatty())
        except KeyboardInterrupt:
            say("stopped; the same command goes on from here")
            raise
        _tell(done, book, [study.name for study in planned], found)
    if done.failed:
        raise typer.Exit(FAILED)


@app.command()
def status(
    name: Name,
    ledger: LedgerPath = None,
    datasets: Datasets = None,
    splits: Splits = None,
    epochs: Epochs = None,
    protocol: Protocols = None,
    settings: Settings = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Say how much of a study is done."""
    with result(as_json) as found:
        from multigraft.studies.state import progress_of, spoilt

        study, book = _opened(name, ledger, datasets, splits, epochs, settings)
        parts = progress_of(study, book, _protocols(protocol))
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
    name: Name,
    ledger: LedgerPath = None,
    datasets: Datasets = None,
    splits: Splits = None,
    epochs: Epochs = None,
    protocol: Protocols = None,
    settings: Settings = None,
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
        study, book = _opened(name, ledger, datasets, splits, epochs, settings)
        made = table(study, book, _protocols(protocol), _planned([name], None, None, None, None)[0], out, form)
        found.json, found.shown = made.json, made.shown


@app.command()
def figure(
    name: Name,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where the SVG and PNG go.")],
    ledger: LedgerPath = None,
    datasets: Datasets = None,
    splits: Splits = None,
    epochs: Epochs = None,
    protocol: Protocols = None,
    settings: Settings = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Draw a study's results, as SVG and PNG."""
    from multigraft.cli.study_output import figure as drawn

    with result(as_json) as found:
        study, book = _opened(name, ledger, datasets, splits, epochs, settings)
        made = drawn(study, book, out, _protocols(protocol), _planned([name], None, None, None, None)[0])
        found.json, found.shown = made.json, made.shown


@app.command()
def check(
    name: Name,
    ledger: LedgerPath = None,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Check a study's file, its data and what the ledger holds of it; exit code 1 where something is wrong."""
    with result(as_json) as found:
        from multigraft.studies.checking import findings

        study, book = _opened(name, ledger, None, None, None, None)
        wrong = findings(study, book)
        found.json = {"verb": "study check", "study": study.name, "ledger": book.path, "findings": wrong}
        found.shown = wrong or [f"{study.name}: file, data and ledger {book.path} are in order"]
    if wrong:
        raise typer.Exit(FAILED)


def parse_duration(text: str) -> float:
    """Seconds in ``90s``, ``30m``, ``1.5h``; a bare number is minutes.

    Raises:
        InputError: anything else.
    """
    from multigraft.errors import InputError

    number, unit = (text[:-1], text[-1]) if text[-1:] in ("s", "m", "h") else (text, "m")
    try:
        seconds = float(number) * {"s": 1, "m": 60, "h": 3600}[unit]
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise InputError(f"budget must be a time like 90s, 30m or 2h, got {text!r}")
    return seconds


def _planned(
    names: list[str], datasets: str | None, splits: int | None, epochs: int | None, settings: Path | None
) -> list["Study"]:
    from multigraft.studies.plugins import load_plugins
    from multigraft.studies.reading import read_study

    found = []
    for name in names:
        study = read_study(name).planned(o.split_tasks(datasets), splits, epochs, _settings(settings))
        load_plugins(study.plugins)
        found.append(study)
    return found


def _opened(
    name: str, ledger: Path | None, datasets: str | None, splits: int | None, epochs: int | None, settings: Path | None
) -> tuple["Study", "Ledger"]:
    """A study, as it was last run where nothing else is asked, and the ledger to read."""
    from multigraft.studies.places import ledger_to_read

    (study,) = _planned([name], None, None, None, None)
    book = ledger_to_read(ledger, study)
    if epochs is None and settings is None:
        return book.planned(study).planned(o.split_tasks(datasets), splits), book
    return study.planned(o.split_tasks(datasets), splits, epochs, _settings(settings)), book


def _protocols(text: str | None) -> list[str] | None:
    return None if text in (None, "both") else [name.strip() for name in text.split(",")]


def _settings(file: Path | None) -> list[Any]:
    from multigraft.studies.reading import read_settings

    return [] if file is None else [read_settings(file)]


def _set_aside(book: "Ledger") -> None:
    from multigraft.studies.state import spoilt

    for one in spoilt(book):
        say(f"{one.path}: {one.reason}; it is set aside as {book.set_aside(one).name} and run again")


def _tell(done: "Done", book: "Ledger", names: list[str], found: Any) -> None:
    found.json = {
        "verb": "study run", "studies": names, "ledger": book.path, "done": done.units, "left": len(done.left),
        "failed": {unit.name: reason for unit, reason in done.failed.items()}, "seconds": round(done.seconds, 1),
    }  # fmt: skip
    found.shown = [
        f"{done.units} units done in {done.seconds / 60:.1f} min, {len(done.left)} left, {len(done.failed)} failed"
    ]
    found.shown += [f"failed: {unit.name}: {reason}" for unit, reason in done.failed.items()]
    if done.left:
        found.shown.append("the same command goes on from here")
