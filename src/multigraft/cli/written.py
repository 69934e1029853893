"""Values as they are written on a command line: written, and read."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from multigraft.errors import InputError


def written(value: Any) -> str:
    """A value as the command line has it."""
    if isinstance(value, Mapping):
        return ",".join(flat(value))
    if isinstance(value, list | tuple):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def flat(table: Mapping[str, Any], before: str = "") -> list[str]:
    """The entries of a table as ``name=value``, those of tables within it as ``outer.inner=value``."""
    found: list[str] = []
    for name, value in table.items():
        found += flat(value, f"{before}{name}.") if isinstance(value, Mapping) else [f"{before}{name}={written(value)}"]
    return found


def split_tasks(tasks: str | None) -> tuple[str, ...] | None:
    """The task names in a comma-separated list."""
    return None if tasks is None else split_names(tasks)


def split_names(names: str) -> tuple[str, ...]:
    """The names in a comma-separated list."""
    return tuple(name.strip() for name in names.split(",") if name.strip())


def split_weights(weights: str | None) -> dict[str, float] | None:
    """The numbers in a list like ``gc=1,lp=0.5``.

    Raises:
        InputError: an entry that is not a name and a number.
    """
    if weights is None:
        return None
    found = {}
    for name, number in _pairs(weights, "weights are like gc=1,lp=0.5"):
        try:
            found[name] = float(number)
        except ValueError as error:
            raise InputError(f"weights are like gc=1,lp=0.5, got {name + '=' + number!r}") from error
    return found


def split_options(written: str | None) -> dict[str, Any] | None:
    """The values in a list like ``walks=8,carry=false``: whole numbers, numbers, true, false, or text.

    Raises:
        InputError: an entry that is not a name and a value.
    """
    if written is None:
        return None
    return {name: _scalar(value) for name, value in _pairs(written, "options are like walks=8,carry=false")}


def split_task_options(written: str | None) -> dict[str, dict[str, Any]] | None:
    """The values in a list like ``lp.pair=hadamard,gc.hidden=false``, by task.

    Raises:
        InputError: an entry that is not a task, the name of its option and a value.
    """
    if written is None:
        return None
    found: dict[str, dict[str, Any]] = {}
    for place, value in (split_options(written) or {}).items():
        task, point, name = place.partition(".")
        if not (task and point and name):
            raise InputError(f"options of tasks are like lp.pair=hadamard, got {place!r}")
        found.setdefault(task, {})[name] = value
    return found


def _pairs(written: str, expected: str) -> Iterator[tuple[str, str]]:
    """The names and values in a list like ``name=value,other=value``."""
    for entry in split_names(written):
        name, equals, value = (part.strip() for part in entry.partition("="))
        if not (name and equals and value):
            raise InputError(f"{expected}, got {entry!r}")
        yield name, value


def _scalar(written: str) -> Any:
    if written in ("true", "false"):
        return written == "true"
    for kind in (int, float):
        with suppress(ValueError):
            return kind(written)
    return written
