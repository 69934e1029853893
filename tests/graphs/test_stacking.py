"""Batches stacked and parted: nothing but their node numbers may change."""

import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.stacking import levelled, parted, stacked
from tests.helpers.coded import random_coded
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


@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4), seed=st.integers(0, 9))
def test_levelled_batches_are_stacked_ones_with_isolated_nodes_between(sizes, seed):
    batches = parted(random_graphs(sum(sizes), seed=seed), sizes)
    level, places = levelled(batches), max(batch.num_nodes for batch in batches)
    assert len(level) == sum(sizes) + len(sizes)
    assert level.num_nodes == places * len(batches)
    assert level.graphs == {}
    of_batch = torch.tensor([len(batch) + 1 for batch in batches]).cumsum(0)
    for part, batch, fill in zip(parted(level, of_batch.diff(prepend=torch.zeros(1, dtype=torch.int64)).tolist()),
                                 batches, (of_batch - 1).tolist(), strict=True):  # fmt: skip
        assert torch.equal(part.edge_index, batch.edge_index)
        assert torch.equal(part.node_counts[:-1], batch.node_counts)
        assert torch.equal(part.edge_counts[:-1], batch.edge_counts)
        assert int(part.edge_counts[-1]) == 0
        for name, column in batch.nodes.items():
            assert torch.equal(part.nodes[name][: batch.num_nodes], column)
            assert not part.nodes[name][batch.num_nodes :].any()
        assert int(level.node_counts[fill]) == places - batch.num_nodes


def test_levelled_edges_keep_what_is_known_of_them():
    batches = parted(random_coded(5, seed=1), [2, 3])
    level = levelled(batches)
    for name, column in level.edges.items():
        assert torch.equal(column, torch.cat([batch.edges[name] for batch in batches]))
    assert torch.equal(
        level.edge_graph, torch.cat([batches[0].edge_graph, batches[1].edge_graph + len(batches[0]) + 1])
    )


def masked(graphs):
    return dataclasses.replace(graphs, nodes={**graphs.nodes, "masked": torch.ones(graphs.num_nodes, dtype=torch.bool)})


@pytest.mark.parametrize("stack", [stacked, levelled])
def test_a_mask_survives_beside_batches_that_hide_nothing(stack):
    hides, shows = masked(random_graphs(3, seed=1)), random_graphs(4, seed=2)
    for batches in ([hides, shows], [shows, hides]):
        marks = [torch.full((batch.num_nodes,), batch is hides) for batch in batches]
        places = max(batch.num_nodes for batch in batches) if stack is levelled else 0
        filled = [torch.cat([mark, torch.zeros(max(0, places - len(mark)), dtype=torch.bool)]) for mark in marks]
        assert torch.equal(stack(batches).nodes["masked"], torch.cat(filled))


def test_other_columns_that_some_lack_are_refused():
    known, unknown = random_coded(2), random_graphs(2)
    with pytest.raises(InputError, match="the same columns: one of them has no 'codes'"):
        stacked([unknown, known])


def test_columns_of_graphs_that_some_lack_are_left_out():
    labelled, plain = random_graphs(2), dataclasses.replace(random_graphs(2), graphs={})
    assert "label" in labelled.graphs
    assert stacked([labelled, plain]).graphs == stacked([plain, labelled]).graphs == {}
