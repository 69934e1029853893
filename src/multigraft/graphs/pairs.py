"""Node pairs of many graphs at once: edges without direction, and non-edges found by arithmetic, not by trial.

The pairs ``i < j`` of a graph of n nodes are numbered row by row: (0, 1), (0, 2), ... (0, n-1), (1, 2), ...; that
number is a pair's *rank*. Everything is exact integer arithmetic over the whole batch, on the batch's device.
"""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import torch
from jaxtyping import Int, Int64
from torch import Tensor

from multigraft.graphs.arrays import HOST, Array, Arrays, arrays
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.sampling import sampled
from multigraft.graphs.segments import offsets, positions, segment_ids

FEW_NODES = 512  # in each graph up to which non-edges are listed, not searched for
SPARSE = 32  # pairs of nodes to an edge or a non-edge asked for, up to which the same holds


@dataclass(frozen=True, eq=False)
class UndirectedEdges:
    """The unordered pairs of different nodes that an edge joins, each once.

    ``pairs`` in global node numbers, smaller number first, ordered by graph and by rank inside a graph;
    ``host_counts`` of each graph, on the host; ``entries``: the pair of each directed edge, -1 for a self loop; None
    where edges 2t and 2t + 1 are the t-th pair's.
    """

    pairs: Int64[Tensor, "2 pairs"]
    host_counts: Int64[np.ndarray, " graphs"]
    entries: Int64[Tensor, " edges"] | None = None

    @cached_property
    def counts(self) -> Int64[Tensor, " graphs"]:
        """How many each graph has."""
        return torch.from_numpy(self.host_counts).to(self.pairs.device)

    @cached_property
    def edge_pair(self) -> Int64[Tensor, " edges"]:
        """The pair of each directed edge, -1 for a self loop."""
        if self.entries is not None:
            return self.entries
        return torch.arange(2 * self.pairs.shape[1], device=self.pairs.device) >> 1


def undirected_edges(graphs: PackedGraphs) -> UndirectedEdges:
    """Every edge of ``graphs`` once, whatever its direction and however often it is stored; no self loops."""
    if _in_pairs(graphs):
        return UndirectedEdges(graphs.edge_index[:, ::2], np.diff(graphs.edge_offsets.numpy()) >> 1)
    on, (source, target) = arrays(graphs.device), graphs.edge_index
    low, high = torch.minimum(source, target), torch.maximum(source, target)
    proper = (low != high).nonzero()[:, 0]
    width = max(graphs.num_nodes, 1)
    keys, number = on.distinct((low * width + high).index_select(0, proper))
    pairs = torch.stack([keys // width, keys % width])
    entries = torch.full_like(low, -1).index_copy_(0, proper, number)
    return UndirectedEdges(pairs, np.diff(on.below(on.of(pairs[0]), graphs.node_offsets)), entries)


def _in_pairs(graphs: PackedGraphs) -> bool:
    """Whether edges 2t and 2t + 1 are the two directions of one pair, and pairs come ordered, each once.

    So molecules are stored.
    """
    if graphs.num_edges % 2 or not graphs.num_edges:
        return False
    ends = arrays(graphs.device).of(graphs.edge_index)
    low, high = ends[:, ::2]
    key = low * graphs.num_nodes + high
    in_order = (low < high) & (low == ends[1, 1::2]) & (high == ends[0, 1::2])
    in_order[1:] &= key[1:] > key[:-1]
    return bool(in_order.all())


def file_order(graphs: PackedGraphs, edges: UndirectedEdges) -> Int64[Tensor, " pairs"]:
    """The order of the pairs, graph by graph, in which their entry with row <= column comes in the edge list.

    A pair that is stored in the other direction alone comes behind those, in the order of its first entry.
    """
    row, column = graphs.edge_index
    proper = edges.edge_pair >= 0
    place = torch.arange(graphs.num_edges, device=graphs.device) + (row > column) * graphs.num_edges
    first = place.new_full((edges.pairs.shape[1],), 2 * graphs.num_edges)
    first = first.scatter_reduce(0, edges.edge_pair[proper], place[proper], "amin")
    return torch.argsort(graphs.node_graph[edges.pairs[0]] * (2 * graphs.num_edges + 1) + first)


def rank_of_pair(
    i: Int64[Tensor, " pairs"], j: Int64[Tensor, " pairs"], nodes: Int64[Tensor, " pairs"]
) -> Int64[Tensor, " pairs"]:
    """The rank of the pair ``i < j`` among the pairs of a graph of ``nodes`` nodes."""
    return _row_start(i, nodes) + j - i - 1


def pair_of_rank(
    rank: Int64[Tensor, " pairs"], nodes: Int64[Tensor, " pairs"]
) -> tuple[Int64[Tensor, " pairs"], Int64[Tensor, " pairs"]]:
    """The pair ``i < j`` that has this rank; exact for graphs of up to 10 million nodes.

    The row is the root of a quadratic; what rounding does to it is put right in integers.
    """
    doubled = 2 * nodes - 1
    root = (doubled.double().square() - 8 * rank.double()).clamp_min(0).sqrt()
    row = ((doubled.double() - root) / 2).long()
    row = row - (_row_start(row, nodes) > rank).long()
    row = row + (_row_start(row + 1, nodes) <= rank).long()
    return row, rank - _row_start(row, nodes) + row + 1


def nonedge_counts(graphs: PackedGraphs, edges: UndirectedEdges | None = None) -> Int64[Tensor, " graphs"]:
    """How many pairs of different nodes of each graph no edge joins."""
    edges = edges or undirected_edges(graphs)
    nodes = graphs.node_counts.to(graphs.device)
    return nodes * (nodes - 1) // 2 - edges.counts


def nonedge_at(
    graphs: PackedGraphs,
    graph_ids: Int64[Tensor, " asked"],
    r: Int64[Tensor, " asked"],
    edges: UndirectedEdges | None = None,
) -> Int64[Tensor, "2 asked"]:
    """The non-edge with number ``r`` (from 0, in order of rank) of a graph, in global node numbers.

    Behind k edges, rank and number differ by k; so a non-edge's rank is r plus the number of edges whose own rank less
    their own number is at most r, which a binary search finds. ``r`` must be less than the graph's `nonedge_counts`.
    """
    edges = edges or undirected_edges(graphs)
    nodes, starts = graphs.node_counts.to(graphs.device), graphs.node_offsets.to(graphs.device)
    graph = graphs.node_graph[edges.pairs[0]]
    i, j = edges.pairs - starts[graph]
    # One sorted line for all graphs: each has a stretch longer than any value it puts there.
    stretch = offsets(nodes * (nodes - 1) // 2 + 1)
    lag = stretch[graph] + rank_of_pair(i, j, nodes[graph]) - positions(edges.counts)
    before = torch.searchsorted(lag, stretch[graph_ids] + r, right=True) - offsets(edges.counts)[graph_ids]
    return torch.stack(pair_of_rank(r + before, nodes[graph_ids])) + starts[graph_ids]


def first_nonedges(
    graphs: PackedGraphs, take: Int[Tensor, " graphs"], edges: UndirectedEdges | None = None
) -> tuple[Int64[Tensor, "2 taken"], Int64[Tensor, " graphs"]]:
    """The first ``take`` non-edges of each graph in order of rank, fewer where there are fewer; and how many each."""
    edges = edges or undirected_edges(graphs)
    taken = torch.minimum(take.to(graphs.device), nonedge_counts(graphs, edges))
    return nonedge_at(graphs, segment_ids(taken), positions(taken), edges), taken


def sample_nonedges(
    graphs: PackedGraphs,
    take: Int[Tensor, " graphs"],
    generator: torch.Generator,
    edges: UndirectedEdges | None = None,
) -> tuple[Int64[Tensor, "2 taken"], Int64[Tensor, " graphs"]]:
    """``take`` different non-edges of each graph, fewer where there are fewer; and how many each.

    Uniform without replacement, ordered by graph, in no particular order inside a graph, smaller node number first (see
    `random_orientation`). Memory grows with the number of edges and of pairs taken, not with that of non-edges.
    """
    edges = edges or undirected_edges(graphs)
    on, nodes = arrays(graphs.device), graphs.node_counts.numpy()
    pairs = nodes * (nodes - 1) // 2
    available = pairs - edges.host_counts
    taken = np.minimum(take.cpu().numpy(), available)
    numbers = sampled(available, taken, generator, on)
    each = on.tensor(on.sent(taken))
    few = pairs.sum() <= SPARSE * (edges.pairs.shape[1] + len(numbers))
    if few and nodes.max(initial=0) <= FEW_NODES:
        return on.tensor(_listed(graphs, edges, numbers, taken, on)), each
    graph = segment_ids(each, len(numbers))
    first = on.tensor(on.sent(HOST.offsets(available)[:-1]))
    return nonedge_at(graphs, graph, on.tensor(numbers) - first.index_select(0, graph), edges), each


def _listed(
    graphs: PackedGraphs, edges: UndirectedEdges, numbers: Array, taken: Int64[np.ndarray, " graphs"], on: Arrays
) -> Array:
    """The non-edges with these numbers, counted over all graphs; ``taken`` of each graph.

    Pairs ``i < j`` are listed column by column here, (0, 1), (0, 2), (1, 2), (0, 3), ...: the number of a pair is then
    j (j - 1) / 2 + i in every graph, whatever its size.
    """
    nodes = graphs.node_counts.numpy()
    listed = HOST.offsets(nodes * (nodes - 1) // 2)
    starts, firsts, joined, asked = on.sent(
        np.array([graphs.node_offsets.numpy()[:-1], listed[:-1], edges.host_counts, taken])
    )
    low, high = on.of(edges.pairs)
    high = high - on.repeat(starts, joined, len(low))
    number = (high * (high - 1) >> 1) + low + on.repeat(firsts - starts, joined, len(low))
    free = on.places(~on.marked(int(listed[-1]), number))
    own = on.take(free, numbers) - on.repeat(firsts, asked, len(numbers))
    columns = _columns(int(nodes.max(initial=0)).bit_length(), on)
    return on.take(columns, own, axis=1) + on.repeat(starts, asked, len(numbers))


@cache
def _columns(bits: int, on: Arrays) -> Array:
    """All pairs of so many nodes that ``bits`` bits count them, column by column: ``[2, pairs]``."""
    high = np.arange(1 << bits)
    low = np.arange(len(high) * (len(high) - 1) // 2)
    high = high.repeat(high)
    return on.sent(np.stack([low - high * (high - 1) // 2, high]))


def random_orientation(pairs: Int64[Tensor, "2 pairs"], generator: torch.Generator) -> Int64[Tensor, "2 pairs"]:
    """Each pair in a random order of its two nodes: a fixed order would tell edges from non-edges a little."""
    swap = torch.rand(pairs.shape[1], generator=generator, device=pairs.device) < 0.5
    return torch.where(swap, pairs.flip(0), pairs)


def _row_start(row: Tensor, nodes: Tensor) -> Tensor:
    """The rank of the first pair of a row."""
    return row * (2 * nodes - row - 1) // 2
