"""Least squares on a Gaussian kernel: a class's score is the value that a smooth function through the rows has there.

With K_ij = exp(-|x_i - x_j|^2 / (s d)), d the mean squared distance of training rows, and Y their classes as zeros
and ones less the means of these, scores are k (K + p I)^-1 Y plus the means: one factorisation serves all classes, and
scores are of the size of chances, so that they can be averaged with those of other learners.

Source: Rifkin et al. 2003, regularised least-squares classification.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float64
from torch import Tensor
from torch.nn.functional import one_hot

from multigraft.evaluation.probes import SAMPLE, Labelled, sampled, scales

# (width s, penalty p); the first is the default.
KERNELS = tuple((width, penalty) for width in (1.0, 0.25, 4.0) for penalty in (0.1, 0.01, 1.0))
AT_A_TIME = 4096  # rows that are asked about


@dataclass(frozen=True, eq=False)
class KernelProbe:
    """Features scaled as in training, then the function through the training ``rows``."""

    mean: Float64[Tensor, " width"]
    deviation: Float64[Tensor, " width"]
    rows: Float64[Tensor, "rows width"]
    scale: float
    weights: Float64[Tensor, "rows classes"]
    shares: Float64[Tensor, " classes"]

    def __call__(self, x: Float64[Tensor, "asked width"]) -> Float64[Tensor, "asked classes"]:
        return torch.cat([self._said(part) for part in x.split(AT_A_TIME)])

    def _said(self, x: Tensor) -> Tensor:
        apart = distances((x - self.mean) / self.deviation, self.rows)
        return torch.exp(-apart / self.scale) @ self.weights + self.shares


def fit_kernels(
    train: Labelled, settings: Sequence[tuple[float, float]], seed: int, scaled: bool = True
) -> list[KernelProbe]:
    """A probe for each (width, penalty), of rows that are standardised where ``scaled``.

    Of more than `SAMPLE` rows a sample is taken, drawn class by class.
    """
    train = train.take(sampled(train.answers, SAMPLE, seed))
    mean, deviation = scales(train.x, scaled)
    rows = (train.x - mean) / deviation
    classes = one_hot(train.answers).to(rows.dtype)
    shares = classes.mean(0)
    apart = distances(rows, rows)
    typical = float(apart.mean()) or 1.0  # rows that are all alike
    probes = []
    for width, penalty in settings:
        kernel = torch.div(apart, -width * typical).exp_()
        kernel.diagonal().add_(penalty)
        weights = torch.cholesky_solve(classes - shares, torch.linalg.cholesky(kernel))
        probes.append(KernelProbe(mean, deviation, rows, width * typical, weights, shares))
    return probes


def distances(x: Tensor, rows: Tensor) -> Float64[Tensor, "asked rows"]:
    """Squared."""
    squares = x.square().sum(1)[:, None] + rows.square().sum(1)
    return squares.addmm_(x, rows.T, alpha=-2).clamp_min_(0)
