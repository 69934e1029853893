"""Around the same atoms the plain version finds the same neighbourhoods, contexts and anchors as the package."""

import dataclasses

import networkx as nx
import pytest
import torch

from multigraft.bench.plain.context import SubstructureAndContext, collate, distances
from multigraft.bench.plain.molecules import data_list
from multigraft.tasks.context_prediction import ContextPrediction
from tests.helpers.coded import molecules, random_coded


def numbered(graphs):
    """The graphs with every node's number as a column, by which it is known in a subgraph."""
    return dataclasses.replace(graphs, nodes={**graphs.nodes, "number": torch.arange(graphs.num_nodes)})


def both(graphs, task=None, **radii):
    """The package's questions, and the plain batches around the same centres."""
    asked = (task or ContextPrediction()).examples(numbered(graphs), torch.Generator().manual_seed(0))
    centres = asked.graphs.nodes["number"][asked.queries[0, asked.answers == 1]]
    starts = graphs.node_offsets[graphs.node_graph[centres]]
    extract, data = SubstructureAndContext(torch.Generator(), **radii), data_list(graphs)
    chosen = zip(graphs.node_graph[centres].tolist(), (centres - starts).tolist(), strict=True)
    return asked, collate([extract(data[graph], centre) for graph, centre in chosen])


@pytest.mark.parametrize("graphs", [molecules(200), random_coded(60, most_nodes=20, density=0.1)], ids=["real", "made"])
def test_subgraphs_are_those_of_the_package(graphs):
    asked, (neighbourhoods, contexts) = both(graphs)
    assert len(asked.graphs) > 5
    for ours, theirs in ((asked.graphs, neighbourhoods), (asked.beside, contexts)):
        assert torch.equal(ours.nodes["codes"].long(), theirs.x)
        assert torch.equal(ours.edges["codes"].long(), theirs.edge_attr)
        assert torch.equal(ours.edge_index, theirs.edge_index)
        assert torch.equal(ours.node_graph, theirs.batch)


def test_centres_and_anchors_are_those_of_the_package():
    asked, (neighbourhoods, contexts) = both(molecules(200))
    assert torch.equal(asked.queries[0, asked.answers == 1], neighbourhoods.centre_index)
    assert torch.equal(asked.beside.nodes["anchor"].nonzero()[:, 0], contexts.anchor_index)
    assert torch.equal(asked.beside.node_graph[contexts.anchor_index], contexts.anchor_index_batch)


def test_other_radii_are_those_of_the_package():
    radii = {"k": 3, "r1": 1, "r2": 4}
    asked, (neighbourhoods, contexts) = both(molecules(100), ContextPrediction(**radii), **radii)
    assert torch.equal(asked.graphs.nodes["codes"].long(), neighbourhoods.x)
    assert torch.equal(asked.beside.nodes["codes"].long(), contexts.x)


def test_distances_are_those_of_networkx():
    for one in data_list(molecules(40)):
        graph = nx.Graph()
        graph.add_nodes_from(range(len(one.x)))
        graph.add_edges_from(one.edge_index.T.tolist())
        lengths = nx.single_source_shortest_path_length(graph, 0)
        assert distances(one, 0, 7) == [min(lengths.get(atom, 8), 8) for atom in range(len(one.x))]


def test_molecules_without_anchors_are_left_out():
    data = data_list(molecules(100))
    extract = SubstructureAndContext(torch.Generator().manual_seed(0))
    found = [extract(one) for one in data]
    left = [pair for pair in found if pair is not None]
    assert 2 < len(left) < len(found)
    neighbourhoods, contexts = collate(found)
    assert neighbourhoods.num_graphs == contexts.num_graphs == len(left)
    assert bool((contexts.anchor_index_batch.bincount() > 0).all())


def test_centres_are_random():
    one = max(data_list(molecules(60)), key=lambda data: len(data.x))
    extract = SubstructureAndContext(torch.Generator().manual_seed(0), k=1, r1=0, r2=1)
    sizes = {len(pair[0].x) for _ in range(50) if (pair := extract(one)) is not None}
    assert len(sizes) > 1
