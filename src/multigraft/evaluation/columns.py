"""Many targets at once, some of their answers missing: what learns them, and how its settings are chosen.

Answers are ``[asked, targets]``, NaN where nothing was measured, and so are scores. A learner is fitted for every
target on the training rows that have an answer for it; one setting, the best on validation by the mean over targets,
serves them all.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Float64, Int64
from torch import Tensor

from multigraft.evaluation.metrics import Metric, score
from multigraft.evaluation.probes import Learner, Predictor


@dataclass(frozen=True, eq=False)
class Measured:
    """Features of some graphs, ready to be learned from, and what was measured of them."""

    x: Float[Tensor, "asked width"]
    answers: Float[Tensor, "asked targets"]

    @property
    def known(self) -> Bool[Tensor, "asked targets"]:
        """Where there is an answer."""
        return ~self.answers.isnan()


@dataclass(frozen=True, eq=False)
class Constants:
    """The same score for every row, one a target."""

    values: Float64[Tensor, " targets"]

    def __call__(self, x: Float[Tensor, "asked width"]) -> Float64[Tensor, "asked targets"]:
        return self.values.expand(len(x), -1)


@dataclass(frozen=True, eq=False)
class LinearColumns:
    """One linear score a target; the last row of ``weights`` is the intercept."""

    weights: Float64[Tensor, "width_and_one targets"]

    def __call__(self, x: Float[Tensor, "asked width"]) -> Float64[Tensor, "asked targets"]:
        return x.double() @ self.weights[:-1] + self.weights[-1]


@dataclass(frozen=True, eq=False)
class Placed:
    """The scores of some targets at their places, those of the others constant."""

    predictor: Predictor
    learned: Bool[Tensor, " targets"]
    constants: Float64[Tensor, " targets"]

    def __call__(self, x: Float[Tensor, "asked width"]) -> Float64[Tensor, "asked targets"]:
        scores = self.constants.repeat(len(x), 1)
        scores[:, self.learned] = self.predictor(x)
        return scores


def fit_columns(
    learner: Learner, train: Measured, validation: Measured, metric: Metric, sign: int, tune: bool, seed: int
) -> Predictor:
    """The predictor of ``learner``, with the setting that is best on ``validation`` where ``tune``.

    Targets whose training answers are all the same are predicted to be that, those without any to be 0. ``sign`` is 1
    where a higher score is better, else -1. Of several settings that are equally good the first is taken; where the
    validation part leaves the metric undefined, the default.
    """
    constants = train.answers.double().nanmean(0).nan_to_num(0.0)
    learned = varied(train)
    if not bool(learned.any()):
        return Constants(constants)
    shown = Measured(train.x, train.answers[:, learned])
    if not tune or not learner.settings:
        return Placed(learner.fit(shown, [learner.default], seed)[0], learned, constants)
    candidates = [Placed(one, learned, constants) for one in learner.fit(shown, learner.settings, seed)]
    values = [sign * score(metric, candidate(validation.x), validation.answers) for candidate in candidates]
    best = max(range(len(values)), key=lambda place: (not math.isnan(values[place]), values[place]))
    if math.isnan(values[best]):
        return Placed(learner.fit(shown, [learner.default], seed)[0], learned, constants)
    return candidates[best]


def varied(train: Measured) -> Bool[Tensor, " targets"]:
    """The targets with at least two different answers."""
    if not len(train.answers):
        return torch.zeros(train.answers.shape[1], dtype=torch.bool)
    return train.answers.nan_to_num(torch.inf).amin(0) < train.answers.nan_to_num(-torch.inf).amax(0)


def patterns(
    known: Bool[Tensor, "rows targets"],
) -> Iterator[tuple[Int64[Tensor, " known"], Int64[Tensor, " alike"]]]:
    """Targets that are known for the very same rows, together: these rows, and the numbers of the targets."""
    shapes, pattern = known.T.unique(dim=0, return_inverse=True)
    for place, shape in enumerate(shapes):
        yield shape.nonzero()[:, 0], (pattern == place).nonzero()[:, 0]
