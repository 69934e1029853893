"""What was said of data is said again only while everything that decides it is the same."""

import json
import shutil
from pathlib import Path

import pytest

from multigraft.graphs import described, names
from multigraft.graphs.described import remember, remembered
from tests.helpers.cli import answer, multigraft, tu_file, write_folder
from tests.helpers.training import small_graphs

READING = {"node_label_column": 0, "targets": None}
SAID = {"name": "orchard", "graphs": 3, "mean_nodes": 2.5, "notes": ["a note"], "missing": None}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path))
    return write_folder(tmp_path / "tudataset" / "ORCHARD", small_graphs())


def test_it_is_remembered_as_it_was_said(folder):
    assert remembered(str(folder), READING) is None
    remember(str(folder), READING, SAID)
    assert remembered(str(folder), READING) == SAID
    remember("ORCHARD", READING, {**SAID, "graphs": 4})
    assert remembered("ORCHARD", READING) == {**SAID, "graphs": 4}
    assert remembered(str(folder), READING) == SAID


def change_content(folder):
    file = tu_file(folder, "node_labels")
    stat = file.stat()
    file.write_bytes(bytes(reversed(file.read_bytes().strip())) + b"\n")  # as large as before
    assert file.stat().st_size == stat.st_size


def add_a_file(folder):
    shutil.copy(tu_file(folder, "graph_labels"), tu_file(folder, "edge_labels"))


def remove_all(folder):
    shutil.rmtree(folder)


def recorded_anew(folder):
    path = names.cache_dir() / "checksums.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"ORCHARD": "0" * 64}))


def spoil_the_checksums(folder):
    recorded_anew(folder)
    (names.cache_dir() / "checksums.json").write_text("[1")


def spoil_what_is_kept(folder):
    for path in (names.cache_dir() / "described").glob("*.json"):
        path.write_text(path.read_text()[:-5])


def keep_something_else(folder):
    for path in (names.cache_dir() / "described").glob("*.json"):
        path.write_text("[1, 2]")


@pytest.mark.parametrize(
    "change",
    [change_content, add_a_file, remove_all, recorded_anew, spoil_the_checksums, spoil_what_is_kept,
     keep_something_else],
    ids=lambda change: change.__name__,
)  # fmt: skip
def test_nothing_stale_is_said(folder, change):
    remember("ORCHARD", READING, SAID)
    assert remembered("ORCHARD", READING) == SAID
    change(folder)
    assert remembered("ORCHARD", READING) is None


def test_another_way_to_read_is_another_thing(folder):
    remember("ORCHARD", READING, SAID)
    assert remembered("ORCHARD", {**READING, "node_label_column": 1}) is None


def test_another_version_of_rdkit_or_of_this_library_is_another_thing(folder, monkeypatch, tmp_path):
    remember("ORCHARD", READING, SAID)
    with monkeypatch.context() as patch:
        patch.setattr(described, "_rdkit", lambda: "another")
        assert remembered("ORCHARD", READING) is None
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "one.py").write_text("")
    monkeypatch.setattr(described, "PACKAGE", tmp_path / "source")
    assert remembered("ORCHARD", READING) is None


def test_large_data_is_not_read_for_it(folder, monkeypatch):
    monkeypatch.setattr(described, "AT_MOST", 10)
    remember("ORCHARD", READING, SAID)
    assert remembered("ORCHARD", READING) is None
    assert not (names.cache_dir() / "described").exists()


def test_a_cache_that_cannot_be_written_does_no_harm(folder, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "file"))
    remember("ORCHARD", READING, SAID)
    assert remembered("ORCHARD", READING) is None


def test_a_directory_of_data_that_is_not_there_is_left_to_whoever_reads(folder, monkeypatch):
    monkeypatch.setenv("MULTIGRAFT_DATA", str(folder / "nowhere"))
    assert remembered("ORCHARD", READING) is None


def test_data_show_says_the_same_again(folder):
    first = answer("data", "show", folder)
    assert list((names.cache_dir() / "described").iterdir())
    assert answer("data", "show", folder) == first
    shown = multigraft("data", "show", folder)
    shutil.rmtree(names.cache_dir() / "described")
    assert multigraft("data", "show", folder).output == shown.output


def test_data_show_sees_a_change(folder):
    first = answer("data", "show", "ORCHARD")
    remove_last_graph_label_class(tu_file(folder, "graph_labels"))
    second = answer("data", "show", "ORCHARD")
    assert second["graph_classes"] < first["graph_classes"]
    assert any("has changed since it was first used" in note for note in second["notes"])


def remove_last_graph_label_class(file: Path) -> None:
    labels = file.read_text().split()
    file.write_text("\n".join(labels[:1] * len(labels)) + "\n")


def test_rejected_rows_are_written_each_time(folder, tmp_path):
    answer("data", "show", folder)
    for _ in range(2):
        assert answer("data", "show", folder, "--rejects", tmp_path / "rejects.csv")["rejects"]
        (tmp_path / "rejects.csv").unlink()
