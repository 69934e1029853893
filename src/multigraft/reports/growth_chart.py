"""Curves of growth as a picture: a panel each, on logarithmic axes, with the fitted power law."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from multigraft.reports.palette import FONT_SIZE, INK, MUTED, PALETTE, PAPER
from multigraft.reports.standalone import standalone
from multigraft.reports.svg import draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACROSS, WIDTH, HEIGHT = 2, 300, 190  # panels side by side, CSS pixels of a panel


def growth_chart(curves: Sequence[Mapping[str, Any]]) -> str:
    """Rows of `multigraft bench --growth` as an SVG document, light or dark; equal input gives equal pictures.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    down = math.ceil(len(curves) / ACROSS)

    def paint(figure: "Figure") -> None:
        for place, curve in enumerate(curves):
            _panel(figure.add_subplot(down, ACROSS, place + 1), curve)

    return standalone(
        draw(
            paint, name="growth", title="How time and memory grow", description=_spoken(curves),
            width=ACROSS * WIDTH, height=down * HEIGHT,
        )
    )  # fmt: skip


def _panel(axes: "Axes", curve: Mapping[str, Any]) -> None:
    sizes, values = zip(*curve["points"], strict=True)
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    slope = curve["exponent"]
    if slope is not None and not math.isnan(slope):
        middle = math.fsum(math.log(value) - slope * math.log(size) for size, value in curve["points"]) / len(sizes)
        line = [math.exp(middle + slope * math.log(size)) for size in (sizes[0], sizes[-1])]
        axes.plot((sizes[0], sizes[-1]), line, color=MUTED, linestyle=(0, (4, 2)), linewidth=1.2)
    axes.plot(sizes, values, "o", color=PALETTE[0], markersize=6, markeredgecolor=PAPER, markeredgewidth=0.8)
    axes.set_xticks(sizes, labels=[_short(size) for size in sizes])
    low, high = min(values), max(values)
    middle = math.sqrt(low * high)
    axes.set_ylim(min(low, middle / 2) / 1.3, max(high, middle * 2) * 1.3)  # what does not grow is to look flat
    ticks = [10.0**power for power in range(-6, 10) if axes.get_ylim()[0] <= 10.0**power <= axes.get_ylim()[1]]
    shown = ticks if len(ticks) > 1 else [low, high] if high > 1.5 * low else [middle]
    axes.set_yticks(shown, labels=[f"{tick:.3g}" for tick in shown])
    axes.minorticks_off()
    axes.set_xlabel(curve["x"])
    axes.set_title(f"{curve['name']}, {curve['unit']}", loc="left", color=INK, fontsize=FONT_SIZE)


def _short(size: int) -> str:
    return f"{size // 1000}k" if size >= 1000 and size % 1000 == 0 else str(size)


def _spoken(curves: Sequence[Mapping[str, Any]]) -> str:
    told = []
    for curve in curves:
        points = ", ".join(f"{value:.3g} {curve['unit']} at {size}" for size, value in curve["points"])
        told.append(f"{curve['name']}: {points}")
    return ". ".join(told)
