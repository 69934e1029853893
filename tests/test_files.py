"""Files appear whole or not at all."""

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.files import plain, replacing, write_json, write_table, write_text


def test_a_finished_block_replaces_the_file(tmp_path):
    path = tmp_path / "deep" / "file.txt"
    write_text(path, "one")
    write_text(path, "zwölf")
    assert path.read_text(encoding="utf-8") == "zwölf"
    assert [p.name for p in path.parent.iterdir()] == ["file.txt"]


def test_a_failed_block_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "file.txt"
    write_text(path, "old")
    with pytest.raises(UnicodeEncodeError), replacing(path) as temporary:
        temporary.write_text("half\ud800", encoding="utf-8")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["file.txt"]


def test_json_refuses_what_json_cannot_say(tmp_path):
    write_json(tmp_path / "a.json", {"b": [1, None]})
    assert json.loads((tmp_path / "a.json").read_text()) == {"b": [1, None]}
    with pytest.raises(ValueError, match="JSON"):
        write_json(tmp_path / "a.json", float("nan"))
    assert json.loads((tmp_path / "a.json").read_text()) == {"b": [1, None]}


def test_a_table_has_the_columns_of_all_rows(tmp_path):
    write_table(tmp_path / "a.csv", [{"epoch": 0, "loss": 0.5}, {"epoch": 1, "score": 'a "b", c'}])
    assert (tmp_path / "a.csv").read_text() == 'epoch,loss,score\n0,0.5,\n1,,"a ""b"", c"\n'


def test_directories_and_places_that_cannot_be_are_named(tmp_path):
    with pytest.raises(InputError, match="is a directory: name a file"):
        write_text(tmp_path, "x")
    write_text(tmp_path / "file", "mine")
    with pytest.raises(InputError, match="cannot write"):
        write_text(tmp_path / "file" / "below", "x")
    assert (tmp_path / "file").read_text() == "mine"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=10,
)


@given(values)
def test_plain_values_are_json_without_nan(value):
    assert json.loads(json.dumps(plain(value), allow_nan=False)) == plain(value)


@given(st.lists(st.floats()))
def test_numbers_that_are_none_become_null(numbers):
    expected = [number if math.isfinite(number) else None for number in numbers]
    assert plain({"numbers": numbers}) == {"numbers": expected}


def test_paths_become_text():
    assert plain({"out": Path("a/b"), "all": (Path("c"),)}) == {"out": "a/b", "all": ["c"]}
