"""Gathering batches: whatever the device and whatever the edges; PyG's batches are in test_packed.py."""

import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs import arrays
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.selection import places, selected
from multigraft.randomness import generator
from multigraft.tasks.attribute_masking import AttributeMasking
from multigraft.tasks.context_prediction import ContextPrediction
from multigraft.tasks.edge_prediction import EdgePrediction
from multigraft.tasks.link_prediction import LinkPrediction
from tests.helpers.coded import coded_graphs, random_coded
from tests.helpers.graphs import packed_graphs, random_graphs

TASKS = {
    "am": AttributeMasking(bonds=True),
    "cp": ContextPrediction(k=2, r1=1, r2=3),
    "ep": EdgePrediction(),
    "lp": LinkPrediction(),
}


@pytest.fixture
def elsewhere(monkeypatch):
    """Everything is computed by the operations that other devices have."""
    monkeypatch.setattr(arrays, "HOSTS", {})


def by_hand(graphs: PackedGraphs, picked: list[int]) -> dict[str, torch.Tensor]:
    """The tensors of a batch, graph by graph."""
    nodes, edges = (offsets.tolist() for offsets in (graphs.node_offsets, graphs.edge_offsets))
    zero = torch.zeros(1, dtype=torch.int64)
    found: dict[str, list[torch.Tensor]] = {"edge_index": [], "node_offsets": [zero], "edge_offsets": [zero]}
    first = 0
    for number in picked:
        own, entries = slice(nodes[number], nodes[number + 1]), slice(edges[number], edges[number + 1])
        found["edge_index"].append(graphs.edge_index[:, entries] - own.start + first)
        for name, rows in (("nodes", own), ("edges", entries), ("graphs", slice(number, number + 1))):
            for column, values in getattr(graphs, name).items():
                found.setdefault(f"{name}.{column}", []).append(values[rows])
        first += own.stop - own.start
        found["node_offsets"].append(torch.tensor([first]))
        found["edge_offsets"].append(found["edge_offsets"][-1][-1:] + entries.stop - entries.start)
    return {name: torch.cat(parts, dim=1 if name == "edge_index" else 0) for name, parts in found.items()}


def assert_selected(graphs: PackedGraphs, picked: list[int]) -> None:
    batch, expected = selected(graphs, np.array(picked, np.int64)), by_hand(graphs, picked)
    assert {name for name in batch.tensors() if not name.startswith("attached.")} == expected.keys()
    for name, tensor in expected.items():
        torch.testing.assert_close(batch.tensors()[name], tensor, rtol=0, atol=0, equal_nan=True)
    assert (batch.origin, batch.attached) == (graphs.origin, graphs.attached)


some = st.lists(st.integers(0, 5), min_size=1, max_size=8)


@given(packed_graphs(structure=1) | coded_graphs("ogb", targets=1), some)
def test_a_batch_is_that_made_by_hand(graphs, picked):
    assert_selected(graphs, [number % len(graphs) for number in picked])


@pytest.mark.usefixtures("elsewhere")
def test_the_same_elsewhere():
    for graphs in (random_graphs(6, 1, structure=1), random_coded(6, "ogb", 1, targets=1), one_way()):
        assert_selected(graphs, [3, 3, 0, 5])


def one_way() -> PackedGraphs:
    """Graphs with odd numbers of edges."""
    graphs = random_coded(6, seed=2, density=0.6)
    return graphs.keep_edges(torch.rand(graphs.num_edges, generator=generator(0)) < 0.5)


def test_edges_are_gathered_in_twos_where_all_numbers_are_even():
    assert places(random_coded(6, seed=2, density=0.6)).block == 2
    assert places(one_way()).block == 1
    assert_selected(one_way(), [5, 1, 1, 2])


def test_views_are_gathered_from_like_the_tensors_they_are_cut_out_of():
    graphs = random_coded(6, seed=2, density=0.6)
    wide = torch.cat([graphs.edge_index, graphs.edge_index], dim=1)[:, : graphs.num_edges]
    assert not wide.is_contiguous()
    assert_selected(dataclasses.replace(graphs, edge_index=wide), [4, 0])


@pytest.mark.parametrize("picked", [[6], [-1], [0, 2**62], [-(2**63)]], ids=str)
def test_numbers_of_no_graph_are_refused(picked):
    with pytest.raises(InputError, match=rf"0\.\.5, got {min(picked)}"):
        selected(random_graphs(6), np.array(picked, np.int64))


@pytest.mark.parametrize("name", TASKS)
def test_tasks_ask_the_same_elsewhere(name, monkeypatch):
    """From one generator: whatever the device, its operations come to what NumPy's do."""
    graphs = random_coded(30, "ogb", seed=5, most_nodes=20, density=0.15)
    picked = torch.arange(30).flip(0)
    here = TASKS[name].examples(graphs.select(picked), generator(1))
    monkeypatch.setattr(arrays, "HOSTS", {})
    there = TASKS[name].examples(graphs.select(picked), generator(1))
    assert torch.equal(here.queries, there.queries)
    assert torch.equal(here.answers, there.answers)
    for ours, theirs in ((here.graphs, there.graphs), (here.beside, there.beside)):
        assert (ours is None) == (theirs is None)
        for column, tensor in () if ours is None else ours.tensors().items():
            assert torch.equal(tensor, theirs.tensors()[column]), column
