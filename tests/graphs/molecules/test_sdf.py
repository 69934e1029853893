"""Records of SDF files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.graphs.molecules.sdf import mol_block, properties, records

BLOCK = ["title", "  program", "", "  0  0  0", "M  END"]


def put(path: Path, lines: list[str], end: str = "\n") -> Path:
    path.write_bytes("".join(line + end for line in lines).encode())
    return path


words = st.text("abcxyz .-", min_size=1, max_size=6).map(lambda word: f"w{word}".rstrip())
items = st.dictionaries(words, st.lists(words, max_size=3), max_size=3)


@given(st.lists(items, min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, table: list[dict[str, list[str]]], end: str, closed: bool
):
    lines, starts = [], []
    for found in table:
        starts.append(len(lines) + 1)
        lines += BLOCK
        for name, values in found.items():
            lines += [f">  <{name}>", *values, ""]
        lines.append("$$$$")
    path = put(tmp_path_factory.mktemp("sdf") / "a.sdf", lines if closed else lines[:-1], end)
    read = list(records(path))
    assert [line for line, _ in read] == starts
    assert [properties(record) for _, record in read] == [
        {name: "\n".join(values) for name, values in found.items()} for found in table
    ]
    assert all(mol_block(record) == "\n".join(BLOCK) + "\n" for _, record in read)


def test_headings_of_all_sorts():
    lines = [*BLOCK, "> <a>", "1", "", ">  25  <b> (7)", "2", "3", "", "> no name", "4", "", "> <c>", ""]
    assert properties(lines) == {"a": "1", "b": "2\n3", "c": ""}


def test_a_block_without_an_end_is_the_whole_record():
    assert mol_block(["title", "rest"]) == "title\nrest\n"


def test_a_record_of_nothing_and_nothing_at_all(tmp_path: Path):
    assert list(records(put(tmp_path / "a.sdf", ["$$$$", *BLOCK, "$$$$", "", " "]))) == [(1, [""]), (2, BLOCK)]
    assert list(records(put(tmp_path / "b.sdf", ["", ""]))) == []
