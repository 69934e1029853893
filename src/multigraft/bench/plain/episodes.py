"""SAME's episodes with PyG: every graph is a `Data`, drawn upon one by one, and `Batch` puts them together."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data
from torch_geometric.transforms import NormalizeFeatures

from multigraft.graphs.packed import PackedGraphs

SUPPORT = 0.6  # of the graphs of graph classification
LABELLED = 30  # percent of a graph's nodes
HIDDEN = 20  # percent of a graph's edges

Graph = Any  # a `Data`, or a `Batch` of several: type checkers do not know what their attributes are


class Questions(NamedTuple):
    """What is asked of a batch: all its graphs, the nodes of a mask ``[nodes]``, or node pairs ``[2, asked]``."""

    graphs: Graph
    asked: Tensor
    answers: Tensor


Episode = dict[str, tuple[Questions, Questions]]
"""Support and target of each task."""


def graph_list(graphs: PackedGraphs) -> list[Graph]:
    """The graphs one by one, with normalised attributes: what a data set has been turned into before training."""
    normalised = NormalizeFeatures()
    return [normalised(Data(x=one.x, edge_index=one.edge_index, y=one.y, node_label=one.node_label)) for one in graphs]


def loader(data: Sequence[Graph], generator: torch.Generator, size: int = 16) -> Iterator[Episode]:
    """An episode for every ``size`` graphs, over all graphs in a new random order each time, without end.

    PyG's own loader is this one of torch with another function to put graphs together.
    """
    batches = torch.utils.data.DataLoader(
        data,  # ty: ignore[invalid-argument-type]
        batch_size=size,
        shuffle=True,
        drop_last=True,
        generator=generator,
        collate_fn=lambda graphs: episode(graphs, generator),
    )
    while True:
        yield from batches


def episode(graphs: Sequence[Graph], generator: torch.Generator) -> Episode:
    """A third of the graphs for each task; who gets one more is random.

    Source: SAME, appendix A, algorithm 2.
    """
    order = torch.randperm(len(graphs), generator=generator).tolist()
    turn = torch.randperm(3, generator=generator).tolist()
    gc, nc, lp = ([graphs[i] for i in order[start::3]] for start in turn)
    return {
        "gc": graph_classification(gc, generator),
        "nc": node_classification(nc, generator),
        "lp": link_prediction(lp, generator),
    }


def graph_classification(graphs: Sequence[Graph], generator: torch.Generator) -> tuple[Questions, Questions]:
    """A random 60/40 split of the graphs."""
    order = torch.randperm(len(graphs), generator=generator).tolist()
    cut = min(max(1, round(SUPPORT * len(graphs))), max(1, len(graphs) - 1))
    return _graphs_asked([graphs[i] for i in order[:cut]]), _graphs_asked([graphs[i] for i in order[cut:]])


def _graphs_asked(graphs: Sequence[Graph]) -> Questions:
    batch = _batch(graphs, exclude_keys=["node_label"])
    return Questions(batch, torch.arange(len(graphs)), batch.y)


def node_classification(graphs: Sequence[Graph], generator: torch.Generator) -> tuple[Questions, Questions]:
    """The same graphs twice, with the labels of 30 % of each graph's nodes and with those of the rest."""
    batch = _batch(
        [
            Data(x=one.x, edge_index=one.edge_index, node_label=one.node_label, labelled=labelled_nodes(one, generator))
            for one in graphs
        ]
    )
    early, late = batch.labelled, ~batch.labelled
    return Questions(batch, early, batch.node_label[early]), Questions(batch, late, batch.node_label[late])


def labelled_nodes(graph: Graph, generator: torch.Generator) -> Tensor:
    """A mask: one random node a class after the other, classes in random order, until 30 % of the nodes are labelled.

    With lists, which for graphs of this size are faster than tensors.
    """
    labels = graph.node_label.tolist()
    wanted = max(1, len(labels) * LABELLED // 100)
    classes: dict[int, list[int]] = {}
    for node in torch.randperm(len(labels), generator=generator).tolist():
        classes.setdefault(labels[node], []).append(node)
    chosen: list[int] = []
    while len(chosen) < wanted:
        left = [nodes for nodes in classes.values() if nodes]
        turns = torch.randperm(len(left), generator=generator).tolist()
        chosen += [left[turn].pop() for turn in turns[: wanted - len(chosen)]]
    mask = torch.zeros(len(labels), dtype=torch.bool)
    mask[chosen] = True
    return mask


def link_prediction(graphs: Sequence[Graph], generator: torch.Generator) -> tuple[Questions, Questions]:
    """A fifth of each graph's edges hidden from message passing; as many non-edges as edges, asked for 80/20."""
    batch = _batch([_with_pairs(graph, generator) for graph in graphs])
    swap = torch.rand(batch.pair_index.shape[1], generator=generator) < 0.5
    pairs = torch.where(swap, batch.pair_index.flip(0), batch.pair_index)
    early, late = ~batch.late, batch.late
    return Questions(batch, pairs[:, early], batch.joined[early]), Questions(batch, pairs[:, late], batch.joined[late])


def _with_pairs(graph: Graph, generator: torch.Generator) -> Graph:
    """The graph with the edges that are left, and node pairs: joined by an edge or not, asked for late or early."""
    edge_index = graph.edge_index
    edges = edge_index[:, edge_index[0] < edge_index[1]]
    edges = edges[:, torch.randperm(edges.shape[1], generator=generator)]
    others = nonedges(graph, edges.shape[1], generator)
    hidden, later = _fifth(edges.shape[1]), _fifth(others.shape[1])
    kept = edges[:, hidden:]
    late = torch.zeros(edges.shape[1] + others.shape[1], dtype=torch.bool)
    late[:hidden] = late[edges.shape[1] : edges.shape[1] + later] = True
    joined = torch.zeros(len(late), dtype=torch.int64)
    joined[: edges.shape[1]] = 1
    both = torch.cat([kept, kept.flip(0)], dim=1)
    return Data(x=graph.x, edge_index=both, pair_index=torch.cat([edges, others], dim=1), joined=joined, late=late)


def nonedges(graph: Graph, wanted: int, generator: torch.Generator) -> Tensor:
    """So many different pairs that no edge joins, fewer where there are fewer: ``[2, pairs]``.

    From the dense matrix, which for graphs of this size is four times faster than PyG's ``negative_sampling``.
    """
    free = torch.ones(graph.num_nodes, graph.num_nodes, dtype=torch.bool).triu(1)
    free[graph.edge_index[0], graph.edge_index[1]] = False
    pairs = free.nonzero().T
    return pairs[:, torch.randperm(pairs.shape[1], generator=generator)[:wanted]]


def _fifth(count: int) -> int:
    """20 %, rounded down, at least one of two or more."""
    return max(count * HIDDEN // 100, int(count >= 2))


def _batch(graphs: Sequence[Graph], **options: Any) -> Graph:
    return Batch.from_data_list(list(graphs), **options)
