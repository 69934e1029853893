"""Made graphs have exactly the sizes that were asked for."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.bench.made_graphs import CLASSES, made_graphs
from multigraft.errors import InputError


@given(st.integers(1, 6), st.integers(3, 12), st.data(), st.integers(0, 3))
def test_every_node_has_as_many_neighbours(count, nodes, data, seed):
    degree = 2 * data.draw(st.integers(1, (nodes - 1) // 2))
    graphs = made_graphs(count, nodes, degree, features=2, seed=seed)
    assert len(graphs) == count
    assert graphs.node_counts.tolist() == [nodes] * count
    assert torch.bincount(graphs.edge_index[0], minlength=graphs.num_nodes).tolist() == [degree] * graphs.num_nodes
    assert torch.equal(graphs.edge_index[0] // nodes, graphs.edge_index[1] // nodes)
    edges = set(map(tuple, graphs.edge_index.T.tolist()))
    assert len(edges) == graphs.num_edges == count * nodes * degree
    assert edges == {(two, one) for one, two in edges}
    assert all(one != two for one, two in edges)
    assert torch.equal(graphs.edge_index[0] // nodes, torch.arange(count).repeat_interleave(nodes * degree))


def test_equal_seeds_give_equal_graphs_and_other_seeds_others():
    one, two, other = (made_graphs(3, 9, seed=seed).tensors() for seed in (0, 0, 1))
    assert all(torch.equal(tensor, two[name]) for name, tensor in one.items())
    assert not torch.equal(one["edge_index"], other["edge_index"])
    assert not torch.equal(one["nodes.x"], other["nodes.x"])


def test_graphs_differ_and_have_all_classes():
    graphs = made_graphs(50, 9)
    assert (
        len({tuple(one) for one in (graphs.edge_index % 9).view(2, 50, -1).transpose(0, 1).flatten(1).tolist()}) == 50
    )
    assert graphs.graph_labels.unique().tolist() == graphs.node_labels.unique().tolist() == list(range(CLASSES))


@pytest.mark.parametrize(("nodes", "degree"), [(8, 3), (8, 8), (8, 0), (2, 2)])
def test_degrees_that_cannot_be(nodes, degree):
    with pytest.raises(InputError, match=f"graphs of {nodes} nodes can have an even degree"):
        made_graphs(2, nodes, degree)
