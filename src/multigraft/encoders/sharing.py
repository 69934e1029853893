"""Environment sharing: layers that run over the distinct environments of a batch in place of its nodes.

See docs/speed/environment-sharing.md.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.encoders.distinct import TILE
from multigraft.encoders.edge_features import entry_table, features_of
from multigraft.encoders.edge_layers import Surroundings
from multigraft.encoders.environments import MOST_APART, Environments
from multigraft.encoders.inputs import InputFeatures
from multigraft.encoders.neighbourhoods import Weighting
from multigraft.encoders.propagation import Adjacency
from multigraft.graphs.classes import bits, distinct
from multigraft.graphs.packed import Columns, PackedGraphs
from multigraft.graphs.sorting import stable_order

WIDENS = 1.25  # rows for each to hear, from which on products before the sum save more than the wider sum costs
WORTH = 2**27  # multiplications of a layer, fewer than which are done while environments are looked for
SAMPLE = 1000  # nodes whose attributes say whether those of a batch repeat
FEW = 8192  # rows to hear, of which the wider ones stay in a cache


@dataclass(frozen=True, eq=False)
class Between(Adjacency):
    """A sparse matrix from ``columns`` things to others."""

    columns: int

    @cached_property
    def transposed(self) -> "Between":
        counts = torch.diff(self.starts, append=self.starts.new_tensor([len(self.sources)]))
        rows = torch.arange(len(counts), device=counts.device)
        targets = torch.repeat_interleave(rows, counts, output_size=len(self.sources))
        sources, order = stable_order(self.sources)
        starts = torch.searchsorted(sources, torch.arange(self.columns, device=counts.device))
        return Between(targets.index_select(0, order), starts, self.weights.index_select(0, order), len(self.starts))

    def part(self, first: int, last: int) -> "Between":
        """Some of the rows."""
        begin = int(self.starts[first])
        end = int(self.starts[last]) if last < len(self.starts) else len(self.sources)
        return Between(self.sources[begin:end], self.starts[first:last] - begin, self.weights[begin:end], self.columns)


@dataclass(frozen=True)
class Sharing:
    """How an encoder reads a batch, which decides which of its nodes are alike; for `PackedGraphs.once`.

    ``edges``: whether layers read features of edges. ``weights``: how many a layer has, by which a row is multiplied.
    """

    inputs: InputFeatures
    weighting: Weighting
    edges: bool
    weights: int

    def __call__(self, graphs: PackedGraphs) -> "Shared | None":
        """None where little is to be saved, or attributes tell nearly all nodes apart, in a sample of them.

        On a GPU products take no longer than to wait, several times a round, for how many environments there are.
        """
        if graphs.device.type != "cpu" or graphs.num_nodes * self.weights < WORTH:
            return None
        sample = torch.arange(0, graphs.num_nodes, max(1, graphs.num_nodes // SAMPLE), device=graphs.device)
        columns = list(map(bits, graphs.x.index_select(0, sample).unbind(1)))
        if columns and len(distinct(columns)) > MOST_APART * len(sample):
            return None
        return Shared(graphs, self)


class Shared:
    """A batch of which layers compute the distinct rows alone.

    Attributes:
        environments: Which nodes share a row.
        nodes: The columns of the first node of every environment of no hops.
        numbers: The `InputFeatures.numbers` of the same.
    """

    def __init__(self, graphs: PackedGraphs, how: Sharing) -> None:
        schema, entries = how.inputs.schema, graphs.once(how.weighting)
        numbers = how.inputs.numbers(graphs)
        table = entry_table(graphs, schema) if how.edges else {}
        known = [bits(one) for column in table.values() for one in (column.unbind(1) if column.ndim == 2 else [column])]
        self.environments = Environments(how.inputs.columns(graphs.nodes, numbers), entries, known)
        kinds, firsts = self.environments.kinds.firsts, self.environments.after(0).firsts
        self.nodes, self.numbers = _rows(graphs.nodes, firsts), numbers.index_select(0, firsts)
        self._weights = entries.weights.index_select(0, kinds)
        self._features = features_of(_rows(table, kinds), schema, graphs.x.dtype) if how.edges else None

    def pays(self, layers: int) -> bool:
        """Whether so many layers are spared enough rows."""
        return self.environments.share(layers) <= MOST_APART

    def around(self, depth: int) -> Surroundings:
        """What the layer of that depth, counted from 1, needs."""
        before, now = self.environments.after(depth - 1), self.environments.after(depth)
        heard = self.environments.heard(depth)
        weights = self._weights.index_select(0, heard.kinds)
        sums = weights.new_zeros(len(now), 0)
        if self._features is not None:
            sums = Between(heard.kinds, heard.starts, weights, len(self._weights)) @ self._features
        return Surroundings(
            Between(heard.sources, heard.starts, weights, len(before)),
            sums,
            weights.new_zeros(len(now)).index_add_(0, now.of, weights.new_ones(len(now.of))),
            before.of.index_select(0, now.firsts),
            len(now) > WIDENS * len(before) and len(before) <= FEW,
        )

    def spread(self, rows: Float[Tensor, "rows dim"], depth: int, last: int) -> Float[Tensor, "last_rows dim"]:
        """The rows of one depth for those of the last."""
        if depth == last:
            return rows
        before, now = self.environments.after(depth), self.environments.after(last)
        return rows.index_select(0, before.of.index_select(0, now.firsts))


def in_tiles(
    step: Callable[[Surroundings], Float[Tensor, "rows dim"]], around: Surroundings
) -> Float[Tensor, "rows dim"]:
    """``step(around)``, where no gradients are wanted for a few rows at a time: larger products miss the cache.

    Every row must be computed by itself.
    """
    matrix, rows = around.adjacency, len(around.sums)
    small = rows <= TILE or not isinstance(matrix, Between)
    if small or torch.is_grad_enabled() or around.sums.device.type != "cpu":
        return step(around)
    out = torch.empty(0)
    for first in range(0, rows, TILE):
        some = slice(first, min(first + TILE, rows))
        own = around.own if around.own is None else around.own[some]
        part = matrix.part(some.start, some.stop)
        found = step(dataclasses.replace(around, adjacency=part, sums=around.sums[some], counts=None, own=own))
        out = out if first else found.new_empty(rows, found.shape[1])
        out[some] = found
    return out


def _rows(table: Columns, rows: Tensor) -> Columns:
    return {name: column.index_select(0, rows) for name, column in table.items()}
