"""Where search spaces come from: the default one of a strategy, or a TOML file."""

import difflib
import tomllib
from collections.abc import Sequence
from itertools import count
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.strategies.base import Strategy
from multigraft.strategies.registry import build
from multigraft.tasks.base import Task
from multigraft.tasks.registry import resolve
from multigraft.tuning.options import HELD_ONLY, Option, options_of
from multigraft.tuning.space import Choice, Parameter, Real, Space, Whole

# What the methods of SAME share, and what their episodes add. The encoder stays as it is, as in the paper (appendix B).
SHARED: dict[str, Parameter] = {
    "learning_rate": Real(1e-4, 1e-2, log=True),
    "batch_size": Choice((8, 16, 32, 64)),  # larger ones for many tasks
    "inner_lr": Real(1e-3, 1.0, log=True),
    "inner_steps": Whole(1, 3),
    "scaling": Choice(("rows", "standard", "none")),
}
KINDS: dict[type, str] = {bool: "true or false", int: "whole numbers", float: "numbers", str: "text"}
LARGE = 2**20  # graphs in a batch, which no strategy finds too few


def default_space(strategy: str, tasks: Sequence[str], graphs: PackedGraphs) -> Space:
    """The shared parameters that this strategy has, with batches that are large enough for its episodes.

    Where nodes have no attributes, there is nothing to scale.

    Raises:
        InputError: an unknown strategy or task, or tasks that the strategy cannot train.
    """
    known = options_of(strategy)
    parameters = {name: parameter for name, parameter in SHARED.items() if name in known}
    if not graphs.x.shape[1]:
        parameters.pop("scaling")
    method, asked = build(strategy), resolve(tasks)
    method.check(asked, LARGE)
    smallest = next(8 * 2**power for power in count() if _fits(method, asked, 8 * 2**power))
    parameters["batch_size"] = Choice(tuple(smallest * factor for factor in (1, 2, 4, 8)))
    return Space(parameters)


def read_space(file: Path, strategy: str) -> Space:
    """The space in a TOML file: a table with ``low`` and ``high`` is a range, a list a choice, a value is held.

    Raises:
        InputError: a file that cannot be read, an option that training with this strategy does not have, or values
            that are not of its kind.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the search space {file}: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{file} is not TOML: {error}") from error
    try:
        return space_of({name.replace("-", "_"): value for name, value in table.items()}, strategy)
    except InputError as error:
        raise InputError(f"{file}: {error}") from error


def space_of(table: dict[str, Any], strategy: str) -> Space:
    """The space that a table of a file's form describes.

    Raises:
        InputError: as `read_space`.
    """
    known = options_of(strategy)
    parameters: dict[str, Parameter] = {}
    held: dict[str, Any] = {}
    for name, value in table.items():
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1, cutoff=0)[0]
            raise InputError(f"strategy {strategy!r} has no option {name!r} to search; the nearest is {near!r}")
        if not isinstance(value, dict | list):
            held[name] = _typed(known[name], value)
        elif name in HELD_ONLY:
            raise InputError(f"{name} changes how validation scores are found: hold it, {name} = value")
        else:
            parameters[name] = _parameter(known[name], value)
    return Space(parameters, held)


def _parameter(option: Option, value: dict[str, Any] | list[Any]) -> Parameter:
    try:
        if isinstance(value, list):
            return Choice(tuple(_typed(option, one) for one in value))
        return _range(option, value)
    except InputError as error:
        raise InputError(f"{option.name}: {error}") from error


def _range(option: Option, table: dict[str, Any]) -> Parameter:
    if option.kind not in (int, float):
        raise InputError("has no order: list its values")
    if not {"low", "high"} <= table.keys() <= {"low", "high", "log"} or not isinstance(table.get("log", False), bool):
        raise InputError(f"a range is low, high and perhaps log (true or false), got {table}")
    low, high = (_typed(option, table[end]) for end in ("low", "high"))
    return (Whole if option.kind is int else Real)(low, high, table.get("log", False))


def _typed(option: Option, value: Any) -> Any:
    """The value, a whole number as a fraction where one is wanted."""
    if option.kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not option.kind:
        raise InputError(f"{option.name} takes {KINDS[option.kind]}, got {value!r}")
    return value


def _fits(method: Strategy, tasks: Sequence[Task], size: int) -> bool:
    try:
        method.check(tasks, size)
    except InputError:
        return False
    return True
