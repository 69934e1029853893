"""Ways to see a graph a little otherwise, for a whole batch at once: what contrast holds to be the same graph still.

Source: You et al. 2020, "Graph Contrastive Learning with Augmentations", table 1. Its subgraphs grow by random walks,
ours are what lies nearest to a random node; it adds edges as well, here they are left out alone.
"""

from collections.abc import Callable
from dataclasses import replace

import torch
from torch import Tensor

from multigraft.graphs.hops import hops, induced, random_nodes
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.pairs import undirected_edges
from multigraft.graphs.sampling import chosen
from multigraft.graphs.segments import positions

FARTHEST = 64  # hops that are told apart

View = Callable[[PackedGraphs, float, torch.Generator], PackedGraphs]


def without_nodes(graphs: PackedGraphs, rate: float, generator: torch.Generator) -> PackedGraphs:
    """Each graph without the share ``rate`` of its nodes, rounded down, and their edges."""
    return induced(graphs, ~_drawn(graphs.node_counts.to(graphs.device), rate, generator))


def without_edges(graphs: PackedGraphs, rate: float, generator: torch.Generator) -> PackedGraphs:
    """Each graph without the share ``rate`` of its edges, rounded down, in both directions."""
    edges = undirected_edges(graphs)
    kept = ~_drawn(edges.counts, rate, generator)
    pair = edges.edge_pair
    return graphs.keep_edges(torch.where(pair < 0, True, kept[pair.clamp_min(0)] if len(kept) else True))


def without_attributes(graphs: PackedGraphs, rate: float, generator: torch.Generator) -> PackedGraphs:
    """The share ``rate`` of each graph's nodes masked, rounded down."""
    hidden = _drawn(graphs.node_counts.to(graphs.device), rate, generator)
    return replace(graphs, nodes={**graphs.nodes, "masked": hidden})


def subgraphs(graphs: PackedGraphs, rate: float, generator: torch.Generator) -> PackedGraphs:
    """What lies nearest to a random node of each graph: all but the share ``rate`` of its nodes, rounded down."""
    distance = hops(graphs, random_nodes(graphs, generator), FARTHEST)
    tie = torch.rand(graphs.num_nodes, generator=generator, device=graphs.device, dtype=torch.float64)
    order = (graphs.node_graph * (FARTHEST + 2) + distance + tie).argsort()
    place = positions(graphs.node_counts, graphs.num_nodes).to(graphs.device)
    kept = (graphs.node_counts - (graphs.node_counts * rate).long()).to(graphs.device)
    keep = torch.zeros(graphs.num_nodes, dtype=torch.bool, device=graphs.device)
    return induced(graphs, keep.index_copy_(0, order, place < kept.index_select(0, graphs.node_graph)))


VIEWS: dict[str, View] = {
    "nodes": without_nodes,
    "edges": without_edges,
    "attributes": without_attributes,
    "subgraph": subgraphs,
}


def view(graphs: PackedGraphs, kind: str, rate: float, generator: torch.Generator) -> PackedGraphs:
    """The graphs seen that way; all kinds have the same columns, a mask of nodes among them."""
    seen = VIEWS[kind](graphs, rate, generator)
    unmasked = torch.zeros(seen.num_nodes, dtype=torch.bool, device=seen.device)
    columns = {name: column for name, column in seen.graphs.items() if name != "centre"}  # it may not be there
    return replace(seen, nodes={"masked": unmasked, **seen.nodes}, graphs=columns)


def _drawn(counts: Tensor, rate: float, generator: torch.Generator) -> Tensor:
    return chosen(counts, (counts * rate).long(), generator)
