"""In from PyG and out again."""

import dataclasses
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from torch_geometric.data import Batch, Data, HeteroData, InMemoryDataset
from torch_geometric.datasets import TUDataset
from torch_geometric.transforms import Constant

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.pyg import from_pyg, to_batch
from tests.helpers.graphs import packed_graphs, random_graphs
from tests.helpers.tu import write_tudataset


def path(nodes: int, **attributes: Any) -> Any:
    """A path graph with two features a node."""
    there = torch.arange(nodes - 1)
    edges = torch.stack([torch.cat([there, there + 1]), torch.cat([there + 1, there])])
    return Data(**{"x": torch.arange(2.0 * nodes).view(nodes, 2) + 0.5, "edge_index": edges, **attributes})


def assert_equal(ours: PackedGraphs, theirs: PackedGraphs) -> None:
    assert ours.tensors().keys() == theirs.tensors().keys()
    for name, tensor in theirs.tensors().items():
        assert torch.equal(ours.tensors()[name], tensor), name
        assert ours.tensors()[name].dtype == tensor.dtype, name


# --- round trips -----------------------------------------------------------------------------------------------------


@given(packed_graphs(structure=2))
def test_out_and_in_again_is_the_identity(graphs: PackedGraphs):
    again = from_pyg(to_batch(graphs))
    assert_equal(again, graphs)
    assert dataclasses.replace(again.origin, checksum="") == dataclasses.replace(graphs.origin, checksum="")


def test_out_and_in_again_keeps_every_column_in_its_table():
    graphs = random_graphs(5, seed=2)
    full = dataclasses.replace(
        graphs,
        nodes={**graphs.nodes, "pos": torch.randn(graphs.num_nodes, 3)},
        edges={"label": torch.zeros(graphs.num_edges, dtype=torch.int64), "attr": torch.randn(graphs.num_edges, 2)},
        graphs={**graphs.graphs, "target": torch.randn(5, 2), "y": torch.randn(5)},
    )
    assert_equal(from_pyg(to_batch(full)), full)


def test_out_and_in_again_where_nodes_edges_and_graphs_are_equally_many():
    loop = Data(x=torch.ones(1, 1), edge_index=torch.zeros(2, 1, dtype=torch.int64))
    loop.edge_attr, loop.graph_target, loop.pos = torch.tensor([[2.0]]), torch.tensor([3.0]), torch.tensor([[4.0]])
    graphs = from_pyg([loop, loop])
    assert graphs.edges["attr"].tolist() == [[2.0], [2.0]]
    assert graphs.graphs["target"].tolist() == [3.0, 3.0]
    assert graphs.nodes["pos"].tolist() == [[4.0], [4.0]]
    assert_equal(from_pyg(to_batch(graphs)), graphs)


def test_a_column_whose_name_is_taken_cannot_go_out():
    graphs = random_graphs(2)
    twice = dataclasses.replace(graphs, nodes={**graphs.nodes, "y": torch.zeros(graphs.num_nodes)})
    with pytest.raises(InputError, match="'y', which is taken"):
        to_batch(twice)
    reserved = dataclasses.replace(graphs, edges={"index": torch.zeros(graphs.num_edges)})
    with pytest.raises(InputError, match="'edge_index', which is taken"):
        to_batch(reserved)


# --- each kind of source ---------------------------------------------------------------------------------------------


def test_one_data_a_list_a_batch_and_a_data_set_give_the_same():
    items = [path(3, y=torch.tensor([4])), path(1, y=torch.tensor([2])), path(5, y=torch.tensor([4]))]

    class Paths(InMemoryDataset):
        def __init__(self):
            super().__init__()
            self.data, self.slices = self.collate(items)

    from_list = from_pyg(items)
    assert from_list.graph_labels.tolist() == [1, 0, 1]
    assert from_list.origin.graph_classes == ("2", "4")
    assert_equal(from_pyg(Batch.from_data_list(items)), from_list)
    assert_equal(from_pyg(Paths()), from_list)
    assert from_pyg(Paths()).origin.name == "Paths"
    assert_equal(from_pyg(items[0]), from_pyg([items[0]]))
    part: Any = Paths()[torch.tensor([1])]
    assert from_pyg(part).graph_labels.tolist() == [0]


def test_a_data_with_a_batch_vector_holds_many_graphs():
    batch: Any = Batch.from_data_list([path(3), path(2)])
    by_hand = Data(x=batch.x, edge_index=batch.edge_index.flip(1), batch=batch.batch)
    graphs = from_pyg(by_hand)
    assert graphs.node_counts.tolist() == [3, 2]
    assert graphs.edge_counts.tolist() == [4, 2]
    assert torch.equal(graphs.node_graph[graphs.edge_index[0]], graphs.edge_graph)


def test_edges_sorted_by_graph_take_their_attributes_along():
    batch: Any = Batch.from_data_list([path(3), path(2)])
    order = torch.tensor([5, 0, 4, 2, 1, 3])
    weight = torch.arange(6.0)
    by_hand = Data(x=batch.x, edge_index=batch.edge_index[:, order], edge_weight=weight[order], batch=batch.batch)
    graphs = from_pyg(by_hand)
    for column, value in zip(graphs.edge_index.T.tolist(), graphs.edges["weight"].tolist(), strict=True):
        assert batch.edge_index[:, int(value)].tolist() == column
    assert graphs.edges["weight"].tolist() == [0, 2, 1, 3, 5, 4]


# --- features and labels ---------------------------------------------------------------------------------------------


def test_without_x_degrees_are_the_input():
    graphs = from_pyg([Data(edge_index=torch.tensor([[0, 1], [1, 0]]), num_nodes=3), path(2)][:1])
    assert graphs.x.shape == (3, 0)
    assert graphs.origin.degree
    assert "no node attributes: node degrees are the input" in graphs.origin.notes


def test_features_become_float32_tables():
    assert from_pyg(path(2, x=torch.tensor([[1, 2], [3, 4]]))).x.dtype == torch.float32
    assert from_pyg(path(2, x=torch.ones(2, dtype=torch.float64))).x.tolist() == [[1.0], [1.0]]
    assert not from_pyg(path(2)).origin.degree


def test_node_labels_from_node_label_from_y_and_by_name():
    labels = torch.tensor([7, 3, 7])
    for graphs in (
        from_pyg(path(3, node_label=labels)),
        from_pyg(path(3, y=labels)),
        from_pyg(path(3, y=torch.zeros(3, dtype=torch.int64), kind=labels[:, None]), node_labels="kind"),
    ):
        assert graphs.node_labels.tolist() == [1, 0, 1]
        assert graphs.origin.node_classes == ("3", "7")
    assert "label" not in from_pyg(path(3, y=labels)).graphs


def test_attributes_called_label_are_labels_only_where_they_are_integers():
    graphs = from_pyg(path(2, label=torch.tensor([5, 4]), edge_label=torch.tensor([[0.5, 1.0], [1.5, 2.0]])))
    assert graphs.node_labels.tolist() == [1, 0]
    assert graphs.edges["label"].tolist() == [[0.5, 1.0], [1.5, 2.0]]
    graphs = from_pyg(path(2, label=torch.tensor([0.5, 1.5])))
    assert "label" not in graphs.nodes
    assert any("left out" in note and "label" in note for note in graphs.origin.notes)


@pytest.mark.parametrize("name", ["kind", "pos", "missing"])
def test_node_labels_must_be_one_integer_a_node(name: str):
    data = path(3, kind=torch.tensor([[1, 2], [3, 4], [5, 6]]), pos=torch.rand(3))
    with pytest.raises(InputError, match=f"'{name}' is not an attribute of one integer a node: .*kind, pos"):
        from_pyg(data, node_labels=name)


@pytest.mark.parametrize("y", [torch.tensor([1.5, 2.5]), torch.tensor([[0, 1], [1, 0]]), torch.tensor([[0.0], [1.0]])])
def test_a_y_that_is_no_class_travels_along_and_a_note_says_so(y: torch.Tensor):
    graphs = from_pyg([path(3, y=y[:1]), path(4, y=y[1:])])
    assert "label" not in graphs.graphs
    assert torch.equal(graphs.graphs["y"], y)
    assert any(note.startswith("y is not one integer a graph") for note in graphs.origin.notes)


def test_labels_minus_one_and_one_are_two_classes():
    graphs = from_pyg([path(2, y=torch.tensor([[1]])), path(2, y=torch.tensor([[-1]]))])
    assert graphs.graph_labels.tolist() == [1, 0]
    assert graphs.origin.graph_classes == ("-1", "1")


def test_what_is_no_column_is_left_out_aloud():
    graphs = from_pyg(
        [path(3, smiles="CCC", mapping_index=torch.arange(3)), path(4, smiles="C", mapping_index=torch.arange(4))]
    )
    assert graphs.nodes.keys() == {"x"}
    assert any("left out" in note and "mapping_index, smiles" in note for note in graphs.origin.notes)


def test_one_hot_columns_at_the_end_of_x_are_pointed_out():
    x = torch.cat([torch.tensor([[0.3], [0.1], [0.9]]), torch.eye(3)[[0, 2, 1]]], dim=1)
    assert any("the last 3 columns of x are one-hot" in note for note in from_pyg(path(3, x=x)).origin.notes)
    assert not any("one-hot" in note for note in from_pyg(path(3)).origin.notes)


# --- TUDataset: node labels never reach the inputs -------------------------------------------------------------------


@pytest.fixture
def made(tmp_path: Path):
    """A data set in TU layout where PyG looks for it, and a reader of it."""

    def read(**options: Any) -> tuple[TUDataset, PackedGraphs]:
        columns = options.pop("label_columns", 1)
        attributes = options.pop("attributes", 2)
        graphs = random_graphs(12, seed=4, features=attributes, node_classes=4)
        write_tudataset(tmp_path / "MADE" / "raw", "MADE", graphs, label_columns=columns)
        return TUDataset(str(tmp_path), "MADE", **options), graphs

    return read


@pytest.mark.parametrize("use_node_attr", [False, True])
@pytest.mark.parametrize("label_columns", [1, 2])
def test_one_hot_node_labels_leave_the_inputs(made, use_node_attr: bool, label_columns: int):
    dataset, graphs = made(use_node_attr=use_node_attr, label_columns=label_columns)
    packed = from_pyg(dataset)
    assert packed.x.shape[1] == (2 if use_node_attr else 0)
    if use_node_attr:
        assert torch.allclose(packed.x, graphs.x, atol=1e-5)
    assert torch.equal(packed.node_labels, graphs.node_labels)
    assert torch.equal(packed.graph_labels, graphs.graph_labels)
    assert packed.origin.degree is not use_node_attr
    assert packed.origin.name == "MADE"
    notes = " ".join(packed.origin.notes)
    assert "one-hot node labels: taken out of the inputs" in notes
    assert ("use_node_attr=True" in notes) is not use_node_attr


def test_one_hot_node_labels_leave_the_inputs_of_a_part_of_the_data_set(made):
    dataset, graphs = made(use_node_attr=True)
    part = from_pyg(dataset[3:5])
    names = [int(part.origin.node_classes[label]) for label in part.node_labels]
    assert names == graphs.select([3, 4]).node_labels.tolist()
    assert part.x.shape[1] == 2


def test_a_tudataset_without_node_labels_is_taken_as_it_is(made):
    dataset, graphs = made(use_node_attr=True, label_columns=0)
    packed = from_pyg(dataset)
    assert torch.allclose(packed.x, graphs.x, atol=1e-5)
    assert "label" not in packed.nodes


def test_a_transform_that_changes_x_is_refused_because_labels_could_hide_there(made):
    dataset, _ = made(use_node_attr=True, transform=Constant())
    with pytest.raises(InputError, match="without a transform"):
        from_pyg(dataset)
    scaled, _ = made(use_node_attr=True, transform=lambda data: data.update({"x": data.x / 2}))
    with pytest.raises(InputError, match="not one-hot"):
        from_pyg(scaled)


# --- checksums -------------------------------------------------------------------------------------------------------


def test_the_checksum_names_the_content():
    items = [path(3), path(2)]
    same = from_pyg(items).origin.checksum
    assert len(same) == 64
    assert from_pyg(Batch.from_data_list(items)).origin.checksum == same
    items[1].x[0, 0] += 1
    assert from_pyg(items).origin.checksum != same


# --- bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", [[], ()])
def test_no_graphs(source: Any):
    with pytest.raises(InputError, match="no graphs"):
        from_pyg(source)


@pytest.mark.parametrize("source", [3, "MUTAG", {"a": 1}, torch.zeros(3), [1], [HeteroData()]])
def test_what_is_not_pyg_is_refused(source: Any):
    with pytest.raises(InputError, match=r"cannot take graphs from a|only PyG Data can be packed"):
        from_pyg(source)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_nan_is_named_with_its_place(value: float):
    bad = path(3)
    bad.x[1, 1] = value
    with pytest.raises(InputError, match=r"at node 3, column 1"):
        from_pyg([path(2), bad])


@pytest.mark.parametrize("end", [3, -1, 99])
def test_an_edge_that_leaves_its_graph(end: int):
    bad = path(3, edge_index=torch.tensor([[0, 1, 2], [1, 0, end]]))
    with pytest.raises(InputError, match=rf"edge 2 - {end} leaves graph 1, whose nodes are 0\.\.2"):
        from_pyg([path(2), bad, path(4)])


def test_an_edge_between_graphs_of_a_batch():
    with pytest.raises(InputError, match="edge 0 - 2 leaves graph 0"):
        from_pyg(Data(x=torch.ones(3, 1), edge_index=torch.tensor([[0], [2]]), batch=torch.tensor([0, 0, 1])))


def test_a_batch_vector_that_is_not_sorted():
    with pytest.raises(InputError, match="not sorted by graph"):
        from_pyg(Data(x=torch.ones(3, 1), edge_index=torch.empty(2, 0).long(), batch=torch.tensor([0, 1, 0])))


def test_ragged_attributes():
    with pytest.raises(InputError, match=r"x has rows of shape \(3,\) in graph 1, \(2,\) in graph 0"):
        from_pyg([path(2), path(2, x=torch.ones(2, 3))])


def test_attributes_that_only_some_graphs_have():
    with pytest.raises(InputError, match="graph 1 and graph 0 differ in whether they have pos"):
        from_pyg([path(2), path(2, pos=torch.ones(2, 3))])


def test_a_graph_that_does_not_know_its_nodes():
    with pytest.raises(InputError, match="set num_nodes"):
        from_pyg(Data(edge_index=torch.tensor([[0], [1]])))


def test_a_graph_without_edge_index():
    with pytest.raises(InputError, match="no edge_index"):
        from_pyg(Data(x=torch.ones(2, 1)))
