"""Matplotlib figures drawn for the page, without the global state of pyplot."""

import io
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from multigraft.errors import MissingExtraError
from multigraft.reports.inline import inline
from multigraft.reports.palette import FAINT, FONT_SIZE, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNITS = 72  # an inch, so that one unit is one CSS pixel
STYLE = {
    "svg.fonttype": "none",
    "svg.hashsalt": "multigraft",
    "text.parse_math": False,
    "font.size": FONT_SIZE,
    "axes.titlesize": FONT_SIZE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 1,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
}


def draw(paint: "Callable[[Figure], None]", *, name: str, title: str, description: str, width: int, height: int) -> str:
    """The SVG element of a chart that ``paint`` puts on an empty figure of ``width`` x ``height`` CSS pixels.

    ``name`` begins every id, so that charts with different names share a page; ``title`` and ``description`` are what
    a screen reader says.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    raw = io.BytesIO()
    with _painted(paint, width, height) as figure:
        figure.savefig(raw, format="svg", transparent=True, metadata={"Date": None})
    return inline(raw.getvalue().decode(), name, title, description)


def draw_png(paint: "Callable[[Figure], None]", *, width: int, height: int) -> bytes:
    """The same chart as a PNG for print: dark on white, twice as many pixels as `draw` has CSS pixels.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    raw = io.BytesIO()
    with _painted(paint, width, height) as figure:
        figure.savefig(raw, format="png", dpi=2 * UNITS, facecolor="white", metadata={"Software": None})
    return raw.getvalue()


@contextmanager
def _painted(paint: "Callable[[Figure], None]", width: int, height: int) -> "Iterator[Figure]":
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError("a chart", "plots") from error
    with _style():
        figure = Figure(figsize=(width / UNITS, height / UNITS), dpi=UNITS, layout="constrained")
        paint(figure)
        yield figure


@contextmanager
def _style() -> Iterator[None]:
    """Our settings over matplotlib's own defaults, whatever the user's; put back afterwards."""
    import matplotlib.style

    with matplotlib.style.context(["default", STYLE], after_reset=True), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")  # the browser's fonts draw the text
        yield
