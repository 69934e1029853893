"""Weighted sums over neighbours, differentiable any number of times: what message passing is made of."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn.functional import embedding_bag

from multigraft.graphs.packed import PackedGraphs


@dataclass(frozen=True, eq=False)
class Adjacency:
    """A sparse matrix, row by row: row v has ``weights`` at the columns ``sources``, from ``starts[v]`` on."""

    sources: Int64[Tensor, " entries"]
    starts: Int64[Tensor, " nodes"]
    weights: Float[Tensor, " entries"]

    @classmethod
    def of(cls, edges: Int64[Tensor, "2 entries"], weights: Float[Tensor, " entries"], num_nodes: int) -> "Adjacency":
        """The matrix with an entry at (target, source) for every edge; entries at the same place add up."""
        targets, order = edges[1].sort(stable=True)
        starts = torch.searchsorted(targets, torch.arange(num_nodes, device=edges.device))
        return cls(edges[0].index_select(0, order), starts, weights.index_select(0, order))

    @cached_property
    def transposed(self) -> "Adjacency":
        """The same edges the other way round."""
        ends = torch.cat([self.starts[1:], self.starts.new_tensor([len(self.sources)])])
        nodes = torch.arange(len(self.starts), device=self.starts.device)
        targets = torch.repeat_interleave(nodes, ends - self.starts, output_size=len(self.sources))
        return Adjacency.of(torch.stack([targets, self.sources]), self.weights, len(self.starts))

    def __matmul__(self, hidden: Float[Tensor, "nodes dim"]) -> Float[Tensor, "rows dim"]:
        """Every node's weighted sum over its neighbours; gradients flow to ``hidden``, not to the weights."""
        return _Propagate.apply(self, hidden)

    def spread(self, hidden: Float[Tensor, "nodes dim"]) -> Float[Tensor, "rows dim"]:
        """The same where autograd does not look, by one fused gather and sum."""
        if not len(hidden):
            return hidden.clone()
        weights = self.weights.to(hidden.dtype)
        return embedding_bag(self.sources, hidden, self.starts, mode="sum", per_sample_weights=weights)


class _Propagate(torch.autograd.Function):
    """A H; its gradient is A' G, which is a propagation again."""

    @staticmethod
    def forward(adjacency: Adjacency, hidden: Tensor) -> Tensor:
        return adjacency.spread(hidden)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Adjacency, Tensor], output: Tensor) -> None:
        ctx.adjacency = inputs[0]

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor]:
        return None, _Propagate.apply(ctx.adjacency.transposed, gradient)


def normalised_adjacency(graphs: PackedGraphs) -> Adjacency:
    """D^-1/2 (A + I) D^-1/2 of the edges that the batch shows; self loops in the data are replaced, not doubled.

    Source: Kipf & Welling 2017, section 2.
    """
    edge_index, dtype = graphs.edge_index, graphs.x.dtype
    loops = torch.arange(graphs.num_nodes, device=edge_index.device).expand(2, -1)
    proper = (edge_index[0] != edge_index[1]).to(dtype)
    edges = torch.cat([edge_index, loops], dim=1)
    present = torch.cat([proper, proper.new_ones(graphs.num_nodes)])
    degree = present.new_zeros(graphs.num_nodes).index_add_(0, edges[1], present)
    scale = degree.rsqrt()
    return Adjacency.of(edges, present * scale[edges[0]] * scale[edges[1]], graphs.num_nodes)
