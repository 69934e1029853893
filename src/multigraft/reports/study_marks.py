"""What the pictures of studies have in common: how a cell, its spread and the published number are marked."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from multigraft.reports.palette import FONT_SIZE, INK, MUTED, PALETTE, PAPER
from multigraft.reports.study_grids import decimals, number_text
from multigraft.reports.study_table import StudyTable, epochs_of
from multigraft.reports.svg import UNITS
from multigraft.studies.cells import Cell
from multigraft.studies.study import UNTRAINED

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OURS, PUBLISHED = "o", "D"
LineKey = tuple[str, Any, str]  # colour, dashes, meaning
DOTTED = (0, (1, 1.5))
DASHED = (0, (4, 2))
SMALL = 10
KEY = 190  # CSS pixels that a key of the legend takes


@dataclass(frozen=True)
class Picture:
    """A drawing, its size in CSS pixels, and what a screen reader says of it."""

    paint: "Callable[[Figure], None]"
    width: int
    height: int
    spoken: str


def colours(table: StudyTable) -> dict[str, str]:
    """A colour a method; what is not trained is grey."""
    trained = dict.fromkeys(cell.model for cell in table.shown if cell.trained)
    found = {model: PALETTE[place % len(PALETTE)] for place, model in enumerate(trained)}
    return {cell.model: found.get(cell.model, MUTED) for cell in table.shown}


def label_of(table: StudyTable, cell: Cell, elsewhere: bool) -> str:
    """The method, and what it was trained on where that has to be said."""
    model = table.model(cell)
    return f"{model} on {cell.trained}" if elsewhere and cell.trained else model


def untrained_of(cells: Sequence[Cell]) -> Cell | None:
    """The untrained encoder among the cells of one panel, if it was measured; None where there are several kinds."""
    found = [cell for cell in cells if cell.model.partition(" ")[0] == UNTRAINED and cell.n]
    return found[0] if len({cell.architecture for cell in found}) == 1 else None


def heading(table: StudyTable, figure: "Figure") -> None:
    """One line above all panels: what is shown, under which protocol, over how many splits, trained for how long."""
    splits = table.study.splits
    over = f"means over {splits} splits" if splits > 1 else "one split"
    epochs = sorted({number for cell in table.shown for number in cell.epochs})
    trained = f", {epochs_of(epochs)}" if epochs else ""
    told = f"{table.study.name}, protocol {table.protocol}, {over}{trained}"
    figure.suptitle(told, x=0.01, ha="left", fontweight="bold", fontsize=FONT_SIZE)


def shortage(cell: Cell) -> str:
    """What is said beside a cell that lacks splits; nothing where it is complete."""
    if cell.complete:
        return ""
    return f"{cell.n}/{cell.expected}" if cell.n else "not run"


def spread(cell: Cell) -> tuple[float, float]:
    """From one standard deviation below the mean to one above; both the mean where there is none."""
    std = 0.0 if math.isnan(cell.std) else cell.std
    return cell.mean - std, cell.mean + std


def legend(figure: "Figure", cells: Sequence[Cell], lines: Sequence[LineKey] = (), bars: bool = False) -> None:
    """A key below the panels: our mean and its spread, the published number, and lines as (colour, dashes, meaning)."""
    from matplotlib.lines import Line2D

    keys = []
    if any(cell.n > 1 for cell in cells):
        mark, meaning = ("", "± 1 standard deviation") if bars else (OURS, "mean ± 1 standard deviation")
        keys.append(Line2D([], [], color=INK, marker=mark, linewidth=1.6, markersize=6, label=meaning))
    if any(cell.published is not None for cell in cells):
        keys.append(Line2D([], [], linestyle="", **published_style(), label="published"))
    keys += [
        Line2D([], [], color=colour, linestyle=dashes, linewidth=1.4, label=meaning)
        for colour, dashes, meaning in lines
    ]
    if keys:
        columns = min(len(keys), max(1, round(figure.get_figwidth() * UNITS) // KEY))
        figure.legend(handles=keys, loc="outside lower left", ncols=columns, frameon=False, fontsize=SMALL + 1)


def published_style() -> dict[str, Any]:
    """A hollow diamond: the same in every picture, and unlike our marks without colour."""
    edge = {"markeredgecolor": INK, "markeredgewidth": 1.2}
    return {"marker": PUBLISHED, "markersize": 5.5, "markerfacecolor": PAPER, **edge}


def whisker(axes: "Axes", cell: Cell, place: float, colour: str, upright: bool) -> None:
    """The spread of a cell as a line through its mean."""
    low, high = spread(cell)
    across, along = [place, place], [low, high]
    xs, ys = (across, along) if upright else (along, across)
    if upright:
        axes.plot(xs, ys, color=PAPER, linewidth=3.6, solid_capstyle="butt")  # it crosses the edge of a bar
    axes.plot(xs, ys, color=colour, linewidth=1.6, solid_capstyle="butt")


def spoken(table: StudyTable) -> str:
    """All numbers of the picture in words."""
    return ". ".join(
        f"{cell.dataset}, {cell.task}, {label_of(table, cell, cell.trained != cell.task)}: "
        + (number_text(cell.mean, cell.std, decimals(cell)) if cell.n else "not run")
        for cell in table.shown
    )
