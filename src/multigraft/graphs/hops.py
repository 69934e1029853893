"""Breadth-first search in many graphs at once, and the subgraphs that it finds."""

import dataclasses
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from multigraft.graphs.arrays import HOST, arrays
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.segments import positions, segment_ids

NODES_TRIED = 16


def hops(graphs: PackedGraphs, centres: Int64[Tensor, " graphs"], most: int) -> Int64[Tensor, " nodes"]:
    """How many edges lie between every node and its graph's centre; ``most + 1`` where it is more, or there is no way.

    ``centres``: one node of each graph, in global numbers. All graphs take a step at once, ``most`` steps in all, and
    nothing is asked of the device in between.
    """
    if arrays(graphs.device) is HOST:
        return torch.from_numpy(_step_by_step(graphs.edge_index.numpy(), centres.numpy(), graphs.num_nodes, most))
    return _all_edges(graphs.edge_index, centres, graphs.num_nodes, most)


def _all_edges(
    edge_index: Int64[Tensor, "2 edges"], centres: Int64[Tensor, " graphs"], num_nodes: int, most: int
) -> Int64[Tensor, " nodes"]:
    """Every edge may shorten the way to its end, ``most`` times."""
    source, target = edge_index
    distance = torch.full((num_nodes,), most + 1, dtype=torch.int64, device=edge_index.device)
    distance.index_fill_(0, centres, 0)
    for _ in range(most):
        distance = distance.scatter_reduce(0, target, distance.index_select(0, source) + 1, "amin")
    return distance


def _step_by_step(
    edge_index: Int64[np.ndarray, "2 edges"], centres: Int64[np.ndarray, " graphs"], num_nodes: int, most: int
) -> Int64[np.ndarray, " nodes"]:
    """The same along the edges that leave what was reached last: on the host it costs nothing to count them."""
    source, target = edge_index
    distance = np.full(num_nodes, most + 1, np.uint8 if most < 255 else np.int64)
    distance[centres] = 0
    for step in range(most):
        leaving = (distance.take(source, mode="clip") == step).nonzero()[0]
        ends = target.take(leaving)
        distance[ends] = np.minimum(distance.take(ends), step + 1)
    return distance.astype(np.int64)


def reach(graphs: PackedGraphs, most: int) -> Int64[Tensor, " graphs"]:
    """How many hops, at most ``most``, the farthest node that can be reached is away from where one starts.

    From up to 16 nodes of each graph, evenly spaced, the best counts: all nodes of a small graph.
    """
    tried = graphs.node_counts.clamp_max(NODES_TRIED)
    graph = segment_ids(tried)
    copies = graphs.select(graph)
    starts = copies.node_offsets[:-1] + positions(tried) * graphs.node_counts[graph] // tried[graph]
    distance = hops(copies, starts.to(graphs.device), most)
    farthest = torch.zeros(len(graphs), dtype=torch.int64, device=graphs.device)
    reached = torch.where(distance > most, 0, distance)
    return farthest.scatter_reduce(0, graph.to(graphs.device)[copies.node_graph], reached, "amax")


def random_nodes(graphs: PackedGraphs, generator: torch.Generator) -> Int64[Tensor, " graphs"]:
    """A uniformly random node of each graph, in global numbers; every graph needs one."""
    on = arrays(graphs.device)
    counts, starts = on.sent(graphs.node_counts.numpy()), on.sent(graphs.node_offsets.numpy()[:-1])
    return on.tensor(starts + on.whole(on.random(len(graphs), generator) * counts))


def induced(graphs: PackedGraphs, keep: Bool[Tensor, " nodes"]) -> PackedGraphs:
    """The nodes of ``keep``, in their order, with the edges between them; graphs of which no node is left are dropped.

    What was computed from the edges stays as it was in the whole graph, node numbers in ``graphs["centre"]`` go.
    """
    return cut_out(graphs, keep).graphs


class CutOut(NamedTuple):
    """Parts of graphs, and for each node of the graphs its number there; 0 for those that were left behind."""

    graphs: PackedGraphs
    number: Int64[Tensor, " nodes"]


def cut_out(graphs: PackedGraphs, keep: Bool[Tensor, " nodes"]) -> CutOut:
    """As `induced`, with the new numbers of the nodes."""
    on = arrays(graphs.device)
    kept, ends = on.of(keep), on.of(graphs.edge_index)
    nodes, edges = on.places(kept), on.places(on.take(kept, ends[0]) & on.take(kept, ends[1]))
    number = on.of(torch.zeros(graphs.num_nodes, dtype=torch.int64, device=graphs.device))
    number[nodes] = on.arange(len(nodes))
    node_offsets, edge_offsets = on.below(nodes, graphs.node_offsets), on.below(edges, graphs.edge_offsets)
    left = (node_offsets[1:] > node_offsets[:-1]).nonzero()[0]
    borders, whole = np.append(0, left + 1), on.sent(left)
    parts = dataclasses.replace(
        graphs,
        edge_index=on.tensor(on.take(number, on.take(ends, edges, axis=1).reshape(-1)).reshape(2, -1)),
        node_offsets=torch.from_numpy(node_offsets[borders]),
        edge_offsets=torch.from_numpy(edge_offsets[borders]),
        nodes={name: on.rows(column, nodes) for name, column in graphs.nodes.items()},
        edges={name: on.rows(column, edges) for name, column in graphs.edges.items()},
        graphs={name: on.rows(column, whole) for name, column in graphs.graphs.items() if name != "centre"},
    )
    return CutOut(parts, on.tensor(number))
