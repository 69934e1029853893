"""Extremely randomised trees for many targets at once: those that are known for the same rows share their trees.

Source: Geurts et al. 2006; scikit-learn's, where a split is as good as it is for all targets together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from multigraft.evaluation.columns import Measured, patterns
from multigraft.evaluation.forests import randomised, shared_out, side_by_side, single_precision


@dataclass(frozen=True, eq=False)
class SharedTrees:
    """Fitted trees, and the ``places`` of the targets that each of them speaks of; scores are means."""

    trees: Sequence[Any]
    places: Sequence[Int64[Tensor, " _"]]

    def __call__(self, x: Float[Tensor, "asked width"]) -> Float64[Tensor, "asked targets"]:
        scores = torch.zeros(len(x), sum(map(len, self.places)), dtype=torch.float64)
        if len(x):
            rows = single_precision(x)
            said = side_by_side([partial(trees.predict, rows) for trees in self.trees])
            for targets, means in zip(self.places, said, strict=True):
                scores[:, targets] = torch.from_numpy(np.asarray(means)).double().reshape(len(x), -1)
        return scores


def fit_shared_trees(train: Measured, settings: Sequence[None], seed: int) -> list[SharedTrees]:
    """Trees down to single rows, each from all known rows, whose splits look at the root of the number of columns.

    As many as `randomised` and `shared_out` say.
    """
    from sklearn.ensemble import ExtraTreesRegressor

    x, answers, groups = single_precision(train.x), train.answers.double().numpy(), list(patterns(train.known))
    count = shared_out(randomised(len(x)), len(groups))
    alone = torch.get_num_threads() if len(groups) < torch.get_num_threads() else 1

    def grow(place: int) -> Any:
        rows, targets = (one.numpy() for one in groups[place])
        trees = ExtraTreesRegressor(count, max_features="sqrt", random_state=(seed + place) % 2**32, n_jobs=alone)
        wanted = answers[np.ix_(rows, targets)]
        return trees.fit(x[rows], wanted[:, 0] if len(targets) == 1 else wanted)

    trees = side_by_side([partial(grow, place) for place in range(len(groups))])
    return [SharedTrees(trees, [targets for _, targets in groups]) for _ in settings]
