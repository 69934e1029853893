"""Scores of predictions, for many weightings of the questions at once, so that a bootstrap is one call.

Every metric takes the predictor's scores of every question for every class ``[asked, classes]``, the answers
``[asked]``, and weights ``[draws, asked]``, not negative; it returns one value a weighting ``[draws]``, NaN where the
weights leave it undefined. Weighting a question by 2 is the same as asking it twice.
"""

from collections.abc import Callable

import torch
from jaxtyping import Float64, Int64, Shaped
from torch import Tensor

Metric = Callable[[Tensor, Tensor, Tensor], Tensor]


def accuracy(
    scores: Float64[Tensor, "asked classes"], answers: Int64[Tensor, " asked"], weights: Float64[Tensor, "draws asked"]
) -> Float64[Tensor, " draws"]:
    """The share of questions whose highest score is the right class; the first class where scores tie."""
    right = (scores.argmax(1) == answers).double()
    return weights @ right / weights.sum(1)


def balanced_accuracy(
    scores: Float64[Tensor, "asked classes"], answers: Int64[Tensor, " asked"], weights: Float64[Tensor, "draws asked"]
) -> Float64[Tensor, " draws"]:
    """The mean over the classes that occur of the share of their questions that are answered right."""
    classes = torch.nn.functional.one_hot(answers, max(scores.shape[1], int(answers.max()) + 1 if len(answers) else 0))
    right = (scores.argmax(1) == answers)[:, None] * classes
    asked = weights @ classes.double()
    return (weights @ right.double() / asked).nanmean(1)


def roc_auc(
    scores: Float64[Tensor, "asked classes"], answers: Int64[Tensor, " asked"], weights: Float64[Tensor, "draws asked"]
) -> Float64[Tensor, " draws"]:
    """The chance that a question with answer 1 has a higher score for class 1 than one with answer 0; ties count half.

    The scores of class 1 are sorted once; the weight of the zeros below every one is then a cumulative sum.
    """
    values, order = scores[:, 1].sort()
    level = torch.unique_consecutive(values, return_inverse=True)[1]
    ordered, positive = weights[:, order], answers[order] == 1
    levels = int(level[-1]) + 1 if len(level) else 0
    ones = weights.new_zeros(len(weights), levels).index_add_(1, level, ordered * positive)
    zeros = weights.new_zeros(len(weights), levels).index_add_(1, level, ordered * ~positive)
    below = zeros.cumsum(1) - zeros
    return (ones * (below + zeros / 2)).sum(1) / (ones.sum(1) * zeros.sum(1))


METRICS: dict[str, Metric] = {
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
    "roc_auc": roc_auc,
}


def score(metric: Metric, scores: Float64[Tensor, "asked said"], answers: Shaped[Tensor, "asked *targets"]) -> float:
    """The metric with every question counted once; NaN where there are no questions."""
    return float(metric(scores, answers, scores.new_ones(1, len(answers))))
