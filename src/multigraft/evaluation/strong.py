"""The probe ``strong``: what an embedding is good for in the hands of learners that are not linear.

Few rows are read by a Gaussian kernel and by extremely randomised trees, whose scores are averaged: nothing is chosen,
so no small validation part can mislead. Many rows are read by whichever of boosting, such trees and the linear support
vector machine is best on validation: none of them is best for few classes, many classes and pairs alike. A protocol
that chooses nothing has boosting there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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
MANY = best_of({"boosting": Learner(fit_boosting), "extra-trees": Learner(fit_extra_trees), "svm": LINEAR})


@dataclass(frozen=True, eq=False)
class Mean:
    """The mean of several predictors' scores, for classes or for targets."""

    voices: Sequence[Predictor]

    def __call__(self, x: Float[Tensor, "asked width"]) -> Float64[Tensor, "asked said"]:
        return torch.stack([voice(x) for voice in self.voices]).mean(0)


def fit_strong(train: Labelled, settings: Sequence[Any], seed: int) -> list[Predictor]:
    """See above; the mean has default settings, whatever the ``settings``, which are those of `MANY`."""
    if len(train.answers) > FEW:
        return list(MANY.fit(train, settings, seed))
    voices = (*fit_kernels(train, KERNELS[:1], seed), *fit_extra_trees(train, [None], seed))
    return [Chosen(Mean(voices), "kernel and extra-trees")] * len(settings)


STRONG = Learner(fit_strong, MANY.default, MANY.settings, sample=COMPARED)
