"""Tables as pictures: a panel a task and data set, a dot with its spread a method."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from multigraft.reports.palette import INK, MUTED, PAPER
from multigraft.reports.study_marks import (
    DASHED,
    DOTTED,
    OURS,
    SMALL,
    LineKey,
    Picture,
    colours,
    heading,
    label_of,
    legend,
    published_style,
    shortage,
    spoken,
    untrained_of,
    whisker,
)  # fmt: skip
from multigraft.reports.study_table import StudyTable, metric_of, unit_of
from multigraft.studies.cells import Cell
from multigraft.studies.gains import GAIN

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINE, PANEL, AROUND = 19, 190, 64  # CSS pixels: a method's line, a panel's width, a panel's title and axis
CHARACTER, NARROWEST = 6.3, 600
BESIDE = 0.27  # of a line: ours a little above it, the published number as much below


def dots(table: StudyTable) -> Picture:
    """A row of panels a task, a column a data set."""
    tasks = list(dict.fromkeys(cell.task for cell in table.shown))
    lines = {
        task: list(dict.fromkeys(label_of(table, cell, table.elsewhere) for cell in table.shown if cell.task == task))
        for task in tasks
    }
    margin = CHARACTER * max(len(label) for labels in lines.values() for label in labels)

    def paint(figure: "Figure") -> None:
        heights = [LINE * len(lines[task]) + AROUND for task in tasks]
        panels = figure.subplots(
            len(tasks), len(table.study.datasets), squeeze=False, sharey="row", height_ratios=heights
        )
        for row, task in enumerate(tasks):
            for column, dataset in enumerate(table.study.datasets):
                here = [cell for cell in table.shown if (cell.task, cell.dataset) == (task, dataset)]
                _panel(panels[row][column], table, here, lines[task])
        heading(table, figure)
        legend(figure, table.shown, _lines(table))

    return Picture(
        paint,
        width=max(round(margin) + PANEL * len(table.study.datasets) + 20, NARROWEST),
        height=sum(LINE * len(labels) + AROUND for labels in lines.values()) + 60,
        spoken=spoken(table),
    )


def _lines(table: StudyTable) -> list[LineKey]:
    reference = table.study.reference
    zero = [] if reference is None else [(MUTED, DASHED, f"no gain over {reference.model}")]
    return [*zero, *([(INK, DOTTED, "untrained encoder")] if untrained_of(table.shown) else [])]


def _is_gain(cells: Sequence[Cell]) -> bool:
    return any(cell.metric == GAIN for cell in cells)


def _panel(axes: "Axes", table: StudyTable, cells: Sequence[Cell], labels: Sequence[str]) -> None:
    palette = colours(table)
    if _is_gain(cells):
        axes.axvline(0, color=MUTED, linestyle=DASHED, linewidth=1.2)
    free = untrained_of(cells)
    if free is not None:
        axes.axvline(free.mean, color=INK, linestyle=DOTTED, linewidth=1.2)
    for cell in cells:
        place = labels.index(label_of(table, cell, table.elsewhere))
        _dot(axes, cell, place, palette[cell.model])
    axes.set_ylim(len(labels) - 0.4, -0.6)
    axes.set_yticks(range(len(labels)), labels)
    axes.grid(axis="y", visible=False)
    axes.grid(axis="x")
    axes.margins(x=0.12)
    axes.locator_params(axis="x", nbins=4)
    axes.set_title(", ".join(dict.fromkeys(f"{cell.task}, {cell.dataset}" for cell in cells)), loc="left")
    axes.set_xlabel("".join(dict.fromkeys(f"{metric_of(cell)} {unit_of(cell)}" for cell in cells)), fontsize=SMALL)


def _dot(axes: "Axes", cell: Cell, place: int, colour: str) -> None:
    printed = cell.published is not None
    height = place - BESIDE if printed else float(place)
    if cell.n:
        whisker(axes, cell, height, colour, upright=False)
        hollow = not cell.trained
        axes.plot(
            [cell.mean], [height], OURS, markersize=6.5, markerfacecolor=PAPER if hollow else colour,
            markeredgecolor=colour if hollow else PAPER, markeredgewidth=1.4 if hollow else 0.8,
        )  # fmt: skip
    if cell.published is not None:
        std = cell.published_std or math.nan
        axes.plot([cell.published - std, cell.published + std], [place + BESIDE] * 2, color=INK, linewidth=1)
        axes.plot([cell.published], [place + BESIDE], linestyle="", **published_style())
    if shortage(cell):
        axes.annotate(
            shortage(cell), (1, height), xycoords=axes.get_yaxis_transform(), ha="right", va="center", fontsize=SMALL
        )  # fmt: skip
