"""The layout of a study's table: tasks and methods down, data sets across, or protocols where there are several."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from multigraft.reports.study_table import StudyTable, metric_of
from multigraft.studies.cells import Cell
from multigraft.studies.differences import PairedDifference

MISSING = "-"
RowKey = tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table of text: ``groups`` are rows that belong together; ``labels`` columns come first, the rest are numbers."""

    title: str
    columns: tuple[str, ...]
    labels: int
    groups: list[list[tuple[str, ...]]]


def score_grids(table: StudyTable) -> list[Grid]:
    """The cells: one grid with a column a data set, or a grid a data set with the published number and a column each.

    Rows are grouped by the task asked: methods in the study's order, and within a method the tasks trained on.
    """
    methods = list(dict.fromkeys((cell.model, cell.probe) for cell in table.shown))
    double = {model for model, _ in methods if sum(model == other for other, _ in methods) > 1}
    elsewhere = any(cell.trained not in ("", cell.task) for cell in table.shown)

    def row(cell: Cell) -> RowKey:
        model = f"{cell.model} ({cell.probe})" if cell.model in double else cell.model
        asked = cell.task if cell.metric == "delta_m_percent" else f"{cell.task} ({metric_of(cell)})"
        return (asked, model, *((cell.trained,) if elsewhere else ()))

    labels = ("task", "model", *(("trained on",) if elsewhere else ()))
    return _grids(table, table.shown, row, lambda cell: cell, labels, score_text, published=True)


def difference_grids(table: StudyTable) -> list[Grid]:
    """The paired differences, laid out as the cells are; none where there are none."""
    elsewhere = any(one.cell.trained != one.cell.task for one in table.differences)

    def row(one: PairedDifference) -> RowKey:
        cell, against = one.cell, one.against
        trained = () if not elsewhere else (cell.trained,)
        other = against.model if against.trained in ("", cell.trained) else f"{against.model} on {against.trained}"
        return (cell.task, f"{cell.model} - {other}", *trained)

    labels = ("task", "difference", *(("trained on",) if elsewhere else ()))
    return _grids(table, table.differences, row, lambda one: one.cell, labels, difference_text)


def _grids(
    table: StudyTable,
    found: Sequence[Any],
    row: Callable[[Any], RowKey],
    cell_of: Callable[[Any], Cell],
    labels: tuple[str, ...],
    text: Callable[..., str],
    published: bool = False,
) -> list[Grid]:
    datasets, several = table.study.datasets, len(table.protocols) > 1
    placed = {(row(one), cell_of(one).dataset, cell_of(one).protocol): one for one in found}
    rows = list(dict.fromkeys(row(one) for one in found))
    tasks = list(dict.fromkeys(key[0] for key in rows))
    printed = published and any(one.published is not None for one in found)

    def grid(title: str, columns: Sequence[str], numbers: Callable[[RowKey], list[str]]) -> Grid:
        groups = [[(*key, *numbers(key)) for key in rows if key[0] == task] for task in tasks]
        return Grid(title, (*labels, *columns), len(labels), groups)

    def shown(key: RowKey, dataset: str, protocol: str, **options: bool) -> str:
        one = placed.get((key, dataset, protocol))
        return "" if one is None else text(one, **options)

    if not rows:
        return []
    if not several:
        (protocol,) = table.protocols
        options = {"published": True} if published else {}
        return [grid(f"Protocol {protocol}", datasets, lambda key: [shown(key, name, protocol, **options) for name in datasets])]
    return [
        grid(
            dataset,
            (*(("published",) if printed else ()), *table.protocols),
            lambda key, dataset=dataset: [
                *([_printed(placed, key, dataset, table.protocols)] if printed else []),
                *(shown(key, dataset, protocol) for protocol in table.protocols),
            ],
        )
        for dataset in datasets
    ]  # fmt: skip


def _printed(placed: dict[Any, Cell], key: RowKey, dataset: str, protocols: Sequence[str]) -> str:
    cells = (placed.get((key, dataset, protocol)) for protocol in protocols)
    return next((published_text(cell) for cell in cells if cell is not None), "")


# --- numbers ---------------------------------------------------------------------------------------------------------


def score_text(cell: Cell, published: bool = False) -> str:
    """``51.2 ± 3.0``, with ``[3/10]`` where splits are missing, and the published number in brackets where asked."""
    text = number_text(cell.mean, cell.std) if cell.n else MISSING
    if 0 < cell.n < cell.expected:
        text += f" [{cell.n}/{cell.expected}]"
    return f"{text} ({published_text(cell)})" if published and cell.published is not None else text


def published_text(cell: Cell) -> str:
    """What the paper prints; empty where it prints nothing."""
    return "" if cell.published is None else number_text(cell.published, cell.published_std)


def number_text(mean: float, std: float | None) -> str:
    """With one decimal, as the papers have it; alone where there is no standard deviation."""
    return f"{mean:z.1f}" if std is None or math.isnan(std) else f"{mean:z.1f} ± {std:.1f}"


def difference_text(one: PairedDifference) -> str:
    """``+1.2 [-0.3, +2.7] p 0.11``; a star where the interval leaves out zero; the number of splits where some miss."""
    found = one.found
    text = f"{found.value:+z.1f}"
    if not math.isnan(found.low + found.high):
        text += f" [{found.low:+z.1f}, {found.high:+z.1f}]"
    if not math.isnan(found.p):
        text += " p < 0.001" if found.p < 0.001 else f" p {found.p:.3f}"
    return text if found.n >= one.cell.expected else f"{text} ({found.n}/{one.cell.expected})"
