"""Where things are said: results on standard output, everything else on standard error."""

import json
import math
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import typer

from multigraft.files import plain

MOST_TARGETS = 40  # that are listed one by one; tables of hundreds are for scripts
WIDE = 1000  # characters in a line where no terminal wraps it, so that a script finds every row in one
UNDEFINED = "undefined"  # a score that these answers do not have


@dataclass
class Result:
    """What a verb found: as JSON for scripts, as tables and lines for people."""

    json: dict[str, Any] = field(default_factory=dict)
    shown: list[Any] = field(default_factory=list)

    def print(self, as_json: bool) -> None:
        """Write to standard output: with ``as_json`` one line of JSON, else what is for people."""
        if as_json:
            typer.echo(json.dumps(plain(self.json), allow_nan=False))
            return
        from rich.console import Console

        console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDE)
        for item in self.shown:
            console.print(item, markup=False, soft_wrap=isinstance(item, str))


@contextmanager
def result(as_json: bool) -> Generator[Result]:
    """A result to fill; it is printed when the block ends. Whatever libraries print goes to standard error."""
    filled = Result()
    with redirect_stdout(sys.stderr):
        yield filled
    filled.print(as_json)


def peak_memory() -> float | None:
    """The most memory that this process has had, in MiB; None where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(used / (2**20 if sys.platform == "darwin" else 2**10), 1)


def table(columns: Mapping[str, Sequence[Any]]) -> Any:
    """Columns of equal length as a Rich table; numbers stand to the right."""
    from rich.table import Table

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for name, cells in columns.items():
        numeric = bool(cells) and all(isinstance(cell, int | float) or cell == UNDEFINED for cell in cells)
        drawn.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in zip(*columns.values(), strict=True):
        drawn.add_row(*map(_cell, row))
    return drawn


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.3f}"
    return "" if value is None else str(value)


def say(message: str) -> None:
    """Tell people something that is not the result."""
    typer.echo(message, err=True)


def counted(count: int, what: str) -> str:
    """``1 row``, ``2 rows``."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def one_line(text: str) -> str:
    """``text`` with line breaks and runs of spaces closed up."""
    return " ".join(text.split())
