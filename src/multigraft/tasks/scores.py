"""Scores of predictions for many targets at once, where labels may be missing.

Predictions and answers are ``[asked, targets]``; an answer that is NaN is missing and counts nowhere. All targets are
scored in one pass over the labels that are there, so a wide table with few labels costs what its labels cost.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from multigraft.graphs.segments import run_positions


@dataclass(frozen=True)
class Score:
    """A score by name. ``by_target`` gives one value a target, NaN where its labels do not define it."""

    name: str
    higher_is_better: bool
    by_target: Callable[[Tensor, Tensor], Tensor]

    def function(self, predictions: Float[Tensor, "asked targets"], answers: Float[Tensor, "asked targets"]) -> float:
        """The mean over the targets that define the score; NaN where none does."""
        return float(self.by_target(predictions, answers).nanmean())


def roc_auc(
    predictions: Float[Tensor, "asked targets"], answers: Float[Tensor, "asked targets"]
) -> Float64[Tensor, " targets"]:
    """The chance that a 1 is predicted higher than a 0, ties counting half; NaN for a target with one class.

    Source: the rank-sum form, Mann & Whitney 1947, with average ranks for ties.
    """
    levels = _Levels.of(predictions, answers)
    return levels.total(levels.ones * (levels.zeros_below + levels.zeros / 2) / levels.pairs)


def average_precision(
    predictions: Float[Tensor, "asked targets"], answers: Float[Tensor, "asked targets"]
) -> Float64[Tensor, " targets"]:
    """The mean over the ones of the precision at their prediction, ties taken together; NaN with one class.

    Source: sum over thresholds of (recall - recall before) * precision, without interpolation, as scikit-learn has it.
    """
    levels = _Levels.of(predictions, answers)
    ones_from = levels.all_ones - levels.ones_below
    zeros_from = levels.all_zeros - levels.zeros_below
    return levels.total(levels.ones / levels.all_ones * ones_from / (ones_from + zeros_from))


def rmse(
    predictions: Float[Tensor, "asked targets"], answers: Float[Tensor, "asked targets"]
) -> Float64[Tensor, " targets"]:
    """Root of the mean squared error, in the target's units; NaN for a target without labels."""
    return _mean_labelled((predictions.double() - answers.double()).square(), answers).sqrt()


def mae(
    predictions: Float[Tensor, "asked targets"], answers: Float[Tensor, "asked targets"]
) -> Float64[Tensor, " targets"]:
    """Mean absolute error, in the target's units; NaN for a target without labels."""
    return _mean_labelled((predictions.double() - answers.double()).abs(), answers)


def _mean_labelled(errors: Tensor, answers: Tensor) -> Tensor:
    """The mean error of each target's labels. Predictions that are no numbers make it none; missing labels do not."""
    missing = answers.isnan()
    return torch.where(missing, 0.0, errors).sum(0) / (~missing).sum(0)


@dataclass(frozen=True, eq=False)
class _Levels:
    """The different predictions of every target, rising, with how many zeros and ones have them.

    ``*_below`` count the labels of the same target at lower levels, ``all_*`` all labels of the level's target.
    """

    target: Int64[Tensor, " levels"]
    ones: Float64[Tensor, " levels"]
    zeros: Float64[Tensor, " levels"]
    ones_below: Float64[Tensor, " levels"]
    zeros_below: Float64[Tensor, " levels"]
    all_ones: Float64[Tensor, " levels"]
    all_zeros: Float64[Tensor, " levels"]
    undefined: Float64[Tensor, " targets"]  # NaN for targets without a score, 0 for the others

    @classmethod
    def of(cls, predictions: Tensor, answers: Tensor) -> "_Levels":
        present = ~answers.isnan()
        target, predicted = present.nonzero()[:, 1], predictions[present].double()
        order = predicted.argsort()
        order = order[target[order].argsort(stable=True)]
        target, predicted, one = target[order], predicted[order], (answers[present] > 0.5)[order].double()
        starts = (predicted[1:] != predicted[:-1]) | (target.diff() != 0)  # of infinities a difference is no number
        level = torch.nn.functional.pad(starts.cumsum(0), (1, 0))[: len(target)]
        first = run_positions(level) == 0
        at = target[first]
        ones = one.new_zeros(len(at)).index_add_(0, level, one)
        zeros = one.new_zeros(len(at)).index_add_(0, level, 1 - one)
        ones_below, all_ones = _below(ones, at, answers.shape[1])
        zeros_below, all_zeros = _below(zeros, at, answers.shape[1])
        undefined = torch.where((all_ones > 0) & (all_zeros > 0), 0.0, torch.nan).double()
        undefined[target[predicted.isnan()]] = torch.nan  # a model that says nothing has no score
        return cls(at, ones, zeros, ones_below, zeros_below, all_ones[at], all_zeros[at], undefined)

    @property
    def pairs(self) -> Tensor:
        """How many pairs of a one and a zero the level's target has."""
        return self.all_ones * self.all_zeros

    def total(self, parts: Tensor) -> Float64[Tensor, " targets"]:
        """The sum over the levels of each target."""
        defined = torch.where(self.undefined[self.target].isnan(), 0.0, parts)
        return self.undefined + torch.zeros_like(self.undefined).index_add_(0, self.target, defined)


def _below(counts: Tensor, target: Tensor, targets: int) -> tuple[Tensor, Tensor]:
    """Sums over the lower levels of the same target ``[levels]``, and over all levels of each target ``[targets]``."""
    whole = counts.new_zeros(targets).index_add_(0, target, counts)
    return counts.cumsum(0) - counts - (whole.cumsum(0) - whole)[target], whole


SCORES: dict[str, Score] = {
    "roc_auc": Score("roc_auc", True, roc_auc),
    "average_precision": Score("average_precision", True, average_precision),
    "rmse": Score("rmse", False, rmse),
    "mae": Score("mae", False, mae),
}
