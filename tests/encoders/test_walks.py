"""Return probabilities against dense powers, one graph at a time."""

import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.encoders import walks
from multigraft.encoders.walks import return_probabilities
from tests.helpers.graphs import pack, packed_graphs, random_graphs
from tests.reference import structure as reference


def by_loop(graphs, steps):
    found = []
    for number in range(len(graphs)):
        graph = graphs.select([number])
        found.append(reference.return_probabilities(graph.num_nodes, graph.edge_index.T.tolist(), steps))
    return torch.cat([torch.from_numpy(one) for one in found])


@given(packed_graphs(), st.integers(0, 7))
def test_equals_the_diagonals_of_dense_powers(graphs, steps):
    found = return_probabilities(graphs.double(), steps)
    torch.testing.assert_close(found, by_loop(graphs, steps), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("columns", [1, 3, 5])
def test_columns_that_do_not_fit_at_once_give_the_same(monkeypatch, columns):
    graphs = random_graphs(6, seed=3, most_nodes=11, density=0.4).double()
    whole = return_probabilities(graphs, 5)
    monkeypatch.setattr(walks, "COLUMNS", columns)
    torch.testing.assert_close(return_probabilities(graphs, 5), whole, rtol=1e-10, atol=1e-12)


def test_known_walks():
    pair = torch.tensor([[0, 1], [1, 0]])
    triangle = 1 - torch.eye(3)
    found = return_probabilities(pack([pair, triangle, torch.zeros(1, 1)]), 4)
    torch.testing.assert_close(found[0], torch.tensor([0.0, 1, 0, 1]))  # there and back
    torch.testing.assert_close(found[2], torch.tensor([0.0, 1 / 2, 1 / 4, 3 / 8]))
    assert not bool(found[5].any())  # nowhere to go


@given(packed_graphs())
def test_they_never_depend_on_the_batch(graphs):
    together = return_probabilities(graphs, 6)
    apart = torch.cat([return_probabilities(graphs.select([i]), 6) for i in range(len(graphs))])
    torch.testing.assert_close(together, apart)


def test_directions_copies_and_loops_of_edges_make_no_difference():
    graphs = random_graphs(1, seed=1, least_nodes=6, most_nodes=6, density=0.6)
    once = graphs.edge_index[:, graphs.edge_index[0] < graphs.edge_index[1]]
    edges = torch.cat([once, once, torch.tensor([[2], [2]])], dim=1)
    other = dataclasses.replace(graphs, edge_index=edges, edge_offsets=torch.tensor([0, edges.shape[1]]))
    torch.testing.assert_close(return_probabilities(other, 5), return_probabilities(graphs, 5))


def test_a_hidden_edge_is_as_if_it_were_not_there():
    graphs = random_graphs(4, seed=5, least_nodes=5, density=0.6)
    keep = torch.arange(graphs.num_edges) % 3 > 0
    bare = dataclasses.replace(
        graphs,
        edge_index=graphs.edge_index[:, keep],
        edge_offsets=torch.tensor([0, *[int(keep[: int(end)].sum()) for end in graphs.edge_offsets[1:]]]),
    )
    assert torch.equal(return_probabilities(graphs.keep_edges(keep), 6), return_probabilities(bare, 6))
    assert not torch.allclose(return_probabilities(graphs, 6), return_probabilities(bare, 6))
