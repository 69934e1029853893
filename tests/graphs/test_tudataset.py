"""The TU text layout: against a plain reader, on real sets, and every way in which files can be wrong."""

import dataclasses
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from torch_geometric.io import read_tu_data

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.tudataset import find_files, read_tudataset
from tests.helpers.graphs import packed_graphs, random_graphs
from tests.helpers.tu import write_tudataset

Write = Callable[..., Path]


def read_with_pyg(folder: Path, name: str) -> Any:
    return read_tu_data(str(folder), name)


@pytest.fixture
def small(tmp_path: Path) -> Write:
    """Three graphs (a path of 3 nodes, one node, an edge), of which a test may replace or remove files."""

    def write(**files: str | None) -> Path:
        texts: dict[str, str | None] = {
            "A": "2, 1\n1, 2\n5, 6\n6, 5\n2, 3\n3, 2\n",
            "graph_indicator": "1\n1\n1\n2\n3\n3\n",
            "graph_labels": "1\n-1\n1\n",
            "node_labels": "6\n8\n6\n17\n6\n6\n",
            "node_attributes": "0.5, 1\n1.5, 2\n2.5, 3\n3.5, 4\n4.5, 5\n5.5, 6\n",
        }
        folder = tmp_path / "SMALL"
        folder.mkdir(exist_ok=True)
        for part, text in {**texts, **files}.items():
            if text is not None:
                (folder / f"SMALL_{part}.txt").write_text(text)
        return folder

    return write


# --- what is read ----------------------------------------------------------------------------------------------------


def test_a_small_set_is_read_as_it_is_written(small: Write):
    graphs = read_tudataset(small(edge_labels="0\n1\n2\n3\n4\n5\n"))
    assert graphs.node_offsets.tolist() == [0, 3, 4, 6]
    assert graphs.edge_index.T.tolist() == [[1, 0], [0, 1], [1, 2], [2, 1], [4, 5], [5, 4]]
    assert graphs.edge_offsets.tolist() == [0, 4, 4, 6]
    assert graphs.edges["label"].tolist() == [0, 1, 4, 5, 2, 3]
    assert graphs.node_labels.tolist() == [0, 1, 0, 2, 0, 0]
    assert graphs.graph_labels.tolist() == [1, 0, 1]
    assert graphs.x.tolist() == [[0.5, 1], [1.5, 2], [2.5, 3], [3.5, 4], [4.5, 5], [5.5, 6]]
    assert graphs.x.dtype == torch.float32
    origin = graphs.origin
    assert (origin.name, origin.node_classes, origin.graph_classes) == ("SMALL", ("6", "8", "17"), ("-1", "1"))
    assert not origin.degree
    assert origin.notes == ()


@given(packed_graphs())
def test_what_is_written_comes_back(tmp_path_factory: pytest.TempPathFactory, graphs: PackedGraphs):
    edges = {"label": torch.arange(graphs.num_edges)}
    graphs = dataclasses.replace(graphs, edges=edges)
    folder = write_tudataset(tmp_path_factory.mktemp("tu"), "MADE", graphs)
    again = read_tudataset(folder)
    assert again.tensors().keys() == graphs.tensors().keys()
    for name, tensor in again.tensors().items():
        if name.endswith("s.label") and not name.startswith("edges"):
            names = again.origin.node_classes if name == "nodes.label" else again.origin.graph_classes
            tensor = torch.tensor([int(names[label]) for label in tensor.tolist()])
        assert torch.equal(tensor, graphs.tensors()[name]), name
    assert again.origin.degree is (graphs.x.shape[1] == 0)


def test_it_reads_what_pyg_reads(tmp_path: Path):
    graphs = random_graphs(25, seed=5, least_nodes=2, density=0.5)
    folder = write_tudataset(tmp_path, "MADE", graphs)
    theirs, _, sizes = read_with_pyg(folder, "MADE")
    ours = read_tudataset(folder)
    assert torch.allclose(ours.x, theirs.x[:, : sizes["num_node_attributes"]])
    assert torch.equal(ours.node_labels, theirs.x[:, sizes["num_node_attributes"] :].argmax(1))
    assert torch.equal(ours.graph_labels, theirs.y)
    assert torch.equal(ours.edge_index - ours.node_offsets[ours.edge_graph], theirs.edge_index)


def test_without_attributes_degrees_are_the_input_and_a_note_says_so(small: Write):
    folder = small()
    (folder / "SMALL_node_attributes.txt").unlink()
    graphs = read_tudataset(folder)
    assert graphs.x.shape == (6, 0)
    assert graphs.origin.degree
    assert graphs.origin.notes == ("no node attributes: node degrees are the input",)


def test_edges_in_one_direction_are_said(small: Write):
    (note,) = read_tudataset(small(A="2, 1\n1, 2\n5, 6\n2, 3\n4, 4\n")).origin.notes
    assert note.startswith("2 of 5 edges are there in one direction alone")


def test_without_labels_there_are_none_and_notes_say_so(small: Write):
    folder = small(graph_attributes="1\n2\n3\n", edge_attributes="1\n" * 6)
    for part in ("node_labels", "graph_labels"):
        (folder / f"SMALL_{part}.txt").unlink()
    graphs = read_tudataset(folder)
    assert "label" not in graphs.nodes
    assert "label" not in graphs.graphs
    assert graphs.origin.node_classes == graphs.origin.graph_classes == ()
    unread = "not read: SMALL_edge_attributes.txt, SMALL_graph_attributes.txt"
    assert graphs.origin.notes == ("no node labels", "no graph labels", unread)


@pytest.mark.parametrize(("column", "expected"), [(0, [0, 0, 1, 1, 2, 2]), (1, [1, 1, 1, 1, 1, 0])])
def test_one_of_several_node_label_columns_is_chosen(small: Write, column: int, expected: list[int]):
    folder = small(node_labels="1, 9\n1, 9\n2, 9\n2, 9\n3, 9\n3, 7\n")
    graphs = read_tudataset(folder, node_label_column=column)
    assert graphs.node_labels.tolist() == expected
    (note,) = graphs.origin.notes
    assert f"column {column} of 2 is used" in note
    assert f"({1 - column})" in note
    assert "node_label_column" in note


def test_several_edge_label_columns_stay_together(small: Write):
    graphs = read_tudataset(small(edge_labels="0, 1\n" * 6))
    assert graphs.edges["label"].shape == (6, 2)


def test_no_edges_at_all(small: Write):
    graphs = read_tudataset(small(A=""))
    assert (len(graphs), graphs.num_edges) == (3, 0)
    assert graphs.edge_offsets.tolist() == [0, 0, 0, 0]


def test_files_may_lie_in_raw_and_beside_other_sets(tmp_path: Path):
    graphs = random_graphs(3)
    write_tudataset(tmp_path / "OWN" / "raw", "ANY", graphs)
    assert find_files(tmp_path / "OWN").prefix == "ANY"
    write_tudataset(tmp_path / "FULL", "FULL", graphs)
    write_tudataset(tmp_path / "FULL", "FULL_part", graphs)
    assert find_files(tmp_path / "FULL").prefix == "FULL"


def test_the_checksum_is_that_of_the_files_and_of_nothing_else(small: Write):
    folder = small()
    before = read_tudataset(folder).origin.checksum
    assert len(before) == 64
    (folder / "README.txt").write_text("about")
    assert find_files(folder).checksum() == before
    small(node_labels="6\n8\n6\n17\n6\n8\n")
    assert find_files(folder).checksum() != before


# --- what is wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"A": "1, 2\n2, 1\n1, 7\n"}, r"SMALL_A\.txt, line 3: edge 1, 7; the nodes are 1\.\.6"),
        ({"A": "1, 2\n0, 1\n"}, r"SMALL_A\.txt, line 2: edge 0, 1; the nodes are 1\.\.6"),
        ({"A": "1, 2\n2, 1\n3, 4\n"}, r"SMALL_A\.txt, line 3: this edge joins graphs 1 and 2"),
        ({"A": "1, 2, 3\n"}, r"SMALL_A\.txt, line 1: 3 values; an edge is two"),
        ({"A": "1, 2\n2\n"}, r"SMALL_A\.txt, line 2: 1 values where line 1 has 2"),
        ({"A": "1, 2\n2, b\n"}, r"SMALL_A\.txt, line 2: 'b' is not a number"),
        ({"graph_indicator": ""}, r"SMALL_graph_indicator\.txt is empty"),
        ({"graph_indicator": "0\n0\n0\n1\n2\n2\n"}, r"line 1: graph 0; graphs are numbered from 1"),
        ({"graph_indicator": "1\n1\n1\n3\n4\n4\n"}, r"line 4: graph 3 after graph 1; .*without gaps"),
        ({"graph_indicator": "1\n1\n2\n1\n3\n3\n"}, r"line 4: graph 1 after graph 2; sort the nodes"),
        ({"graph_indicator": "1, 1\n" * 6}, r"SMALL_graph_indicator\.txt, line 1: 2 values"),
        ({"graph_labels": "1\n1\n"}, r"SMALL_graph_labels\.txt has 2 lines, but there are 3 graphs"),
        ({"graph_labels": "1, 2\n" * 3}, r"SMALL_graph_labels\.txt, line 1: 2 values"),
        ({"graph_labels": "1\n0.5\n1\n"}, r"SMALL_graph_labels\.txt, line 2: 0\.5 is not a whole number"),
        ({"node_labels": "1\n" * 7}, r"SMALL_node_labels\.txt has 7 lines, but there are 6 nodes"),
        ({"node_labels": "C\n" * 6}, r"SMALL_node_labels\.txt, line 1: 'C' is not a number"),
        ({"node_attributes": "1\n" * 5}, r"SMALL_node_attributes\.txt has 5 lines, but there are 6 nodes"),
        ({"node_attributes": "1\n2\nnan\n4\n5\n6\n"}, r"SMALL_node_attributes\.txt, line 3: 'nan' is not finite"),
        ({"node_attributes": "1\n2\n3\n4\ninf\n6\n"}, r"SMALL_node_attributes\.txt, line 5: 'inf' is not finite"),
        ({"edge_labels": "1\n"}, r"SMALL_edge_labels\.txt has 1 lines, but there are 6 edges"),
    ],
)
def test_wrong_files_are_named_with_the_line(small: Write, files: dict[str, str], message: str):
    with pytest.raises(InputError, match=message):
        read_tudataset(small(**files))


@pytest.mark.parametrize("column", [1, 5, -1])
def test_a_node_label_column_that_is_not_there(small: Write, column: int):
    with pytest.raises(InputError, match=rf"columns 0\.\.0: there is no column {column}"):
        read_tudataset(small(), node_label_column=column)


def test_a_node_label_column_without_node_labels(small: Write):
    folder = small()
    (folder / "SMALL_node_labels.txt").unlink()
    with pytest.raises(InputError, match=r"column 2 was asked for, but .*SMALL_node_labels\.txt does not exist"):
        read_tudataset(folder, node_label_column=2)


def test_a_folder_that_is_not_there_or_has_not_the_files(tmp_path: Path):
    with pytest.raises(InputError, match="none is not a folder"):
        read_tudataset(tmp_path / "none")
    with pytest.raises(InputError, match=r"needs NAME_A\.txt"):
        read_tudataset(tmp_path)
    (tmp_path / "X_A.txt").write_text("1, 1\n")
    with pytest.raises(InputError, match=r"X_graph_indicator\.txt is missing"):
        read_tudataset(tmp_path)
    (tmp_path / "Y_A.txt").write_text("1, 1\n")
    with pytest.raises(InputError, match=r"several data sets \(X, Y\)"):
        read_tudataset(tmp_path)


# --- real data -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "graphs", "attributes", "node_classes", "graph_classes", "nodes", "edges"),
    [
        ("ENZYMES", 600, 18, 3, 6, 32.6, 62.1),
        ("PROTEINS_full", 1113, 29, 3, 2, 39.1, 72.8),
        ("DHFR", 756, 3, 9, 2, 42.4, 44.5),
        ("COX2", 467, 3, 8, 2, 41.2, 43.45),
        ("MUTAG", 188, 0, 7, 2, 17.9, 19.8),
        ("NCI1", 4110, 0, 37, 2, 29.9, 32.3),
        ("PTC_MR", 344, 0, 18, 2, 14.3, 14.7),
    ],
)
def test_real_sets_have_the_published_counts_and_load_fast(
    real_data: Path,
    name: str,
    graphs: int,
    attributes: int,
    node_classes: int,
    graph_classes: int,
    nodes: float,
    edges: float,
):
    start = time.process_time()
    packed = read_tudataset(real_data / "tudataset" / name)
    assert time.process_time() - start < 4
    assert len(packed) == graphs
    assert packed.x.shape[1] == attributes
    assert len(packed.origin.node_classes) == len(packed.node_labels.unique()) == node_classes
    assert len(packed.origin.graph_classes) == len(packed.graph_labels.unique()) == graph_classes
    assert packed.num_nodes / graphs == pytest.approx(nodes, abs=0.05)
    assert packed.num_edges / 2 / graphs == pytest.approx(edges, abs=0.05)
    assert packed.origin.degree is (attributes == 0)
    assert packed.x.isfinite().all()


def test_a_real_set_is_what_pyg_reads(real_data: Path):
    folder = real_data / "tudataset" / "ENZYMES" / "raw"
    theirs, _, _ = read_with_pyg(folder, "ENZYMES")
    ours = read_tudataset(folder)
    assert torch.allclose(ours.x, theirs.x[:, :18])
    assert torch.equal(ours.node_labels, theirs.x[:, 18:].argmax(1))
    assert torch.equal(ours.graph_labels, theirs.y)
    width = ours.num_nodes
    keys = torch.sort(ours.edge_index[0] * width + ours.edge_index[1]).values
    theirs_global = theirs.edge_index + ours.node_offsets[ours.edge_graph]
    assert torch.equal(keys, torch.sort(theirs_global[0] * width + theirs_global[1]).values)
