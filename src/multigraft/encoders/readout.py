"""From node embeddings to one embedding a graph."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs

Readout = Literal["mean", "sum", "max"]


def readout(z: Float[Tensor, "nodes dim"], graphs: PackedGraphs, kind: Readout = "mean") -> Float[Tensor, "graphs dim"]:
    """Pool the rows of each graph; a graph without nodes gets zeros."""
    if kind == "max":
        lowest = z.new_full((len(graphs), z.shape[1]), -torch.inf)
        pooled = lowest.scatter_reduce(0, graphs.node_graph[:, None].expand_as(z), z, "amax")
        return torch.where(pooled.isneginf(), 0.0, pooled)
    summed = z.new_zeros(len(graphs), z.shape[1]).index_add(0, graphs.node_graph, z)
    if kind == "sum":
        return summed
    counts = graphs.node_counts.to(z.device).clamp_min(1)
    return summed / counts[:, None]
