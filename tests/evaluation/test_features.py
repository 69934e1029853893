"""Features of graphs, nodes and pairs, by hand."""

import dataclasses

import pytest
import torch

from multigraft.errors import InputError
from multigraft.evaluation.features import FEATURES
from multigraft.tasks.base import Examples
from tests.helpers.graphs import random_graphs


@pytest.fixture
def graphs():
    return random_graphs(4, seed=2, least_nodes=3)


@pytest.fixture
def z(graphs):
    return torch.randn(graphs.num_nodes, 5, generator=torch.Generator().manual_seed(0))


def with_centres(graphs):
    """Node 1 of every graph is its centre."""
    return dataclasses.replace(graphs, graphs={**graphs.graphs, "centre": torch.ones(len(graphs), dtype=torch.int64)})


def asked(graphs, queries):
    return Examples(graphs, queries, torch.zeros(queries.shape[-1], dtype=torch.int64))


def test_mean_is_over_the_nodes_of_the_graphs_asked_for(graphs, z):
    found = FEATURES["mean"](z, asked(graphs, torch.tensor([2, 0])))
    starts = graphs.node_offsets.tolist()
    expected = [z[starts[g] : starts[g + 1]].double().mean(0) for g in (2, 0)]
    assert torch.allclose(found, torch.stack(expected))


def test_the_centre_stands_behind_the_mean(graphs, z):
    examples = asked(with_centres(graphs), torch.tensor([2, 0]))
    found = FEATURES["mean+centre"](z, examples)
    assert torch.equal(found[:, :5], FEATURES["mean"](z, examples))
    starts = graphs.node_offsets[torch.tensor([2, 0])]
    assert torch.equal(found[:, 5:], z[starts + 1].double())
    with pytest.raises(InputError, match="no centres"):
        FEATURES["mean+centre"](z, asked(graphs, torch.tensor([0])))


def test_node_is_the_embedding(graphs, z):
    queries = torch.tensor([3, 1, 3])
    assert torch.equal(FEATURES["node"](z, asked(graphs, queries)), z[queries].double())


def test_pairs_by_hand(graphs, z):
    examples = asked(graphs, torch.tensor([[0, 1], [2, 0]]))
    u, v = z[[0, 1]].double(), z[[2, 0]].double()
    assert torch.equal(FEATURES["concat"](z, examples), torch.cat([u, v], dim=1))
    assert torch.equal(FEATURES["hadamard"](z, examples), u * v)
    assert torch.equal(FEATURES["absdiff"](z, examples), (u - v).abs())


@pytest.mark.parametrize("name", ["hadamard", "absdiff"])
def test_symmetric_features_do_not_know_the_order_of_a_pair(graphs, z, name):
    queries = torch.tensor([[0, 1, 2], [2, 0, 1]])
    forth, back = (FEATURES[name](z, asked(graphs, pairs)) for pairs in (queries, queries.flip(0)))
    assert torch.equal(forth, back)


@pytest.mark.parametrize("name", FEATURES)
def test_features_are_double_and_have_a_row_a_question(graphs, z, name):
    pairs = name in ("concat", "hadamard", "absdiff")
    graphs = with_centres(graphs)
    for count in (0, 2):
        queries = torch.zeros((2, count) if pairs else (count,), dtype=torch.int64)
        found = FEATURES[name](z, asked(graphs, queries))
        assert found.dtype == torch.float64
        assert found.shape == (
            count,
            {"concat": 10, "mean+centre": 10, "mean+max+sum": 15, "mean+std+max+sum": 20}.get(name, 5),
        )
