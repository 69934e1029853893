"""From features and answers to a predictor, and the choice of its settings on validation data.

A learner fits one predictor a setting. Where settings are chosen, each is fitted on the training part, or on a sample
of `Learner.sample` of its questions drawn class by class if it has more, and scored on the validation part; the
predictor returned is fitted on all of the training part with the best setting, the first of several equally good ones.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from multigraft.evaluation.metrics import Metric, score
from multigraft.evaluation.svm import fit_machines
from multigraft.graphs.segments import choose

SAMPLE = 10_000
COSTS = (0.001, 0.01, 0.1, 1.0, 10.0)
DEFAULT_COST = 1.0  # scikit-learn's

Predictor = Callable[[Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Features ``[asked, width]`` of some questions, and their answers ``[asked]``."""

    x: Float64[Tensor, "asked width"]
    answers: Int64[Tensor, " asked"]

    def take(self, rows: Int64[Tensor, " taken"]) -> "Labelled":
        """Some of them."""
        return Labelled(self.x[rows], self.answers[rows])


@dataclass(frozen=True)
class Learner:
    """A way to learn: ``fit`` returns a predictor (features in, scores ``[asked, classes]`` out) for each setting.

    ``fit`` may count on answers of at least two classes. ``settings`` are what can be chosen, ``default`` what is
    taken otherwise. ``title`` is what tables call it, where that is not the name by which it is asked for. ``sample``:
    how many questions of the training part settings are compared on; None: `SAMPLE`.
    """

    fit: Callable[[Any, Sequence[Any], int], Sequence[Predictor]]
    default: Any = None
    settings: tuple[Any, ...] = ()
    title: str = ""
    sample: int | None = None


@dataclass(frozen=True, eq=False)
class Constant:
    """Always the same class, whatever the features."""

    answer: int

    def __call__(self, x: Float64[Tensor, "asked width"]) -> Float64[Tensor, "asked classes"]:
        scores = x.new_zeros(len(x), max(2, self.answer + 1))
        scores[:, self.answer] = 1
        return scores


@dataclass(frozen=True, eq=False)
class LinearProbe:
    """Features standardised as in training, then one linear score a class; classes not met in training have -inf."""

    mean: Float64[Tensor, " width"]
    deviation: Float64[Tensor, " width"]
    weights: Float64[Tensor, "width_and_one classes"]

    def __call__(self, x: Float64[Tensor, "asked width"]) -> Float64[Tensor, "asked classes"]:
        return _with_ones((x - self.mean) / self.deviation) @ self.weights


def fit_linear(train: Labelled, costs: Sequence[float], seed: int) -> list[LinearProbe]:
    """Standardise, then a linear support vector machine for each cost C: one class against the rest.

    Two classes need a single machine. Columns that are constant in training, but for rounding, are left out.

    Source: SAME, section 5; scikit-learn's ``LinearSVC`` has the same objective, see `multigraft.evaluation.svm`.
    """
    mean, deviation = standardisation(train.x)
    x = _with_ones((train.x - mean) / deviation)
    present = train.answers.unique()
    targets = present[1:] if len(present) == 2 else present
    probes = []
    for machines in fit_machines(x, train.answers, targets.tolist(), costs):
        columns = torch.cat([-machines, machines], dim=1) if len(present) == 2 else machines
        probes.append(LinearProbe(mean, deviation, placed(columns, present)))
    return probes


def standardisation(x: Float64[Tensor, "rows width"]) -> tuple[Float64[Tensor, " width"], Float64[Tensor, " width"]]:
    """Mean and deviation of every column; infinite, so that nothing is left of it, where only rounding varies."""
    mean, deviation = x.mean(0), x.std(0, correction=0)
    constant = deviation <= 1e-6 * x.abs().amax(0)
    return mean, torch.where(constant, torch.inf, deviation)


def scales(
    x: Float64[Tensor, "rows width"], scaled: bool
) -> tuple[Float64[Tensor, " width"], Float64[Tensor, " width"]]:
    """Mean and deviation to be taken out; nothing is unless ``scaled``."""
    return standardisation(x) if scaled else (x.new_zeros(x.shape[1]), x.new_ones(x.shape[1]))


LINEAR = Learner(fit_linear, DEFAULT_COST, COSTS)


def fit_probe(
    learner: Learner, train: Labelled, validation: Labelled, metric: Metric, tune: bool, seed: int
) -> Predictor:
    """The predictor of ``learner``, with settings chosen on ``validation`` where ``tune``.

    Training answers of a single class give that class as constant answer, none at all the class 0. Where the
    validation part leaves the metric undefined, the setting is the default.
    """
    present = train.answers.unique()
    if len(present) < 2:
        return Constant(int(present[0]) if len(present) else 0)
    if not tune or not learner.settings:
        return learner.fit(train, [learner.default], seed)[0]
    sample = train.take(sampled(train.answers, learner.sample or SAMPLE, seed))
    candidates = learner.fit(sample, learner.settings, seed)
    values = [score(metric, candidate(validation.x), validation.answers) for candidate in candidates]
    if all(math.isnan(value) for value in values):
        return learner.fit(train, [learner.default], seed)[0]
    best = max(range(len(values)), key=values.__getitem__)
    if len(sample.answers) == len(train.answers):
        return candidates[best]
    return learner.fit(train, [learner.settings[best]], seed)[0]


def sampled(answers: Int64[Tensor, " asked"], most: int, seed: int) -> Int64[Tensor, " taken"]:
    """Positions of about ``most`` questions, random within each class, of each class its share and at least one.

    All positions where there are no more than ``most``.
    """
    if len(answers) <= most:
        return torch.arange(len(answers))
    counts = torch.bincount(answers)
    share = (counts * most + len(answers) - 1) // len(answers)
    return choose(answers, share, torch.Generator().manual_seed(seed)).nonzero()[:, 0]


def _with_ones(x: Tensor) -> Tensor:
    return torch.cat([x, x.new_ones(len(x), 1)], dim=1)


def placed(columns: Float64[Tensor, "width classes_met"], present: Int64[Tensor, " classes_met"]) -> Tensor:
    """Columns of the classes present, put where their numbers say."""
    placed = columns.new_zeros(len(columns), int(present[-1]) + 1)
    placed[-1] = -torch.inf
    placed[:, present] = columns
    return placed
