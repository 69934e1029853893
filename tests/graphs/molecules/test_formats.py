"""Files of molecules row by row, whatever their format, packed with gzip or not."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.molecules.formats import (
    ENDINGS,
    MOL_BLOCK,
    TITLE,
    check_file,
    ending,
    kind_of,
    open_layout,
    stem,
)


def put(folder: Path, name: str, content: str | bytes) -> Path:
    raw = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return folder / name


def contents(path: Path) -> tuple[tuple[str, ...], list]:
    layout = open_layout(path)
    assert list(layout.rows()) == list(layout.rows()), "a file can be read again"
    return layout.columns, list(layout.rows())


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ENDINGS)
def test_endings_with_and_without_gzip_in_any_case(kind: str):
    for name in (f"my.set{kind}", f"my.set{kind}.gz", f"my.set{kind.upper()}", f"my.set{kind.upper()}.GZ"):
        assert ending(Path(name)) == kind
        assert stem(Path("folder") / name) == "my.set"


def test_other_endings():
    assert ending(Path("notes.pdf")) == ""
    assert stem(Path("notes.pdf")) == "notes.pdf"


def test_the_release_s_lists_are_no_tables(tmp_path: Path):
    (tmp_path / "processed").mkdir()
    assert kind_of(put(tmp_path / "processed", "smiles.csv.gz", "CC")) == ".smi"
    assert kind_of(put(tmp_path, "smiles.csv", "CC")) == ".csv"


def test_what_is_no_file_of_molecules(tmp_path: Path):
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match=r"folder\.csv is a directory: name a file"):
        check_file(tmp_path / "folder.csv")
    with pytest.raises(InputError, match=r"gone\.csv does not exist"):
        check_file(tmp_path / "gone.csv")
    with pytest.raises(InputError, match=r"notes\.pdf has none of the endings \.csv, \.tsv, \.smi"):
        check_file(put(tmp_path, "notes.pdf", "text"))


# --- CSV and TSV -----------------------------------------------------------------------------------------------------

CSV = 'smiles,name,y\nCC,"1,2-ethane",1\n\nCO,"a ""b""",\nCN,"two\nlines",0.5\nCF,x,2\n'


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "A.CSV"])
def test_rows_of_a_csv_have_the_line_that_they_begin_in(tmp_path: Path, name: str):
    columns, rows = contents(put(tmp_path, name, CSV))
    assert columns == ("smiles", "name", "y")
    assert rows == [
        (2, ["CC", "1,2-ethane", "1"]),
        (4, ["CO", 'a "b"', ""]),
        (5, ["CN", "two\nlines", "0.5"]),
        (7, ["CF", "x", "2"]),
    ]


def test_tabs_byte_order_marks_and_windows_line_ends(tmp_path: Path):
    assert contents(put(tmp_path, "a.tsv", "smiles\ty\nCC\t1,5\n"))[1] == [(2, ["CC", "1,5"])]
    assert contents(put(tmp_path, "b.csv", "\ufeff smiles ,y\r\nCC,1\r\n")) == (("smiles", "y"), [(2, ["CC", "1"])])


@pytest.mark.parametrize(
    ("name", "mark", "said"),
    [("a.csv", "\t", "tabs, not by commas"), ("a.csv", ";", "semicolons, not by commas"), ("a.csv", "|", "bars, not"),
     ("a.tsv", ",", "commas, not by tabs")],
)  # fmt: skip
def test_columns_that_are_separated_otherwise_than_the_name_says(tmp_path: Path, name: str, mark: str, said: str):
    path = put(tmp_path, name, f"smiles{mark}y\nCC{mark}1\n")
    assert contents(path) == (("smiles", "y"), [(2, ["CC", "1"])])
    assert said in open_layout(path).notes[0]
    quoted = put(tmp_path, name, f'"smiles"{mark}"y"\n"CC"{mark}"1"\n')
    assert contents(quoted) == (("smiles", "y"), [(2, ["CC", "1"])])


def test_a_name_with_other_marks_in_it_stays_whole(tmp_path: Path):
    assert contents(put(tmp_path, "a.csv", "smiles,y;z\nCC,1\n"))[0] == ("smiles", "y;z")
    assert contents(put(tmp_path, "b.csv", '"smiles;y"\nCC\n'))[0] == ("smiles;y",)
    assert open_layout(tmp_path / "a.csv").notes == open_layout(tmp_path / "b.csv").notes == ()
    with pytest.raises(InputError, match=r"c\.csv has no commas in its header, but tabs or semicolons: save it as"):
        open_layout(put(tmp_path, "c.csv", "smiles;x\ty\nCC;1\t2\n"))


def test_blank_lines_of_a_single_column_are_missing_molecules(tmp_path: Path):
    path = put(tmp_path, "a.csv", "\nsmiles\nCC\n\n\nCO\n\n\n")
    assert contents(path) == (("smiles",), [(3, ["CC"]), (4, [""]), (5, [""]), (6, ["CO"])])


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=6))
def test_what_a_csv_writer_writes_is_read(tmp_path_factory: pytest.TempPathFactory, table: list[list[str]]):
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["smiles", "name"], *table])
    path = put(tmp_path_factory.mktemp("csv"), "a.csv", text.getvalue())
    rows = contents(path)[1]
    assert [row for _, row in rows] == table
    lines = [line for line, _ in rows]
    assert lines == sorted(set(lines))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("smiles,y\nCC,1\nCO,1,2\n", r"line 3: 3 cells where the header has 2; cells with a ',' inside need quotes"),
        ("smiles,y\nCC\n", r"line 2: 1 cells where the header has 2"),
        ('smiles,y\nCC,1\nCO,"open\n\n', r"line 3: unexpected end of data; check the quotes"),
        ('smiles,y\nCC,1\n"CO"x,1\n', r"line 3: .*expected after"),
        ("", r"a\.csv is empty"),
        ("\n\n", r"a\.csv is empty"),
        ("smiles\nCC\nß".encode("latin-1"), r"a\.csv is not UTF-8"),
        (b"smiles\nCC\n\xff\n", r"a\.csv is not UTF-8"),
    ],
)
def test_a_csv_that_is_wrong(tmp_path: Path, content: str | bytes, message: str):
    with pytest.raises(InputError, match=message):
        contents(put(tmp_path, "a.csv", content))


# --- damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("damage", ["cut", "flip", "text"])
@pytest.mark.parametrize("kind", ENDINGS)
def test_damaged_gzip_is_named(tmp_path: Path, kind: str, damage: str):
    packed = bytearray(gzip.compress(CSV.encode() * 50))
    packed[len(packed) // 2] ^= 0xFF if damage == "flip" else 0
    path = tmp_path / f"a{kind}.gz"
    path.write_bytes({"cut": packed[:-20], "flip": packed, "text": b"smiles\nCC\n"}[damage])
    with pytest.raises(InputError, match=r"a\.\w+\.gz (cannot be read|is not UTF-8)"):
        contents(path)


# --- SMILES, one a line ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.smi", "a.txt", "a.smi.gz"])
def test_smiles_one_a_line(tmp_path: Path, name: str):
    columns, rows = contents(put(tmp_path, name, "CC 7\n\nCO\tthe second\t1.5\nCN\n  CF x y \n"))
    assert columns == ("smiles", "id")
    expected = [["CC", "7"], ["", ""], ["CO", "the second"], ["CN", ""], ["CF", "x y"]]
    assert rows == list(enumerate(expected, start=1))


def test_blank_lines_of_a_list_are_missing_molecules_but_for_the_last(tmp_path: Path):
    rows = contents(put(tmp_path, "a.smi", "\nCC\n \nCO\n\n"))[1]
    assert rows == [(1, ["", ""]), (2, ["CC", ""]), (3, ["", ""]), (4, ["CO", ""])]
    assert contents(put(tmp_path, "b.smi", "\nsmiles\n\nCC\n"))[1] == [(3, ["", ""]), (4, ["CC", ""])]


def test_a_heading_is_no_molecule(tmp_path: Path):
    assert contents(put(tmp_path, "a.smi", "SMILES zinc_id\nCC Z1\n")) == (("SMILES", "zinc_id"), [(2, ["CC", "Z1"])])
    assert contents(put(tmp_path, "b.smi", "smiles\nCC\n")) == (("smiles", "id"), [(2, ["CC", ""])])


def test_an_empty_list(tmp_path: Path):
    with pytest.raises(InputError, match=r"a\.smi is empty"):
        open_layout(put(tmp_path, "a.smi", " \n\n"))


# --- Parquet ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.parquet", "a.parquet.gz"])
def test_parquet_values_are_texts(tmp_path: Path, name: str):
    import pyarrow as pa
    from pyarrow import parquet

    table = pa.table(
        {
            "smiles": ["CC", None, "CO"],
            "y": [0.5, None, float("nan")],
            "active": [True, False, None],
            "count": pa.array([1, 2, None], pa.int32()),
            "single": pa.array([0.1, 1e-7, -3.0], pa.float32()),
            "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
            "nothing": pa.nulls(3),
            "nested": [[1], [2], []],
            "raw": [b"1", b"2", b"3"],
        }
    )
    parquet.write_table(table, tmp_path / "plain.parquet")
    columns, rows = contents(put(tmp_path, name, (tmp_path / "plain.parquet").read_bytes()))
    assert columns == ("smiles", "y", "active", "count", "single", "kind", "nothing")
    assert [line for line, _ in rows] == [1, 2, 3]
    first, second, third = (row for _, row in rows)
    assert first == ["CC", "0.5", "1", "1", "0.1", "a", ""]
    assert second == ["", "", "0", "2", "1e-7", "b", ""]
    assert third == ["CO", "nan", "", "", "-3", "a", ""]


@pytest.mark.parametrize("nested", [False, True])
def test_parquet_columns_of_one_name(tmp_path: Path, nested: bool):
    import pyarrow as pa
    from pyarrow import parquet

    first = pa.array([[1], [2]]) if nested else pa.array([5, 6])
    table = pa.table([first, pa.array(["CC", "CO"]), pa.array([1, 0])], names=["y", "smiles", "y"])
    parquet.write_table(table, tmp_path / "a.parquet")
    columns, rows = contents(tmp_path / "a.parquet")
    both = [(1, ["5", "CC", "1"]), (2, ["6", "CO", "0"])]
    assert columns == (("smiles", "y") if nested else ("y", "smiles", "y"))
    assert rows == ([(line, cells[1:]) for line, cells in both] if nested else both)


def test_parquet_goes_on_counting_over_batches(tmp_path: Path):
    import pyarrow as pa
    from pyarrow import parquet

    many = 10_000
    parquet.write_table(
        pa.table({"smiles": ["C"] * many, "n": range(many)}), tmp_path / "a.parquet", row_group_size=999
    )
    rows = contents(tmp_path / "a.parquet")[1]
    assert [(line, int(n)) for line, (_, n) in rows] == [(n + 1, n) for n in range(many)]


@pytest.mark.parametrize("content", [b"", b"text", b"PAR1" + b"\0" * 50 + b"PAR1"])
def test_what_is_no_parquet(tmp_path: Path, content: bytes):
    with pytest.raises(InputError, match=r"a\.parquet cannot be read"):
        contents(put(tmp_path, "a.parquet", content))


# --- SDF -------------------------------------------------------------------------------------------------------------


def block(name: str, smiles: str) -> str:
    from rdkit import Chem

    molecule = Chem.MolFromSmiles(smiles)
    molecule.SetProp("_Name", name)
    return Chem.MolToMolBlock(molecule)


@pytest.mark.parametrize("name", ["a.sdf", "a.sdf.gz"])
def test_sdf_has_blocks_titles_and_properties(tmp_path: Path, name: str):
    pytest.importorskip("rdkit")
    first, second = block("one", "CC"), block("two", "CO")
    text = f"{first}>  <y>  (1)\n1.5\n\n> <note>\na\nb\n\n$$$$\n{second}> <z>\n2\n\n$$$$\n"
    columns, rows = contents(put(tmp_path, name, text))
    assert columns == (MOL_BLOCK, TITLE, "y", "note", "z")
    assert rows == [
        (1, [first, "one", "1.5", "a\nb", ""]),
        (first.count("\n") + 9, [second, "two", "", "", "2"]),
    ]


def test_sdf_without_its_last_line_and_with_a_record_of_nothing(tmp_path: Path):
    pytest.importorskip("rdkit")
    text = block("one", "CC")
    assert contents(put(tmp_path, "a.sdf", text))[1] == [(1, [text, "one"])]
    rows = contents(put(tmp_path, "b.sdf", f"$$$$\n{text}$$$$\n\n"))[1]
    assert [(line, row[1]) for line, row in rows] == [(1, ""), (2, "one")]
    with pytest.raises(InputError, match=r"c\.sdf is empty"):
        open_layout(put(tmp_path, "c.sdf", "\n\n"))
