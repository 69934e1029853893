"""The values of a study's file: each is of the kind that is expected, or the complaint names file and place."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.studies.study import TaskSet


class Values:
    """One file's table."""

    def __init__(self, path: Path, table: dict[str, Any]) -> None:
        self.path = path
        self.table = table

    def text(self, key: str, default: str) -> str:
        value = self.table.get(key, default)
        if not isinstance(value, str):
            raise InputError(f"{self.path}: {key} must be text, got {value!r}")
        return value

    def count(self, value: Any, key: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise InputError(f"{self.path}: {key} must be a whole number of at least 1, got {value!r}")
        return value

    def choice(self, value: Any, among: Sequence[str], key: str) -> str:
        if value not in among:
            raise InputError(f"{self.path}: {key} must be one of {', '.join(among)}, got {value!r}")
        return value

    def choices(self, values: Any, among: Sequence[str], key: str) -> tuple[str, ...]:
        return tuple(self.choice(value, among, key) for value in self.listed(values, key))

    def listed(self, value: Any, where: str) -> list[str]:
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
            raise InputError(f"{self.path}: {where}: expected text or a list of it, got {value!r}")
        return values

    def tasks(self, value: Any, where: str) -> TaskSet:
        names = tuple(name.strip() for name in value.split(",")) if isinstance(value, str) else ()
        if not names or not all(names) or len(set(names)) < len(names):
            raise InputError(f"{self.path}: {where}: a task set is names separated by commas, got {value!r}")
        return names
