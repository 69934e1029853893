"""Least squares on a Gaussian kernel for many targets at once, each through the rows where its answer is known.

The function of a target is that of `multigraft.evaluation.kernels`, with one distance d for all targets: with m_i = 1
where row i is known and 0 elsewhere, its weights w solve (m K m + p I) w = m (y - mean of y). Conjugate gradients solve
for all targets together, so that a step is one product with K, whichever rows are missing.

Source: Rifkin et al. 2003; Hestenes & Stiefel 1952 (conjugate gradients).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Float64, Int64
from torch import Tensor

from multigraft.evaluation.columns import Measured
from multigraft.evaluation.kernels import AT_A_TIME, distances
from multigraft.evaluation.probes import SAMPLE

TOLERANCE = 1e-6  # of the right-hand side's length
MOST_STEPS = 1000  # weights that are not there by then are used as they stand


@dataclass(frozen=True, eq=False)
class KernelColumns:
    """A smooth function through the training ``rows`` for every target; rows that were not known weigh nothing."""

    rows: Float64[Tensor, "rows width"]
    scale: float
    weights: Float64[Tensor, "rows targets"]
    levels: Float64[Tensor, " targets"]

    def __call__(self, x: Float[Tensor, "asked width"]) -> Float64[Tensor, "asked targets"]:
        return torch.cat([self._said(part.double()) for part in x.split(AT_A_TIME)])

    def _said(self, x: Tensor) -> Tensor:
        return torch.exp(-distances(x, self.rows) / self.scale) @ self.weights + self.levels


def fit_kernel_columns(train: Measured, settings: Sequence[tuple[float, float]], seed: int) -> list[KernelColumns]:
    """Functions for each (width, penalty), from columns as they are. Of more than `SAMPLE` rows some are drawn."""
    if len(train.x) > SAMPLE:
        drawn = _drawn(train, torch.Generator().manual_seed(seed))
        train = Measured(train.x[drawn], train.answers[drawn])
    rows, known, answers = train.x.double(), train.known, train.answers.double()
    levels = answers.nanmean(0).nan_to_num(0.0)
    wanted = torch.where(known, answers - levels, 0.0)
    apart = distances(rows, rows)
    typical = float(apart.mean()) or 1.0  # rows that are all alike
    fitted = []
    for width, penalty in settings:
        kernel = torch.div(apart, -width * typical).exp_()
        fitted.append(KernelColumns(rows, width * typical, _solved(kernel, penalty, known, wanted), levels))
    return fitted


def _drawn(train: Measured, draws: torch.Generator) -> Int64[Tensor, " rows"]:
    """`SAMPLE` rows at random: first those with the rarer answer of a yes-or-no target, last those with no answer."""
    known, ones = train.known, train.answers == 1
    rarer = torch.where(2 * ones.sum(0) <= known.sum(0), ones, known & ~ones)
    rank = torch.rand(len(known), generator=draws) + rarer.any(1) + known.any(1)
    return rank.topk(SAMPLE).indices.sort().values


def _solved(
    kernel: Float64[Tensor, "rows rows"],
    penalty: float,
    known: Bool[Tensor, "rows targets"],
    wanted: Float64[Tensor, "rows targets"],
) -> Float64[Tensor, "rows targets"]:
    """The weights of every target."""
    weights, rest, ahead = torch.zeros_like(wanted), wanted, wanted
    length = rest.square().sum(0)
    enough = TOLERANCE**2 * length
    for _ in range(MOST_STEPS):
        going = length > enough
        if not bool(going.any()):
            break
        along = torch.where(known, kernel @ ahead, 0.0) + penalty * ahead
        step = torch.where(going, length / (ahead * along).sum(0), 0.0)
        weights, rest = weights + step * ahead, rest - step * along
        before, length = length, torch.where(going, rest.square().sum(0), length)
        ahead = rest + torch.where(going, length / before, 0.0) * ahead
    return weights
