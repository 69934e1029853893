"""Packed copies and recorded checksums."""

import json
from pathlib import Path

import pytest
import torch

from multigraft.errors import InputError
from multigraft.graphs import cache, store
from multigraft.graphs.packed import PackedGraphs
from tests.helpers.graphs import random_graphs


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


class Maker:
    """Makes graphs and counts how often it was asked to."""

    def __init__(self, seed: int = 0) -> None:
        self.calls, self.seed = 0, seed

    def __call__(self) -> PackedGraphs:
        self.calls += 1
        return random_graphs(6, self.seed)


def same(first: PackedGraphs, second: PackedGraphs) -> bool:
    ours, theirs = first.tensors(), second.tensors()
    return first.origin == second.origin and all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_the_second_time_comes_from_the_copy(place: Path):
    make = Maker()
    first, second = cache.packed(make, "abc", "set", 0), cache.packed(make, "abc", "set", 0)
    assert make.calls == 1
    assert same(first, second)
    assert len(list((place / "packed").iterdir())) == 1


def test_other_content_options_versions_and_code_are_other_copies(monkeypatch: pytest.MonkeyPatch):
    make = Maker()
    cache.packed(make, "abc", "set", 0)
    cache.packed(make, "abd", "set", 0)
    cache.packed(make, "abc", "set", 1)
    cache.packed(make, "abc", "other", 0)
    monkeypatch.setattr(cache, "library_version", lambda: "99")
    cache.packed(make, "abc", "set", 0)
    monkeypatch.setattr(cache, "_code", lambda: "other")
    cache.packed(make, "abc", "set", 0)
    assert make.calls == 6


@pytest.mark.parametrize("damage", ["cut", "flip", "foreign", "empty"])
def test_a_damaged_copy_is_set_aside_and_made_again(place: Path, damage: str):
    make = Maker()
    first = cache.packed(make, "abc")
    (copy,) = (place / "packed").iterdir()
    content = bytearray(copy.read_bytes())
    if damage == "flip":
        content[-9] ^= 1
    copy.write_bytes({"cut": content[:-20], "flip": content, "foreign": b"text", "empty": b""}[damage])
    assert same(cache.packed(make, "abc"), first)
    assert make.calls == 2
    assert same(store.load(copy, verify=True), first)
    assert copy.with_suffix(".damaged").exists()
    assert same(cache.packed(make, "abc"), first)
    assert make.calls == 2


def test_a_cache_that_cannot_be_written_costs_time_and_a_note_only(place: Path):
    place.write_text("a file where the directory should be")
    graphs = cache.packed(Maker(), "abc")
    assert graphs.origin.notes[-1].startswith("no packed copy was kept")
    assert torch.equal(graphs.x, random_graphs(6).x)
    assert cache.recorded_checksum("SET", "abc") == "abc"


# --- copies that are written without being made in memory ------------------------------------------------------------


class Writer(Maker):
    """Writes graphs, and counts how often."""

    def write(self, path: Path) -> None:
        store.save(self(), path)


def never() -> PackedGraphs:
    raise AssertionError("made in memory")


def test_a_copy_can_be_written_by_whoever_makes_it(place: Path):
    writer = Writer()
    first = cache.packed(never, "abc", write=writer.write)
    assert same(first, random_graphs(6))
    assert same(cache.packed(never, "abc", write=writer.write), first)
    assert writer.calls == 1
    assert len(list((place / "packed").iterdir())) == 1


def test_a_damaged_copy_is_written_again(place: Path):
    writer = Writer()
    cache.packed(never, "abc", write=writer.write)
    (copy,) = (place / "packed").iterdir()
    copy.write_bytes(b"text")
    assert same(cache.packed(never, "abc", write=writer.write), random_graphs(6))
    assert copy.with_suffix(".damaged").read_bytes() == b"text"


def test_where_nothing_can_be_written_it_is_made_in_memory(place: Path):
    place.write_text("a file where the directory should be")
    make, writer = Maker(), Writer()
    graphs = cache.packed(make, "abc", write=writer.write)
    assert (make.calls, writer.calls) == (1, 0)
    assert graphs.origin.notes[-1].startswith("no packed copy was kept")


def test_a_disk_that_fills_up_is_no_failure_but_bad_data_is(place: Path):
    def full(path: Path) -> None:
        raise OSError("no space left")

    def wrong(path: Path) -> None:
        raise InputError("line 3")

    make = Maker()
    assert "no space left" in cache.packed(make, "abc", write=full).origin.notes[-1]
    with pytest.raises(InputError, match="line 3"):
        cache.packed(never, "abc", write=wrong)
    assert list((place / "packed").iterdir()) == []


def test_no_graphs_are_a_result_as_well():
    make = Maker()
    empty = random_graphs(3).select([])
    assert len(cache.packed(lambda: empty, "abc")) == 0
    assert len(cache.packed(make, "abc")) == 0
    assert make.calls == 0


def test_code_in_packages_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "cache.py"))
    (tmp_path / "molecules").mkdir()
    digests = [cache._code()]
    for text in ("a = 1", "a = 2"):
        (tmp_path / "molecules" / "load.py").write_text(text)
        digests.append(cache._code())
    assert len(set(digests)) == 3


# --- checksums -------------------------------------------------------------------------------------------------------


def test_the_first_checksum_is_kept(place: Path):
    assert cache.recorded_checksum("SET", "abc") == "abc"
    assert cache.recorded_checksum("SET", "abd") == "abc"
    assert cache.recorded_checksum("OTHER", "abe") == "abe"
    assert json.loads((place / "checksums.json").read_text()) == {"SET": "abc", "OTHER": "abe"}
    message = cache.mismatch("SET", "a" * 64, "b" * 64)
    assert str(place / "checksums.json") in message
    assert "a" * 16 in message
    assert "b" * 16 in message


@pytest.mark.parametrize("text", ["", "{", "[1]", "3"])
def test_a_broken_file_of_checksums_is_named(place: Path, text: str):
    place.mkdir()
    (place / "checksums.json").write_text(text)
    with pytest.raises(InputError, match=r"checksums\.json is not a JSON object"):
        cache.recorded_checksum("SET", "abc")


def test_notes_are_added_at_the_end():
    graphs = cache.with_note(cache.with_note(random_graphs(1), "one"), "two")
    assert graphs.origin.notes == ("one", "two")


def test_the_version_is_a_word():
    assert cache.library_version().replace(".", "").isalnum()
