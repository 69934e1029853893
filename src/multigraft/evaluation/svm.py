"""Linear support vector machines with squared hinge loss, solved to the optimum by Newton's method.

The objective of one machine, for rows x_i (with a last entry 1 for the intercept) and signs y_i = -1 or 1, is

    f(w) = |w|^2 / 2 + C * sum_i max(0, 1 - y_i w.x_i)^2

which is that of scikit-learn's ``LinearSVC`` and LIBLINEAR; both stop early on a few ten thousand rows of correlated
embeddings, or take minutes. Here a step costs one Cholesky factorisation, and ten steps are usual. The optimum is a sum
of multiples of the rows, so that fewer rows than columns are first turned into as many columns as there are rows.

Source: Fan et al. 2008 (LIBLINEAR), appendix on L2-loss; Keerthi & DeCoste 2005 (finite Newton method).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float64, Int64
from torch import Tensor

TOLERANCE = 1e-8  # of the objective
MOST_STEPS = 100  # five times what any data has needed; a machine that is not done by then is used as it stands


@dataclass(frozen=True, eq=False)
class _State:
    """Where a machine stands: its weights, which rows lie inside the margin, and these rows' Gram matrix."""

    weights: Float64[Tensor, " width"]
    active: Bool[Tensor, " rows"]
    gram: Float64[Tensor, "width width"]


def fit_machines(
    x: Float64[Tensor, "rows width"], answers: Int64[Tensor, " rows"], targets: Sequence[int], costs: Sequence[float]
) -> list[Float64[Tensor, "width targets"]]:
    """For each cost C, in turn, the weights of one machine a target class against all other classes.

    The last column of ``x`` must be ones. Every cost starts from the solution of the one before it, so costs that rise
    are solved faster.
    """
    if len(x) < x.shape[1]:
        basis, coordinates = torch.linalg.qr(x.T)  # of what the rows span; they are the columns of coordinates
        return [basis @ machines for machines in _path(coordinates.T.contiguous(), answers, targets, costs)]
    return _path(x, answers, targets, costs)


def _path(x: Tensor, answers: Tensor, targets: Sequence[int], costs: Sequence[float]) -> list[Tensor]:
    """What `fit_machines` finds, by Newton steps in as many dimensions as there are columns."""
    start = _State(x.new_zeros(x.shape[1]), torch.ones(len(x), dtype=torch.bool), x.T @ x)
    columns = []
    for target in targets:
        signs = torch.where(answers == target, 1.0, -1.0).double()
        state, path = start, []
        for cost in costs:
            state = _solve(x, signs, cost, state)
            path.append(state.weights)
        columns.append(path)
    return [torch.stack([path[place] for path in columns], dim=1) for place in range(len(costs))]


def _solve(x: Tensor, signs: Tensor, cost: float, state: _State) -> _State:
    """Newton steps until the next could lower the objective by no more than `TOLERANCE` of it."""
    weights, active, gram = state.weights, state.active, state.gram
    values = x @ weights
    for _ in range(MOST_STEPS):
        slack = (1 - signs * values).clamp_min(0)
        active, gram = _moved(x, slack > 0, active, gram)
        gradient = weights - 2 * cost * (x.T @ (signs * slack))
        hessian = 2 * cost * gram
        hessian.diagonal().add_(1)
        step = torch.cholesky_solve(gradient[:, None], torch.linalg.cholesky(hessian)).squeeze(1)
        gain = float(gradient @ step)
        before = _objective(weights, signs, values, cost)
        if gain <= TOLERANCE * before:
            break
        along, length = x @ step, 1.0
        while _objective(weights - length * step, signs, values - length * along, cost) > before - length * gain / 1e4:
            length /= 2  # ends: the step goes downhill, and the objective has a bounded second derivative
        weights, values = weights - length * step, values - length * along
    return _State(weights, active, gram)


def _objective(weights: Tensor, signs: Tensor, values: Tensor, cost: float) -> float:
    return float(weights @ weights / 2 + cost * (1 - signs * values).clamp_min(0).square().sum())


def _moved(x: Tensor, active: Tensor, before: Tensor, gram: Tensor) -> tuple[Tensor, Tensor]:
    """The Gram matrix of the active rows: from the rows that come and go, or anew where that is less work."""
    come, go = active & ~before, before & ~active
    if int(come.sum() + go.sum()) >= int(active.sum()):
        rows = x[active]
        return active, rows.T @ rows
    arriving, leaving = x[come], x[go]
    return active, gram + arriving.T @ arriving - leaving.T @ leaving
