"""From node embeddings to one embedding a graph."""

from typing import Literal, get_args

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs

Readout = Literal["mean", "sum", "max", "std", "mean+max+sum", "mean+std+max+sum"]
LEAST = 1e-12  # variance: the root of nothing has no gradient
TOGETHER = "+"  # joins readouts whose results stand side by side


def readout(
    z: Float[Tensor, "nodes dim"], graphs: PackedGraphs, kind: Readout = "mean"
) -> Float[Tensor, "graphs width"]:
    """Pool the rows of each graph; a graph without nodes gets zeros. Several readouts stand side by side.

    ``std`` is the standard deviation of each column over the graph's nodes.
    """
    return pooled(z, graphs.node_graph, graphs.node_counts, kind)


def pooled(
    z: Float[Tensor, "nodes dim"], owner: Int64[Tensor, " nodes"], counts: Int64[Tensor, " graphs"], kind: Readout
) -> Float[Tensor, "graphs width"]:
    """Pool the rows of each graph: ``owner`` is the graph of every row, ``counts`` how many rows each has."""
    if TOGETHER in kind:
        each = kind.split(TOGETHER)
        return torch.cat([pooled(z, owner, counts, one) for one in each], dim=1)  # ty: ignore[invalid-argument-type]
    if kind == "max":
        lowest = z.new_full((len(counts), z.shape[1]), -torch.inf)
        highest = lowest.scatter_reduce(0, owner[:, None].expand_as(z), z, "amax")
        return torch.where(highest.isneginf(), 0.0, highest)
    summed = z.new_zeros(len(counts), z.shape[1]).index_add(0, owner, z)
    if kind == "sum":
        return summed
    mean = summed / counts.to(z.device).clamp_min(1)[:, None]
    if kind == "mean":
        return mean
    if kind != "std":
        raise InputError(f"unknown readout {kind!r}: choose from {', '.join(get_args(Readout))}")
    variance = pooled((z - mean.index_select(0, owner)).square(), owner, counts, "mean")
    return torch.where(variance > LEAST, variance.clamp_min(LEAST).sqrt(), 0.0)


def pooled_width(kind: str, dim: int) -> int:
    """How wide the readout of embeddings is that are ``dim`` wide."""
    return dim * len(kind.split(TOGETHER))
