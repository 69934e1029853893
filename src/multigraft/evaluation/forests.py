"""Random forests: of one question with classes, and of many targets at once, one forest each.

Source: Breiman 2001; scikit-learn's, with leaves of at least three rows, which on molecules costs nothing and saves
half of the time. Extremely randomised trees: Geurts et al. 2006; scikit-learn's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

from multigraft.evaluation.baselines import Tree
from multigraft.evaluation.columns import Measured
from multigraft.evaluation.probes import Labelled

TREES, FEWEST_TREES = 300, 50
ALL_TREES = 10_000  # of all targets; a target has fewer where there are many targets
MANY = 4000  # rows of a question with classes
LEAF = 3
SHARE = 1 / 3  # of the columns that a regression's split looks at; Breiman's, scikit-learn takes all


@dataclass(frozen=True, eq=False)
class ForestColumns:
    """A forest a target; scores are chances of a 1, or means."""

    forests: Sequence[Any]
    says: Callable[[Any, np.ndarray], np.ndarray]

    def __call__(self, x: Float[Tensor, "asked width"]) -> Float64[Tensor, "asked targets"]:
        if not len(x):
            return torch.zeros(0, len(self.forests), dtype=torch.float64)
        rows = single_precision(x)
        columns = side_by_side([partial(self.says, forest, rows) for forest in self.forests])
        return torch.from_numpy(np.stack(columns, axis=1)).double()


def fit_forest(train: Labelled, settings: Sequence[None], seed: int) -> list[Tree]:
    """A forest; a class's score is its mean share of the leaves."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(
        TREES, min_samples_leaf=LEAF, random_state=seed % 2**32, n_jobs=torch.get_num_threads()
    )
    return [Tree(forest.fit(single_precision(train.x), train.answers.numpy())) for _ in settings]


def fit_extra_trees(train: Labelled, settings: Sequence[None], seed: int) -> list[Tree]:
    """Trees whose thresholds are drawn, each on all rows and down to single ones; scores are mean shares.

    More than `MANY` rows have a third of the trees, each of which is larger.
    """
    from sklearn.ensemble import ExtraTreesClassifier

    trees = ExtraTreesClassifier(
        randomised(len(train.answers)), random_state=seed % 2**32, n_jobs=torch.get_num_threads()
    )
    return [Tree(trees.fit(single_precision(train.x), train.answers.numpy())) for _ in settings]


def fit_classifiers(train: Measured, settings: Sequence[None], seed: int) -> list[ForestColumns]:
    """A forest for every target of zeros and ones."""
    from sklearn.ensemble import RandomForestClassifier

    return [ForestColumns(_fitted(RandomForestClassifier, train, seed), _chances) for _ in settings]


def fit_regressors(train: Measured, settings: Sequence[None], seed: int) -> list[ForestColumns]:
    """A forest for every target of numbers."""
    from sklearn.ensemble import RandomForestRegressor

    make = partial(RandomForestRegressor, max_features=SHARE)
    return [ForestColumns(_fitted(make, train, seed), _means) for _ in settings]


def randomised(rows: int) -> int:
    """How many randomised trees there are of so many rows: the larger each, the fewer."""
    return TREES if rows <= MANY else max(1, TREES // 3)


def shared_out(most: int, among: int) -> int:
    """How many of at most ``most`` trees each has of so many that share `ALL_TREES`."""
    return max(min(FEWEST_TREES, most), min(most, ALL_TREES // among))


def _fitted(make: Callable[..., Any], train: Measured, seed: int) -> list[Any]:
    targets = train.answers.shape[1]
    trees = shared_out(TREES, targets)
    x, known, answers = single_precision(train.x), train.known.numpy(), train.answers.double().numpy()
    alone = torch.get_num_threads() if targets < torch.get_num_threads() else 1

    def grow(target: int) -> Any:
        rows = known[:, target]
        forest = make(trees, min_samples_leaf=LEAF, random_state=(seed + target) % 2**32, n_jobs=alone)
        return forest.fit(x[rows], answers[rows, target])

    return side_by_side([partial(grow, target) for target in range(targets)])


def _chances(forest: Any, x: np.ndarray) -> np.ndarray:
    return forest.predict_proba(x)[:, 1]


def _means(forest: Any, x: np.ndarray) -> np.ndarray:
    return forest.predict(x)


def side_by_side(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """The results of all jobs, in threads: trees grow without holding Python's lock."""
    from sklearn.utils.parallel import Parallel, delayed

    return Parallel(n_jobs=torch.get_num_threads(), prefer="threads")(delayed(job)() for job in jobs)


def single_precision(x: Tensor) -> np.ndarray:
    """Single precision, which is what trees work in."""
    return np.ascontiguousarray(x.numpy(), dtype=np.float32)
