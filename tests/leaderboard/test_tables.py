"""Results as CSV come back as they were, and mistakes in a file are named by line."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.leaderboard.printed import printed_results
from multigraft.leaderboard.tables import COLUMNS, read_table, write_table
from tests.helpers.board import HOSTILE, a_result, any_result, written

HEADER = "task,dataset,protocol,split,metric,model,value,source"
LINE = "gc,ENZYMES,strict,stratified,accuracy,esame,50.0,measured"


def again(results, folder):
    write_table(results, folder / "board.csv")
    return read_table(folder / "board.csv")


def test_a_line_is_a_result_with_all_its_digits(tmp_path):
    one = a_result(value=100 / 3, std=0.1 + 0.2, seeds=(0, 1), values={0: 1e-300, 1: 66.0}, headline=False)
    write_table([one], tmp_path / "board.csv")
    with (tmp_path / "board.csv").open(newline="", encoding="utf-8") as file:
        first, second = csv.reader(file)
    line = dict(zip(first, second, strict=True))
    assert tuple(first) == COLUMNS
    assert (line["model"], line["value"], line["std"]) == ("esame", "33.333333333333336", "0.30000000000000004")
    assert (line["seeds"], line["values"], line["headline"]) == ("[0, 1]", '{"0": 1e-300, "1": 66.0}', "false")
    assert (line["runs"], line["baseline"], line["paper"]) == ("", "", "")


def test_published_numbers_come_back(tmp_path):
    assert again(printed_results(), tmp_path) == printed_results()


def test_no_results_are_a_file_too(tmp_path):
    assert again([], tmp_path) == []
    assert len((tmp_path / "board.csv").read_text().splitlines()) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_come_back_letter_by_letter(text, tmp_path):
    many = [a_result(model=text, dataset=text, paper=text, runs=(text,), options={text: text}, printed={"task": text}),
            a_result(task=text)]  # fmt: skip
    assert again(many, tmp_path) == many


@pytest.mark.parametrize("name", ["task", "dataset", "protocol", "split", "model"])
def test_a_name_can_be_empty(name, tmp_path):
    """As a row of the archive may have it."""
    assert again([a_result(**{name: ""})], tmp_path) == [a_result(**{name: ""})]


def test_a_long_name_comes_back(tmp_path):
    one = a_result(model="x" * 2**18)
    assert again([one], tmp_path) == [one]


def test_a_name_that_no_encoding_has_does_not_stop_an_export(tmp_path):
    found = again([a_result(), a_result(model="\ud800")], tmp_path)
    assert len(found) == 2
    assert found[0] == a_result()


@given(st.lists(any_result(), max_size=4))
def test_any_results_come_back_in_their_order(tmp_path_factory, many):
    assert again(many, tmp_path_factory.mktemp("tables")) == many


def test_a_few_columns_are_enough(tmp_path):
    file = written(tmp_path / "board.csv", f"{HEADER}\n{LINE}\n")
    assert read_table(file) == [a_result()]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (LINE.replace("50.0", "high"), "line 3: could not convert string to float: 'high'"),
        (LINE.replace("50.0", "nan"), "line 3: not a stored result: values are finite numbers"),
        (LINE.replace("50.0", "1e999"), "line 3: not a stored result: values are finite numbers"),
        (LINE.replace("50.0", ""), "line 3: "),
        (LINE.replace("measured", "guessed"), "line 3: not a stored result: source is one of published, measured"),
        (LINE + ",more", "line 3: "),
        ("gc,ENZYMES", "line 3: not a stored result: .*missing"),
        ('"' + "x" * 2**18 + '",' + LINE + ",more", "line 3: "),
    ],
    ids=["text", "nan", "infinity", "empty", "source", "more cells", "few cells", "long"],
)
def test_mistakes_are_named_by_line(line, reason, tmp_path):
    file = written(tmp_path / "board.csv", f"{HEADER}\n{LINE}\n{line}\n")
    with pytest.raises(InputError, match=rf"board\.csv, {reason}"):
        read_table(file)


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("seeds", "[0"), ("seeds", '["a"]'), ("seeds", "3"), ("values", "[1]"), ("values", '{"a": 1}'), ("runs", "[1]"),
        ("options", "[]"), ("options", "[" * 10**5), ("options", '{"a": NaN}'), ("printed", '{"task": 1}'),
        ("std", "x"), ("baseline", "maybe"), ("headline", "1"), ("test_share", "x"),
        ("paper_url", "javascript:alert(1)"), ("colour", "red"), ("values", '{"0": 1e999}'), ("test_share", "nan"),
    ],
)  # fmt: skip
def test_cells_that_no_result_has_are_named_by_line(column, cell, tmp_path):
    quoted = '"' + cell.replace('"', '""') + '"'
    file = written(tmp_path / "board.csv", f"{HEADER},{column}\n{LINE},{quoted}\n")
    with pytest.raises(InputError, match=r"board\.csv, line 2: ."):
        read_table(file)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"\x80"])
def test_what_is_no_text_is_named(content, tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*board\.csv"):
        read_table(written(tmp_path / "board.csv", content))
    with pytest.raises(InputError, match=r"cannot read .*nowhere\.csv"):
        read_table(tmp_path / "nowhere.csv")
