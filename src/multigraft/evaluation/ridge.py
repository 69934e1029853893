"""Ridge regressions of many targets at once, each on the rows where its answer is known."""

from collections.abc import Sequence

import torch

from multigraft.evaluation.axes import Axes
from multigraft.evaluation.columns import LinearColumns, Measured, patterns


def fit_ridges(train: Measured, penalties: Sequence[float], seed: int) -> list[LinearColumns]:
    """For each penalty a, the weights that minimise |y - X w - b|^2 + a |w|^2; the intercept b costs nothing.

    Targets that are known for the same rows share one decomposition of these, and so do all penalties.

    Source: Hoerl & Kennard 1970; scikit-learn's ``Ridge`` has the same objective.
    """
    weights = torch.zeros(len(penalties), train.x.shape[1] + 1, train.answers.shape[1], dtype=torch.float64)
    for rows, targets in patterns(train.known):
        x, y = train.x[rows].double(), train.answers[rows][:, targets].double()
        centre, level = x.mean(0), y.mean(0)
        axes = Axes.of(x - centre)
        along = axes.coordinates(x - centre).T @ (y - level)
        for place, penalty in enumerate(penalties):
            slopes = axes.directions @ (along / (axes.curvature + penalty)[:, None])
            weights[place, :-1, targets] = slopes
            weights[place, -1, targets] = level - centre @ slopes
    return [LinearColumns(one) for one in weights]
