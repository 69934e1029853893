"""Packed graphs against PyG's own batching, and against plain loops."""

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_geometric.data import Batch, Data

from multigraft.errors import InputError
from multigraft.graphs.packed import Origin, PackedGraphs
from tests.helpers.graphs import pack, packed_graphs, random_graphs


def as_list(graphs: PackedGraphs) -> list[Any]:
    """The graphs as PyG objects, cut out one by one without any of the package's arithmetic."""
    items = []
    for index in range(len(graphs)):
        first, last = graphs.node_offsets[index : index + 2].tolist()
        start, stop = graphs.edge_offsets[index : index + 2].tolist()
        item = Data(x=graphs.nodes["x"][first:last], edge_index=graphs.edge_index[:, start:stop] - first)
        item.node_label = graphs.nodes["label"][first:last]
        item.y = graphs.graphs["label"][index : index + 1]
        if "structure" in graphs.nodes:
            item.structure = graphs.nodes["structure"][first:last]
        if "weight" in graphs.edges:
            item.edge_weight = graphs.edges["weight"][start:stop]
        items.append(item)
    return items


def with_weights(graphs: PackedGraphs) -> PackedGraphs:
    weights = torch.arange(graphs.num_edges, dtype=torch.float32)
    return PackedGraphs(
        graphs.edge_index,
        graphs.node_offsets,
        graphs.edge_offsets,
        nodes=graphs.nodes,
        edges={"weight": weights},
        graphs=graphs.graphs,
        origin=graphs.origin,
    )


def assert_same_batch(ours: Any, theirs: Any) -> None:
    assert set(ours.keys()) == set(theirs.keys())
    for key in theirs.keys():  # noqa: SIM118
        assert torch.equal(ours[key], theirs[key]), key
        assert ours[key].dtype == theirs[key].dtype, key
    assert ours.num_graphs == theirs.num_graphs


def test_select_equals_pygs_batches_on_1000_random_selections():
    graphs = with_weights(random_graphs(60, seed=1, structure=2, shuffled=True))
    items = as_list(graphs)
    generator = torch.Generator().manual_seed(0)
    for _ in range(1000):
        size = int(torch.randint(1, 40, (), generator=generator))
        picked = torch.randint(len(items), (size,), generator=generator)
        theirs = Batch.from_data_list([items[index] for index in picked.tolist()])
        assert_same_batch(graphs.select(picked).to_batch(), theirs)


@given(graphs=packed_graphs(structure=1), data=st.data())
def test_select_equals_pygs_batch_for_arbitrary_graphs(graphs: PackedGraphs, data: st.DataObject):
    items = as_list(graphs)
    picked = data.draw(st.lists(st.integers(0, len(graphs) - 1), min_size=1, max_size=8))
    theirs = Batch.from_data_list([items[index] for index in picked])
    assert_same_batch(graphs.select(picked).to_batch(), theirs)


def test_select_nothing_gives_no_graphs_with_the_same_columns():
    none = random_graphs(4).select([])
    assert len(none) == none.num_nodes == none.num_edges == 0
    assert none.x.shape == (0, 4)
    assert none.node_labels.shape == none.graph_labels.shape == (0,)


@pytest.mark.parametrize("picked", [[4], [-1], [0, 99]])
def test_select_names_the_range_that_is_allowed(picked: list[int]):
    with pytest.raises(InputError, match=r"0\.\.3"):
        random_graphs(4).select(picked)


@given(packed_graphs(structure=2))
def test_selecting_all_in_order_changes_nothing(graphs: PackedGraphs):
    again = graphs.select(list(range(len(graphs))))
    for name, tensor in graphs.tensors().items():
        assert torch.equal(tensor, again.tensors()[name]), name


@given(packed_graphs())
def test_sizes_and_owners_agree_with_a_loop(graphs: PackedGraphs):
    owners = [graph for graph, count in enumerate(graphs.node_counts.tolist()) for _ in range(count)]
    edge_owners = [graph for graph, count in enumerate(graphs.edge_counts.tolist()) for _ in range(count)]
    assert graphs.node_graph.tolist() == owners
    assert graphs.edge_graph.tolist() == edge_owners
    assert [owners[node] for node in graphs.edge_index[0].tolist()] == edge_owners
    assert (graphs.num_nodes, graphs.num_edges) == (len(owners), len(edge_owners))


@given(graphs=packed_graphs(structure=2), seed=st.integers(0, 1000))
def test_keep_edges_hides_edges_and_what_was_computed_from_them(graphs: PackedGraphs, seed: int):
    graphs = with_weights(graphs)
    keep = torch.rand(graphs.num_edges, generator=torch.Generator().manual_seed(seed)) < 0.5
    kept = graphs.keep_edges(keep)
    assert kept.edge_index.T.tolist() == [
        edge for edge, here in zip(graphs.edge_index.T.tolist(), keep.tolist(), strict=True) if here
    ]
    assert torch.equal(kept.edges["weight"], graphs.edges["weight"][keep])
    assert torch.equal(kept.edge_graph, graphs.edge_graph[keep])
    assert kept.edge_counts.tolist() == [
        int(keep[start:stop].sum()) for start, stop in zip(graphs.edge_offsets, graphs.edge_offsets[1:], strict=False)
    ]
    assert not kept.structure.any()
    assert torch.equal(kept.x, graphs.x)
    assert torch.equal(kept.node_offsets, graphs.node_offsets)


def test_keep_edges_leaves_the_original_alone():
    graphs = random_graphs(5, structure=2)
    before = {name: tensor.clone() for name, tensor in graphs.tensors().items()}
    graphs.keep_edges(torch.zeros(graphs.num_edges, dtype=torch.bool))
    for name, tensor in graphs.tensors().items():
        assert torch.equal(tensor, before[name])


def test_to_moves_columns_and_leaves_offsets_on_the_host():
    graphs = random_graphs(3, structure=1).to("meta")
    assert graphs.device.type == "meta"
    places = {name: tensor.device.type for name, tensor in graphs.tensors().items()}
    assert {name for name, place in places.items() if place == "cpu"} == {"node_offsets", "edge_offsets"}
    assert (len(graphs), graphs.num_nodes) == (3, int(graphs.node_offsets[-1]))


def test_double_turns_features_to_float64_and_nothing_else():
    graphs = random_graphs(3, structure=1)
    double = graphs.double()
    assert double.x.dtype == double.structure.dtype == torch.float64
    assert double.node_labels.dtype == double.edge_index.dtype == torch.int64
    assert torch.equal(double.x.float(), graphs.x)


def test_graphs_come_out_as_pyg_data_one_by_one():
    graphs = with_weights(random_graphs(6, seed=3, structure=1))
    for ours, theirs in zip(graphs, as_list(graphs), strict=True):
        assert set(ours.keys()) == set(theirs.keys())
        for key in theirs.keys():  # noqa: SIM118
            assert torch.equal(ours[key], theirs[key]), key
    assert graphs[-1].to_dict().keys() == graphs[5].to_dict().keys()
    assert graphs[-1].num_nodes == graphs[5].num_nodes == int(graphs.node_counts[5])


@pytest.mark.parametrize("index", [6, -7])
def test_an_index_beyond_the_end_is_an_index_error(index: int):
    with pytest.raises(IndexError):
        random_graphs(6)[index]


def test_missing_labels_are_named():
    graphs = random_graphs(2)
    bare = PackedGraphs(
        graphs.edge_index,
        graphs.node_offsets,
        graphs.edge_offsets,
        nodes={"x": graphs.x},
        origin=Origin(name="bare"),
    )
    with pytest.raises(InputError, match="'bare' has no node labels"):
        _ = bare.node_labels
    with pytest.raises(InputError, match="'bare' has no graph labels"):
        _ = bare.graph_labels
    assert bare.structure.shape == (graphs.num_nodes, 0)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("edge_index", torch.zeros(2, 4)),
        ("edge_index", torch.zeros(2, 4, dtype=torch.int32)),
        ("edge_index", torch.zeros(3, 4, dtype=torch.int64)),
        ("node_offsets", torch.zeros(2, 2, dtype=torch.int64)),
        ("edge_offsets", torch.zeros(7, dtype=torch.int64)),
        ("nodes", torch.zeros(3)),
    ],
)
def test_wrong_types_and_shapes_are_refused(field: str, value: Any):
    graphs = random_graphs(2)
    fields: dict[str, Any] = {
        "edge_index": graphs.edge_index,
        "node_offsets": graphs.node_offsets,
        "edge_offsets": graphs.edge_offsets,
        "nodes": graphs.nodes,
    }
    fields[field] = value
    with pytest.raises(Exception, match=field):
        PackedGraphs(**fields)


@settings(max_examples=25)
@given(packed_graphs(features=2, structure=1))
def test_tensors_names_every_tensor_once(graphs: PackedGraphs):
    assert set(graphs.tensors()) == {
        "edge_index",
        "node_offsets",
        "edge_offsets",
        "nodes.x",
        "nodes.structure",
        "nodes.label",
        "graphs.label",
    }
    assert graphs.tensors()["nodes.x"] is graphs.x


def test_packing_by_hand_puts_graphs_one_after_the_other():
    path = torch.tensor([[0, 1, 0], [0, 0, 1], [0, 0, 0]])
    graphs = pack([path, torch.zeros(2, 2), torch.ones(2, 2)])
    assert graphs.node_offsets.tolist() == [0, 3, 5, 7]
    assert graphs.edge_offsets.tolist() == [0, 4, 4, 6]
    assert graphs.edge_index.tolist() == [[0, 1, 1, 2, 5, 6], [1, 0, 2, 1, 6, 5]]
