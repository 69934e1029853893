"""Ego-networks: around every node of one large network, the nodes within a few hops and all edges among them."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int16, Int64, UInt8
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.segments import offsets, run_positions, segment_ids, shuffled, spans

AT_ONCE = 64  # centres for which the table [centres, nodes of the network] is made at a time


@dataclass(frozen=True, eq=False)
class Network:
    """One large network: every unordered pair of different nodes that something joins, once.

    Attributes:
        size: How many nodes; they are numbered from 0.
        pairs: Smaller number first, in ascending order.
        types: What joins each pair: any number of types, 0 or 1.
    """

    size: int
    pairs: Int64[Tensor, "2 pairs"]
    types: UInt8[Tensor, "pairs types"]

    @classmethod
    def of(cls, size: int, ends: Int64[Tensor, "2 rows"], types: UInt8[Tensor, "rows types"]) -> "Network":
        """The network of a list of rows, in which a pair may come in either order and more than once.

        What several rows say of a pair counts together. Rows that join a node to itself are left out.
        """
        low, high = ends.amin(0), ends.amax(0)
        proper = low != high
        keys, pair = torch.unique(low[proper] * size + high[proper], return_inverse=True)
        joined = types.new_zeros(len(keys), types.shape[1])
        joined.scatter_reduce_(0, pair[:, None].expand(-1, types.shape[1]), types[proper], "amax")
        return cls(size, torch.stack([keys // max(size, 1), keys % max(size, 1)]), joined)


def ego_networks(
    network: Network, generator: torch.Generator, *, hops: int = 1, largest: int | None = None
) -> PackedGraphs:
    """One graph a node of ``network``, in their order: the nodes within ``hops`` of it and all edges among those.

    A graph's nodes are in ascending order of their number in the network; its pairs too, and both directions of a
    pair lie side by side. Where more than ``largest`` nodes are within reach, nearer ones go before farther ones, and
    which of the farthest are taken is drawn uniformly; a graph is connected either way.

    The columns are ``nodes["node"]``, the number in the network, ``edges["types"]`` and ``graphs["centre"]``, the
    number of the centre inside its graph. ``x`` has none.

    Raises:
        InputError: ``hops`` or ``largest`` below 1, or a network without nodes.
    """
    if hops < 1:
        raise InputError(f"hops {hops}: an ego-network reaches 1 hop or more")
    if largest is not None and largest < 1:
        raise InputError(f"largest {largest}: an ego-network has 1 node or more; leave it out for no limit")
    if not network.size:
        raise InputError("a network without nodes has no ego-networks: its list of interactions is empty")
    parts = list(_parts(network, generator, hops, largest))
    node_counts, pair_counts, centres, nodes, pairs = (torch.cat(column) for column in zip(*parts, strict=True))
    node_offsets = offsets(node_counts)
    # In a graph, nodes are in the order of their numbers in the network: a binary search finds where each end went.
    graph = segment_ids(pair_counts) * network.size
    place = torch.searchsorted(segment_ids(node_counts) * network.size + nodes, graph + network.pairs[:, pairs])
    return PackedGraphs(
        edge_index=torch.stack([place, place.flip(0)], dim=2).flatten(1),
        node_offsets=node_offsets,
        edge_offsets=offsets(2 * pair_counts),
        nodes={"x": torch.zeros(len(nodes), 0), "node": nodes},
        edges={"types": network.types[pairs].repeat_interleave(2, dim=0)},
        graphs={"centre": centres},
    )


def _parts(
    network: Network, generator: torch.Generator, hops: int, largest: int | None
) -> Iterator[tuple[Tensor, Tensor, Tensor, Tensor, Tensor]]:
    """For some centres at a time: how many nodes and pairs, the centre's place, which nodes and which pairs."""
    upper = _starts(network.pairs[0], network.size)
    neighbours = _neighbours(network)
    for first in range(0, network.size, AT_ONCE):
        centres = torch.arange(first, min(first + AT_ONCE, network.size))
        away = _within(network.size, neighbours, centres, hops)
        inside = away >= 0 if largest is None else _nearest(away, largest, generator)
        graph, node = inside.nonzero().T
        # Every pair is asked once, by the node with the smaller number, whether the other is in the graph as well.
        counts = upper.diff()[node]
        pair = spans(upper[node], counts)
        owner = torch.repeat_interleave(graph, counts)
        here = inside[owner, network.pairs[1, pair]]
        pair_counts = torch.bincount(owner[here], minlength=len(centres))
        before = (inside.cumsum(1) - 1)[torch.arange(len(centres)), centres]
        yield inside.sum(1), pair_counts, before, node, pair[here]


def _neighbours(network: Network) -> tuple[Int64[Tensor, " nodes_plus_one"], Int64[Tensor, " ends"]]:
    """Where the neighbours of each node begin, and the neighbours."""
    start, end = torch.cat([network.pairs, network.pairs.flip(0)], dim=1)
    order = torch.argsort(start, stable=True)
    return _starts(start[order], network.size), end[order]


def _starts(ordered: Int64[Tensor, " values"], size: int) -> Int64[Tensor, " size_plus_one"]:
    """Where the run of each value from 0 to ``size`` - 1 begins, for values that are sorted."""
    return offsets(torch.bincount(ordered, minlength=size))


def _within(
    size: int, neighbours: tuple[Tensor, Tensor], centres: Int64[Tensor, " centres"], hops: int
) -> Int16[Tensor, "centres nodes"]:
    """How many hops every node of the network is away from each centre; -1 beyond ``hops``."""
    starts, ends = neighbours
    away = torch.full((len(centres), size), -1, dtype=torch.int16)
    graph, node = torch.arange(len(centres)), centres
    away[graph, node] = 0
    for hop in range(1, hops + 1):
        counts = starts.diff()[node]
        graph, node = torch.repeat_interleave(graph, counts), ends[spans(starts[node], counts)]
        fresh = away[graph, node] < 0
        away[graph[fresh], node[fresh]] = hop
        graph, node = (away == hop).nonzero().T
    return away


def _nearest(
    away: Int16[Tensor, "centres nodes"], largest: int, generator: torch.Generator
) -> Bool[Tensor, "centres nodes"]:
    """Up to ``largest`` nodes within reach of each centre, nearer ones first, drawn among those equally near."""
    graph, node = (away >= 0).nonzero().T
    order = shuffled(graph * (int(away.max()) + 1) + away[graph, node], generator)
    taken = order[run_positions(graph[order]) < largest]
    chosen = torch.zeros(away.shape, dtype=torch.bool)
    chosen[graph[taken], node[taken]] = True
    return chosen
