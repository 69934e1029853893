"""Probes of classes, by name, beside the linear support vector machine."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from multigraft.evaluation.boosting import fit_boosting
from multigraft.evaluation.choice import best_of
from multigraft.evaluation.forests import fit_extra_trees, fit_forest
from multigraft.evaluation.kernels import KERNELS, fit_kernels
from multigraft.evaluation.probes import (
    COSTS,
    DEFAULT_COST,
    LINEAR,
    Labelled,
    Learner,
    LinearProbe,
    placed,
    scales,
)
from multigraft.evaluation.remembering import remembering
from multigraft.evaluation.strong import PLAIN_STRONG, STRONG

NEIGHBOURS = (1, 3, 5, 11, 25)
DEFAULT_NEIGHBOURS = 5  # scikit-learn's
MOST_STEPS = 300
MOST_FOR_NEWTON = 1000  # weights: it takes a hundredth of lbfgs's steps on correlated embeddings, each of cubic cost


@dataclass(frozen=True, eq=False)
class NeighbourProbe:
    """Standardised features, then the shares of the classes among the nearest training rows."""

    mean: Float64[Tensor, " width"]
    deviation: Float64[Tensor, " width"]
    neighbours: Any

    def __call__(self, x: Float64[Tensor, "asked width"]) -> Float64[Tensor, "asked classes"]:
        present = torch.from_numpy(self.neighbours.classes_)
        scores = x.new_zeros(len(x), max(2, int(present[-1]) + 1))
        if len(x):
            shares = self.neighbours.predict_proba(((x - self.mean) / self.deviation).numpy())
            scores[:, present] = torch.from_numpy(np.asarray(shares, dtype=np.float64))
        return scores


def fit_logistic(train: Labelled, costs: Sequence[float], seed: int, scaled: bool = True) -> list[LinearProbe]:
    """Standardise where ``scaled``, then scikit-learn's logistic regression (multinomial, L2) for each penalty 1 / C.

    Each C starts from the solution of the one before it, so values that rise are solved faster.
    """
    from scipy.linalg import LinAlgWarning
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    mean, deviation = scales(train.x, scaled)
    x, present = ((train.x - mean) / deviation).numpy(), train.answers.unique()
    solver = "newton-cholesky" if x.shape[1] * len(present) <= MOST_FOR_NEWTON else "lbfgs"
    model = LogisticRegression(solver=solver, max_iter=MOST_STEPS, warm_start=True)
    probes = []
    for cost in costs:
        with warnings.catch_warnings():  # a solver that stops early, or changes to lbfgs, leaves a probe all the same
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.simplefilter("ignore", LinAlgWarning)
            model.set_params(C=cost).fit(x, train.answers.numpy())
        weights = torch.from_numpy(np.concatenate([model.coef_, model.intercept_[:, None]], axis=1).T.copy()).double()
        columns = torch.cat([-weights, weights], dim=1) if len(present) == 2 else weights
        probes.append(LinearProbe(mean, deviation, placed(columns, present)))
    return probes


def fit_neighbours(train: Labelled, settings: Sequence[int], seed: int, scaled: bool = True) -> list[NeighbourProbe]:
    """Standardise where ``scaled``, then scikit-learn's nearest neighbours, equal votes, for each number of them.

    Source: Cover & Hart 1967.
    """
    from sklearn.neighbors import KNeighborsClassifier

    mean, deviation = scales(train.x, scaled)
    x, answers = ((train.x - mean) / deviation).numpy(), train.answers.numpy()
    return [
        NeighbourProbe(mean, deviation, KNeighborsClassifier(min(count, len(x)), algorithm="brute").fit(x, answers))
        for count in settings
    ]


def _chosen_from(scaled: bool) -> dict[str, Learner]:
    return {
        "logistic": Learner(partial(fit_logistic, scaled=scaled), DEFAULT_COST, COSTS),
        "knn": Learner(partial(fit_neighbours, scaled=scaled), DEFAULT_NEIGHBOURS, NEIGHBOURS),
        "forest": Learner(fit_forest),
    }


def _with_best(learners: dict[str, Learner]) -> dict[str, Learner]:
    shared = remembering(learners)
    return {**shared, "best": best_of(shared)}


LEARNERS: dict[str, Learner] = {
    "svm": LINEAR,
    **_with_best(_chosen_from(scaled=True)),
    "kernel": Learner(fit_kernels, KERNELS[0], KERNELS),
    "extra-trees": Learner(fit_extra_trees),
    "boosting": Learner(fit_boosting),
    "strong": STRONG,
}
# For columns whose scales mean something.
PLAIN_LEARNERS = _with_best(_chosen_from(scaled=False)) | {"strong": PLAIN_STRONG}
