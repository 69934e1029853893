"""Values as command lines have them."""

import pytest

from multigraft.cli.options import split_options, split_task_options
from multigraft.cli.written import flat, written


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
