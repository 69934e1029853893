"""From plain graphs to the tensors that a training step needs, graph by graph through PyG's collation."""

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from tests.reference import episodes
from tests.reference.episodes import Graph, Pair


def batch(graphs: list[Graph], edges: list[list[Pair]] | None = None) -> Batch:
    """The graphs as one; ``edges`` takes the place of their own where message passing may see fewer."""
    seen = [graph.edges for graph in graphs] if edges is None else edges
    return Batch.from_data_list([_data(graph, pairs) for graph, pairs in zip(graphs, seen, strict=True)])


def multi_task_episode(graphs: list[Graph], generator: torch.Generator) -> list[tuple[Batch, Tensor]]:
    """(graphs, questions) of support and target of the tasks gc, nc and lp, each on a third of the graphs."""
    order = torch.randperm(len(graphs), generator=generator).tolist()
    gc, nc, lp = ([graphs[i] for i in order[start::3]] for start in range(3))
    asked = [(batch(part), torch.arange(len(part))) for part in episodes.graph_classification(gc, generator)]
    labelled = _nodes(nc, [episodes.labelled_nodes(graph, generator) for graph in nc])
    asked += [(batch(nc), labelled), (batch(nc), ~labelled)]
    links = [episodes.link_prediction(graph, generator) for graph in lp]
    visible = batch(lp, [support.visible for support, _ in links])
    asked += [(visible, _pairs(lp, [pair[part] for pair in links])) for part in (0, 1)]
    return asked


def _data(graph: Graph, pairs: list[Pair]) -> Data:
    there = torch.tensor(pairs, dtype=torch.int64).reshape(-1, 2).T
    labels = torch.tensor(graph.node_labels)
    return Data(x=graph.x, edge_index=torch.cat([there, there.flip(0)], dim=1), y=graph.label, node_label=labels)


def _nodes(graphs: list[Graph], chosen: list[set[int]]) -> Tensor:
    masks = [[node in picked for node in range(len(graph.x))] for graph, picked in zip(graphs, chosen, strict=True)]
    return torch.tensor([here for mask in masks for here in mask])


def _pairs(graphs: list[Graph], questions: list[episodes.LinkQuestion]) -> Tensor:
    """Columns (node, node, answer), in the node numbers of the batch."""
    rows, first = [], 0
    for graph, question in zip(graphs, questions, strict=True):
        for answer, pairs in ((1, question.positives), (0, question.negatives)):
            rows += [(u + first, v + first, answer) for u, v in pairs]
        first += len(graph.x)
    return torch.tensor(rows).reshape(-1, 3).T
