"""Breadth-first search in many graphs at once, and the subgraphs that it finds."""

import dataclasses

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.segments import offsets, positions, segment_ids

NODES_TRIED = 16


def hops(graphs: PackedGraphs, centres: Int64[Tensor, " graphs"], most: int) -> Int64[Tensor, " nodes"]:
    """How many edges lie between every node and its graph's centre; ``most + 1`` where it is more, or there is no way.

    ``centres``: one node of each graph, in global numbers. All graphs take a step at once, ``most`` steps in all, and
    nothing is asked of the device in between.
    """
    source, target = graphs.edge_index
    distance = torch.full((graphs.num_nodes,), most + 1, dtype=torch.int64, device=graphs.device)
    distance[centres] = 0
    for _ in range(most):
        distance = distance.scatter_reduce(0, target, distance[source] + 1, "amin")
    return distance


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
    counts = graphs.node_counts.to(graphs.device)
    noise = torch.rand(len(graphs), generator=generator, device=graphs.device, dtype=torch.float64)
    chosen = (noise * counts).long().minimum(counts - 1)
    return graphs.node_offsets[:-1].to(graphs.device) + chosen


def induced(graphs: PackedGraphs, keep: Bool[Tensor, " nodes"]) -> PackedGraphs:
    """The nodes of ``keep``, in their order, with the edges between them; graphs of which no node is left are dropped.

    What was computed from the edges stays as it was in the whole graph, node numbers in ``graphs["centre"]`` go.
    """
    number = keep.cumsum(0) - 1
    inside = keep[graphs.edge_index].all(0)
    node_counts = torch.zeros(len(graphs), dtype=torch.int64, device=graphs.device)
    edge_counts = node_counts.index_add(0, graphs.edge_graph, inside.long())
    node_counts.index_add_(0, graphs.node_graph, keep.long())
    left = node_counts > 0
    counts = torch.stack([node_counts, edge_counts])[:, left].cpu()
    return dataclasses.replace(
        graphs,
        edge_index=number[graphs.edge_index[:, inside]],
        node_offsets=offsets(counts[0]),
        edge_offsets=offsets(counts[1]),
        nodes={name: column[keep] for name, column in graphs.nodes.items()},
        edges={name: column[inside] for name, column in graphs.edges.items()},
        graphs={name: column[left] for name, column in graphs.graphs.items() if name != "centre"},
    )
