"""Columns of text: what is read, and that what is wrong is named with its line."""

import gzip
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.text_columns import Column, existing, read_columns

cells = st.text(st.characters(exclude_characters="\t\r\n\0", exclude_categories=("Cs",)), max_size=5)


def written(folder: Path, content: str | bytes, name: str = "file.tsv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def words(column: Column) -> list[str]:
    return [column.words[code] for code in column.codes.tolist()]


# --- what is read ----------------------------------------------------------------------------------------------------


def test_columns_have_each_word_once(tmp_path: Path):
    rows = read_columns(written(tmp_path, "a\tx\nb\tx\na\ty\n"), ("one", "two"))
    assert words(rows["one"]) == ["a", "b", "a"]
    assert words(rows["two"]) == ["x", "x", "y"]
    assert sorted(rows["one"].words) == ["a", "b"]
    assert rows.lines.tolist() == [1, 2, 3]


def test_a_header_is_no_row(tmp_path: Path):
    rows = read_columns(written(tmp_path, "one\ttwo\na\tone\n"), ("one", "two"), header=True)
    assert (words(rows["one"]), words(rows["two"]), rows.lines.tolist()) == (["a"], ["one"], [2])


def test_lines_without_anything_are_no_rows_but_count_as_lines(tmp_path: Path):
    rows = read_columns(written(tmp_path, "a\tx\n\nb\t\n\n"), ("one", "two"))
    assert (words(rows["one"]), words(rows["two"]), rows.lines.tolist()) == (["a", "b"], ["x", ""], [1, 3])


def test_quotes_and_line_ends_of_windows_mean_nothing(tmp_path: Path):
    rows = read_columns(written(tmp_path, "3'\"-end\tx\r\nb\ty\r\n"), ("one", "two"))
    assert (words(rows["one"]), words(rows["two"])) == (["3'\"-end", "b"], ["x", "y"])


@given(rows=st.lists(st.tuples(cells, cells).filter(any), min_size=1, max_size=8), packed=st.booleans())
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], packed: bool):
    content = "".join(f"{one}\t{two}\n" for one, two in rows).encode()
    if content.startswith(b"\xef\xbb\xbf"):
        return  # a byte order mark is no part of the first word
    name = "file.tsv.gz" if packed else "file.tsv"
    path = written(tmp_path_factory.mktemp("columns"), gzip.compress(content) if packed else content, name)
    found = read_columns(path, ("one", "two"))
    assert list(zip(words(found["one"]), words(found["two"]), strict=True)) == rows
    assert found.lines.tolist() == list(range(1, len(rows) + 1))


def test_large_files_that_are_read_in_pieces_come_together(tmp_path: Path):
    count = 200_000
    path = written(tmp_path, "".join(f"protein{number % 1000}\t{number}\n" for number in range(count)))
    rows = read_columns(path, ("protein", "number"))
    assert len(rows["protein"].words) == 1000
    assert [rows["number"].words[code] for code in rows["number"].codes[-2:].tolist()] == ["199998", "199999"]
    assert torch.equal(rows["protein"].numbers({f"protein{i}": i for i in range(1000)}), torch.arange(count) % 1000)


def test_words_become_numbers():
    column = Column(["b", "a", "c"], torch.tensor([0, 1, 2, 0]))
    assert column.numbers({"a": 7, "b": 0, "d": 1}).tolist() == [0, 7, -1, 0]


def test_files_are_found_plain_or_packed(tmp_path: Path):
    assert existing(tmp_path, "file.tsv") is None
    packed = written(tmp_path, b"", "file.tsv.gz")
    assert existing(tmp_path, "file.tsv") == packed
    plain = written(tmp_path, "")
    assert existing(tmp_path, "file.tsv") == plain


# --- what is wrong ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a\tb\nc\td\te\n", "Row #2: Expected 2 columns, got 3"),
        ("a\tb\nc\n", "Row #2: Expected 2 columns, got 1"),
        ("", "Empty CSV file"),
        (b"a\tb\n\xff\xfe\td\n", "invalid UTF8"),
    ],
)
def test_files_of_another_layout_are_refused(tmp_path: Path, content: str | bytes, message: str):
    with pytest.raises(InputError, match=f"file.tsv cannot be read as 2 columns with tabs.*{message}"):
        read_columns(written(tmp_path, content), ("one", "two"))


@pytest.mark.parametrize("content", [gzip.compress(b"a\tb\nc\td\n")[:25], b"a\tb\n"], ids=["cut", "none"])
def test_damaged_archives_are_refused(tmp_path: Path, content: bytes):
    with pytest.raises(InputError, match=r"file.tsv.gz cannot be read"):
        read_columns(written(tmp_path, content, "file.tsv.gz"), ("one", "two"))


@pytest.mark.parametrize("name", ["", "absent.tsv"])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str):
    with pytest.raises(InputError, match="cannot be read"):
        read_columns(tmp_path / name, ("one", "two"))


def test_another_header_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match=r"file.tsv, line 1: columns one, three; expected one, two"):
        read_columns(written(tmp_path, "one\tthree\na\tb\n"), ("one", "two"), header=True)


def test_the_first_wrong_row_is_named(tmp_path: Path):
    rows = read_columns(written(tmp_path, "one\na\n\nb\nb\n"), ("one",), header=True)
    with pytest.raises(InputError, match=r"file.tsv, line 4: one 'b': only a is allowed"):
        rows.check(rows["one"].numbers({"a": 0}) == 0, "one", "only a is allowed")
    rows.check(rows.lines > 0, "one", "never said")
