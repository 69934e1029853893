"""Batches stacked and parted: nothing but their node numbers may change."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.graphs.stacking import parted, stacked
from tests.helpers.graphs import random_graphs


def assert_equal(one, other):
    tensors, others = one.tensors(), other.tensors()
    assert tensors.keys() == others.keys()
    for name, tensor in tensors.items():
        assert torch.equal(tensor, others[name]), name


@given(sizes=st.lists(st.integers(0, 4), min_size=1, max_size=5), seed=st.integers(0, 9))
def test_parts_are_what_select_would_pick(sizes, seed):
    graphs = random_graphs(sum(sizes) + 1, seed=seed)
    sizes = [*sizes, 1]
    starts = torch.tensor([0, *sizes]).cumsum(0)
    for part, first, size in zip(parted(graphs, sizes), starts[:-1].tolist(), sizes, strict=True):
        assert_equal(part, graphs.select(torch.arange(first, first + size)))


@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4), seed=st.integers(0, 9))
def test_stacking_undoes_parting(sizes, seed):
    graphs = random_graphs(sum(sizes), seed=seed)
    assert_equal(stacked(parted(graphs, sizes)), graphs)


def test_one_batch_is_itself():
    graphs = random_graphs(3)
    assert stacked([graphs]) is graphs
    assert parted(graphs, [3])[0] is graphs


def test_batches_with_other_columns_do_not_stack():
    graphs = random_graphs(2)
    bare = type(graphs)(graphs.edge_index, graphs.node_offsets, graphs.edge_offsets, {"x": graphs.x})
    with pytest.raises(KeyError):
        stacked([graphs, bare])
