"""Values of a study's file: what is expected passes, all else is complained of by file and place."""

from pathlib import Path

import pytest

from multigraft.errors import InputError
from multigraft.studies.values import Values

VALUES = Values(Path("mine.toml"), {"title": "A study", "number": 3})


def test_what_is_expected_passes():
    assert VALUES.text("title", "") == "A study"
    assert VALUES.text("source", "nobody") == "nobody"
    assert VALUES.count(4, "splits") == 4
    assert VALUES.choice("a", ("a", "b"), "letter") == "a"
    assert VALUES.choices("a", ("a", "b"), "letters") == ("a",)
    assert VALUES.choices(["b", "a"], ("a", "b"), "letters") == ("b", "a")
    assert VALUES.listed(["x"], "names") == ["x"]
    assert VALUES.tasks("gc, nc", "rows[0]") == ("gc", "nc")


@pytest.mark.parametrize(("ask", "says"), [
    (lambda: VALUES.text("number", ""), "number must be text, got 3"),
    (lambda: VALUES.count(0, "splits"), "splits must be a whole number of at least 1, got 0"),
    (lambda: VALUES.count(True, "splits"), "splits must be a whole number"),
    (lambda: VALUES.choice("c", ("a", "b"), "letter"), "letter must be one of a, b, got 'c'"),
    (lambda: VALUES.listed(3, "names"), "names: expected text or a list of it, got 3"),
    (lambda: VALUES.listed(["x", 3], "names"), "names: expected text"),
    (lambda: VALUES.tasks("gc,gc", "rows[0]"), r"rows\[0\]: a task set is names separated by commas"),
    (lambda: VALUES.tasks("gc,,nc", "rows[0]"), r"rows\[0\]: a task set is names"),
    (lambda: VALUES.tasks(3, "rows[0]"), r"rows\[0\]: a task set is names"),
])  # fmt: skip
def test_all_else_is_complained_of(ask, says):
    with pytest.raises(InputError, match=f"^mine.toml: {says}"):
        ask()
