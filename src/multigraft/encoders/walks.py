"""Random-walk structural encodings: how likely a walk is to be back where it began."""

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.encoders.neighbourhoods import Entries, symmetric
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.segments import positions

COLUMNS = 64  # of the powers of a matrix that are held at once


def return_probabilities(graphs: PackedGraphs, steps: int) -> Float[Tensor, "nodes steps"]:
    """The chance that a random walk from a node is back at it after 1, 2, ..., ``steps`` steps.

    The walk takes any edge that the batch shows, in either direction, with equal chances; a node without edges has 0.
    With the symmetric S = D^-1/2 A D^-1/2, which has the same diagonals of powers as D^-1 A, S^(a + b) has at (v, v)
    the product of rows v of S^a and S^b: so half as many powers do.

    Source: Dwivedi et al. 2022, "Graph Neural Networks with Learnable Structural and Positional Representations",
    section 3.3.
    """
    counts, entries = graphs.node_counts.to(graphs.device), symmetric(graphs)
    place, size = positions(counts, total=graphs.num_nodes), counts.index_select(0, graphs.node_graph)
    found = graphs.x.new_zeros(graphs.num_nodes, steps)
    widest = int(graphs.node_counts.max()) if len(graphs) and steps else 0
    for first in range(0, widest, COLUMNS):
        rows = (size > first).nonzero()[:, 0]  # of graphs that have columns left
        own = place.index_select(0, rows) - first
        power = graphs.x.new_zeros(len(rows), min(COLUMNS, widest - first))
        on = ((own >= 0) & (own < power.shape[1])).nonzero()[:, 0]
        power[on, own.index_select(0, on)] = 1
        found.index_add_(0, rows, _diagonals(entries.among(rows), power, steps))
    return found


def _diagonals(entries: Entries, power: Float[Tensor, "rows columns"], steps: int) -> Float[Tensor, "rows steps"]:
    """What some columns of the powers of S give to the diagonals of its powers 1 to ``steps``; they begin at S^0."""
    matrix, found = entries.adjacency(), list[Tensor]()
    while len(found) < steps:
        after = matrix.spread(power)
        found += [torch.linalg.vecdot(power, after, dim=1), after.square().sum(1)]
        power = after
    return torch.stack(found[:steps], dim=1)
