"""Values as command lines have them."""

import pytest

from multigraft.cli.written import flat, split_options, split_task_options, split_tasks, split_weights, written
from multigraft.errors import InputError


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (0.5, "0.5"),
        (True, "true"),
        ("a", "a"),
        (["gc", "lp"], "gc,lp"),
        ({"a": 1, "b": False}, "a=1,b=false"),
    ],
)
def test_values(value, text):
    assert written(value) == text


def test_tables_within_tables_are_read_back():
    table = {"lp": {"pair": "hadamard", "relu": False}, "gc": {"hidden": True}}
    assert flat(table) == ["lp.pair=hadamard", "lp.relu=false", "gc.hidden=true"]
    assert split_task_options(written(table)) == table
    assert split_options(written({"walks": 8, "carry": False})) == {"walks": 8, "carry": False}


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        (None, None),
        ("gc", ("gc",)),
        ("gc,nc", ("gc", "nc")),
        (" gc , nc ,", ("gc", "nc")),
        ("", ()),
        (",", ()),
    ],
)
def test_task_lists(text, tasks):
    assert split_tasks(text) == tasks


def test_weights_are_read():
    assert split_weights(None) is None
    assert split_weights("gc=1, lp=0.5") == {"gc": 1.0, "lp": 0.5}


@pytest.mark.parametrize("text", ["gc", "gc=", "gc=much", "gc:1"])
def test_weights_that_are_none(text):
    with pytest.raises(InputError, match=r"weights are like gc=1,lp=0\.5, got"):
        split_weights(text)


def test_options_are_read_as_what_they_look_like():
    assert split_options(None) is None
    assert split_options("a=1, b=0.5,c=true,d=false,e=mean+max") == {
        "a": 1, "b": 0.5, "c": True, "d": False, "e": "mean+max",
    }  # fmt: skip
    assert split_task_options(None) is None
    assert split_task_options("lp.pair=hadamard,lp.relu=false,gc.hidden=true") == {
        "lp": {"pair": "hadamard", "relu": False}, "gc": {"hidden": True},
    }  # fmt: skip


@pytest.mark.parametrize("text", ["a", "a=", "=1"])
def test_options_that_are_none(text):
    with pytest.raises(InputError, match="options are like walks=8"):
        split_options(text)
