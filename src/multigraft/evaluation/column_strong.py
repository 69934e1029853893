"""The probe ``strong`` for targets: what an embedding is good for in the hands of learners that are not linear.

Of yes-or-no targets a Gaussian kernel and extremely randomised trees speak, and their scores are averaged: nothing is
chosen, so no small validation part can mislead. Numbers are a kernel's, whose width and penalty are chosen on
validation; trees cannot say a number beyond those that they have seen.
"""

from collections.abc import Sequence

from multigraft.evaluation.choice import Chosen
from multigraft.evaluation.columns import Measured
from multigraft.evaluation.kernel_columns import fit_kernel_columns
from multigraft.evaluation.kernels import KERNELS
from multigraft.evaluation.many_rows import Mean
from multigraft.evaluation.probes import Learner, Predictor
from multigraft.evaluation.shared_trees import fit_shared_trees

# (width, penalty) for numbers, which ask for smoother functions that keep closer to the rows than classes do.
NUMBERS = ((4.0, 0.01), (1.0, 0.1), (1.0, 0.01), (4.0, 0.1), (4.0, 0.003), (10.0, 0.01), (10.0, 0.003))


def fit_strong_columns(train: Measured, settings: Sequence[None], seed: int) -> list[Predictor]:
    """The mean of kernel and trees for yes-or-no targets; there is nothing to set."""
    voices = (*fit_kernel_columns(train, KERNELS[:1], seed), *fit_shared_trees(train, [None], seed))
    return [Chosen(Mean(voices), "kernel and extra-trees")] * len(settings)


KERNEL_BINARY = Learner(fit_kernel_columns, KERNELS[0], KERNELS)
KERNEL_REAL = Learner(fit_kernel_columns, NUMBERS[0], NUMBERS)
STRONG_BINARY = Learner(fit_strong_columns)
