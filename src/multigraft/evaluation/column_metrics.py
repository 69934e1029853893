"""Scores of many targets for many weightings of the questions at once, so that a bootstrap is one call.

Every metric takes scores and answers ``[asked, targets]``, NaN where an answer is missing, and weights
``[draws, asked]``; it returns the mean over the targets that a weighting defines, one value a weighting, NaN where it
defines none. With all weights 1 they are the scores of `multigraft.tasks.scores`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Float64, Int64
from torch import Tensor

from multigraft.evaluation.metrics import Metric
from multigraft.graphs.segments import run_positions

CHUNK = 4_000_000  # weights of answers at a time: 32 MB of them


def roc_auc(
    scores: Float[Tensor, "asked targets"],
    answers: Float[Tensor, "asked targets"],
    weights: Float64[Tensor, "draws asked"],
) -> Float64[Tensor, " draws"]:
    """The chance that a 1 scores higher than a 0 of the same target; ties count half."""

    def chance(ranked: "_Ranked", held: Tensor) -> Tensor:
        zeros = _before(held * ~ranked.one)
        below = (zeros[:, ranked.level_start] + zeros[:, ranked.level_end]) / 2
        return (below - zeros[:, ranked.start]) / (zeros[:, ranked.end] - zeros[:, ranked.start])

    return _mean_of_ones(chance, scores, answers, weights)


def average_precision(
    scores: Float[Tensor, "asked targets"],
    answers: Float[Tensor, "asked targets"],
    weights: Float64[Tensor, "draws asked"],
) -> Float64[Tensor, " draws"]:
    """The mean over the ones of a target of the precision at their score, ties taken together."""

    def precision(ranked: "_Ranked", held: Tensor) -> Tensor:
        ones, zeros = _before(held * ranked.one), _before(held * ~ranked.one)
        right = ones[:, ranked.end] - ones[:, ranked.level_start]
        wrong = zeros[:, ranked.end] - zeros[:, ranked.level_start]
        there = zeros[:, ranked.end] > zeros[:, ranked.start]
        return torch.where(there, right / (right + wrong), torch.nan)

    return _mean_of_ones(precision, scores, answers, weights)


def rmse(
    scores: Float[Tensor, "asked targets"],
    answers: Float[Tensor, "asked targets"],
    weights: Float64[Tensor, "draws asked"],
) -> Float64[Tensor, " draws"]:
    """The root of the mean squared error, in a target's own units."""
    return _mean_errors((scores - answers.double()).square(), answers, weights).sqrt().nanmean(1)


def mae(
    scores: Float[Tensor, "asked targets"],
    answers: Float[Tensor, "asked targets"],
    weights: Float64[Tensor, "draws asked"],
) -> Float64[Tensor, " draws"]:
    """The mean absolute error, in a target's own units."""
    return _mean_errors((scores - answers.double()).abs(), answers, weights).nanmean(1)


BINARY_METRICS: dict[str, Metric] = {"roc_auc": roc_auc, "average_precision": average_precision}
REAL_METRICS: dict[str, Metric] = {"rmse": rmse, "mae": mae}


def _mean_errors(errors: Tensor, answers: Tensor, weights: Tensor) -> Tensor:
    """By draw and target. Scores that are no numbers make it none; missing answers do not."""
    missing = answers.isnan()
    return weights @ torch.where(missing, 0.0, errors) / (weights @ (~missing).double())


@dataclass(frozen=True, eq=False)
class _Ranked:
    """The known answers target by target, by rising score; and for every 1 the places around it.

    ``start`` and ``end`` are where its target begins and ends, ``level_*`` where the scores equal to its own do.
    """

    row: Int64[Tensor, " known"]
    one: Bool[Tensor, " known"]
    target: Int64[Tensor, " ones"]
    start: Int64[Tensor, " ones"]
    end: Int64[Tensor, " ones"]
    level_start: Int64[Tensor, " ones"]
    level_end: Int64[Tensor, " ones"]

    @classmethod
    def of(cls, scores: Tensor, answers: Tensor) -> "_Ranked":
        row, target = (~answers.isnan()).nonzero(as_tuple=True)
        value = scores[row, target]
        order = value.argsort()
        order = order[target[order].argsort(stable=True)]
        row, target, value = row[order], target[order], value[order]
        new = (value[1:] != value[:-1]) | (target.diff() != 0)  # of infinities a difference is no number
        level = torch.nn.functional.pad(new.cumsum(0), (1, 0))[: len(row)]
        one = answers[row, target] > 0.5
        level_end, end = (torch.searchsorted(ids, ids, right=True)[one] for ids in (level, target))
        here = torch.arange(len(row))
        level_start, start = ((here - run_positions(ids))[one] for ids in (level, target))
        return cls(row, one, target[one], start, end, level_start, level_end)


def _mean_of_ones(
    of_ones: Callable[[_Ranked, Tensor], Tensor], scores: Tensor, answers: Tensor, weights: Tensor
) -> Tensor:
    """The mean over targets of the weighted mean over their ones of what is said of each, given all weights."""
    ranked = _Ranked.of(scores, answers)
    unsaid = (scores.isnan() & ~answers.isnan()).any(0)
    found = []
    for part in weights.split(max(1, CHUNK // max(1, len(ranked.row)))):
        held = part[:, ranked.row]
        own, empty = held[:, ranked.one], part.new_zeros(len(part), len(unsaid))
        sums = empty.index_add(1, ranked.target, torch.where(own > 0, own * of_ones(ranked, held), 0.0))
        means = sums / empty.index_add(1, ranked.target, own)
        means[:, unsaid] = torch.nan  # a model that says nothing has no score
        found.append(means.nanmean(1))
    return torch.cat(found)


def _before(weights: Tensor) -> Tensor:
    """The sum of the weights before every place, and behind the last one of all."""
    return torch.nn.functional.pad(weights.cumsum(1), (1, 0))
