"""Text files of comma-separated numbers: read by NumPy's C reader, and line by line where that one stumbles."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
from jaxtyping import Float64, Int64

from multigraft.errors import InputError

LARGEST = float(np.finfo(np.float32).max)
LARGEST_WHOLE = 2**53  # up to here float64 holds every whole number


def read_numbers(path: Path) -> Float64[np.ndarray, "lines columns"]:
    """The numbers of a file, one row a line; lines without anything at the end of the file do not count.

    Raises:
        InputError: a line that is empty or has more or fewer numbers than the first, text where a number belongs, NaN,
            infinity or more than 32 bits hold; the message names file and line.
    """
    content = path.read_bytes().rstrip()
    if not content:
        return np.empty((0, 1))
    try:
        table = np.loadtxt(path, delimiter=",", comments=None, ndmin=2, dtype=np.float64, encoding="latin-1")
    except ValueError:
        table = np.empty((0, 1))
    if len(table) == content.count(b"\n") + 1 and bool((np.abs(table) <= LARGEST).all()):
        return table
    lines = _checked_lines(path, _fault_of_row)
    return np.array([[float(cell) for cell in line.split(",")] for line in lines])


def read_integers(path: Path) -> Int64[np.ndarray, "lines columns"]:
    """The same for whole numbers; ``3.0`` is one.

    Raises:
        InputError: as `read_numbers`, or a number that is not whole.
    """
    table = read_numbers(path)
    if not bool(((table == np.floor(table)) & (np.abs(table) <= LARGEST_WHOLE)).all()):
        _checked_lines(path, _fault_of_integers)
    return table.astype(np.int64)


def _checked_lines(path: Path, fault: Callable[[str, str], str | None]) -> list[str]:
    """The lines of a file; raises for the first one in which ``fault(line, first line)`` finds something."""
    # Latin-1 reads any bytes; what is not ASCII is then no number, which is found with its line.
    lines = path.read_text(encoding="latin-1").rstrip().split("\n")
    for number, line in enumerate(lines, start=1):
        if reason := fault(line, lines[0]):
            raise InputError(f"{path}, line {number}: {reason}")
    return lines


def _fault_of_row(line: str, first: str) -> str | None:
    cells, width = line.split(","), len(first.split(","))
    if not line.strip():
        return "an empty line: remove it, or write the row that is missing"
    if len(cells) != width:
        return f"{len(cells)} values where line 1 has {width}: every line needs the same number"
    return next(filter(None, map(_fault_of_cell, cells)), None)


def _fault_of_cell(cell: str) -> str | None:
    try:
        value = float(cell.replace("_", "?"))  # Python alone reads 1_000
    except ValueError:
        return f"{cell.strip()!r} is not a number: write a number, or remove the line that it belongs to"
    if not math.isfinite(value):
        return f"{cell.strip()!r} is not finite: replace it by a number, or remove the column"
    return f"{cell.strip()} is too large for 32 bits: rescale the column" if abs(value) > LARGEST else None


def _fault_of_integers(line: str, _first: str) -> str | None:
    for cell in line.split(","):
        if not float(cell).is_integer():
            return f"{cell.strip()} is not a whole number"
        if abs(float(cell)) > LARGEST_WHOLE:
            return f"{cell.strip()} is too large for a whole number"
    return None
