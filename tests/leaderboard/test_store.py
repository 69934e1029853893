"""Submitted results lie in files that are named by what they claim; nothing is written over, and all or nothing."""

import dataclasses
import errno
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.leaderboard import store as store_module
from multigraft.leaderboard.store import DEFAULT, VARIABLE, Store, store_of
from tests.helpers.board import a_result, any_result, in_order

ONE = a_result(source="submitted", seeds=(0, 1), values={0: 49.0, 1: 51.0}, std=1.4)
TWO = a_result(source="submitted", model="isame")


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "submissions")


def contents(store):
    return {path.name: path.read_bytes() for path in store.path.iterdir()} if store.path.is_dir() else {}


def test_each_result_is_a_file_named_by_its_claim(store):
    new = store.add([ONE, TWO])
    assert new == [store.path / f"{ONE.key}.json", store.path / f"{TWO.key}.json"]
    assert sorted(path.name for path in store.path.iterdir()) == sorted(path.name for path in new)
    assert json.loads(new[0].read_text(encoding="utf-8")) == ONE.to_json()
    assert in_order(store.results()) == in_order([ONE, TWO])


def test_a_store_that_is_not_there_is_empty_and_is_not_made(store):
    assert store.results() == []
    assert store.add([]) == []
    assert not store.path.exists()


def test_adding_again_changes_nothing(store):
    store.add([ONE, TWO])
    before = contents(store)
    times = {path: path.stat().st_mtime_ns for path in store.path.iterdir()}
    assert store.add([TWO, ONE, ONE]) == []
    assert contents(store) == before
    assert {path: path.stat().st_mtime_ns for path in store.path.iterdir()} == times


def test_what_is_said_twice_at_once_is_one_file(store):
    assert len(store.add([ONE, ONE])) == 1
    assert store.results() == [ONE]


def test_a_different_value_for_the_same_claim_is_refused(store):
    store.add([ONE])
    before = contents(store)
    with pytest.raises(
        InputError, match=r"nothing was taken: 'esame' on 'ENZYMES' .*has the value 50 % already, not 60 %"
    ):
        store.add([dataclasses.replace(ONE, value=60.0, values={})])
    assert contents(store) == before


@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_that_is_refused_keeps_all_others_out(store, place):
    store.add([ONE])
    before = contents(store)
    several = [TWO, a_result(source="submitted", model="third")]
    several.insert(place, dataclasses.replace(ONE, value=60.0))
    with pytest.raises(InputError, match="nothing was taken"):
        store.add(several)
    assert contents(store) == before


def test_two_new_results_that_differ_are_refused(store):
    with pytest.raises(InputError, match=r"has the value 50 % already, not 51 %.*both are in the file"):
        store.add([TWO, dataclasses.replace(TWO, value=51.0)])
    assert contents(store) == {}


@pytest.mark.parametrize("change", [{"std": 9.0}, {"date": "2026"}, {"code": "https://example.org"}], ids=str)
def test_the_same_value_with_other_circumstances_is_refused_and_not_called_another_value(store, change):
    store.add([ONE])
    with pytest.raises(InputError, match="nothing was taken") as found:
        store.add([dataclasses.replace(ONE, **change)])
    assert "50 already, not 50" not in str(found.value)
    assert store.results() == [ONE]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", "[1, 2]", '"text"', "{}", '{"task": "gc"}', "NaN", "[" * 10**5, '{"value": 1e999}'],
    ids=lambda text: text[:12] or "empty",
)
def test_a_spoilt_file_is_named(store, text):
    store.add([ONE])
    file = store.path / f"{ONE.key}.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=rf"{ONE.key}\.json is not a submitted result: "):
        store.results()
    with pytest.raises(InputError, match=rf"{ONE.key}\.json is not a submitted result: "):
        store.add([ONE])
    assert file.read_text(encoding="utf-8") == text


def test_a_file_that_is_no_text_is_named(store):
    store.path.mkdir()
    (store.path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=r"bytes\.json is not a submitted result"):
        store.results()


def test_a_file_under_anothers_name_is_named(store):
    (file,) = store.add([ONE])
    file.rename(store.path / f"{TWO.key}.json")
    with pytest.raises(InputError, match=rf"{TWO.key}\.json claims to be another result than its name says"):
        store.results()


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match=r"cannot write .*file"):
        Store(tmp_path / "file").add([ONE])


@given(st.lists(any_result(), max_size=4, unique_by=lambda one: one.key))
def test_what_was_added_comes_back(tmp_path_factory, many):
    store = Store(tmp_path_factory.mktemp("store"))
    assert len(store.add(many)) == len(many)
    assert in_order(store.results()) == in_order(many)


def test_the_store_that_is_named_goes_before_the_environments(monkeypatch, tmp_path):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert store_of(None).path == Path(DEFAULT) == Path("submissions")
    monkeypatch.setenv("MULTIGRAFT_SUBMISSIONS", str(tmp_path / "mine"))
    assert store_of(None).path == tmp_path / "mine"
    assert store_of(tmp_path / "other").path == tmp_path / "other"
    monkeypatch.setenv("MULTIGRAFT_SUBMISSIONS", "")
    assert store_of(None).path == Path("submissions")


def test_what_somebody_else_writes_meanwhile_is_not_lost(store, monkeypatch):
    theirs = dataclasses.replace(ONE, value=60.0)
    monkeypatch.setattr(Path, "is_file", lambda path: False)  # as if it came just after one had looked
    store.add([theirs])
    store.add([theirs])
    with pytest.raises(InputError, match=r"nothing was taken: .* has the value 60 % already, not "):
        store.add([ONE])
    assert store.results() == [theirs]


def test_a_dry_run_names_what_would_be_new_and_writes_nothing(store):
    assert [path.stem for path in store.add([ONE, TWO], dry_run=True)] == [ONE.key, TWO.key]
    assert not store.path.exists()


def test_nothing_is_left_beside_the_results(store):
    store.add([ONE, TWO])
    assert sorted(path.name for path in store.path.iterdir()) == sorted(f"{one.key}.json" for one in (ONE, TWO))


@pytest.mark.parametrize("failing", [1, 2])
def test_a_disk_that_is_full_leaves_nothing(store, monkeypatch, failing):
    store.add([ONE])
    before, real, calls = contents(store), store_module._taken, []

    def taken(written, place):
        calls.append(place)
        if len(calls) == failing:
            raise OSError(errno.ENOSPC, "No space left")
        return real(written, place)

    monkeypatch.setattr(store_module, "_taken", taken)
    with pytest.raises(InputError, match=r"cannot write to .*No space left; nothing was taken"):
        store.add([TWO, dataclasses.replace(TWO, model="third")])
    monkeypatch.undo()
    assert contents(store) == before


def test_where_files_cannot_be_linked_nothing_is_overwritten_either(store, monkeypatch):
    def link(source, place):
        raise PermissionError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", link)
    theirs = dataclasses.replace(ONE, value=60.0)
    store.add([theirs, TWO])
    monkeypatch.setattr(Path, "is_file", lambda path: False)
    with pytest.raises(InputError, match="has the value 60 % already"):
        store.add([ONE, dataclasses.replace(TWO, model="third")])
    monkeypatch.undo()
    assert in_order(store.results()) == in_order([theirs, TWO])


def test_a_place_that_cannot_be_written_to_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"cannot write to .*file"):
        Store(tmp_path / "file").add([ONE])


def test_half_a_file_does_not_stay_where_files_cannot_be_linked(store, monkeypatch):
    def link(source, place):
        raise PermissionError(errno.EPERM, "no links here")

    def opened(path, mode="r", **options):
        file = real(path, mode, **options)
        if mode == "x" and path.stem == TWO.key:
            file.close()  # whatever is written to it fails
        return file

    real = Path.open
    monkeypatch.setattr(os, "link", link)
    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(ValueError, match="closed file"):
        store.add([ONE, TWO])
    monkeypatch.undo()
    assert contents(store) == {}
