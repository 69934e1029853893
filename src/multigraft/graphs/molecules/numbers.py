"""Columns of numbers in files of texts: empty cells are missing, anything else must be a number."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64

LARGEST = float(np.finfo(np.float32).max)


def numbers(cells: Sequence[str]) -> Float64[np.ndarray, " cells"] | None:
    """The numbers in some cells, NaN where a cell is empty or says so; None where one is no number, see `fault`."""
    try:
        values = np.array([float(cell) if cell else math.nan for cell in cells], dtype=np.float64)
    except ValueError:  # text, or blanks around nothing
        if fault(cells):
            return None
        values = np.array([float(cell) if cell.strip() else math.nan for cell in cells], dtype=np.float64)
    wrong = bool((np.abs(values) > LARGEST).any()) or "_" in "".join(cells)  # Python alone reads 1_000
    return None if wrong else values


def fault(cells: Sequence[str]) -> tuple[int, str] | None:
    """The place of the first cell that is no number, and what is wrong with it; None where all are."""
    found = ((place, _fault_of(cell.strip())) for place, cell in enumerate(cells))
    return next(((place, reason) for place, reason in found if reason), None)


def _fault_of(cell: str) -> str | None:
    if not cell:
        return None
    try:
        value = float(cell.replace("_", "?"))
    except ValueError:
        return "is not a number: leave the cell empty where nothing was measured, or choose other targets"
    return "is too large for 32 bits: rescale the column" if abs(value) > LARGEST else None


@dataclass
class Summary:
    """What is known of a column of numbers of which only some rows are there at a time."""

    count: int = 0
    low: float = math.inf
    high: float = -math.inf
    binary: bool = True

    def add(self, values: Float64[np.ndarray, " rows"]) -> None:
        """Take account of some more rows."""
        there = values[~np.isnan(values)]
        if len(there):
            self.count += len(there)
            self.low, self.high = min(self.low, float(there.min())), max(self.high, float(there.max()))
            self.binary = self.binary and bool(((there == 0) | (there == 1)).all())

    @property
    def useless(self) -> str | None:
        """Why nothing can be learnt from the column; None where something can."""
        if not self.count:
            return "has no values"
        return f"is {self.low:g} in every row that has a value" if self.low == self.high else None
