"""Node pairs of many graphs at once: edges without direction, and non-edges found by arithmetic, not by trial.

The pairs ``i < j`` of a graph of n nodes are numbered row by row: (0, 1), (0, 2), ... (0, n-1), (1, 2), ...; that
number is a pair's *rank*. Everything is exact integer arithmetic over the whole batch, on the batch's device.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Int, Int64
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.segments import offsets, positions, ranks, segment_ids, shuffled


@dataclass(frozen=True, eq=False)
class UndirectedEdges:
    """The unordered pairs of different nodes that an edge joins, each once.

    ``pairs`` in global node numbers, smaller number first, ordered by graph and by rank inside a graph; ``counts`` of
    each graph; ``edge_pair``: the pair of each directed edge, -1 for a self loop.
    """

    pairs: Int64[Tensor, "2 pairs"]
    counts: Int64[Tensor, " graphs"]
    edge_pair: Int64[Tensor, " edges"]


def undirected_edges(graphs: PackedGraphs) -> UndirectedEdges:
    """Every edge of ``graphs`` once, whatever its direction and however often it is stored; no self loops."""
    low, high = graphs.edge_index.amin(0), graphs.edge_index.amax(0)
    proper = low != high
    width = max(graphs.num_nodes, 1)
    keys, number = torch.unique(low[proper] * width + high[proper], return_inverse=True)
    pairs = torch.stack([keys // width, keys % width])
    edge_pair = torch.full_like(low, -1)
    edge_pair[proper] = number
    counts = torch.zeros(len(graphs), dtype=torch.int64, device=graphs.device)
    counts.index_add_(0, graphs.node_graph[pairs[0]], torch.ones_like(pairs[0]))
    return UndirectedEdges(pairs, counts, edge_pair)


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

    Uniform without replacement, ordered by graph, in random order inside a graph, smaller node number first (see
    `random_orientation`). Memory grows with the number of edges and of pairs taken, not with that of non-edges.
    """
    edges = edges or undirected_edges(graphs)
    available = nonedge_counts(graphs, edges)
    taken = torch.minimum(take.to(graphs.device), available)
    few = available <= 8 * taken + 64
    ids, numbers = _shuffle_all(torch.where(few, available, 0), taken, generator)
    if not bool(few.all()):
        more_ids, more = _draw_apart(available, torch.where(few, 0, taken), generator)
        ids, numbers = torch.cat([ids, more_ids]), torch.cat([numbers, more])
        order = shuffled(ids, generator)
        ids, numbers = ids[order], numbers[order]
    return nonedge_at(graphs, ids, numbers, edges), taken


def random_orientation(pairs: Int64[Tensor, "2 pairs"], generator: torch.Generator) -> Int64[Tensor, "2 pairs"]:
    """Each pair in a random order of its two nodes: a fixed order would tell edges from non-edges a little."""
    swap = torch.rand(pairs.shape[1], generator=generator, device=pairs.device) < 0.5
    return torch.where(swap, pairs.flip(0), pairs)


def _row_start(row: Tensor, nodes: Tensor) -> Tensor:
    """The rank of the first pair of a row."""
    return row * (2 * nodes - row - 1) // 2


def _shuffle_all(available: Tensor, take: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """``take`` of the numbers 0..available of each graph, from a shuffle of all of them: graph and number of each."""
    ids = segment_ids(available)
    rank = ranks(ids, generator)
    chosen = (rank < take[ids]).nonzero()[:, 0]
    order = torch.argsort(offsets(available)[ids[chosen]] + rank[chosen])
    chosen = chosen[order]
    return ids[chosen], positions(available)[chosen]


def _draw_apart(available: Tensor, take: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """The same by drawing with replacement and drawing again for what came twice; for take far below available."""
    stretch = offsets(available)
    drawn = torch.empty(0, dtype=torch.int64, device=available.device)
    missing = take
    while int(missing.sum()):
        ids = segment_ids(missing)
        noise = torch.rand(len(ids), generator=generator, device=ids.device, dtype=torch.float64)
        new = stretch[ids] + (noise * available[ids]).long().clamp_max(available[ids] - 1)
        drawn = torch.unique(torch.cat([drawn, new]))
        got = torch.bucketize(stretch, drawn).diff()
        missing = take - got
    ids = segment_ids(take)
    return ids, drawn - stretch[ids]
