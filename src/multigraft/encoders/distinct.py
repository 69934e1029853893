"""Embeddings that nodes have in common, and what is read from them without giving each node its own."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn.functional import embedding_bag

from multigraft.encoders.readout import TOGETHER, Readout, pooled

TILE = 4096  # rows of a product whose operands stay in a processor's cache


def _as_it_is(rows: Tensor) -> Tensor:
    return rows


@dataclass(frozen=True, eq=False)
class Distinct:
    """The embedding of node v is ``finish(rows[of[v]])``.

    ``finish`` is affine, row by row: it makes the mean of embeddings from the mean of rows, so that it need not be
    computed of every row where only means or sums are asked for.
    """

    rows: Float[Tensor, "environments width"]
    of: Int64[Tensor, " nodes"]
    finish: Callable[[Tensor], Tensor] = _as_it_is

    def finished(self) -> "Distinct":
        """The same with nothing left to do."""
        if self.finish is _as_it_is:
            return self
        parts = [self.finish(part) for part in self.rows.split(TILE)]
        return replace(self, rows=parts[0] if len(parts) == 1 else torch.cat(parts), finish=_as_it_is)

    def nodes(self) -> Float[Tensor, "nodes dim"]:
        """The embedding of every node."""
        return self.finished().rows.index_select(0, self.of)

    def some(self, first: int, last: int) -> "Distinct":
        """Of some nodes, one after the other."""
        return replace(self, of=self.of[first:last])

    def pooled(self, counts: Int64[Tensor, " graphs"], kind: Readout = "mean") -> Float[Tensor, "graphs width"]:
        """What `readout` makes of the nodes of graphs, so many in each; of a maximum `finished` must come before."""
        if TOGETHER in kind:
            each = kind.split(TOGETHER)
            return torch.cat([self.pooled(counts, one) for one in each], dim=1)  # ty: ignore[invalid-argument-type]
        counts = counts.to(self.of.device)
        starts = counts.cumsum(0) - counts
        if kind == "std":
            owner = torch.repeat_interleave(torch.arange(len(counts), device=self.of.device), counts.to(self.of.device))
            return pooled(self.nodes(), owner, counts, kind)
        if kind == "max":
            return embedding_bag(self.of, self.rows, starts, mode="max")
        means = self.finish(embedding_bag(self.of, self.rows, starts, mode="mean"))
        return means * (counts if kind == "sum" else counts.clamp_max(1))[:, None]
