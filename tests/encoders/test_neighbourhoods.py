"""Weights of messages, against their definitions."""

import dataclasses

import torch

from multigraft.encoders.neighbourhoods import averaged, normalised, summed, symmetric
from tests.helpers.graphs import random_graphs

GRAPHS = random_graphs(3, seed=2, least_nodes=2, density=0.5).double()


def dense(entries):
    matrix = torch.zeros(entries.nodes, entries.nodes, dtype=torch.float64)
    return matrix.index_put_((entries.edges[1], entries.edges[0]), entries.weights, accumulate=True)


def adjacency(graphs):
    matrix = torch.eye(graphs.num_nodes, dtype=torch.float64)
    matrix[graphs.edge_index[1], graphs.edge_index[0]] = 1
    return matrix


def test_sums_means_and_normalised_sums_are_what_they_are_called():
    plain = adjacency(GRAPHS)
    degree = plain.sum(1)
    assert torch.equal(dense(summed(GRAPHS)), plain)
    assert torch.allclose(dense(averaged(GRAPHS)), plain / degree[:, None])
    assert torch.allclose(dense(normalised(GRAPHS)), plain / (degree[:, None] * degree).sqrt())


def test_the_sparse_matrix_and_the_sums_say_the_same():
    hidden = torch.randn(GRAPHS.num_nodes, 4, dtype=torch.float64)
    for weighting in (summed, averaged, normalised):
        entries = weighting(GRAPHS)
        assert torch.allclose(entries.adjacency() @ hidden, dense(entries) @ hidden)
        assert torch.allclose(entries.sums(hidden[entries.edges[0]]), dense(entries) @ hidden)


def test_a_loop_in_the_data_has_no_weight():
    looped = dataclasses.replace(
        GRAPHS.select([0]),
        edge_index=torch.tensor([[0, 0, 1], [0, 1, 0]]),
        edge_offsets=torch.tensor([0, 3]),
    )
    for weighting in (summed, averaged, normalised):
        assert float(weighting(looped).weights[0]) == 0
    assert torch.equal(dense(summed(looped)), adjacency(looped))


def test_symmetric_weights_are_those_of_the_plain_graph_without_loops():
    plain = adjacency(GRAPHS).fill_diagonal_(0)
    degree = plain.sum(1).clamp_min(1)
    assert torch.allclose(dense(symmetric(GRAPHS)), plain / (degree[:, None] * degree).sqrt())


def test_each_edge_counts_once_whatever_its_direction():
    doubled = dataclasses.replace(
        GRAPHS.select([0]),
        edge_index=torch.tensor([[0, 0, 1, 1], [1, 1, 0, 1]]),
        edge_offsets=torch.tensor([0, 4]),
    )
    found = dense(symmetric(doubled))
    assert found[0, 1] == found[1, 0] == found.sum() / 2 == 1


def test_entries_among_whole_graphs_are_theirs_numbered_anew():
    some = torch.cat([torch.arange(*GRAPHS.node_offsets[2:4].tolist()), torch.arange(int(GRAPHS.node_offsets[1]))])
    for weighting in (summed, symmetric):
        entries = weighting(GRAPHS)
        assert torch.equal(dense(entries.among(some)), dense(entries)[some][:, some])


def test_counts_are_sums_of_weights():
    assert torch.equal(summed(GRAPHS).counts(), adjacency(GRAPHS).sum(1))
    assert torch.allclose(averaged(GRAPHS).counts(), torch.ones(GRAPHS.num_nodes, dtype=torch.float64))
