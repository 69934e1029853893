"""What a protocol asks about the graphs of one part, and which edges message passing may see meanwhile.

Every function here poses one task's questions; the protocols choose among them. The answers come from the graphs'
labels and edges, which encoders get to see only as far as `visible` lets them.
"""

import dataclasses

import torch
from jaxtyping import Int64
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.pairs import (
    file_order,
    first_nonedges,
    random_orientation,
    sample_nonedges,
    undirected_edges,
)
from multigraft.graphs.sampling import chosen
from multigraft.graphs.segments import positions, segment_ids
from multigraft.graphs.splits import link_split
from multigraft.tasks.base import Examples

# What encoders and heads read, by table. Nothing is ``masked`` when embeddings are measured.
INPUT_COLUMNS = {
    "nodes": ("x", "structure", "codes", "structure_codes"),
    "edges": ("codes", "types"),
    "graphs": ("centre",),
}
HELD_OUT_PERCENT = 20


def visible(graphs: PackedGraphs) -> PackedGraphs:
    """What an encoder is given: nodes and edges with their input columns, and which node is a graph's centre.

    No label, no target, no text, nor any other column.
    """
    tables = {
        table: {name: column for name, column in getattr(graphs, table).items() if name in shown}
        for table, shown in INPUT_COLUMNS.items()
    }
    return dataclasses.replace(graphs, **tables, attached={})


def every_graph(graphs: PackedGraphs, generator: torch.Generator) -> Examples:
    """The class of every graph; the whole graph is seen."""
    return Examples(graphs, torch.arange(len(graphs)), graphs.graph_labels)


def every_target(graphs: PackedGraphs, generator: torch.Generator) -> Examples:
    """What was measured of every graph; the whole graph is seen."""
    return Examples(graphs, torch.arange(len(graphs)), graphs.targets)


def every_node(graphs: PackedGraphs, generator: torch.Generator) -> Examples:
    """The class of every node; the whole graph is seen."""
    return Examples(graphs, torch.arange(graphs.num_nodes), graphs.node_labels)


def held_out_edges(graphs: PackedGraphs, generator: torch.Generator) -> Examples:
    """Edge or not, for edges that message passing does not see and as many non-edges of the same graph.

    20 % of each graph's undirected edges are held out, rounded down but at least one of two or more, in both
    directions. Non-edges are uniform. A graph with fewer non-edges than held-out edges is asked for as many of either
    as it has non-edges: else knowing the graph would be knowing the answer. The two nodes come in random order.
    """
    edges = undirected_edges(graphs)
    links = link_split(edges, generator, HELD_OUT_PERCENT)
    nonedges, counts = sample_nonedges(graphs, links.held_out_counts, generator, edges)
    asked = chosen(links.held_out_counts, counts, generator)
    pairs = torch.cat([links.held_out[:, asked], nonedges], dim=1)
    return Examples(
        graphs.keep_edges(links.visible),
        random_orientation(pairs, generator),
        _answers(nonedges.shape[1], nonedges.shape[1]),
    )


def last_edges(graphs: PackedGraphs, generator: torch.Generator) -> Examples:
    """Edge or not, as SAME's release asks it: the whole graph is seen, the edges that are asked for included.

    A graph's edges are listed in file order, each once, smaller node first; its non-edges in order of rank, as many as
    it has edges, or all. The last tenth of either list is asked for, from place int(0.9 * count) on.

    Source: the released code of SAME (ICLR 2021 submission), link prediction probe.
    """
    edges = undirected_edges(graphs)
    listed = edges.pairs[:, file_order(graphs, edges)]
    nonedges, counts = first_nonedges(graphs, edges.counts, edges)
    positives, negatives = listed[:, _last_tenth(edges.counts)], nonedges[:, _last_tenth(counts)]
    pairs = torch.cat([positives, negatives], dim=1)
    return Examples(graphs, pairs, _answers(positives.shape[1], negatives.shape[1]))


def graph_itself(examples: Examples) -> Int64[Tensor, " asked"]:
    """The graph of each question about graphs."""
    return examples.queries


def graph_of_node(examples: Examples) -> Int64[Tensor, " asked"]:
    """The graph of each question about nodes."""
    return examples.graphs.node_graph[examples.queries]


def graph_of_pair(examples: Examples) -> Int64[Tensor, " asked"]:
    """The graph of each question about pairs, which never cross graphs."""
    return examples.graphs.node_graph[examples.queries[0]]


def _last_tenth(counts: Tensor) -> Tensor:
    """A mask of the places from int(0.9 * count) on, of lists one after the other."""
    return positions(counts) >= (counts * 9 // 10)[segment_ids(counts)]


def _answers(positives: int, negatives: int) -> Tensor:
    return (torch.arange(positives + negatives) < positives).long()
