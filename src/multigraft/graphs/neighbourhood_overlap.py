"""How much the neighbourhoods of test proteins are those of training proteins.

Ego-networks of one large network overlap: a split by protein parts the centres, not what lies around them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float64

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split

if TYPE_CHECKING:
    from scipy.sparse import csr_array

AT_ONCE = 1024  # test networks that are compared with all training networks at a time


@dataclass(frozen=True)
class NeighbourhoodOverlap:
    """What test networks share with training networks; 0 where they have nothing in common, 1 where everything.

    Attributes:
        neighbours: Share of a test network's proteins, its centre apart, that are centres of training networks; the
            mean over test networks that have any.
        centres: Share of the test networks whose centre lies in a training network.
        nearest: Jaccard similarity of a test network's proteins with those of the training network that is most
            similar; the mean over test networks.
        twins: Share of the test networks that have the very proteins of a training network.
    """

    neighbours: float
    centres: float
    nearest: float
    twins: float

    def __str__(self) -> str:
        return (
            f"{self.neighbours:.0%} of a test protein's neighbours are training proteins; the most similar training "
            f"network has a Jaccard similarity of {self.nearest:.2f} on average, and {self.twins:.1%} of the test "
            f"networks have the very proteins of one"
        )


def neighbourhood_overlap(graphs: PackedGraphs, split: Split) -> NeighbourhoodOverlap:
    """Compare the proteins of test networks with those of training networks.

    Raises:
        InputError: graphs that are no ego-networks of proteins.
    """
    from scipy.sparse import csr_array

    if "protein" not in graphs.nodes or "centre" not in graphs.graphs:
        raise InputError(f"data set {graphs.origin.name!r} holds no ego-networks of proteins: nothing can overlap")
    proteins = graphs.nodes["protein"].cpu()
    centres = proteins[graphs.node_offsets[:-1] + graphs.graphs["centre"].cpu()]
    ones = np.ones(len(proteins), dtype=np.int32)
    shape = (len(graphs), int(proteins.max()) + 1)
    inside = csr_array((ones, proteins.numpy(), graphs.node_offsets.numpy()), shape=shape)
    train, test = inside[split.train.numpy()], inside[split.test.numpy()]
    trained = torch.zeros(shape[1], dtype=torch.int32)
    trained[centres[split.train]] = 1
    around = graphs.node_counts[split.test].numpy() - 1
    known = (test @ trained.numpy())[around > 0] / around[around > 0]
    nearest = _nearest(test, train)
    return NeighbourhoodOverlap(
        neighbours=float(known.mean()) if len(known) else 0.0,
        centres=float((train.sum(axis=0)[centres[split.test].numpy()] > 0).mean()),
        nearest=float(nearest.mean()),
        twins=float((nearest == 1).mean()),
    )


def _nearest(test: "csr_array", train: "csr_array") -> Float64[np.ndarray, " tests"]:
    """The largest Jaccard similarity of each row of ``test`` with a row of ``train``."""
    sizes = train.sum(axis=1)
    nearest = np.zeros(test.shape[0])
    for first in range(0, len(nearest), AT_ONCE):
        part = test[first : first + AT_ONCE]
        common = (part @ train.T).tocoo()
        row, column = common.coords
        either = part.sum(axis=1)[row] + sizes[column] - common.data
        np.maximum.at(nearest, first + row, common.data / either)
    return nearest
