"""Edges as numbers: categories, types, loops and masks."""

import dataclasses

import torch

from multigraft.encoders.edge_features import EdgeEmbedding, edge_features, edge_places
from multigraft.encoders.inputs import InputSchema
from tests.helpers.coded import random_coded
from tests.helpers.graphs import random_graphs


def test_categories_are_one_hot_table_by_table():
    graphs = random_coded(3, seed=1)
    schema = InputSchema.of(graphs)
    features = edge_features(graphs, schema)
    assert edge_places(schema) == [6, 3]
    kinds, directions = features.split([6, 3], dim=1)
    assert torch.equal(kinds[: graphs.num_edges].argmax(1), graphs.edges["codes"][:, 0].long())
    assert torch.equal(directions[: graphs.num_edges].argmax(1), graphs.edges["codes"][:, 1].long())
    assert torch.equal(features.sum(1), torch.full((len(features),), 2.0))


def test_loops_and_masked_edges_have_places_of_their_own():
    graphs = random_coded(3, seed=1, least_nodes=3, density=0.6)
    hidden = torch.zeros(graphs.num_edges, dtype=torch.bool)
    hidden[::3] = True
    features = edge_features(
        dataclasses.replace(graphs, edges={**graphs.edges, "masked": hidden}), InputSchema.of(graphs)
    )
    assert bool((features[graphs.num_edges :, 4] == 1).all())
    assert torch.equal(features[: graphs.num_edges, 5] == 1, hidden)
    assert bool((features[: graphs.num_edges][hidden][:, 6] == 1).all())


def test_types_are_multi_hot_and_the_last_place_is_a_bias():
    graphs = random_coded(3, "protein", seed=1, least_nodes=3, density=0.6)
    schema = InputSchema.of(graphs)
    features = edge_features(graphs, schema)
    assert sum(edge_places(schema)) == 10
    assert torch.equal(features[: graphs.num_edges, :7], graphs.edges["types"].float())
    assert bool((features[:, 9] == 1).all())
    assert torch.equal(features[:, 7], (torch.arange(len(features)) >= graphs.num_edges).float())
    assert float(features[:, 8].sum()) == 0


def test_without_categories_only_loops_are_told_apart():
    graphs = random_graphs(2, least_nodes=3)
    features = edge_features(graphs, InputSchema.of(graphs))
    assert features.shape == (graphs.num_edges + graphs.num_nodes, 1)
    assert torch.equal(features[:, 0], (torch.arange(len(features)) >= graphs.num_edges).float())


def test_embeddings_of_sums_are_sums_of_embeddings():
    graphs = random_coded(3, seed=2)
    schema = InputSchema.of(graphs)
    embedding = EdgeEmbedding(schema, 5).double()
    features = edge_features(graphs.double(), schema)
    weights = torch.rand(1, len(features), dtype=torch.float64)
    assert torch.allclose(embedding(weights @ features), weights @ embedding(features))


def test_the_bias_of_types_starts_at_zero():
    schema = InputSchema.of(random_coded(2, "protein"))
    assert float(EdgeEmbedding(schema, 5).weight[:, -1].detach().abs().sum()) == 0
