"""Values as they are written on a command line."""

from collections.abc import Mapping
from typing import Any


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
