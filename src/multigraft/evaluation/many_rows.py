"""Learners of many rows: trees, the linear support vector machine, and either kind of trees beside the machine.

Trees see what products and thresholds of columns say, the machine what many columns say a little of each; they are
wrong about different questions, so the mean of their chances is often better than both.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from multigraft.evaluation.boosting import fit_boosting
from multigraft.evaluation.choice import Chosen
from multigraft.evaluation.forests import fit_extra_trees
from multigraft.evaluation.probes import COSTS, LINEAR, Labelled, Predictor

Reader = tuple[str, float | None]  # which trees, if any, and the machine's cost C, if there is one

TREES = {"boosting": fit_boosting, "extra-trees": fit_extra_trees}
OF_TREES: tuple[Reader, ...] = tuple((name, None) for name in TREES)
READERS: tuple[Reader, ...] = (*OF_TREES, *((name, cost) for name in ("", *TREES) for cost in COSTS))


@dataclass(frozen=True, eq=False)
class Mean:
    """The mean of several predictors' scores, for classes or for targets."""

    voices: Sequence[Predictor]

    def __call__(self, x: Float[Tensor, "asked width"]) -> Float64[Tensor, "asked said"]:
        return torch.stack([voice(x) for voice in self.voices]).mean(0)


@dataclass(frozen=True, eq=False)
class Within:
    """A predictor that is shown no value outside the training part's range of the column.

    What is linear follows a value beyond all that it has met, and one such graph can hold most of the pairs.
    """

    predictor: Predictor
    lowest: Float64[Tensor, " width"]
    highest: Float64[Tensor, " width"]

    def __call__(self, x: Float64[Tensor, "asked width"]) -> Float64[Tensor, "asked classes"]:
        return self.predictor(x.clamp(self.lowest, self.highest))


@dataclass(frozen=True, eq=False)
class Chances:
    """The chances that a machine's scores s stand for: (1 + s) / 2, between 0 and 1.

    Source: Zhang 2004, "Statistical behavior and consistency of classification methods based on convex risk
    minimization": the score of least squared hinge loss is twice the chance less one.
    """

    machine: Predictor

    def __call__(self, x: Float64[Tensor, "asked width"]) -> Float64[Tensor, "asked classes"]:
        return ((1 + self.machine(x)) / 2).clamp(0, 1)


def fit_within(train: Labelled, costs: Iterable[float], seed: int) -> list[Predictor]:
    """The linear machines of `multigraft.evaluation.probes.fit_linear`, each `Within` what it was trained on."""
    lowest, highest = train.x.amin(0), train.x.amax(0)
    return [Within(machine, lowest, highest) for machine in LINEAR.fit(train, list(costs), seed)]


def fit_many(train: Labelled, settings: Sequence[Reader], seed: int) -> list[Predictor]:
    """A predictor for each setting; trees and machines that several settings have are fitted once."""
    costs = sorted({cost for _, cost in settings if cost is not None})
    machines = dict(zip(costs, fit_within(train, costs, seed), strict=True)) if costs else {}
    trees = {name: TREES[name](train, [None], seed)[0] for name in dict.fromkeys(name for name, _ in settings) if name}
    return [_chosen(setting, trees, machines) for setting in settings]


def _chosen(setting: Reader, trees: Mapping[str, Predictor], machines: Mapping[float, Predictor]) -> Chosen:
    name, cost = setting
    if cost is None:
        return Chosen(trees[name], name)
    if not name:
        return Chosen(machines[cost], f"svm ({cost:g})")
    return Chosen(Mean((trees[name], Chances(machines[cost]))), f"{name} and svm ({cost:g})")
