"""Plain versions of what is computed for many targets at once: one target, one row, one draw after another."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from tests.reference.protocols import roc_auc

Numbers = Sequence[float]


def average_precision(scores: Numbers, answers: Numbers, weights: Numbers) -> float:
    """The mean over the ones of the share of ones among all that score no less; NaN unless there are ones and zeros."""
    rows = list(zip(scores, answers, weights, strict=True))
    ones, zeros = (sum(weight for _, answer, weight in rows if answer == which) for which in (1, 0))
    if not ones or not zeros:
        return math.nan
    total = 0.0
    for score, answer, weight in rows:
        if answer == 1 and weight:
            above = [(other, mass) for value, other, mass in rows if value >= score]
            total += weight * sum(mass for other, mass in above if other == 1) / sum(mass for _, mass in above)
    return total / ones


def rmse(scores: Numbers, answers: Numbers, weights: Numbers) -> float:
    """The root of the weighted mean squared error."""
    total = sum(weights)
    squares = (w * (s - a) ** 2 for s, a, w in zip(scores, answers, weights, strict=True))
    return math.sqrt(sum(squares) / total) if total else math.nan


def mae(scores: Numbers, answers: Numbers, weights: Numbers) -> float:
    """The weighted mean absolute error."""
    total = sum(weights)
    return sum(w * abs(s - a) for s, a, w in zip(scores, answers, weights, strict=True)) / total if total else math.nan


METRICS = {"roc_auc": roc_auc, "average_precision": average_precision, "rmse": rmse, "mae": mae}


def mean_over_targets(name: str, scores: Tensor, answers: Tensor, weights: Tensor) -> float:
    """The mean of a metric over the targets that define it, on their known answers alone."""
    found = []
    for target in range(answers.shape[1]):
        known = [row for row in range(len(answers)) if not math.isnan(float(answers[row, target]))]
        columns = (scores[known, target], answers[known, target], weights[known])
        found.append(METRICS[name](*(column.tolist() for column in columns)))
    defined = [value for value in found if not math.isnan(value)]
    return sum(defined) / len(defined) if defined else math.nan


def neighbour_mean(x: Tensor, train: Tensor, answers: Tensor, count: int) -> float:
    """The mean answer of the nearest training rows that have one; ``x`` is one row, ``answers`` one target's."""
    known = [row for row in range(len(train)) if not math.isnan(float(answers[row]))]
    nearest = sorted(known, key=lambda row: float(torch.dist(x, train[row])))[:count]
    return sum(float(answers[row]) for row in nearest) / len(nearest)


def logistic_objective(weights: Tensor, x: Tensor, answers: Tensor, cost: float) -> float:
    """Half the squared length of the slopes, and the cost of the surprise at every known answer."""
    total = sum(float(slope) ** 2 for slope in weights[:-1]) / 2
    for row, answer in zip(x, answers.tolist(), strict=True):
        if not math.isnan(answer):
            margin = (1 if answer else -1) * float(row @ weights[:-1] + weights[-1])
            total += cost * math.log1p(math.exp(-margin))
    return total


def kernel_value(asked: Tensor, x: Tensor, answers: Tensor, width: float, penalty: float) -> float:
    """The value at one row of the function through one target's known answers, as Rifkin et al. 2003 write it."""
    apart = [[float((one - other).square().sum()) for other in x] for one in x]
    scale = width * sum(map(sum, apart)) / len(x) ** 2
    known = [row for row in range(len(x)) if not math.isnan(float(answers[row]))]
    level = sum(float(answers[row]) for row in known) / len(known)
    gram = [[math.exp(-apart[i][j] / scale) + penalty * (i == j) for j in known] for i in known]
    wanted = torch.tensor([float(answers[row]) - level for row in known], dtype=torch.float64)
    weights = torch.linalg.solve(torch.tensor(gram, dtype=torch.float64), wanted).tolist()
    near = [math.exp(-float((asked - x[row]).square().sum()) / scale) for row in known]
    return level + sum(weight * share for weight, share in zip(weights, near, strict=True))
