"""The arguments and options that verbs share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from multigraft.cli.config import apply_config
from multigraft.cli.written import split_names
from multigraft.encoders.names import ENCODER_NAMES
from multigraft.errors import InputError
from multigraft.evaluation.names import DESCRIPTIONS, PROBE_NAMES, PROTOCOL_NAMES
from multigraft.graphs.names import (
    EMBEDDED,
    FEATURIZATIONS,
    PROTEINS,
    SPLIT_NAMES,
    TABLES,
    TUDATASETS,
    holds_rows,
    known_names,
)
from multigraft.models.names import RELEASED
from multigraft.strategies.balancing.names import BALANCING_NAMES
from multigraft.strategies.names import STRATEGY_NAMES
from multigraft.tasks.names import TASK_NAMES
from multigraft.training.recipes.names import NO_RECIPE, RECIPE_NAMES


@dataclass
class Session:
    """What one call of the command line was asked, beside its verb."""

    debug: bool = False


def _debug(ctx: Any, wanted: bool) -> bool:
    if wanted and isinstance(ctx.obj, Session):
        ctx.obj.debug = True
    return wanted


# --- completion ------------------------------------------------------------------------------------------------------


def complete_data(incomplete: str) -> list[str]:
    """Names of data sets, folders, and files with molecules."""
    start = Path(incomplete)
    parent, prefix = (start, "") if incomplete.endswith("/") else (start.parent, start.name)
    paths = parent.glob(f"{prefix}*") if incomplete else ()
    folders = sorted(str(path) for path in paths if path.is_dir() or holds_rows(path))
    try:
        names = known_names()
    except InputError:  # the directory of raw data is not there; the verb will say so
        names = [*EMBEDDED, *TABLES, *PROTEINS, *TUDATASETS]
    return [name for name in names if name.startswith(incomplete)] + folders


def complete_encoders(incomplete: str) -> list[str]:
    """Released encoders and folders."""
    folders = sorted(str(path) for path in Path().glob(f"{incomplete}*") if path.is_dir()) if incomplete else []
    return [name for name in RELEASED if name.startswith(incomplete)] + folders


def complete_tasks(incomplete: str) -> list[str]:
    """Task names, one more behind those that are written already."""
    *written, _ = incomplete.split(",")
    return [",".join([*written, name]) for name in TASK_NAMES if name not in written]


def complete_probes(incomplete: str) -> list[str]:
    """Probe names, one more behind those that are written already."""
    *written, _ = incomplete.split(",")
    return [",".join([*written, name]) for name in PROBE_NAMES if name not in written]


def complete_descriptions() -> list[str]:
    """Names of descriptions of graphs."""
    return list(DESCRIPTIONS)


def complete_featurization() -> list[str]:
    """Names of featurisations of molecules."""
    return list(FEATURIZATIONS)


def complete_balancing() -> list[str]:
    """Names of ways to balance losses."""
    return list(BALANCING_NAMES)


def complete_encoder(incomplete: str) -> list[str]:
    """Names of encoders."""
    return [name for name in ENCODER_NAMES if name.startswith(incomplete)]


def complete_strategy() -> list[str]:
    """Strategy names."""
    return list(STRATEGY_NAMES)


def complete_recipe() -> list[str]:
    """Names of recipes."""
    return [*RECIPE_NAMES, NO_RECIPE]


def complete_split() -> list[str]:
    """Names of ways to divide graphs."""
    return list(SPLIT_NAMES)


def complete_protocol() -> list[str]:
    """Protocol names."""
    return list(PROTOCOL_NAMES)


# --- names, refused before anything heavy is imported -----------------------------------------------------------------


def one_of(what: str, names: Sequence[str]) -> Callable[[Any], Any]:
    """A callback that refuses a value which is none of these names.

    Raises:
        InputError: as said.
    """

    def checked(written: Any) -> Any:
        if written is not None and written not in names:
            raise InputError(f"unknown {what} {written!r}: choose from {', '.join(names)}")
        return written

    return checked


def each_of(what: str, names: Sequence[str]) -> Callable[[Any], Any]:
    """The same for a list of names, separated by commas."""
    check = one_of(what, names)

    def checked(written: Any) -> Any:
        for name in split_names(written or ""):
            check(name)
        return written

    return checked


# --- arguments and options -------------------------------------------------------------------------------------------

Data = Annotated[
    str,
    typer.Argument(
        help="A data set's name (see: multigraft data list), a folder in TU layout or a file with molecules.",
        autocompletion=complete_data,
    ),
]
EncoderDirectory = Annotated[
    Path,
    typer.Argument(
        metavar="DIR",
        help=f"The directory that train wrote, or a released encoder: {', '.join(RELEASED)}.",
        autocompletion=complete_encoders,
    ),
]
Tasks = Annotated[
    str | None,
    typer.Option(
        help=f"Tasks, separated by commas: {', '.join(TASK_NAMES)}.",
        autocompletion=complete_tasks,
        callback=each_of("task", TASK_NAMES),
    ),
]
Protocol = Annotated[
    str,
    typer.Option(
        help=f"How to measure: {' or '.join(PROTOCOL_NAMES)}.",
        autocompletion=complete_protocol,
        callback=one_of("protocol", PROTOCOL_NAMES),
    ),
]
Probes = Annotated[
    str | None,
    typer.Option(
        help=f"Who answers, separated by commas: {', '.join(PROBE_NAMES)} [svm; for targets: logistic].",
        autocompletion=complete_probes,
        callback=each_of("probe", PROBE_NAMES),
    ),
]
Fuse = Annotated[
    str | None,
    typer.Option(
        metavar="NAMES",
        help=f"Descriptions to fuse with the embeddings, for targets: {', '.join(DESCRIPTIONS)}.",
        autocompletion=complete_descriptions,
        callback=each_of("description", DESCRIPTIONS),
    ),
]
NodeLabelColumn = Annotated[
    int, typer.Option(min=0, help="Which node label column to use, where a data set has several.")
]
Featurization = Annotated[
    str | None,
    typer.Option(
        help=f"How molecules become graphs: {' or '.join(FEATURIZATIONS)} [hu; embedded sets: their own].",
        autocompletion=complete_featurization,
    ),
]
SmilesColumn = Annotated[str | None, typer.Option(metavar="NAME", help="The column of SMILES in a table.")]
Targets = Annotated[
    str | None, typer.Option(metavar="NAMES", help="The columns of a table that were measured, separated by commas.")
]
IdColumn = Annotated[str | None, typer.Option(metavar="NAME", help="The column that names a table's molecules.")]
StripSalts = Annotated[
    bool | None,
    typer.Option(help="Keep only the largest fragment of a molecule; by default where the encoder's data were so."),
]
Threshold = Annotated[float | None, typer.Option(help="Make real targets binary: 1 from this value on.")]
Hops = Annotated[int | None, typer.Option(min=1, help="How far the ego-network of a protein reaches [1].")]
Largest = Annotated[
    int | None, typer.Option(min=0, help="How many proteins an ego-network may have, 0 for no limit [100].")
]
Device = Annotated[str, typer.Option(help="cpu, cuda, cuda:1, ..., or auto: a GPU where there is one.")]
Json = Annotated[bool, typer.Option("--json", help="End standard output with one line of JSON.")]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        callback=apply_config,
        is_eager=True,
        help="TOML or YAML with the names of these options; options on the command line come first.",
    ),
]
Debug = Annotated[bool, typer.Option("--debug", callback=_debug, is_eager=True, help="Show where an error came from.")]


def option(
    help: str,
    default: str,
    *names: str,
    complete: Callable[..., Any] | None = None,
    check: Callable[[Any], Any] | None = None,
    least: int | None = None,
) -> Any:
    """An option whose help repeats the library's ``default``, which holds without it; ``least``: of a count."""
    return typer.Option(*names, help=f"{help} [{default}]", autocompletion=complete, callback=check, min=least)
