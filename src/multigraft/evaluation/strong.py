"""The probe ``strong``: what an embedding is good for in the hands of learners that are not linear.

Few rows are read by a Gaussian kernel and by extremely randomised trees, whose scores are averaged: nothing is chosen,
so no small validation part can mislead. Many rows are read by whichever of boosting, such trees and the linear support
vector machine is best on validation: none of them is best for few classes, many classes and pairs alike. The machine is
shown nothing beyond the training part's range here; as a probe of its own it is SAME's, which knows no such bounds. A
protocol that chooses nothing has boosting there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from multigraft.evaluation.boosting import fit_boosting
from multigraft.evaluation.choice import Chosen, best_of
from multigraft.evaluation.forests import fit_extra_trees
from multigraft.evaluation.kernels import KERNELS, fit_kernels
from multigraft.evaluation.probes import LINEAR, Labelled, Learner, Predictor

FEW = 4000  # rows
COMPARED = 25_000  # of many rows, for the choice: on few of them trees beat a linear machine that wins on all


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


def fit_within(train: Labelled, costs: Sequence[float], seed: int) -> list[Predictor]:
    """The linear machines of `multigraft.evaluation.probes.fit_linear`, each `Within` what it was trained on."""
    lowest, highest = train.x.amin(0), train.x.amax(0)
    return [Within(machine, lowest, highest) for machine in LINEAR.fit(train, costs, seed)]


TREES = {"boosting": Learner(fit_boosting), "extra-trees": Learner(fit_extra_trees)}
WITHIN = replace(LINEAR, fit=fit_within)
MANY, MANY_PLAIN = best_of({**TREES, "svm": WITHIN}), best_of(TREES)  # a machine needs columns of one scale


@dataclass(frozen=True, eq=False)
class Mean:
    """The mean of several predictors' scores, for classes or for targets."""

    voices: Sequence[Predictor]

    def __call__(self, x: Float[Tensor, "asked width"]) -> Float64[Tensor, "asked said"]:
        return torch.stack([voice(x) for voice in self.voices]).mean(0)


def fit_strong(train: Labelled, settings: Sequence[Any], seed: int, scaled: bool = True) -> list[Predictor]:
    """See above; the mean has default settings, whatever the ``settings``, which are those of many rows' learners.

    Unless ``scaled``, columns are read as they are, and no linear machine is among the learners of many rows.
    """
    if len(train.answers) > FEW:
        return list((MANY if scaled else MANY_PLAIN).fit(train, settings, seed))
    voices = (*fit_kernels(train, KERNELS[:1], seed, scaled), *fit_extra_trees(train, [None], seed))
    return [Chosen(Mean(voices), "kernel and extra-trees")] * len(settings)


STRONG = Learner(fit_strong, MANY.default, MANY.settings, sample=COMPARED)
PLAIN_STRONG = Learner(
    partial(fit_strong, scaled=False), MANY_PLAIN.default, MANY_PLAIN.settings, sample=COMPARED
)  # for columns whose scales mean something
