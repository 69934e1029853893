"""Rows written below one another: CSV and TSV as they were, Parquet with its types, whole or not at all."""

import csv
import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.models.row_files import KINDS, check_apart, check_name, exactly, writing

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=8)


def write(path, tables):
    with writing(path) as add:
        for table in tables:
            add(table)
    return path


@given(st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=6), st.integers(1, 6), st.sampled_from([".csv", ".tsv"]))
def test_texts_come_back_as_they_are(tmp_path_factory, rows, size, ending):
    path = tmp_path_factory.mktemp("rows") / f"out{ending}"
    whole = pa.table({"a, b": [one for one, _ in rows], 'c"d': [two for _, two in rows]})
    write(path, (whole.slice(start, size) for start in range(0, len(rows), size)))
    with path.open(newline="", encoding="utf-8") as file:
        read = list(csv.reader(file, delimiter="\t" if ending == ".tsv" else ","))
    assert read == [["a, b", 'c"d'], *map(list, rows)]


def test_numbers_have_the_digits_that_they_have(tmp_path):
    table = pa.table({
        "half": pa.array([0.1, None, 1e-7], pa.float32()),
        "whole": pa.array([0.1, 2.0, None], pa.float64()),
        "count": pa.array([1, None, 3], pa.int64()),
        "text": ["a,b", None, "c"],
    })  # fmt: skip
    path = write(tmp_path / "out.csv", [table])
    assert path.read_text() == 'half,whole,count,text\n0.1,0.1,1,"a,b"\n,2.0,,\n1e-07,,3,c\n'


def test_numbers_that_are_none_are_empty(tmp_path):
    path = write(tmp_path / "out.csv", [pa.table({"p": pa.array(np.array([np.nan, 0.5], np.float32))})])
    assert list(csv.reader(io.StringIO(path.read_text()))) == [["p"], [""], ["0.5"]]


def test_parquet_keeps_types(tmp_path):
    table = pa.table({"n": pa.array([1, None], pa.int16()), "l": [[1.0], [2.0, 3.0]], "t": ["a", ""]})
    path = write(tmp_path / "out.parquet", [table, table])
    read = pq.read_table(path)
    assert read.schema == table.schema
    assert read.to_pylist() == table.to_pylist() * 2


@pytest.mark.parametrize("ending", KINDS)
@pytest.mark.parametrize("before", [None, "old"])
def test_whole_or_not_at_all(tmp_path, ending, before):
    path = tmp_path / f"out{ending}"
    if before:
        path.write_text(before)

    def tables():
        yield pa.table({"a": [1, 2]})
        raise RuntimeError("half")

    with pytest.raises(RuntimeError, match="half"):
        write(path, tables())
    assert [file.name for file in tmp_path.iterdir()] == ([path.name] if before else [])
    if before:
        assert path.read_text() == before


def test_upper_case_endings(tmp_path):
    assert write(tmp_path / "OUT.CSV", [pa.table({"a": [1]})]).read_text() == "a\n1\n"


@pytest.mark.parametrize("name", ["out", "out.txt", "out.csv.gz", "out.xlsx"])
def test_names_that_say_nothing(tmp_path, name):
    with pytest.raises(InputError, match=r"\.csv, \.tsv, \.parquet"), writing(tmp_path / name):
        pass
    with pytest.raises(InputError, match=name):
        check_name(tmp_path / name)


def test_two_columns_of_one_name(tmp_path):
    table = pa.table([pa.array([1]), pa.array([2])], names=["a", "a"])
    assert write(tmp_path / "out.csv", [table]).read_text() == "a,a\n1,2\n"
    with pytest.raises(InputError, match=r"two columns of one name \('a'\)"):
        write(tmp_path / "out.parquet", [table])
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]


def test_what_is_read_is_not_written(tmp_path):
    (tmp_path / "a.csv").write_text("a\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "a.csv")
    check_apart(tmp_path / "a.csv", tmp_path / "b.csv")
    check_apart(tmp_path / "none.csv", tmp_path / "a.csv")
    for same in (tmp_path / "a.csv", tmp_path / ".." / tmp_path.name / "a.csv", tmp_path / "link.csv"):
        with pytest.raises(InputError, match="is what is read"):
            check_apart(tmp_path / "a.csv", tmp_path / "b.csv", same)


@given(st.lists(st.integers(0, 7), max_size=8), st.integers(1, 5))
def test_tables_of_a_size(lengths, rows):
    numbers = list(range(sum(lengths)))
    starts = [sum(lengths[:place]) for place in range(len(lengths))]
    tables = [pa.table({"n": pa.array(numbers[start : start + length], pa.int64())})
              for start, length in zip(starts, lengths, strict=True)]  # fmt: skip
    found = [table["n"].to_pylist() for table in exactly(rows, tables)]
    assert found == [numbers[start : start + rows] for start in range(0, len(numbers), rows)]
