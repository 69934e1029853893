"""Long tables over several pages, so that each stays small."""

from collections.abc import Callable, Iterable, Mapping
from html import escape
from typing import Any, TypeVar

BUDGET = 220_000  # bytes of what a page shows
AROUND, STRIDE = 5, 100  # pages that are linked before and after one, and all along
MARKUP = 500  # bytes around the words of a row
SECTION = 1500  # bytes around a table

Row = TypeVar("Row")


def filled(rows: Iterable[Row], weigh: Callable[[Row], int], most: int | None = None) -> list[list[Row]]:
    """Rows by page, in their order, ``most`` bytes (`BUDGET`) on each; at least one page, which may be empty."""
    most = BUDGET if most is None else most
    pages: list[list[Row]] = [[]]
    used = 0
    for row in rows:
        weight = weigh(row)
        if pages[-1] and used + weight > most:
            pages.append([])
            used = 0
        pages[-1].append(row)
        used += weight
    return pages


def heft(row: Mapping[str, Any] | Iterable[Any]) -> int:
    """How many bytes a row of a table has on a page, at most."""
    words = row.values() if isinstance(row, Mapping) else row
    return MARKUP + len(escape("".join(map(str, words))).encode(errors="replace"))


def leaves(count: int, name: str, current: int) -> list[tuple[str, str, bool]]:
    """Links from one page to the others of the same things: name, file, whether it is this; a gap has no file.

    The first, the last and those around this page are linked, and with many pages every hundredth.
    """
    near = range(max(current - AROUND, 0), min(current + AROUND + 1, count))
    shown = sorted({0, count - 1, *near, *range(0, count, STRIDE)})
    found, before = [], -1
    for number in shown:
        if number > before + 1:
            found.append(("", "", False))
        found.append((str(number + 1), leaf(name, number).rpartition("/")[2], number == current))
        before = number
    return found


def leaf(name: str, number: int) -> str:
    """The file of the nth page of something."""
    return f"{name}.html" if number == 0 else f"{name}-page{number + 1}.html"
