"""A search as a picture: the score of every trial, the best so far, the defaults."""

from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from multigraft.errors import InputError
from multigraft.reports.palette import FONT_SIZE, INK, MUTED, PALETTE, PAPER
from multigraft.reports.standalone import standalone
from multigraft.reports.svg import draw
from multigraft.tuning.findings import Tuning

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SMALL = 11
DASHED = (0, (4, 2))


def tuning_chart(found: Tuning) -> str:
    """The sum of validation scores over the finished trials in their order, as an SVG document, light or dark.

    Trials that diverged are crosses on the lower edge. Equal input gives equal pictures.

    Raises:
        InputError: no trial has a score.
        MissingExtraError: matplotlib is not installed.
    """
    scored = [(trial.number, trial.score) for trial in found.finished if trial.score is not None]
    if not scored:
        raise InputError(f"{found.out} has no trial with a score to draw")

    def paint(figure: "Figure") -> None:
        axes = figure.add_subplot()
        if found.defaults is not None and found.defaults.score is not None:
            axes.axhline(found.defaults.score, color=INK, linestyle=DASHED, linewidth=1.2, label="the defaults")
        last = found.finished[-1].number + 0.7
        _best_so_far(axes, scored, last)
        axes.plot(
            *zip(*scored, strict=True), "o", color=PALETTE[0], markersize=6.5, markeredgecolor=PAPER,
            markeredgewidth=0.8, label="a trial",
        )  # fmt: skip
        _diverged(axes, found)
        axes.set_xlim(-0.7, last)
        axes.margins(y=0.12)
        axes.locator_params(axis="x", integer=True, nbins=10)
        axes.set_xlabel("trial")
        axes.set_title("sum of validation scores", loc="left", color=INK)
        figure.suptitle(_heading(found), x=0.01, ha="left", fontweight="bold", fontsize=FONT_SIZE)
        figure.legend(loc="outside lower left", ncols=4, frameon=False, fontsize=SMALL)

    title = f"Validation scores of {len(found.finished)} trials"
    return standalone(draw(paint, name="trials", title=title, description=_spoken(found), width=560, height=340))


def _best_so_far(axes: "Axes", scored: Sequence[tuple[int, float]], last: float) -> None:
    best = list(accumulate((score for _, score in scored), max))
    numbers = [number for number, _ in scored]
    axes.step(
        [*numbers, last], [*best, best[-1]], where="post", color=PALETTE[1], linewidth=1.8, label="the best so far"
    )


def _diverged(axes: "Axes", found: Tuning) -> None:
    lost = [trial.number for trial in found.finished if trial.score is None]
    if lost:
        axes.plot(
            lost, [0.02] * len(lost), "x", transform=axes.get_xaxis_transform(), color=MUTED, markersize=7,
            markeredgewidth=1.8, label="diverged",
        )  # fmt: skip


def _heading(found: Tuning) -> str:
    epochs = "1 epoch" if found.epochs == 1 else f"{found.epochs} epochs"
    return f"{found.data}: {found.strategy} for {', '.join(found.tasks)}, {epochs} a trial"


def _spoken(found: Tuning) -> str:
    told = ", ".join("diverged" if trial.score is None else f"{trial.score:.3f}" for trial in found.finished)
    best = f"The best is trial {found.best.number}" if found.best else ""
    return f"Sums of validation scores in order: {told}. {best}"
