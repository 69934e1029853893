"""Figures 1 and 3 of SAME: bars of what embeddings are worth to a task that they were not trained for."""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from multigraft.reports.palette import INK, MUTED, PALETTE, PAPER
from multigraft.reports.study_marks import (
    DASHED,
    DOTTED,
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
    spread,
    untrained_of,
    whisker,
)
from multigraft.reports.study_table import StudyTable, metric_of, unit_of
from multigraft.studies.cells import Cell

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANEL_WIDTH, PANEL_HEIGHT = 250, 250
BAR = 0.62
PaintPanel = Callable[["Axes", StudyTable, Sequence[Cell]], None]


def drops(table: StudyTable) -> Picture:
    """A panel a task: its own encoder's bar, then those of encoders trained on another task, with what they lose.

    Source: SAME (ICLR 2021 submission), figure 1.
    """
    return _panels(
        table, _drop_panel, [(PALETTE[0], DASHED, "trained on the task itself"), (INK, DOTTED, "untrained encoder")]
    )


def transfer(table: StudyTable) -> Picture:
    """A panel an unseen task: a bar a method, the untrained encoder's hollow, published numbers beside.

    Source: SAME (ICLR 2021 submission), figure 3 and table 4.
    """
    return _panels(table, _transfer_panel, [])


def _panels(table: StudyTable, paint_panel: PaintPanel, lines: list[LineKey]) -> Picture:
    tasks = list(dict.fromkeys(cell.task for cell in table.shown if cell.trained))
    datasets = table.study.datasets

    def paint(figure: "Figure") -> None:
        panels = figure.subplots(len(datasets), len(tasks), squeeze=False, sharey=True)
        for row, dataset in enumerate(datasets):
            for column, task in enumerate(tasks):
                axes = panels[row][column]
                here = [cell for cell in table.shown if (cell.task, cell.dataset) == (task, dataset)]
                paint_panel(axes, table, here)
                axes.set_ylim(0, 108)
                axes.set_xlim(-0.6, len(axes.get_xticks()) - 0.4)
                axes.set_yticks(range(0, 101, 20))
                axes.set_ylabel(f"{metric_of(here[0])} {unit_of(here[0])}", fontsize=SMALL)
                axes.tick_params(labelleft=True)
        heading(table, figure)
        legend(figure, table.shown, lines, bars=True)

    return Picture(paint, PANEL_WIDTH * len(tasks) + 30, PANEL_HEIGHT * len(datasets) + 60, spoken(table))


def _drop_panel(axes: "Axes", table: StudyTable, cells: Sequence[Cell]) -> None:
    trained = sorted((cell for cell in cells if cell.trained), key=lambda cell: cell.trained != cell.task)
    own = next((cell for cell in trained if cell.trained == cell.task), None)
    for place, cell in enumerate(trained):
        _bar(axes, cell, place, PALETTE[0] if cell is own else PALETTE[1], hollow=cell is not own)
        if own is not None and cell is not own and own.n and cell.n:
            _drop(axes, place, own, cell)
    if own is not None and own.n:
        axes.axhline(own.mean, color=PALETTE[0], linestyle=DASHED, linewidth=1.2)
    free = untrained_of(cells)
    if free is not None:
        axes.axhline(free.mean, color=INK, linestyle=DOTTED, linewidth=1.4)
    labels = [cell.task if cell is own else f"{cell.trained} -> {cell.task}" for cell in trained]
    axes.set_xticks(range(len(trained)), labels)
    axes.set_title(_title(cells[0], ""), loc="left")


def _drop(axes: "Axes", place: int, own: Cell, cell: Cell) -> None:
    """How far the bar stays behind the task's own encoder, in points, over the splits that both have."""
    shared = own.values.keys() & cell.values.keys()
    if shared:
        lost = sum(cell.values[split] - own.values[split] for split in shared) / len(shared)
        top = max(spread(cell)[1], own.mean)
        axes.annotate(f"{lost:+z.1f}", (place, top + 1.5), ha="center", va="bottom", fontsize=SMALL)


def _transfer_panel(axes: "Axes", table: StudyTable, cells: Sequence[Cell]) -> None:
    free = untrained_of(cells)
    trained = [cell for cell in cells if cell.trained]
    shown = [*trained, *([free] if free else [])]
    sets = {cell.trained for cell in trained}
    palette = colours(table)
    for place, cell in enumerate(shown):
        _bar(axes, cell, place, palette[cell.model], hollow=not cell.trained)
        if cell.published is not None:
            std = cell.published_std or math.nan
            beside = place + BAR / 2 + 0.1
            axes.plot([beside, beside], [cell.published - std, cell.published + std], color=INK, linewidth=1)
            axes.plot([beside], [cell.published], linestyle="", **published_style())
    axes.set_xticks(range(len(shown)), [label_of(table, cell, len(sets) > 1) for cell in shown], fontsize=SMALL)
    axes.set_title(_title(cells[0], next(iter(sets)) if len(sets) == 1 else ""), loc="left")


def _title(cell: Cell, trained: str) -> str:
    return f"{trained} -> {cell.task}, {cell.dataset}" if trained else f"{cell.task}, {cell.dataset}"


def _bar(axes: "Axes", cell: Cell, place: int, colour: str, hollow: bool) -> None:
    """A bar with its spread and, at its foot, its mean; what is missing is said."""
    if not cell.n:
        axes.annotate(shortage(cell), (place, 3), ha="center", va="bottom", fontsize=SMALL, color=MUTED)
        return
    axes.bar([place], [cell.mean], BAR, color=PAPER if hollow else colour, edgecolor=colour, linewidth=1.6)
    whisker(axes, cell, float(place), INK, upright=True)
    foot = f"{cell.mean:z.1f}" + (f"\n{shortage(cell)}" if shortage(cell) else "")
    axes.annotate(foot, (place, 3), ha="center", va="bottom", fontsize=SMALL, color=INK if hollow else PAPER)
