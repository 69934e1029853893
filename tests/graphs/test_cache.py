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
