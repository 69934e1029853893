"""The probe ``strong``: what an embedding is good for in the hands of learners that are not linear.

Few rows are read by a Gaussian kernel and by extremely randomised trees, whose scores are averaged: nothing is chosen,
so no small validation part can mislead. Many rows are read by whichever of boosting, such trees and the linear support
vector machine is best on validation: none of them is best for few classes, many classes and pairs alike. A protocol
that chooses nothing has boosting there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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
COMPARED = 5000  # of many rows, for the choice
TREES = {"boosting": Learner(fit_boosting), "extra-trees": Learner(fit_extra_trees)}
MANY, MANY_PLAIN = best_of({**TREES, "svm": LINEAR}), best_of(TREES)  # a machine needs columns of one scale


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
