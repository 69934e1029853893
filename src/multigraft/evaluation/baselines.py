"""Rows that see no graph: what answers are worth that come from the raw attributes, or from nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor
from torch.nn.functional import one_hot

from multigraft.encoders.inputs import node_degrees
from multigraft.evaluation.probes import Constant, Labelled, Learner
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.vocabulary import vocabulary

# (largest depth, fewest training rows in a leaf); the first is scikit-learn's default.
TREES = ((None, 1), (None, 4), (None, 16), (None, 64), (4, 1))


def raw_attributes(graphs: PackedGraphs) -> Float[Tensor, "nodes attributes"]:
    """The node features that the data brings; their degrees where it brings none.

    Categories have a column each. Structural ones are among them, and blank where edges are held out: no tree can read
    there what is hidden.
    """
    known = vocabulary(graphs.origin.featurization)
    columns = [graphs.x, graphs.structure]
    for name, sizes in (("codes", known.nodes), ("structure_codes", known.structure)):
        if name in graphs.nodes:
            columns += [one_hot(codes.long(), size) for codes, size in zip(graphs.nodes[name].T, sizes, strict=True)]
    features = torch.cat(columns, dim=1)
    return features if features.shape[1] else node_degrees(graphs)[:, None].to(graphs.x.dtype)


def nothing(graphs: PackedGraphs) -> Float[Tensor, "nodes one"]:
    """The same for every node."""
    return graphs.x.new_zeros(graphs.num_nodes, 1)


@dataclass(frozen=True, eq=False)
class Tree:
    """A fitted scikit-learn tree; a class's score is its share of the leaf."""

    tree: Any

    def __call__(self, x: Float64[Tensor, "asked width"]) -> Float64[Tensor, "asked classes"]:
        present = torch.from_numpy(self.tree.classes_)
        scores = x.new_zeros(len(x), max(2, int(present[-1]) + 1))
        if len(x):
            scores[:, present] = torch.from_numpy(np.asarray(self.tree.predict_proba(x.numpy())))
        return scores


def fit_trees(train: Labelled, settings: Sequence[tuple[int | None, int]], seed: int) -> list[Tree]:
    """A decision tree for each (largest depth, fewest rows in a leaf), otherwise with scikit-learn's defaults.

    Source: Breiman et al. 1984 (CART).
    """
    from sklearn.tree import DecisionTreeClassifier

    x, answers = train.x.numpy(), train.answers.numpy()
    return [
        Tree(DecisionTreeClassifier(max_depth=depth, min_samples_leaf=leaf, random_state=seed % 2**32).fit(x, answers))
        for depth, leaf in settings
    ]


def fit_majority(train: Labelled, settings: Sequence[None], seed: int) -> list[Constant]:
    """The most frequent training class, the smallest of several."""
    return [Constant(int(torch.bincount(train.answers).argmax())) for _ in settings]


TREE = Learner(fit_trees, TREES[0], TREES)
MAJORITY = Learner(fit_majority)
