"""What a bench run found, as JSON and as a page with a table, both of which are committed."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from multigraft.bench.registry import TARGETS
from multigraft.errors import InputError
from multigraft.files import write_json, write_text

Row = Mapping[str, Any]
HEADINGS = (
    "race", "plain", "fast", "ratio", "95 % of it", "target", "floor", "MiB",
    "plain MiB", "growth", "threads", "rounds",
)  # fmt: skip
NARROW = HEADINGS[:8]  # what fits in a terminal
PAGE = """# How fast

`make bench` wrote this page and `{data}` beside it, {seconds:.0f} s of races on this machine:

{machine}

{table}

A race lets two ways to do one thing take turns in one process: the fast one and the one that is written as one would
with PyG. Each turn takes 50 ms or more. Times are medians over the rounds, in milliseconds a unit. The ratio says how
many times faster the fast way is: the median of the rounds' ratios, with the 95 % interval of the sign test (of five
rounds: the least and the greatest, which hold the true median in 94 % of all cases). The floor is the part of the
fast side's time that the machine needs for its dense products, or for the bytes that have to move, at its own rates.
MiB is the fast side's peak of resident memory, with the data and all libraries, and beside it the plain side's; growth,
in MiB too, is that from the first third of the rounds to the last. Threads are those of the plain and the fast side.

{races}
"""


def judged(row: Row) -> dict[str, Any]:
    """The row with the ratio that is aimed at, and whether it was reached; None where nothing is aimed at."""
    target = TARGETS.get(row["name"])
    return {**row, "target": target, "met": None if target is None else row["ratio"] >= target}


def columns(rows: Sequence[Row], headings: Sequence[str] = HEADINGS) -> dict[str, list[str]]:
    """The table for people, column by column; numbers end at the same place."""
    cells = [dict(zip(HEADINGS, _cells(row), strict=True)) for row in rows]
    found = {heading: [row[heading] for row in cells] for heading in headings}
    widths = {heading: max((len(cell) for cell in found[heading]), default=0) for heading in headings[1:]}
    return found | {heading: [cell.rjust(width) for cell in found[heading]] for heading, width in widths.items()}


def check_place(path: Path) -> Path:
    """``path`` if a record can be written there.

    Raises:
        InputError: it is not a JSON file's name.
    """
    if path.suffix != ".json" or path.is_dir():
        raise InputError(f"{path}: name a file that ends in .json; the table goes beside it, as {path.stem}.md")
    return path


def write(path: Path, record: Mapping[str, Any]) -> None:
    """Write ``record`` (machine, rows, failed, seconds) as JSON, and beside it as a Markdown page."""
    page = path.with_suffix(".md")
    write_json(path, record)
    rows = [*record["rows"]]
    races = [f"- `{row['name']}`: {row['what']}" for row in rows]
    races += [f"- `{name}` failed: {error}" for name, error in record["failed"].items()]
    races += [f"- `{name}` was not run: {reason}" for name, reason in record.get("not_run", {}).items()]
    text = PAGE.format(
        data=path.name,
        seconds=record["seconds"],
        machine=_machine(record["machine"]),
        table=markdown(columns(rows)),
        races="\n".join(races),
    )
    write_text(page, text)


def markdown(table: Mapping[str, Sequence[str]]) -> str:
    """Columns as a Markdown table, numbers to the right."""
    rules = ["---" if number == 0 else "---:" for number in range(len(table))]
    lines = [table.keys(), rules, *zip(*table.values(), strict=True)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float | int | None) -> str:
    """Three significant digits, without an exponent; nothing where there is no value."""
    if value is None:
        return ""
    return f"{value:.0f}" if abs(value) >= 100 else f"{Decimal(f'{value:.3g}'):f}"


def _cells(row: Row) -> list[str]:
    mark = {None: "", True: " met", False: " short"}[row["met"]]
    return [
        row["name"],
        number(row["plain"]),
        number(row["fast"]),
        number(row["ratio"]),
        f"{number(row['ratio_low'])} to {number(row['ratio_high'])}",
        f"{number(row['target'])}{mark}",
        "" if row["floor_share"] is None else f"{row['floor_share']:.0%}",
        _whole(row["fast_mib"], ".0f"),
        _whole(row["plain_mib"], ".0f"),
        _whole(row["growth_mib"], "+.0f"),
        f"{row['plain_threads']}, {row['fast_threads']}",
        str(row["rounds"]),
    ]


def _whole(value: float | None, form: str) -> str:
    return "" if value is None else f"{round(value):{form}}"


def _machine(facts: Mapping[str, Any]) -> str:
    """The machine in two lines of a list: what it is, and what was measured of it."""
    rates = [f"{_by_threads(rates)} GFLOP/s in {dtype}" for dtype, rates in facts["gflops"].items()]
    memory = "" if facts["memory_gib"] is None else f", {facts['memory_gib']} GiB"
    names = ("python", "multigraft", "torch", "torch_geometric", "numpy", "scikit-learn")
    return "\n".join(
        [
            f"- {facts['processor']}, {facts['cores']} cores{memory}; {facts['gpu'] or 'no GPU'}; {facts['system']}",
            f"- {', '.join(f'{name} {facts[name]}' for name in names)}",
            f"- products: {'; '.join(rates)}; memory: {_by_threads(facts['gb_per_second'])} GB/s",
        ]
    )


def _by_threads(rates: Mapping[str, float]) -> str:
    return ", ".join(f"{number(rate)} ({count} thread{'s' * (count != '1')})" for count, rate in rates.items())
