"""Text tables: the C reader where all is well, file and line where it is not."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.tables import read_integers, read_numbers

rows = st.integers(1, 4).flatmap(
    lambda width: st.lists(
        st.lists(st.floats(-1e30, 1e30, allow_nan=False), min_size=width, max_size=width), min_size=1, max_size=8
    )
)


def write(folder: Path, text: str) -> Path:
    path = folder / "table.txt"
    path.write_bytes(text.encode("latin-1"))
    return path


@given(table=rows, separator=st.sampled_from([",", ", ", " ,  "]), end=st.sampled_from(["", "\n", "\n\n  \n", "\r\n"]))
def test_numbers_come_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[float]], separator: str, end: str
):
    lines = "\n".join(separator.join(map(repr, row)) for row in table)
    path = write(tmp_path_factory.mktemp("table"), lines + end)
    assert read_numbers(path).tolist() == table


def test_lines_may_end_as_on_windows_and_numbers_may_be_padded(tmp_path: Path):
    path = write(tmp_path, "  1.5, 2\r\n 3.25 ,  4e1\r\n")
    assert read_numbers(path).tolist() == [[1.5, 2.0], [3.25, 40.0]]


def test_integers_may_be_written_with_a_point(tmp_path: Path):
    table = read_integers(write(tmp_path, "1.0\n-7\n"))
    assert table.tolist() == [[1], [-7]]
    assert table.dtype == np.int64


@pytest.mark.parametrize("text", ["", "\n", "  \n\n"])
def test_an_empty_file_has_no_rows(tmp_path: Path, text: str):
    assert read_numbers(write(tmp_path, text)).shape == (0, 1)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("1, 2\n3\n", 2, "1 values where line 1 has 2"),
        ("1, 2\n3, 4, 5\n", 2, "3 values where line 1 has 2"),
        ("1, 2\n3, 4,\n", 2, "3 values where line 1 has 2"),
        ("1\n2\ntwo\n", 3, "'two' is not a number"),
        ("1\n\n2\n", 2, "an empty line"),
        ("\n1\n", 1, "an empty line"),
        ("1, nan\n", 1, "'nan' is not finite"),
        ("1\n-inf\n", 2, "'-inf' is not finite"),
        ("1\n1e39\n", 2, "1e39 is too large"),
        ("1,\n2,\n", 1, "'' is not a number"),
        ("1\n# 2\n", 2, "'# 2' is not a number"),
        ("1\n\xe9\n", 2, "'\xe9' is not a number"),
        ("1 2\n", 1, "'1 2' is not a number"),
        ("1\n1_000\n", 2, "'1_000' is not a number"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_line(tmp_path: Path, text: str, line: int, reason: str):
    path = write(tmp_path, text)
    with pytest.raises(InputError) as error:
        read_numbers(path)
    assert str(error.value).startswith(f"{path}, line {line}: {reason}")


def test_a_fraction_is_no_integer(tmp_path: Path):
    path = write(tmp_path, "1\n2\n2.5\n")
    with pytest.raises(InputError, match=r"line 3: 2\.5 is not a whole number"):
        read_integers(path)


def test_a_whole_number_beyond_what_floats_hold(tmp_path: Path):
    with pytest.raises(InputError, match=r"line 2: 1e17 is too large"):
        read_integers(write(tmp_path, "1\n1e17\n"))
