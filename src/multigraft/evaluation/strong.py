"""The probe ``strong``: what an embedding is good for in the hands of learners that are not linear.

Few rows are read by a Gaussian kernel and by extremely randomised trees, whose scores are averaged: nothing is chosen,
so no small validation part can mislead. Many rows are read by boosting, by such trees, by a linear support vector
machine, or by either kind of trees beside the machine, whatever is best on validation: none of them is best for few
classes, many classes and pairs alike. The machine is shown nothing beyond the training part's range here; as a probe of
its own it is SAME's, which knows no such bounds. A protocol that chooses nothing has boosting there.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

from multigraft.evaluation.choice import Chosen
from multigraft.evaluation.forests import fit_extra_trees
from multigraft.evaluation.kernels import KERNELS, fit_kernels
from multigraft.evaluation.many_rows import OF_TREES, READERS, Mean, fit_many
from multigraft.evaluation.probes import Labelled, Learner, Predictor

FEW = 4000  # rows
COMPARED = 40_000  # of many rows, for the choice: on few of them trees beat a linear machine that wins on all


def fit_strong(train: Labelled, settings: Sequence[Any], seed: int, scaled: bool = True) -> list[Predictor]:
    """See above; few rows are read alike, whatever the ``settings``, which are those of many rows.

    Unless ``scaled``, columns are read as they are.
    """
    if len(train.answers) > FEW:
        return fit_many(train, settings, seed)
    voices = (*fit_kernels(train, KERNELS[:1], seed, scaled), *fit_extra_trees(train, [None], seed))
    return [Chosen(Mean(voices), "kernel and extra-trees")] * len(settings)


STRONG = Learner(fit_strong, READERS[0], READERS, sample=COMPARED)
PLAIN_STRONG = Learner(
    partial(fit_strong, scaled=False), OF_TREES[0], OF_TREES, sample=COMPARED
)  # for columns whose scales mean something, which a linear machine would take out
