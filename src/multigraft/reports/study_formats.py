"""A study's table as Markdown, CSV and LaTeX."""

import csv
import io
import math
import re
from collections.abc import Iterator
from typing import Any

from multigraft.errors import InputError
from multigraft.reports.study_grids import Grid, difference_grids, score_grids
from multigraft.reports.study_table import StudyTable, is_percent
from multigraft.studies.cells import Cell
from multigraft.studies.differences import PairedDifference

FORMATS = ("markdown", "csv", "latex")
ENDINGS = {"markdown": "md", "csv": "csv", "latex": "tex"}
CELL = (
    "protocol", "trained", "task", "model", "dataset", "probe", "metric", "features", "headline", "mean", "std", "n",
    "expected", "epochs", "published", "published_std", "values",
)  # fmt: skip


def formatted(table: StudyTable, name: str) -> str:
    """The table in one of the formats.

    Raises:
        InputError: an unknown format.
    """
    if name not in FORMATS:
        raise InputError(f"unknown format {name!r}: choose from {', '.join(FORMATS)}")
    return {"markdown": to_markdown, "csv": to_csv, "latex": to_latex}[name](table)


def files_of(table: StudyTable) -> dict[str, str]:
    """Every file that shows the table: its text by its name."""
    stem = f"{table.study.name}-{table.protocol}"
    found = {f"{stem}.{ENDINGS[name]}": formatted(table, name) for name in FORMATS}
    return found | {f"{stem}-differences.csv": differences_csv(table)}


def differences_title(table: StudyTable) -> str:
    """What stands above the differences."""
    points = all(is_percent(cell) for cell in table.cells)
    return f"Paired differences, in {'percentage points' if points else 'the units of the cells'}"


# --- Markdown --------------------------------------------------------------------------------------------------------


def to_markdown(table: StudyTable) -> str:
    """Heading, cells, differences and notes."""
    parts = [f"# {table.study.title}", f"{table.study.name}. {table.study.source}".strip()]
    for grid in score_grids(table):
        parts += [f"## {grid.title}", markdown_grid(grid)]
    for place, grid in enumerate(difference_grids(table)):
        parts += [*([] if place else [f"## {differences_title(table)}"]), f"### {grid.title}", markdown_grid(grid)]
    parts.append("\n".join(f"- {note}" for note in table.notes))
    return "\n\n".join(part for part in parts if part) + "\n"


def markdown_grid(grid: Grid) -> str:
    """A grid as a Markdown table, without its title."""
    lines = [
        _markdown_row(grid.columns),
        _markdown_row(["---"] * grid.labels + ["---:"] * (len(grid.columns) - grid.labels)),
    ]
    for group in grid.groups:
        lines += [_markdown_row(("" if place else row[0], *row[1:])) for place, row in enumerate(group)]
    return "\n".join(lines)


def _markdown_row(cells: Any) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


# --- CSV -------------------------------------------------------------------------------------------------------------


def to_csv(table: StudyTable) -> str:
    """A line a cell, with everything that is known of it."""
    return _csv(cell_values(cell) for cell in table.cells)


def differences_csv(table: StudyTable) -> str:
    """A line a paired difference."""
    return _csv(difference_values(one) for one in table.differences)


def cell_values(cell: Cell) -> dict[str, Any]:
    """A cell as one says it in CSV and JSON; ``values`` is by split."""
    return {name: getattr(cell, name) for name in CELL}


def difference_values(one: PairedDifference) -> dict[str, Any]:
    """A paired difference as one says it in CSV and JSON."""
    cell, found = one.cell, one.found
    named = {name: getattr(cell, name) for name in ("protocol", "trained", "task", "model", "dataset", "metric")}
    return {
        **named, "against": one.against.model, "against_trained": one.against.trained, "difference": found.value,
        "low": found.low, "high": found.high, "p": found.p, "n": found.n,
    }  # fmt: skip


def _csv(rows: Iterator[dict[str, Any]]) -> str:
    found = list(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, list(found[0]) if found else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: _csv_value(value) for name, value in row.items()} for row in found)
    return text.getvalue()


def _csv_value(value: Any) -> Any:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.6g}"
    if isinstance(value, dict):
        return " ".join(f"{split}:{score:.6g}" for split, score in value.items())
    return " ".join(map(str, value)) if isinstance(value, tuple) else value


# --- LaTeX -----------------------------------------------------------------------------------------------------------


def to_latex(table: StudyTable) -> str:
    r"""Tables for a paper, with ``\usepackage{booktabs}``; notes are comments."""
    lines = [f"% {note}" for note in (table.study.title, table.study.source, *table.notes) if note]
    for grid in score_grids(table):
        lines += _latex_grid(grid, f"{table.study.title}. {grid.title}.", f"tab:{table.study.name}")
    for grid in difference_grids(table):
        lines += _latex_grid(
            grid,
            f"{differences_title(table)}: {table.study.title}. {grid.title}.",
            f"tab:{table.study.name}-differences",
        )
    return "\n".join(lines) + "\n"


def _latex_grid(grid: Grid, caption: str, label: str) -> list[str]:
    columns = "l" * grid.labels + "r" * (len(grid.columns) - grid.labels)
    lines = [
        "", r"\begin{table}", r"  \centering", f"  \\caption{{{_latex(caption)}}}",
        f"  \\label{{{label}-{re.sub('[^a-z0-9]+', '-', grid.title.lower())}}}", f"  \\begin{{tabular}}{{{columns}}}",
        r"    \toprule", f"    {_latex_row(grid.columns)}",
    ]  # fmt: skip
    for group in grid.groups:
        lines.append(r"    \midrule")
        lines += [f"    {_latex_row(('' if place else row[0], *row[1:]))}" for place, row in enumerate(group)]
    return [*lines, r"    \bottomrule", r"  \end{tabular}", r"\end{table}"]


def _latex_row(cells: tuple[str, ...]) -> str:
    return " & ".join(map(_latex, cells)) + r" \\"


def _latex(text: str) -> str:
    r"""Text with LaTeX's own characters escaped, and signs of numbers as mathematics."""
    escaped = re.sub(r"[&%$#_{}]", lambda found: "\\" + found[0], text.replace("\\", r"\textbackslash "))
    signed = re.sub(r"(?<![\w-])([+-])(?=\d)", r"$\1$", escaped)
    return (
        signed.replace(" ± ", r" $\pm$ ").replace("<", "$<$").replace(" - ", " -- ").replace("Delta-m", r"$\Delta_m$")
    )
