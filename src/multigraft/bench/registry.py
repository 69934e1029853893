"""What can be raced by name, in the order of the table, and how many times faster each should be at least.

Nothing heavy is imported before a race is built.
"""

import importlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from multigraft.errors import InputError

if TYPE_CHECKING:
    from multigraft.bench.race import Race

ROOM = "multigraft.bench.races"


def build(reference: str) -> "Race":
    """The race that the function ``module:function`` makes.

    Raises:
        InputError: there is no such module or function.
    """
    module, _, function = reference.partition(":")
    try:
        maker = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError) as error:
        raise InputError(f"no race {reference}: {error}") from error
    return maker()


def _of(module: str, *names: str) -> dict[str, Callable[[], "Race"]]:
    """Races whose functions, in a module of `ROOM`, bear their names with underscores."""
    return {name: partial(build, f"{ROOM}.{module}:{name.replace('-', '_')}") for name in names}


RACES: dict[str, Callable[[], "Race"]] = {
    **_of("same", "episode", "esame-step", "isame-step", "esame-study", "isame-study"),
    **_of("batches", "masking", "negatives", "context"),
    **_of("pretraining", "pretrain-masking", "pretrain-context"),
    **_of("embedding", "embed-gin", "embed-gin-bf16", "embed-gcn", "embed-gcn-loader"),
    **_of("featurising", "featurise", "featurise-parallel"),
    **_of("lockstep", "lockstep"),
}

ON_GPU = ("lockstep",)  # run where PyTorch has a GPU, listed elsewhere

TARGETS: dict[str, float] = {
    "episode": 15, "esame-step": 5, "isame-step": 3.5, "esame-study": 10, "isame-study": 6.5,
    "masking": 500, "negatives": 500, "context": 300, "pretrain-masking": 2.2, "pretrain-context": 4,
    "embed-gin": 4, "embed-gin-bf16": 7, "embed-gcn": 12, "embed-gcn-loader": 3.5,
    "featurise": 1.3, "featurise-parallel": 2.4, "lockstep": 6,
}  # fmt: skip


def race(name: str) -> "Race":
    """The race of that name, or the one that a function ``module:function`` of one's own makes.

    Raises:
        InputError: an unknown name.
    """
    return build(name) if ":" in name else RACES[known(name)]()


def chosen(names: Sequence[str] | None) -> list[str]:
    """The names as they are, or all of them where none is given.

    Raises:
        InputError: a name that is unknown or there twice.
    """
    for name in names or ():
        known(name)
        if list(names or ()).count(name) > 1:
            raise InputError(f"race {name} is named more than once")
    return list(names or RACES)


def runnable(names: Sequence[str], gpu: bool) -> tuple[list[str], dict[str, str]]:
    """Those of the races that can be run, with or without a GPU, and why the others cannot."""
    without = {} if gpu else {name: "it needs a GPU that PyTorch can use" for name in names if name in ON_GPU}
    return [name for name in names if name not in without], without


def known(name: str) -> str:
    """``name`` if there is such a race.

    Raises:
        InputError: there is none.
    """
    if name not in RACES and ":" not in name:
        raise InputError(
            f"unknown race {name!r}: choose from {', '.join(RACES)}, or name one of yours: module:function"
        )
    return name
