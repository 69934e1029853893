"""The charts of the report: scores with their intervals, learning curves, a map of the graphs."""

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from multigraft.reports.comparisons import Comparison, encoders_of
from multigraft.reports.history import History, Series
from multigraft.reports.maps import EmbeddingMap, MapSample
from multigraft.reports.palette import INK, MUTED, PALETTE, PAPER
from multigraft.reports.svg import draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ENCODER_MARKS = {"trained": "o", "untrained": "D", "attributes": "s", "majority": "^"}
MARK_SIZES = {"untrained": 6, "majority": 9}  # a hollow mark and a triangle look larger and smaller than they are
PART_MARKS = ("o", "s", "^", "o")  # train, validation, test, outside the split
BAND, MARK_STEP, FEW = 74, 0.15, 4  # a band has room for four marks, and is higher for more
LAYERS = 8  # the map is drawn in so many rounds, so that no class always lies on top of another


# --- scores ----------------------------------------------------------------------------------------------------------


def results_chart(found: Sequence[Comparison], name: str = "results") -> str:
    """A dot and its 95 % interval for every encoder, one band a (task, metric, features), in the table's order."""
    encoders = encoders_of(found)
    crowd = max(len(encoders), FEW) / FEW
    step = MARK_STEP / crowd

    def paint(figure: "Figure") -> None:
        axes: Axes = figure.add_subplot()
        for band, comparison in enumerate(found):
            _band_title(axes, band, comparison)
            for place, encoder in enumerate(encoders):
                if encoder in comparison.rows and not math.isnan(comparison.rows[encoder].value):
                    row = comparison.rows[encoder]
                    height = band - 0.16 + step * place
                    _interval(axes, (row.low, row.value, row.high), height, encoder, place)
        axes.set_ylim(len(found) - 0.4, -0.6)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x")
        axes.margins(x=0.04)
        axes.set_xlabel("score on the test graphs")

    spoken = ". ".join(
        f"{comparison.title}: {', '.join(f'{name} {row.value:.3f}' for name, row in comparison.rows.items())}"
        for comparison in found
    )
    height = round(BAND * crowd) * len(found) + 50
    return draw(
        paint, name=name, title="Scores with 95 % intervals", description=spoken, width=440, height=height
    )  # fmt: skip


def _band_title(axes: "Axes", band: int, comparison: Comparison) -> None:
    if band:
        axes.axhline(band - 0.58, color=MUTED, linewidth=0.5, alpha=0.6)
    axes.text(
        0, band - 0.38, comparison.title,
        transform=axes.get_yaxis_transform(), va="center", fontweight="bold" if comparison.headline else "normal",
    )  # fmt: skip


def _interval(axes: "Axes", values: tuple[float, float, float], height: float, encoder: str, place: int) -> None:
    """One encoder: low, value and high as a line with a mark; the untrained encoder's mark is hollow."""
    low, value, high = values
    colour = PALETTE[place % len(PALETTE)]
    if not math.isnan(low + high):
        axes.plot([low, high], [height, height], color=colour, linewidth=2, alpha=0.6, solid_capstyle="round")
    hollow = encoder == "untrained"
    axes.plot(
        [value], [height], ENCODER_MARKS.get(encoder, "P"), markerfacecolor=PAPER if hollow else colour,
        markeredgecolor=colour if hollow else PAPER, markeredgewidth=1.8 if hollow else 1,
        markersize=MARK_SIZES.get(encoder, 7.5),
    )  # fmt: skip


# --- learning curves -------------------------------------------------------------------------------------------------


def curves_chart(history: History, task: str, metric: str, name: str) -> str:
    """Training loss above, validation score below, over the epochs; a star at the epoch with the best sum of scores."""
    wanted = ((history.losses, "training loss"), (history.scores, f"validation {metric}"))
    panels = [
        (place, columns[task], label)
        for place, (columns, label) in enumerate(wanted)
        if task in columns and not np.isnan(columns[task]).all()
    ]

    def paint(figure: "Figure") -> None:
        for row, (colour, series, label) in enumerate(panels):
            axes = figure.add_subplot(len(panels), 1, row + 1)
            _curve(axes, history, series, PALETTE[colour], star=colour == 1)
            axes.set_title(label, loc="left", color=INK)
            axes.tick_params(labelbottom=row == len(panels) - 1)
        if panels:
            axes.set_xlabel("epoch")

    spoken = ". ".join(_spoken(history, series, label) for _, series, label in panels)
    return draw(
        paint, name=name, title=f"Learning curves of {task}", description=spoken, width=340,
        height=140 * len(panels) + 20,
    )  # fmt: skip


def _curve(axes: "Axes", history: History, series: Series, colour: str, star: bool) -> None:
    epochs, values = np.array(history.epochs), np.array(series)
    measured = ~np.isnan(values)
    dots = "o" if measured.sum() <= 25 else ""
    axes.plot(epochs[measured], values[measured], marker=dots, markersize=3.5, color=colour, linewidth=1.6)
    best = history.best
    if best is not None:
        axes.axvline(epochs[best], color=MUTED, linestyle=(0, (3, 3)), linewidth=1)
        if star and measured[best]:
            axes.plot(
                epochs[best], values[best], "*", color=colour, markersize=14, markeredgecolor=PAPER, clip_on=False
            )  # fmt: skip
    margin = 0.03 * max(epochs[-1] - epochs[0], 1)
    axes.set_xlim(epochs[0] - margin, epochs[-1] + margin)
    axes.margins(y=0.12)
    axes.locator_params(axis="x", integer=True, nbins=6)
    axes.locator_params(axis="y", nbins=4)


def _spoken(history: History, series: Series, label: str) -> str:
    values = [(epoch, value) for epoch, value in zip(history.epochs, series, strict=True) if not math.isnan(value)]
    (first, start), (last, end) = values[0], values[-1]
    return f"{label}: {start:.3f} at epoch {first}, {end:.3f} at epoch {last}"


# --- the map ---------------------------------------------------------------------------------------------------------


def map_chart(layout: EmbeddingMap, shown: MapSample, title: str, name: str) -> str:
    """One mark a graph: its colour is the class, its shape the part of the split."""
    size = 7.0 if len(shown) <= 200 else 5.0 if len(shown) <= 1500 else 3.6

    def paint(figure: "Figure") -> None:
        axes = figure.add_subplot()
        groups = itertools.product(range(LAYERS), enumerate(PART_MARKS), range(max(len(shown.classes), 1)))
        for layer, (part, mark), colour in groups:
            there = (shown.parts == part) & (shown.colours == colour) & (np.arange(len(shown)) % LAYERS == layer)
            axes.plot(
                *layout.points[there].T, mark, color=PALETTE[colour], alpha=0.75, markeredgecolor=PAPER,
                markeredgewidth=0.4, markersize=size * (1.35 if mark == "^" else 1),
            )  # fmt: skip
        axes.set(xticks=[], yticks=[])
        axes.set_aspect("equal", adjustable="datalim")
        for side in axes.spines.values():
            side.set(visible=True, color=MUTED, alpha=0.5)

    spoken = (
        f"{layout.method} of {len(shown)} graph embeddings, coloured by class: {', '.join(shown.classes) or 'none'}"
    )
    return draw(paint, name=name, title=title, description=spoken, width=480, height=440)
