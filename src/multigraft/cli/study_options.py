"""The arguments and options of ``multigraft study``, and what they stand for."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from multigraft.cli import options as o
from multigraft.cli.output import say
from multigraft.cli.written import split_tasks
from multigraft.evaluation.names import PROTOCOL_NAMES
from multigraft.studies.names import STUDY_NAMES

if TYPE_CHECKING:
    from multigraft.studies.ledger import Ledger
    from multigraft.studies.study import Study


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
Splits = Annotated[int | None, typer.Option(min=1, help="How many splits [as the study says].")]
Epochs = Annotated[int | None, typer.Option(min=1, help="Epochs of every training run [as the study says].")]
Protocols = Annotated[
    str | None,
    typer.Option(
        "--protocol",
        help=f"{', '.join(PROTOCOL_NAMES)}, or both [all that the study names].",
        autocompletion=lambda: [*PROTOCOL_NAMES, "both"],
    ),
]
Lockstep = Annotated[
    bool | None,
    typer.Option(
        "--lockstep/--no-lockstep",
        help="Train encoders that differ in their split alone side by side in one process [on a GPU].",
    ),
]
Settings = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        help="Options of a strategy, as multigraft tune writes them, or [[settings]] as a study has.",
    ),
]


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


def planned(
    names: list[str], datasets: str | None, splits: int | None, epochs: int | None, settings: Path | None
) -> list["Study"]:
    """The studies named, as they are to be run; their plugins are loaded."""
    from multigraft.studies.conditions import check_conditions
    from multigraft.studies.plugins import load_plugins
    from multigraft.studies.reading import read_study

    found = []
    for name in names:
        study = read_study(name).planned(None, splits, epochs, read_settings_of(settings))
        load_plugins(study.plugins)
        found.append(study)
    for note in check_conditions(found):
        say(f"note: {note}")
    return [study.planned(split_tasks(datasets)) for study in found]


def opened(
    name: str, ledger: Path | None, datasets: str | None, splits: int | None, epochs: int | None, settings: Path | None
) -> tuple["Study", "Ledger"]:
    """A study, as it was last run where nothing else is asked, and the ledger to read."""
    from multigraft.studies.places import EVIDENCE, ledger_to_read

    (study,) = planned([name], None, None, None, None)
    if ledger is not None and not ledger.is_dir():
        say(f"note: there is no ledger {ledger} yet: nothing of the study is there")
    book = ledger_to_read(ledger, study)
    if book.path == EVIDENCE:
        say(f"{study.name} was not run here: these are the results that come with multigraft")
    if epochs is None and settings is None:
        return book.planned(study).planned(split_tasks(datasets), splits), book
    (wanted,) = planned([name], datasets, splits, epochs, settings)
    return wanted, book


def named_protocols(text: str | None) -> list[str] | None:
    """The protocols in a comma-separated list; None for all that a study names."""
    return None if text in (None, "both") else [name.strip() for name in text.split(",")]


def read_settings_of(file: Path | None) -> list[Any]:
    """The settings in a file, if one is named."""
    from multigraft.studies.reading import read_settings

    return [] if file is None else read_settings(file)
