"""Who hears whom, and how loud: the weights that the layers of the edge encoders put on messages."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from multigraft.encoders.propagation import Adjacency
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.pairs import undirected_edges


@dataclass(frozen=True, eq=False)
class Entries:
    """Who hears whom, with the weight of the message: of most weightings every edge, then every node's own loop.

    Loops that the data has are replaced, not doubled: their weight is 0.
    """

    edges: Int64[Tensor, "2 entries"]
    weights: Float[Tensor, " entries"]
    nodes: int

    def adjacency(self) -> Adjacency:
        """The weights as a sparse matrix."""
        return Adjacency.of(self.edges, self.weights, self.nodes)

    def sums(self, features: Float[Tensor, "entries width"]) -> Float[Tensor, "nodes width"]:
        """Every node's weighted sum of its entries' features."""
        weighted = features * self.weights[:, None].to(features.dtype)
        return features.new_zeros(self.nodes, features.shape[1]).index_add_(0, self.edges[1], weighted)

    def counts(self) -> Float[Tensor, " nodes"]:
        """The sum of the weights that every node hears."""
        return self.weights.new_zeros(self.nodes).index_add_(0, self.edges[1], self.weights)

    def among(self, some: Int64[Tensor, " some"]) -> "Entries":
        """The entries among some nodes that no edge joins to others, numbered anew in the order in which they come."""
        number = some.new_full((self.nodes,), -1)
        number[some] = torch.arange(len(some), device=some.device)
        edges = number[self.edges]
        there = (edges[0] >= 0).nonzero()[:, 0]
        return Entries(edges.index_select(1, there), self.weights.index_select(0, there), len(some))


Weighting = Callable[[PackedGraphs], Entries]


def summed(graphs: PackedGraphs) -> Entries:
    """Weight 1 everywhere."""
    edge_index = graphs.edge_index
    loops = torch.arange(graphs.num_nodes, device=graphs.device).expand(2, -1)
    proper = (edge_index[0] != edge_index[1]).to(graphs.x.dtype)
    weights = torch.cat([proper, proper.new_ones(graphs.num_nodes)])
    return Entries(torch.cat([edge_index, loops], dim=1), weights, graphs.num_nodes)


def normalised(graphs: PackedGraphs) -> Entries:
    """1 / sqrt(d_i d_j), degrees with the loop. Source: Kipf & Welling 2017, section 2."""
    entries = summed(graphs)
    scale = entries.counts().rsqrt()
    source, target = entries.edges
    return Entries(entries.edges, entries.weights * scale[source] * scale[target], entries.nodes)


def averaged(graphs: PackedGraphs) -> Entries:
    """1 / d_i, the degree with the loop."""
    entries = summed(graphs)
    return Entries(entries.edges, entries.weights / entries.counts()[entries.edges[1]], entries.nodes)


def symmetric(graphs: PackedGraphs) -> Entries:
    """1 / sqrt(d_i d_j) for every edge in both directions, each once however it is stored; no loops."""
    pairs = undirected_edges(graphs).pairs
    edges = torch.cat([pairs, pairs.flip(0)], dim=1)
    alone = Entries(edges, graphs.x.new_ones(edges.shape[1]), graphs.num_nodes)
    scale = alone.counts().clamp_min(1).rsqrt()
    return Entries(edges, scale[edges[0]] * scale[edges[1]], graphs.num_nodes)
