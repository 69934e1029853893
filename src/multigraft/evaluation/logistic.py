"""Logistic regressions of many targets at once, each on the rows where its answer is known.

The objective of one target, for its known rows x_i and signs y_i = -1 or 1, is that of scikit-learn,

    f(w, b) = |w|^2 / 2 + C * sum_i log(1 + exp(-y_i (w.x_i + b))),

and one product with x serves all targets of a step. Steps are those of limited-memory BFGS in the coordinates of the
rows' principal axes: there the penalty is unchanged and the curvature starts out nearly diagonal, so that a few dozen
steps do on embeddings whose columns say much the same.

Source: Nocedal & Wright 2006, algorithms 7.4 and 7.5, with a diagonal first Hessian.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor
from torch.nn.functional import softplus

from multigraft.evaluation.axes import Axes
from multigraft.evaluation.columns import LinearColumns, Measured

TOLERANCE = 1e-6  # of the objective: a step that promises less is the last
MOST_STEPS = 300  # a target that is not done by then is used as it stands
MEMORY = 8
HALVINGS = 30
SUFFICIENT = 1e-4  # of the promised gain


@dataclass(frozen=True, eq=False)
class Problem:
    """Rows along the axes with a last column of ones, what each column's weight costs, and the answers as signs.

    ``signs`` are 1 and -1, and 0 where nothing is known.
    """

    x: Float[Tensor, "rows places"]
    penalty: Float[Tensor, "places one"]
    signs: Float[Tensor, "rows targets"]
    cost: float

    def loss(
        self, margins: Float[Tensor, "rows targets"], weights: Float[Tensor, "places targets"]
    ) -> Float64[Tensor, " targets"]:
        """The objective of every target."""
        misses = self.signs.abs() * softplus(-self.signs * margins)
        lengths = self.penalty * weights.square()
        return self.cost * misses.sum(0, dtype=torch.float64) + lengths.sum(0, dtype=torch.float64) / 2

    def gradient(
        self, margins: Float[Tensor, "rows targets"], weights: Float[Tensor, "places targets"]
    ) -> Float[Tensor, "places targets"]:
        """Of the objective, by the weights."""
        return self.penalty * weights - self.cost * (self.x.T @ (self.signs * torch.sigmoid(-self.signs * margins)))

    def of(self, targets: Tensor) -> "Problem":
        """Some of the targets."""
        return Problem(self.x, self.penalty, self.signs[:, targets], self.cost)


def fit_logistics(train: Measured, costs: Sequence[float], seed: int) -> list[LinearColumns]:
    """One regression a target for each inverse penalty C; every C starts from the solution of the one before it.

    Answers are 0, 1 or NaN; every target has both.
    """
    mean = train.x.mean(0)
    axes = Axes.of(train.x - mean)
    rows = axes.coordinates(train.x - mean)
    signs = torch.where(train.known, 2 * train.answers - 1, 0).to(rows.dtype)
    curvature = torch.cat([axes.curvature, axes.curvature.new_tensor([len(rows)])]).to(rows.dtype)[:, None]
    penalty = torch.ones_like(curvature)
    penalty[-1] = 0
    places = torch.cat([rows, rows.new_ones(len(rows), 1)], dim=1)
    weights = rows.new_zeros(len(curvature), signs.shape[1])
    weights[-1] = torch.log((signs > 0).sum(0) / (signs < 0).sum(0))
    found = []
    for cost in costs:
        weights = _solve(Problem(places, penalty, signs, cost), weights, curvature)
        slopes = axes.directions @ weights[:-1].double()
        found.append(LinearColumns(torch.cat([slopes, weights[-1:].double() - mean.double()[None] @ slopes])))
    return found


def _solve(problem: Problem, start: Tensor, curvature: Tensor) -> Tensor:
    """Steps until none promises more than `TOLERANCE`, or none can be taken; targets that are done leave in crowds."""
    solution, active = start.clone(), torch.arange(start.shape[1])
    weights, margins = start, problem.x @ start
    spread = (problem.signs.abs() * torch.sigmoid(margins) * torch.sigmoid(-margins)).mean(0)
    scale = 1 / (problem.cost * spread * curvature + problem.penalty)
    loss, gradient = problem.loss(margins, weights), problem.gradient(margins, weights)
    moved, memory = torch.ones_like(loss, dtype=torch.bool), list[_Pair]()
    for _ in range(MOST_STEPS):
        step = _direction(gradient, memory, scale)
        promised = _dot(gradient, step)
        going = moved & (promised > TOLERANCE * loss)
        if not bool(going.any()):
            break
        if float(going.double().mean()) < 0.7:  # copying costs as much as a step
            solution[:, active] = weights
            active, problem, memory = active[going], problem.of(going), [pair.of_targets(going) for pair in memory]
            weights, margins, gradient, step, loss, promised, scale = (
                held[..., going] for held in (weights, margins, gradient, step, loss, promised, scale)
            )
        along = problem.x @ step
        length = _length(problem, (weights, margins, loss), (step, along, promised))
        moved, part = length > 0, length.to(step.dtype)
        weights, margins, before = weights - part * step, margins - part * along, gradient
        loss, gradient = problem.loss(margins, weights), problem.gradient(margins, weights)
        memory = [*memory, _Pair.of(-part * step, gradient - before)][-MEMORY:]
    solution[:, active] = weights
    return solution


def _length(problem: Problem, here: tuple[Tensor, Tensor, Tensor], ahead: tuple[Tensor, Tensor, Tensor]) -> Tensor:
    """Which part of its step each target can go so that the objective falls: 1, 1/2, 1/4, ..., or 0."""
    (weights, margins, loss), (step, along, promised) = here, ahead
    length = torch.ones_like(loss)
    for _ in range(HALVINGS):
        part = length.to(step.dtype)
        short = problem.loss(margins - part * along, weights - part * step) > loss - SUFFICIENT * length * promised
        if not bool(short.any()):
            return length
        length = torch.where(short, length / 2, length)
    return torch.where(short, 0.0, length)


@dataclass(frozen=True, eq=False)
class _Pair:
    """A past step, by how much it changed the gradient, and 1 over their product, 0 where it is not positive."""

    step: Tensor
    change: Tensor
    inverse: Tensor

    @classmethod
    def of(cls, step: Tensor, change: Tensor) -> "_Pair":
        product = _dot(step, change)
        return cls(step, change, torch.where(product > 0, 1 / product, 0.0))

    def of_targets(self, targets: Tensor) -> "_Pair":
        return _Pair(self.step[:, targets], self.change[:, targets], self.inverse[targets])


def _direction(gradient: Tensor, memory: Sequence[_Pair], scale: Tensor) -> Tensor:
    """The gradient times the inverse Hessian that the past steps suggest."""
    direction, shares = gradient, []
    for pair in reversed(memory):
        shares.append(pair.inverse * _dot(pair.step, direction))
        direction = direction - shares[-1].to(direction.dtype) * pair.change
    if memory:
        last = memory[-1]
        size = 1 / (last.inverse * _dot(last.change, scale * last.change))
        direction = torch.where(last.inverse > 0, size, 1.0).to(direction.dtype) * direction
    direction = scale * direction
    for pair, share in zip(memory, reversed(shares), strict=True):
        rest = share - pair.inverse * _dot(pair.change, direction)
        direction = direction + rest.to(direction.dtype) * pair.step
    return direction


def _dot(one: Tensor, other: Tensor) -> Tensor:
    return (one * other).sum(0, dtype=torch.float64)
