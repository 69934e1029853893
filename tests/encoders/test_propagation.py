"""Sparse propagation against dense products, with first and second derivatives."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.encoders.propagation import Adjacency, normalised_adjacency
from tests.helpers.graphs import packed_graphs


def dense(adjacency: Adjacency) -> torch.Tensor:
    return adjacency @ torch.eye(len(adjacency.starts), dtype=adjacency.weights.dtype)


@st.composite
def matrices(draw):
    nodes = draw(st.integers(1, 6))
    edges = draw(st.lists(st.tuples(st.integers(0, nodes - 1), st.integers(0, nodes - 1)), max_size=20))
    index = torch.tensor(edges, dtype=torch.int64).reshape(-1, 2).T
    weights = torch.linspace(-1, 2, index.shape[1], dtype=torch.float64)
    return index, weights, nodes


@given(matrices())
def test_equals_the_dense_product_and_its_transpose(made):
    index, weights, nodes = made
    expected = torch.zeros(nodes, nodes, dtype=torch.float64)
    for (u, v), weight in zip(index.T.tolist(), weights, strict=True):
        expected[v, u] += weight
    adjacency = Adjacency.of(index, weights, nodes)
    torch.testing.assert_close(dense(adjacency), expected)
    torch.testing.assert_close(dense(adjacency.transposed), expected.T)
    torch.testing.assert_close(dense(adjacency.transposed.transposed), expected)


@given(matrices())
def test_first_and_second_derivatives(made):
    adjacency = Adjacency.of(*made)
    hidden = torch.rand(made[2], 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)

    def value(h):
        return torch.tanh(adjacency @ h)

    assert torch.autograd.gradcheck(value, hidden)
    assert torch.autograd.gradgradcheck(value, hidden)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_empty_graphs_propagate_nothing(dtype):
    adjacency = Adjacency.of(torch.empty(2, 0, dtype=torch.int64), torch.empty(0, dtype=dtype), 0)
    assert (adjacency @ torch.empty(0, 3, dtype=dtype)).shape == (0, 3)
    adjacency = Adjacency.of(torch.empty(2, 0, dtype=torch.int64), torch.empty(0, dtype=dtype), 2)
    assert bool((adjacency @ torch.ones(2, 3, dtype=dtype) == 0).all())


@given(packed_graphs())
def test_normalised_adjacency_is_symmetric_with_the_papers_entries(graphs):
    matrix = dense(normalised_adjacency(graphs.double()))
    torch.testing.assert_close(matrix, matrix.T)
    plain = torch.eye(graphs.num_nodes, dtype=torch.float64)
    plain[graphs.edge_index[1], graphs.edge_index[0]] = 1
    degree = plain.sum(1)
    torch.testing.assert_close(matrix, plain / torch.sqrt(degree[:, None] * degree[None, :]))
