"""Columns of numbers in files of texts.

An empty cell, or a word that says so, is a missing value; true and false are 1 and 0; all else must be a number.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from jaxtyping import Float64

LARGEST = float(np.finfo(np.float32).max)
MISSING = ("na", "n/a", "#n/a", "<na>", "nan", "null", "none")  # in lower case, as all words here
NO_NUMBER = "is not a number: leave the cell empty where nothing was measured, write classes as 1 and 0"
DECIMAL_COMMA = "is not a number: write decimals with a point"
COMMA = re.compile(r"[-+]?\d+,\d+(e[-+]?\d+)?", re.IGNORECASE)
WORDS = {**dict.fromkeys(MISSING, ""), "true": "1", "false": "0"}


def numbers(cells: Sequence[str]) -> Float64[np.ndarray, " cells"] | None:
    """The numbers in some cells, NaN where a cell is empty or says so; None where one is no number, see `fault`."""
    try:
        values = np.array([float(cell) if cell else math.nan for cell in cells], dtype=np.float64)
    except ValueError:  # text, a word that means a number or none, or blanks around nothing
        if fault(cells):
            return None
        plain = map(_plain, cells)
        values = np.array([float(cell) if cell else math.nan for cell in plain], dtype=np.float64)
    wrong = bool((np.abs(values) > LARGEST).any()) or "_" in "".join(cells)  # Python alone reads 1_000
    return None if wrong else values


def fault(cells: Sequence[str]) -> tuple[int, str] | None:
    """The place of the first cell that is no number, and what is wrong with it; None where all are."""
    return next(faults(cells), None)


def faults(cells: Sequence[str]) -> Iterator[tuple[int, str]]:
    """As `fault`, of every such cell."""
    found = ((place, _fault_of(_plain(cell))) for place, cell in enumerate(cells))
    return ((place, reason) for place, reason in found if reason)


def _plain(cell: str) -> str:
    cell = cell.strip()
    return WORDS.get(cell.lower(), cell)


def _fault_of(cell: str) -> str | None:
    if not cell:
        return None
    try:
        value = float(cell.replace("_", "?"))
    except ValueError:
        return DECIMAL_COMMA if COMMA.fullmatch(cell) else NO_NUMBER
    return "is too large for 32 bits: rescale the column" if abs(value) > LARGEST else None


@dataclass
class Doubt:
    """A column that is no target, because a cell is no number; ``numbers`` and ``others`` count its cells so far.

    ``line``, ``cell`` and ``reason`` are those of the first such cell; ``words`` are all that such cells say, in
    lower case, but no more than are needed to know that it is neither of two. A number that is too large, or
    has a comma, is one.
    """

    line: int
    cell: str
    reason: str
    numbers: int
    others: int = 0
    words: set[str] = field(default_factory=set)

    def add(self, cells: Sequence[str]) -> None:
        """Take account of some more rows."""
        words = [cells[place].strip().lower() for place, reason in faults(cells) if reason == NO_NUMBER]
        self.others += len(words)
        self.numbers += sum(1 for cell in cells if _plain(cell)) - len(words)
        self.words.update(islice(set(words) - self.words, 3 - len(self.words)))

    @property
    def of_words(self) -> bool:
        """Whether every cell so far is empty or one of at most two words."""
        return not self.numbers and len(self.words) <= 2

    @property
    def of_classes(self) -> bool:
        """Whether its cells are one of two words, as yes and no are, and one of them comes again."""
        return self.of_words and len(self.words) == 2 < self.others

    @property
    def text(self) -> bool:
        """Whether it is a column of text, which nobody would take for a target."""
        return self.others > self.numbers and not self.of_words


@dataclass
class Summary:
    """What is known of a column of numbers of which only some rows are there at a time."""

    count: int = 0
    low: float = math.inf
    high: float = -math.inf
    binary: bool = True
    rising: bool = True  # each row's value is that of the row before it and 1

    def add(self, values: Float64[np.ndarray, " rows"]) -> None:
        """Take account of some more rows."""
        if self.rising and len(values):
            first = self.high + 1 if self.count else values[0]
            self.rising = np.array_equal(values, first + np.arange(len(values)))
        there = values[~np.isnan(values)]
        if len(there):
            self.count += len(there)
            self.low, self.high = min(self.low, float(there.min())), max(self.high, float(there.max()))
            self.binary = self.binary and bool(((there == 0) | (there == 1)).all())

    @property
    def numbers_rows(self) -> bool:
        """Whether it counts the rows, from 0 or 1; what a handful is measured to be may do so by chance."""
        return self.rising and self.low in (0, 1) and self.count >= 5

    @property
    def useless(self) -> str | None:
        """Why nothing can be learnt from the column; None where something can."""
        if not self.count:
            return "has no values"
        return f"is {self.low:g} in every row that has a value" if self.low == self.high else None
