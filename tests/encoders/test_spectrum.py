"""The spectral block against dense matrices, one graph at a time."""

import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.encoders import spectrum
from multigraft.encoders.spectrum import leading_eigenvectors
from tests.helpers.graphs import pack, packed_graphs, random_graphs
from tests.reference import structure as reference


def products(graphs, block):
    """Graph by graph the sums of the products of two nodes' rows."""
    bounds = zip(graphs.node_offsets[:-1].tolist(), graphs.node_offsets[1:].tolist(), strict=True)
    return [block[first:last] @ block[first:last].T for first, last in bounds]


def expected(graphs, count):
    found = []
    for number in range(len(graphs)):
        graph = graphs.select([number])
        edges = graph.edge_index.T.tolist()
        found.append(torch.from_numpy(reference.leading_products(graph.num_nodes, edges, count)))
    return found


@given(packed_graphs())
def test_all_eigenvectors_give_back_what_is_positive_of_the_matrix(graphs):
    most = int(graphs.node_counts.max())
    block = leading_eigenvectors(graphs.double(), most)
    for found, wanted in zip(products(graphs, block), expected(graphs, most), strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("count", [1, 3, 6])
def test_the_leading_ones_are_those_of_the_largest_eigenvalues(count):
    graphs = random_graphs(5, seed=11, least_nodes=8, most_nodes=12, density=0.5).double()  # no eigenvalue twice
    block = leading_eigenvectors(graphs, count)
    for found, wanted in zip(products(graphs, block), expected(graphs, count), strict=True):
        torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)


def test_large_graphs_are_solved_by_another_method_with_the_same_result(monkeypatch):
    graphs = random_graphs(3, seed=11, least_nodes=9, most_nodes=12, density=0.5).double()
    whole = leading_eigenvectors(graphs, 4)
    monkeypatch.setattr(spectrum, "DENSE", 8)
    torch.testing.assert_close(leading_eigenvectors(graphs, 4), whole, rtol=1e-7, atol=1e-7)


def test_vectors_of_several_large_graphs_of_one_size_stay_apart(monkeypatch):
    graphs = random_graphs(3, seed=2, least_nodes=10, most_nodes=10, density=0.5).double()
    whole = leading_eigenvectors(graphs, 2)
    monkeypatch.setattr(spectrum, "DENSE", 5)
    torch.testing.assert_close(leading_eigenvectors(graphs, 2), whole, rtol=1e-7, atol=1e-7)


@given(packed_graphs(), st.integers(0, 5))
def test_they_never_depend_on_the_batch(graphs, count):
    together = leading_eigenvectors(graphs.double(), count)
    apart = torch.cat([leading_eigenvectors(graphs.double().select([i]), count) for i in range(len(graphs))])
    torch.testing.assert_close(together, apart, rtol=1e-6, atol=1e-6)  # eigenvalues that coincide included


@given(st.integers(3, 9), st.integers(1, 4))
def test_rings_whose_eigenvalues_come_in_pairs_are_solved_alike_in_any_batch(nodes, count):
    ring = torch.roll(torch.eye(nodes), 1, 0)
    graphs = pack([ring + ring.T, torch.ones(5, 5), ring + ring.T]).double()
    block = leading_eigenvectors(graphs, count)
    torch.testing.assert_close(block[:nodes], block[-nodes:], rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(block[:nodes], leading_eigenvectors(graphs.select([0]), count), rtol=1e-6, atol=1e-6)


def test_the_largest_entry_is_positive_and_small_graphs_have_zeros_behind():
    graphs = random_graphs(4, seed=11, least_nodes=3, most_nodes=7, density=0.7)
    block = leading_eigenvectors(graphs, 9)
    for first, last in zip(graphs.node_offsets[:-1].tolist(), graphs.node_offsets[1:].tolist(), strict=True):
        own = block[first:last]
        assert bool((own.amax(0) >= own.abs().amax(0) - 1e-4).all())  # but for what the tie is broken by
        assert not bool(own[:, last - first :].any())


def test_the_order_of_nodes_only_orders_the_rows():
    matrix = torch.triu(torch.rand(9, 9, generator=torch.Generator().manual_seed(11)) < 0.5, 1)
    matrix = matrix | matrix.T
    order = torch.randperm(9, generator=torch.Generator().manual_seed(1))
    block = leading_eigenvectors(pack([matrix]).double(), 5)
    moved = leading_eigenvectors(pack([matrix[order][:, order]]).double(), 5)
    torch.testing.assert_close(moved, block[order], rtol=1e-4, atol=1e-4)


def test_nodes_without_edges_say_nothing_of_their_place():
    assert not bool(leading_eigenvectors(pack([torch.zeros(4, 4)]), 3).any())


def test_a_graph_without_nodes_and_more_vectors_than_a_large_graph_has_nodes(monkeypatch):
    graphs = random_graphs(2, seed=11, least_nodes=9, most_nodes=9, density=0.5).double()
    holed = dataclasses.replace(
        graphs,
        node_offsets=torch.tensor([0, 9, 9, 18]),
        edge_offsets=graphs.edge_offsets[[0, 1, 1, 2]],
        graphs={"label": torch.zeros(3, dtype=torch.int64)},
    )
    whole = leading_eigenvectors(graphs, 12)
    assert torch.equal(leading_eigenvectors(holed, 12), whole)
    monkeypatch.setattr(spectrum, "DENSE", 4)
    torch.testing.assert_close(leading_eigenvectors(graphs, 12), whole)


def test_which_component_comes_first_does_not_follow_the_order_of_the_file():
    triangles = torch.block_diag(*[1 - torch.eye(3)] * 6)
    block = leading_eigenvectors(pack([triangles]).double(), 6)
    first = block.abs().unflatten(0, (6, 3)).sum(1).argmax(0)  # the component that each vector is of
    assert sorted(first.tolist()) == list(range(6))
    assert first.tolist() not in ([0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0])
