"""Nearest neighbours for many targets at once: the mean answer of the nearest training rows that have one."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from multigraft.evaluation.columns import Measured, patterns

DISTANCES = 20_000_000  # at a time: 160 MB of them


class Neighbourhoods:
    """Training rows, and the mean answer of the nearest ``counts[i]`` of them for every i.

    What was found for the last rows asked is kept: predictors that differ in nothing but the count ask one after
    another for the same rows.
    """

    def __init__(self, train: Measured, counts: Sequence[int]) -> None:
        self._train = train
        self._counts = counts
        self._last: tuple[Tensor, Tensor] | None = None

    def means(self, x: Float[Tensor, "asked width"]) -> Float64[Tensor, "counts asked targets"]:
        """The mean answers for every count."""
        if self._last is None or self._last[0] is not x:
            size = max(1, DISTANCES // max(1, len(self._train.x)))
            self._last = x, torch.cat([self._near(part) for part in x.split(size)], dim=1)
        return self._last[1]

    def _near(self, x: Tensor) -> Tensor:
        train = self._train
        found = torch.zeros(len(self._counts), len(x), train.answers.shape[1], dtype=torch.float64)
        distances = torch.cdist(x.double(), train.x.double())
        for rows, targets in patterns(train.known):
            most = min(max(self._counts), len(rows))
            near = distances[:, rows].topk(most, largest=False).indices
            sums = train.answers[rows][:, targets].double()[near].cumsum(1)
            for place, count in enumerate(min(one, most) for one in self._counts):
                found[place][:, targets] = sums[:, count - 1] / count
        return found


@dataclass(frozen=True, eq=False)
class NeighbourColumns:
    """The means of one count: chances where answers are 0 and 1."""

    neighbourhoods: Neighbourhoods
    place: int

    def __call__(self, x: Float[Tensor, "asked width"]) -> Float64[Tensor, "asked targets"]:
        return self.neighbourhoods.means(x)[self.place]


def fit_neighbour_columns(train: Measured, counts: Sequence[int], seed: int) -> list[NeighbourColumns]:
    """A predictor for each number of neighbours, equal votes; all rows where there are fewer.

    Source: Cover & Hart 1967.
    """
    found = Neighbourhoods(train, counts)
    return [NeighbourColumns(found, place) for place in range(len(counts))]
