"""data list, show, check: names and where they come from, what a set holds, whether it is whole."""

import json

import pytest

from multigraft.graphs.catalog import load
from multigraft.tasks.names import TASK_NAMES
from tests.helpers.cli import answer, complaint, multigraft, tu_file, write_folder
from tests.helpers.graphs import random_graphs


@pytest.fixture
def local(tmp_path, monkeypatch):
    """A directory of raw data with one set, ORCHARD, that ``MULTIGRAFT_DATA`` names; and an empty cache."""
    graphs = random_graphs(30, seed=2, least_nodes=4, density=0.6)
    folder = write_folder(tmp_path / "data" / "tudataset" / "ORCHARD", graphs)
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    return folder


# --- list ------------------------------------------------------------------------------------------------------------


def test_list_says_where_a_set_comes_from(local):
    found = answer("data", "list")
    sources = {row["name"]: row["source"] for row in found["datasets"]}
    assert found["verb"] == "data list"
    assert sources["chembl2321810"] == sources["nci5k"] == "embedded"
    assert sources["ORCHARD"] == "local"
    assert sources["ENZYMES"] == "download"


def test_list_names_the_folders_of_local_sets(local):
    rows = {row["name"]: row["folder"] for row in answer("data", "list")["datasets"]}
    assert rows["ORCHARD"] == str(local)
    assert rows["ENZYMES"] is None


def test_list_for_people(local):
    lines = multigraft("data", "list").stdout.splitlines()
    assert lines[0].split() == ["name", "source", "folder"]
    assert lines[1].split() == ["chembl2321810", "embedded"]
    assert any(line.split()[:2] == ["ORCHARD", "local"] for line in lines)


def test_a_wrong_data_directory_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path / "none"))
    assert "MULTIGRAFT_DATA" in complaint("data", "list")


# --- show ------------------------------------------------------------------------------------------------------------


def test_show_json(local):
    found, graphs = answer("data", "show", "ORCHARD"), load("ORCHARD")
    assert {"verb": "data show", "name": "ORCHARD", "graphs": 30, "node_features": 4}.items() <= found.items()
    assert (found["node_classes"], found["graph_classes"]) == (3, 2)
    assert found["mean_nodes"] == pytest.approx(graphs.num_nodes / 30)
    assert found["mean_edges"] == pytest.approx(graphs.num_edges / 60)
    assert found["tasks"] == list(TASK_NAMES)
    assert found["checksum"] == graphs.origin.checksum != ""


def test_show_of_the_embedded_set():
    pytest.importorskip("rdkit")
    found = answer("data", "show", "chembl2321810")
    assert (found["graphs"], found["graph_classes"], found["tasks"]) == (1017, 2, list(TASK_NAMES))


@pytest.mark.parametrize(("missing", "task"), [("node_labels", "nc"), ("graph_labels", "gc")])
def test_show_says_which_tasks_are_not_possible(local, missing, task):
    tu_file(local, missing).unlink()
    found = answer("data", "show", local)
    assert found["tasks"] == [name for name in TASK_NAMES if name != task]
    assert list(found["impossible"]) == [task]
    assert "label" in found["impossible"][task]
    shown = multigraft("data", "show", local).stdout
    assert f"no {task}" in shown


def test_show_says_notes_aloud(local):
    tu_file(local, "node_attributes").unlink()
    result = multigraft("data", "show", local, "--json")
    notes = json.loads(result.stdout)["notes"]
    assert any("degree" in note for note in notes)
    assert all(note in result.stderr for note in notes)


def test_show_with_a_column_of_node_labels(local):
    path = tu_file(local, "node_labels")
    path.write_text("".join(f"{line}, {i % 2}\n" for i, line in enumerate(path.read_text().splitlines())))
    assert answer("data", "show", local)["node_classes"] == 3
    assert answer("data", "show", local, "--node-label-column", 1)["node_classes"] == 2
    assert "column" in complaint("data", "show", local, "--node-label-column", 2)
    assert "--node-label-column" in complaint("data", "show", local, "--node-label-column", -1)


def test_show_of_an_unknown_name(local):
    assert "ORCHARD" in complaint("data", "show", "ORCHAD")


# --- check -----------------------------------------------------------------------------------------------------------


def test_check_of_a_whole_set(local):
    found = answer("data", "check", "ORCHARD")
    assert found["verb"] == "data check"
    assert found["checked"] == ["ORCHARD"]
    assert found["broken"] == {}


def test_check_of_all_sets_on_this_machine(local):
    pytest.importorskip("rdkit")
    assert answer("data", "check")["checked"] == ["chembl2321810", "nci5k", "ORCHARD"]


def test_check_says_what_is_unusual(tmp_path):
    folder = write_folder(tmp_path / "sparse", random_graphs(5, density=0.0))
    [*lines] = answer("data", "check", folder)["findings"][str(folder)]
    assert any("without edges" in line for line in lines)
    shown = multigraft("data", "check", folder)
    assert shown.exit_code == 0
    assert "without edges" in " ".join(shown.stdout.split())


def test_check_of_a_set_with_nothing_unusual(tmp_path):
    folder = write_folder(tmp_path / "plain", random_graphs(5, least_nodes=3, density=1.0))
    assert "nothing unusual" in multigraft("data", "check", folder).stdout


def test_check_of_a_broken_set(local, tmp_path):
    whole = write_folder(tmp_path / "plain", random_graphs(5, least_nodes=3, density=1.0))
    path = tu_file(local, "graph_labels")
    path.write_text(path.read_text().splitlines()[0] + "\n")
    result = multigraft("data", "check", whole, local, "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 2
    assert list(found["broken"]) == [str(local)]
    assert list(found["findings"]) == [str(whole)]
    assert result.stderr.startswith(f"error: {local}: ")
    assert result.stderr.count("\n") == 1


def test_check_finds_a_set_that_has_changed(local):
    answer("data", "check", "ORCHARD")
    path = tu_file(local, "graph_labels")
    path.write_text("".join(f"{1 - int(line)}\n" for line in path.read_text().splitlines()))
    result = multigraft("data", "check", "ORCHARD")
    assert result.exit_code == 2
    assert "ORCHARD" in result.stderr
