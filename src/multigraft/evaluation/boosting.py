"""Gradient boosting of trees on binned columns, for tasks with many questions.

Source: Friedman 2001; Ke et al. 2017 (histograms); scikit-learn's.
"""

from collections.abc import Sequence

import torch

from multigraft.evaluation.baselines import Tree
from multigraft.evaluation.probes import Labelled

ROUNDS, RATE, BINS = 100, 0.2, 32  # few of each: embeddings are wide, and a histogram has every bin


def fit_boosting(train: Labelled, settings: Sequence[None], seed: int) -> list[Tree]:
    """`ROUNDS` trees a class, otherwise with scikit-learn's defaults; no row is left out to stop early."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    with threadpool_limits(torch.get_num_threads()):
        model = HistGradientBoostingClassifier(
            max_iter=ROUNDS, learning_rate=RATE, max_bins=BINS, early_stopping=False, random_state=seed % 2**32
        )
        return [Tree(model.fit(train.x.numpy(), train.answers.numpy())) for _ in settings]
