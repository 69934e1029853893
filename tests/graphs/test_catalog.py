"""Names, folders and PyG objects, all through one door."""

import json
import os
import shutil
import stat
from pathlib import Path

import pytest
import torch

from multigraft.errors import InputError
from multigraft.graphs import catalog, download
from multigraft.graphs.catalog import check, describe, load
from multigraft.graphs.packed import PackedGraphs
from tests.helpers.graphs import random_graphs
from tests.helpers.tables import write_csv
from tests.helpers.tu import write_tudataset


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A directory of raw data and a cache, both empty."""
    data, cache = tmp_path / "data", tmp_path / "cache"
    data.mkdir()
    monkeypatch.setenv("MULTIGRAFT_DATA", str(data))
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(cache))
    monkeypatch.chdir(tmp_path)
    return data, cache


def put(data: Path, name: str, graphs: PackedGraphs) -> Path:
    return write_tudataset(data / "tudataset" / name / "raw", name, graphs)


def same_tensors(first: PackedGraphs, second: PackedGraphs) -> bool:
    ours, theirs = first.tensors(), second.tensors()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[name], theirs[name]) for name in theirs)


# --- where things come from ------------------------------------------------------------------------------------------


def test_packed_graphs_are_returned_as_they_are():
    graphs = random_graphs(3)
    assert load(graphs) is graphs


def test_pyg_objects_are_packed():
    graphs = random_graphs(3)
    assert same_tensors(load(graphs.to_batch()), graphs)
    assert len(load(list(graphs))) == 3


def test_a_name_comes_from_the_data_directory_and_the_second_time_from_the_packed_copy(places: tuple[Path, Path]):
    data, cache = places
    put(data, "MUTAG", random_graphs(8, features=0))
    first, second = load("MUTAG"), load("MUTAG")
    assert same_tensors(first, second)
    assert first.origin == second.origin
    assert first.origin.name == "MUTAG"
    assert len(list((cache / "packed").iterdir())) == 1


def test_a_name_in_the_cache_and_then_in_the_data_directory(places: tuple[Path, Path]):
    data, cache = places
    put(cache, "MUTAG", random_graphs(3))
    assert len(load("MUTAG")) == 3
    (cache / "checksums.json").unlink()
    put(data, "MUTAG", random_graphs(4))
    assert len(load("MUTAG")) == 4


def test_a_name_that_is_nowhere_is_downloaded(places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch):
    _, cache = places
    asked = []

    def fetch(name: str, *, home: str) -> Path:
        asked.append((name, home))
        return put(cache, name, random_graphs(5)).parent

    monkeypatch.setattr(download, "download", fetch)
    assert len(load("PTC_FM", home="http://here")) == 5
    assert len(load("PTC_FM")) == 5
    assert asked == [("PTC_FM", "http://here")]


def test_a_set_of_ones_own_in_the_data_directory_is_known_by_name(places: tuple[Path, Path]):
    put(places[0], "MY_SET", random_graphs(2))
    assert load("MY_SET").origin.name == "MY_SET"


@pytest.mark.parametrize("write", [str, Path, lambda path: f"{path}/", lambda path: os.path.relpath(path)])
def test_a_folder_is_read_wherever_it_is(places: tuple[Path, Path], tmp_path: Path, write):
    folder = write_tudataset(tmp_path / "any where", "ANY", random_graphs(4))
    graphs = load(write(folder))
    assert (len(graphs), graphs.origin.name) == (4, "ANY")
    assert not (places[1] / "checksums.json").exists()


def test_a_name_goes_before_a_folder_of_that_name_unless_it_is_written_as_a_path(
    places: tuple[Path, Path], tmp_path: Path
):
    put(places[0], "MUTAG", random_graphs(3))
    write_tudataset(tmp_path / "MUTAG", "MUTAG", random_graphs(9))
    assert len(load("MUTAG")) == 3
    assert len(load("./MUTAG")) == len(load(Path("MUTAG"))) == 9


def test_proteins_means_the_full_set_and_says_so(places: tuple[Path, Path]):
    put(places[0], "PROTEINS", random_graphs(3, features=1))
    put(places[0], "PROTEINS_full", random_graphs(3, features=29))
    graphs = load("PROTEINS")
    assert graphs.x.shape[1] == 29
    assert graphs.origin.name == "PROTEINS"
    assert any("PROTEINS means PROTEINS_full" in note for note in graphs.origin.notes)
    assert load("PROTEINS_full").origin.notes == ()
    one = load(places[0] / "tudataset" / "PROTEINS")
    assert (one.x.shape[1], one.origin.notes) == (1, ())
    assert [load(found).x.shape[1] for found in ("./data/tudataset/PROTEINS", "PROTEINS")] == [1, 29]
    os.chdir(places[0] / "tudataset")
    assert load(Path("PROTEINS")).origin.notes == ()


def test_raw_directories_are_never_written_to(places: tuple[Path, Path]):
    folder = put(places[0], "MUTAG", random_graphs(3))
    before = sorted(places[0].rglob("*"))
    for path in (folder, folder.parent, *folder.iterdir()):
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    load("MUTAG")
    check("MUTAG")
    assert sorted(places[0].rglob("*")) == before


# --- options ---------------------------------------------------------------------------------------------------------


def test_the_node_label_column_is_part_of_what_is_remembered(places: tuple[Path, Path], tmp_path: Path):
    write_tudataset(tmp_path / "TWO", "TWO", random_graphs(5), label_columns=2)
    first, second = load("./TWO"), load("./TWO", node_label_column=1)
    assert first.origin.node_classes == ("0", "1", "2")
    assert second.origin.node_classes == ("1", "2", "3")
    assert load("./TWO").origin == first.origin


@pytest.mark.parametrize("source", [random_graphs(2), "chembl2321810"])
def test_a_node_label_column_where_there_is_no_choice_is_refused(source: object):
    with pytest.raises(InputError, match="node_label_column is for data in TU layout"):
        load(source, node_label_column=1)


def test_a_threshold_makes_targets_binary_wherever_they_come_from(tmp_path: Path, places: tuple[Path, Path]):
    pytest.importorskip("rdkit")
    table = write_csv(tmp_path / "mine.csv", ("smiles", "a"), [("CC", 1.5), ("CO", -2), ("CN", None)])
    graphs = load(table)
    for source in (table, graphs):
        binary = load(source, threshold=0.0)
        assert binary.targets.nan_to_num(9).flatten().tolist() == [1, 0, 9]
        assert binary.origin.target_kind == "binary"
    assert load(table).origin.target_kind == "real"


@pytest.mark.parametrize("option", [{"featurization": "hu"}, {"targets": ["a"]}, {"strip_salts": True}, {"hops": 2}])
def test_graphs_that_are_there_already_are_not_read_anew(option: dict):
    with pytest.raises(InputError, match=rf"{next(iter(option))} is for .*: these are graphs already"):
        load(random_graphs(2), **option)


# --- errors ----------------------------------------------------------------------------------------------------------


def test_an_unknown_name_is_answered_with_the_nearest(places: tuple[Path, Path]):
    with pytest.raises(InputError, match="unknown data set 'ENZYME': did you mean ENZYMES"):
        load("ENZYME")
    with pytest.raises(InputError, match="unknown data set '@@@@@@@@@@@@@': `multigraft data list`"):
        load("@@@@@@@@@@@@@")


@pytest.mark.parametrize("source", ["./nothing", "no/such/folder", Path("nothing")])
def test_a_folder_that_is_not_there(places: tuple[Path, Path], source: str | Path):
    with pytest.raises(InputError, match="is not a folder"):
        load(source)


def test_what_is_neither_name_nor_graphs():
    with pytest.raises(InputError, match="cannot take graphs from a int"):
        load(3)


# --- checksums -------------------------------------------------------------------------------------------------------


def test_data_that_changed_is_an_error_in_check_and_a_note_on_load(places: tuple[Path, Path]):
    data, cache = places
    put(data, "MUTAG", random_graphs(8, features=0, degree=True))
    first = load("MUTAG")
    put(data, "MUTAG", random_graphs(9, features=0))
    second = load("MUTAG")
    assert len(second) == 9
    (note,) = (note for note in second.origin.notes if "has changed" in note)
    assert first.origin.checksum[:16] in note
    assert second.origin.checksum[:16] in note
    with pytest.raises(InputError, match="MUTAG has changed since it was first used here"):
        check("MUTAG")
    shutil.rmtree(data / "tudataset" / "MUTAG")
    put(data, "MUTAG", random_graphs(8, features=0))
    assert load("MUTAG").origin == first.origin
    assert json.loads((cache / "checksums.json").read_text()) == {"MUTAG": first.origin.checksum}


def test_check_says_what_is_unusual(places: tuple[Path, Path], tmp_path: Path):
    folder = put(places[0], "MUTAG", random_graphs(4, least_nodes=3, density=1.0))
    assert check("MUTAG") == []
    with (folder / "MUTAG_A.txt").open("a") as file:
        file.write("1, 1\n")
    assert check(folder) == ["self loops: 1, in 1 graph (first: graph 0)"]


# --- descriptions ----------------------------------------------------------------------------------------------------


def test_describe_gives_plain_numbers_that_json_can_hold():
    graphs = random_graphs(7, seed=1, structure=2, node_classes=4, graph_classes=3)
    said = describe(graphs)
    assert said == {
        "name": "made",
        "graphs": 7,
        "node_features": 6,
        "node_classes": 4,
        "graph_classes": 3,
        "mean_nodes": graphs.num_nodes / 7,
        "mean_edges": graphs.num_edges / 14,
        "checksum": "made-1",
        "notes": [],
    }
    assert json.loads(json.dumps(said)) == said


def test_describe_takes_many_graphs_part_by_part(monkeypatch: pytest.MonkeyPatch):
    graphs = random_graphs(23, seed=3)
    whole = describe(graphs)
    monkeypatch.setattr(catalog, "AT_ONCE", 5)
    assert describe(random_graphs(23, seed=3)) == whole


def test_describe_says_of_molecules_what_was_measured(tmp_path: Path, places: tuple[Path, Path]):
    pytest.importorskip("rdkit")
    table = write_csv(tmp_path / "mine.csv", ("smiles", "a", "b"), [("CC", 1, 0), ("C(", 1, 1), ("CO", 0, None)])
    said = describe(load(table))
    assert {name: said[name] for name in ("name", "graphs", "featurization", "targets", "missing", "rejected")} == {
        "name": "mine", "graphs": 2, "featurization": "hu", "targets": 2, "missing": 0.25, "rejected": 1,
    }  # fmt: skip
    assert (said["target_kind"], said["metric"]) == ("binary", "roc_auc")
    bare = describe(load(table, targets=[]))
    assert (bare["targets"], bare["missing"], bare["target_kind"], bare["metric"]) == (0, None, "", "")
    assert json.loads(json.dumps(said)) == said


def test_describe_without_labels_names_or_graphs():
    graphs = random_graphs(2)
    bare = PackedGraphs(graphs.edge_index, graphs.node_offsets, graphs.edge_offsets, {"x": graphs.x})
    assert (describe(bare)["node_classes"], describe(bare)["graph_classes"]) == (0, 0)
    unnamed = PackedGraphs(graphs.edge_index, graphs.node_offsets, graphs.edge_offsets, graphs.nodes)
    assert describe(unnamed)["node_classes"] == int(graphs.node_labels.max()) + 1
    assert describe(graphs.select([]))["mean_nodes"] == 0


# --- embedded and real sets ------------------------------------------------------------------------------------------


def test_embedded_sets_need_no_data_directory(places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("rdkit")
    monkeypatch.delenv("MULTIGRAFT_DATA")
    graphs = load("chembl2321810")
    said = describe(graphs)
    assert (said["graphs"], said["node_features"], said["node_classes"], said["graph_classes"]) == (1017, 9, 8, 2)
    assert same_tensors(load("chembl2321810"), graphs)
    assert check("chembl2321810") == ["attribute columns with one value only: 0, 1, 2"]


@pytest.mark.parametrize(
    ("name", "graphs", "features", "node_classes", "graph_classes", "nodes", "edges"),
    [
        ("ENZYMES", 600, 18, 3, 6, 32.6, 62.1),
        ("PROTEINS", 1113, 29, 3, 2, 39.1, 72.8),
        ("DHFR", 756, 3, 9, 2, 42.4, 44.5),
        ("COX2", 467, 3, 8, 2, 41.2, 43.45),
        ("MUTAG", 188, 0, 7, 2, 17.9, 19.8),
        ("NCI1", 4110, 0, 37, 2, 29.9, 32.3),
        ("PTC_MR", 344, 0, 18, 2, 14.3, 14.7),
    ],
)
def test_real_sets_by_name(
    real_data: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    graphs: int,
    features: int,
    node_classes: int,
    graph_classes: int,
    nodes: float,
    edges: float,
):
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path))
    said = describe(catalog.load(name))
    counts = (said["graphs"], said["node_features"], said["node_classes"], said["graph_classes"])
    assert counts == (graphs, features, node_classes, graph_classes)
    assert said["mean_nodes"] == pytest.approx(nodes, abs=0.05)
    assert said["mean_edges"] == pytest.approx(edges, abs=0.05)
    assert said == describe(catalog.load(name))
    assert all("nodes without edges" in finding for finding in check(name))


def test_targets_are_a_list_of_columns():
    with pytest.raises(InputError, match=r"targets is a list of columns, \['active'\] for instance"):
        load("my.csv", targets="active")
