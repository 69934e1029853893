"""What a training run wrote down about itself, read back for the learning curves."""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from multigraft.errors import InputError

Series = tuple[float, ...]
NOTHING = math.nan


@dataclass(frozen=True)
class History:
    """One entry an epoch; NaN where nothing was measured.

    ``losses`` and ``scores`` map a task's name to its mean training loss and its validation score; ``total`` is the
    sum of the validation scores, by which the best epoch is chosen.
    """

    epochs: tuple[int, ...]
    losses: Mapping[str, Series]
    scores: Mapping[str, Series]
    total: Series

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks that have a curve, in the order of the file."""
        return tuple(dict.fromkeys([*self.losses, *self.scores]))

    @property
    def best(self) -> int | None:
        """The position of the first epoch with the highest sum of validation scores; None without any validation."""
        measured = [place for place, value in enumerate(self.total) if not math.isnan(value)]
        return max(measured, key=lambda place: self.total[place], default=None)


def read_history(path: Path) -> History | None:
    """The history in a CSV file with the columns epoch, train/TASK, validation/TASK and validation/sum.

    Returns None where there is no file, or no epoch in it.

    Raises:
        InputError: the file has no column ``epoch``, or a cell that is not a number.
    """
    if not path.is_file():
        return None
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows:
        return None
    if "epoch" not in rows[0]:
        raise InputError(f"{path} has no column 'epoch': is it the history of a training run?")
    columns = {name: _numbers(path, name, rows) for name in rows[0] if name}
    scores = _under("validation/", columns)
    total = scores.pop("sum", (NOTHING,) * len(rows))
    return History(tuple(int(epoch) for epoch in columns["epoch"]), _under("train/", columns), scores, total)


def _under(prefix: str, columns: Mapping[str, Series]) -> dict[str, Series]:
    return {name.removeprefix(prefix): column for name, column in columns.items() if name.startswith(prefix)}


def _numbers(path: Path, name: str, rows: list[dict[str, str]]) -> Series:
    """The cells of a column; empty or missing ones (a line cut short by a kill) are NaN.

    An epoch must be a whole number.
    """
    numbers = []
    for line, row in enumerate(rows, start=2):
        cell = (row[name] or "").strip()
        try:
            numbers.append(float(cell) if cell or name == "epoch" else NOTHING)
            if name == "epoch":
                int(cell)
        except ValueError as error:
            raise InputError(f"{path}, line {line}: {name} is {cell!r}, which is not a number") from error
    return tuple(numbers)
