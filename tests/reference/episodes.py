"""SAME's episodes, graph by graph with Python's own sets and lists (appendix A, algorithm 2).

What a careful researcher writes first: every graph is a `Graph` of plain tensors, every draw is one call.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs

Pair = tuple[int, int]


@dataclass
class Graph:
    """One graph: features, undirected edges as pairs (smaller, larger), labels."""

    x: Tensor
    edges: list[Pair]
    node_labels: list[int]
    label: int


@dataclass
class LinkQuestion:
    """The edges that may be seen, and node pairs with their answers."""

    visible: list[Pair]
    positives: list[Pair]
    negatives: list[Pair]


def unpack(graphs: PackedGraphs) -> list[Graph]:
    """The graphs of a packed batch, one by one."""
    made = []
    for number in range(len(graphs)):
        first, last = graphs.node_offsets[number : number + 2].tolist()
        start, stop = graphs.edge_offsets[number : number + 2].tolist()
        pairs = {(min(u, v), max(u, v)) for u, v in (graphs.edge_index[:, start:stop] - first).T.tolist() if u != v}
        labels = graphs.node_labels[first:last].tolist()
        made.append(Graph(graphs.x[first:last], sorted(pairs), labels, int(graphs.graph_labels[number])))
    return made


def graph_classification(graphs: list[Graph], generator: torch.Generator) -> tuple[list[Graph], list[Graph]]:
    """A random 60/40 split into support and target."""
    order = torch.randperm(len(graphs), generator=generator).tolist()
    cut = min(max(1, round(0.6 * len(graphs))), max(1, len(graphs) - 1))
    return [graphs[i] for i in order[:cut]], [graphs[i] for i in order[cut:]]


def labelled_nodes(graph: Graph, generator: torch.Generator) -> set[int]:
    """One node a class after the other, at random, until 30 % of the nodes are labelled."""
    wanted = max(1, len(graph.node_labels) * 30 // 100)
    classes: dict[int, list[int]] = {}
    for node in torch.randperm(len(graph.node_labels), generator=generator).tolist():
        classes.setdefault(graph.node_labels[node], []).append(node)
    chosen: set[int] = set()
    while len(chosen) < wanted:
        names = [name for name in classes if classes[name]]
        for turn in torch.randperm(len(names), generator=generator).tolist():
            if len(chosen) < wanted:
                chosen.add(classes[names[turn]].pop())
    return chosen


def link_prediction(graph: Graph, generator: torch.Generator) -> tuple[LinkQuestion, LinkQuestion]:
    """20 % of the edges hidden; as many non-edges as edges, split 80/20."""
    edges = [graph.edges[i] for i in torch.randperm(len(graph.edges), generator=generator).tolist()]
    cut = fifth(len(edges))
    hidden, kept = edges[:cut], edges[cut:]
    negatives = nonedges(graph, len(edges), generator)
    later = fifth(len(negatives))
    support = LinkQuestion(kept, kept, negatives[later:])
    return support, LinkQuestion(kept, hidden, negatives[:later])


def nonedges(graph: Graph, wanted: int, generator: torch.Generator) -> list[Pair]:
    """Distinct random pairs that are no edges: drawn, and drawn again where they are."""
    nodes, edges = len(graph.node_labels), set(graph.edges)
    wanted = min(wanted, nodes * (nodes - 1) // 2 - len(edges))
    found: list[Pair] = []
    while len(found) < wanted:
        u, v = torch.randint(nodes, (2,), generator=generator).tolist()
        pair = (min(u, v), max(u, v))
        if u != v and pair not in edges and pair not in found:
            found.append(pair)
    return found


def fifth(count: int) -> int:
    """20 %, rounded down, at least one of two or more."""
    return max(count // 5, 1 if count >= 2 else 0)


def episode(graphs: list[Graph], generator: torch.Generator) -> tuple[object, object, object]:
    """A whole multi-task episode: the batch dealt to the three tasks, each with support and target."""
    order = torch.randperm(len(graphs), generator=generator).tolist()
    gc, nc, lp = ([graphs[i] for i in order[start::3]] for start in range(3))
    return (
        graph_classification(gc, generator),
        [labelled_nodes(graph, generator) for graph in nc],
        [link_prediction(graph, generator) for graph in lp],
    )


def listed_pairs(graphs: PackedGraphs) -> tuple[tuple[list, list], tuple[list, list]]:
    """Edges and non-edges that SAME's release trains an end-to-end link predictor on, and those asked in the end.

    Graph by graph: edges in the order of their entry with the smaller node first, or else of their first entry; as many
    non-edges, row by row of the upper triangle; the last part of either list, from int(0.8 n) on, is asked.
    """
    everything: tuple[list, list] = ([], [])
    last: tuple[list, list] = ([], [])
    for number in range(len(graphs)):
        first, stop = graphs.node_offsets[number : number + 2].tolist()
        begin, end = graphs.edge_offsets[number : number + 2].tolist()
        stored = [tuple(edge) for edge in graphs.edge_index[:, begin:end].T.tolist()]
        edges = list(dict.fromkeys(edge for edge in stored if edge[0] < edge[1]))
        edges += [pair for pair in dict.fromkeys((v, u) for u, v in stored if u > v) if pair not in edges]
        joined = set(edges)
        upper = [(u, v) for u in range(first, stop) for v in range(u + 1, stop)]
        nonedges = [pair for pair in upper if pair not in joined][: len(edges)]
        for place, pairs in enumerate((edges, nonedges)):
            everything[place].extend(pairs)
            last[place].extend(pairs[int(0.8 * len(pairs)) :])
    return everything, last
