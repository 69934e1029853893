"""Results go to standard output, everything else to standard error; JSON has no NaN."""

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.cli.output import counted, one_line, result, say, table


def test_json_is_the_only_line(capsys):
    with result(as_json=True) as found:
        print("a library talks")
        found.json = {"verb": "act", "value": math.nan}
        found.shown = ["for people"]
    out, err = capsys.readouterr()
    assert out == '{"verb": "act", "value": null}\n'
    assert err == "a library talks\n"


def test_people_get_text(capsys):
    with result(as_json=False) as found:
        print("a library talks")
        found.json = {"verb": "act"}
        found.shown = ["a [bold] line that is " + "long " * 40, table({"n": [1, 20], "x": [0.5, math.nan]})]
    out, err = capsys.readouterr()
    line, header, *rows = out.splitlines()
    assert line.rstrip() == ("a [bold] line that is " + "long " * 40).rstrip()
    assert header.split() == ["n", "x"]
    assert [row.split() for row in rows] == [["1", "0.500"], ["20"]]
    assert err == "a library talks\n"


def test_a_failure_prints_no_result(capsys):
    def failing():
        with result(as_json=True) as found:
            found.json = {"verb": "act"}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert capsys.readouterr().out == ""
    assert sys.stdout is not sys.stderr


def test_tables_hold_any_text():
    drawn = table({"name": ["[red]x[/red]", None], "count": [1, 2]})
    assert [column.justify for column in drawn.columns] == ["left", "right"]
    assert list(drawn.columns[0].cells) == ["[red]x[/red]", ""]


def test_columns_of_unequal_length_are_refused():
    with pytest.raises(ValueError, match="shorter"):
        table({"a": [1, 2], "b": [1]})


def test_messages_go_to_standard_error(capsys):
    say("hello")
    assert capsys.readouterr() == ("", "hello\n")


@given(st.text())
def test_one_line_has_no_break(text):
    assert "\n" not in one_line(text)
    assert one_line(text).split() == text.split()


def test_one_is_no_plural():
    assert [counted(count, "row") for count in range(3)] == ["0 rows", "1 row", "2 rows"]


def test_what_goes_to_a_script_is_not_wrapped(capsys):
    name = "a name " * 60
    with result(as_json=False) as found:
        found.shown = [table({"name": [name, "b"], "value": [0.5, 1.0]})]
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 3
    assert name.strip() in lines[1]
