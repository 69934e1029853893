"""Files of molecules as a whole: what they hold, and everything that can be wrong with them."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.molecules import reading
from multigraft.graphs.molecules.reading import Chunk, chunks, survey

pytest.importorskip("rdkit")


@pytest.fixture(autouse=True)
def _short_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that everything goes over the border of a chunk."""
    monkeypatch.setattr(reading, "CHUNK", 2)


def put(folder: Path, content: str, name: str = "a.csv") -> Path:
    (folder / name).write_text(content)
    return folder / name


def whole(path: Path, **options: object) -> Chunk:
    """All rows in one chunk."""
    parts = list(chunks(survey(path, **options)))
    assert all(len(part.lines) <= 2 for part in parts)
    return Chunk(
        np.concatenate([part.lines for part in parts]),
        [one for part in parts for one in part.written],
        [one for part in parts for one in part.shown],
        None if parts[0].ids is None else [one for part in parts for one in part.ids or []],
        np.concatenate([part.targets for part in parts]),
    )


# --- what is found ---------------------------------------------------------------------------------------------------


def test_a_table_is_read_with_its_lines_and_missing_values(tmp_path: Path):
    path = put(tmp_path, 'id,smiles,y,note,z\nm1, CC ,1,"a, b",0\nm2,CO,,c,1\n\nm3,CN,0,,\n')
    table = survey(path)
    assert (table.rows, table.kind, table.targets) == (3, "binary", {"y": 2, "z": 4})
    assert table.notes == ("targets: every column of numbers, which are y, z",)
    chunk = whole(path)
    assert chunk.lines.tolist() == [2, 3, 5]
    assert chunk.written == chunk.shown == ["CC", "CO", "CN"]
    assert chunk.ids == ["m1", "m2", "m3"]
    np.testing.assert_array_equal(chunk.targets, [[1, 0], [np.nan, 1], [0, np.nan]])


def test_targets_that_are_named_come_in_that_order(tmp_path: Path):
    path = put(tmp_path, "smiles,y,z\nCC,1,0.5\nCO,0,2\n")
    assert whole(path, targets=("z", "y")).targets.tolist() == [[0.5, 1], [2, 0]]
    assert survey(path, targets=("y",)).notes == ()
    mixed = "targets are numbers, as not all are 0 or 1: z; choose others for the task ml"
    assert survey(path, targets=("z", "y")).notes == (mixed,)
    assert survey(path).notes[1:] == (mixed,)
    assert survey(path, kind="real").notes[1:] == ()
    assert survey(path, targets=("z", "y")).kind == "real"
    assert survey(path, targets=("y",)).kind == "binary"
    assert survey(path, targets=("y",), kind="real").kind == "real"
    assert survey(path, targets=()).kind == ""
    assert whole(path, targets=()).targets.shape == (2, 0)


def test_columns_with_text_or_one_value_are_no_targets_unless_named(tmp_path: Path):
    rows = "".join(f"{'C' * n},{n * n},ok,7,,{'x' if n == 5 else 1}\n" for n in range(1, 7))
    path = put(tmp_path, f"smiles,y,word,same,none,late\n{rows}")
    table = survey(path)
    assert table.targets == {"y": 1}
    assert table.notes[1].startswith("no target, though most of it is numbers: late (line 6: 'x' is not a number")
    assert table.notes[2] == "no targets, as they have one value or none: same, none"
    kept = survey(path, keep_constant=True)
    assert list(kept.targets) == ["y", "same", "none"]
    assert list(survey(path, targets=("same",), keep_constant=True).targets) == ["same"]


def test_a_column_with_a_bad_cell_is_noted_and_words_for_nothing_are_read(tmp_path: Path):
    rows = "CC,1,True,0.5\nCO,NA,False,inf\nCN,0,n/a,2\nCF,1,TRUE,3\nCI,nan,false,4\n"
    path = put(tmp_path, f"smiles,y,z,w\n{rows}")
    table = survey(path)
    assert (list(table.targets), table.kind) == (["y", "z"], "binary")
    assert table.notes[1] == (
        "no target, though most of it is numbers: w (line 3: 'inf' is too large for 32 bits: rescale the column)"
    )
    nan = np.nan
    np.testing.assert_array_equal(whole(path).targets, [[1, 1], [nan, 0], [0, nan], [1, 1], [nan, 0]])


def test_two_classes_in_words_are_noted_and_other_texts_are_not(tmp_path: Path):
    rows = "".join(
        f"{'C' * n},{n * n},{'yes' if n % 2 else 'no'},name {n},{'' if n < 3 else 'x'}\n" for n in range(1, 7)
    )
    path = put(tmp_path, f"smiles,y,active,name,mark\n{rows}")
    table = survey(path)
    assert list(table.targets) == ["y"]
    assert table.notes[1:] == ("no target, as it holds words: active (no, yes); to learn it, write them as 1 and 0",)
    with pytest.raises(InputError, match=r"line 2: 'yes' in the target 'active' is not a number: leave the cell empty"):
        survey(path, targets=("active",))


def test_many_columns_with_bad_cells_are_not_all_noted(tmp_path: Path):
    path = put(tmp_path, f"smiles{''.join(f',t{n}' for n in range(7))}\nCC{',1' * 7}\nCO{',0' * 7}\nCN{',x' * 7}\n")
    notes = survey(path).notes
    assert len(notes) == 5
    assert all("(line 4: 'x' is not a number" in note and note.endswith("; 7 columns are so") for note in notes)


def test_rows_that_are_numbered_are_no_targets(tmp_path: Path):
    path = put(tmp_path, "Unnamed: 0,smiles,y,cid\n0,CC,1,11\n1,CO,0,12\n")
    table = survey(path)
    assert (list(table.targets), table.kind) == (["y"], "binary")
    assert table.notes[1:] == (
        "no targets unless named, as they are called like numbers of rows or molecules: Unnamed: 0, cid",
    )
    assert list(survey(path, targets=("cid",)).targets) == ["cid"]
    assert survey(path, targets=("cid",)).notes == ()


def test_a_column_that_counts_the_rows_is_no_target_whatever_it_is_called(tmp_path: Path):
    path = put(tmp_path, "Name,smiles,y\n1,CC,0\n2,CO,1\n3,CN,0\n4,CF,1\n5,CS,0\n")
    table = survey(path)
    assert (list(table.targets), table.kind) == (["y"], "binary")
    assert table.notes[1:] == ("no targets unless named, as they number the rows: Name",)
    assert list(survey(path, targets=("Name",)).targets) == ["Name"]


def test_other_separators_are_noted(tmp_path: Path):
    path = put(tmp_path, "smiles;y\nCC;1\nCO;0\n")
    assert survey(path).notes[-1] == "its columns are separated by semicolons, not by commas as its name says"
    assert whole(path).targets.tolist() == [[1], [0]]


def test_of_columns_with_one_name_the_first_counts(tmp_path: Path):
    path = put(tmp_path, "smiles,y,y\nCC,1,5\nCO,2,5\n")
    assert survey(path).notes[-1] == "of several columns of one name the first counts: y"
    assert whole(path).targets.tolist() == [[1], [2]]


def test_many_targets_are_not_all_named(tmp_path: Path):
    names = ",".join(f"t{n}" for n in range(9))
    path = put(tmp_path, f"smiles,{names}\nCC{',0' * 9}\nCO{',1' * 9}\n")
    assert survey(path).notes == ("targets: every column of numbers, which are t0, t1, t2, t3, t4 and 4 more",)


def test_lists_of_smiles(tmp_path: Path):
    chunk = whole(put(tmp_path, "CC a\nCO b\n\nCN c\n", "a.smi"))
    assert (chunk.written, chunk.ids) == (["CC", "CO", "", "CN"], ["a", "b", "", "c"])
    assert chunk.lines.tolist() == [1, 2, 3, 4]


def test_mol_blocks_show_their_title(tmp_path: Path):
    from rdkit import Chem

    block = Chem.MolToMolBlock(Chem.MolFromSmiles("CC"))
    records = [f"title {n}{block}> <y>\n{n}\n\n$$$$\n" for n in range(3)]
    chunk = whole(put(tmp_path, "".join(records), "a.sdf"))
    assert chunk.shown == chunk.ids == ["title 0", "title 1", "title 2"]
    assert [one.splitlines()[0] for one in chunk.written] == chunk.shown
    assert chunk.targets.tolist() == [[0], [1], [2]]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["C", "CC", "CCO", "broken("]), st.floats(width=32, allow_infinity=False) | st.none()
        ),
        min_size=1,
        max_size=9,
    )
)
def test_every_row_keeps_its_value(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, float | None]]):
    text = "".join(f"{smiles},{'' if value is None else repr(value)}\n" for smiles, value in rows)
    path = put(tmp_path_factory.mktemp("table"), "smiles,y\n" + text)
    chunk = whole(path, targets=("y",), keep_constant=True)
    assert chunk.written == [smiles for smiles, _ in rows]
    assert chunk.lines.tolist() == list(range(2, len(rows) + 2))
    wanted = np.array([[np.nan if value is None else value] for _, value in rows], dtype=np.float32)
    np.testing.assert_array_equal(chunk.targets, wanted)


# --- what is wrong ---------------------------------------------------------------------------------------------------

GOOD = "smiles,y,z,w,id\nCC,0,a,3,1\nCO,1,b,3,2\nCN,,2,3,3\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"targets": ("z",)}, r"a\.csv, line 2: 'a' in the target 'z' is not a number: leave the cell empty"),
        ({"targets": ("w",)}, r"a\.csv: target 'w' is 3 in every row that has a value, so nothing can be learnt"),
        ({"targets": ("v",)}, r"a\.csv has no column 'v' \(targets\)"),
        ({"smiles_column": "structure"}, r"a\.csv has no column 'structure' \(smiles_column\).*'smiles' looks like"),
        ({"id_column": "w"}, r"a\.csv, lines 2 and 3: both have the identifier '3' \(column 'w'\): give each row"),
        ({"targets": ("w",), "kind": "binary"}, r"a\.csv, line 2: '3' in the target 'w' is neither 0 nor 1"),
        ({"kind": "ternary"}, r"unknown kind of targets 'ternary': choose from binary, real"),
    ],
)
def test_options_that_do_not_fit(tmp_path: Path, options: dict, message: str):
    with pytest.raises(InputError, match=message):
        survey(put(tmp_path, GOOD), **options)


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        ("smiles,y\n", {}, r"a\.csv has no rows below its header"),
        ("", {}, r"a\.csv is empty"),
        ("mol,y\nCC,1\n", {}, r"column 'mol' looks like SMILES"),
        ("smiles,y\nCC,1\nCO,2\nCN,3\nCF,>4\n", {"targets": ("y",)}, r"line 5: '>4' in the target 'y' is not a number"),
        (
            "smiles,y\nCC,1\nCO,1e50\n",
            {"targets": ("y",)},
            r"line 3: '1e50' in the target 'y' is too large for 32 bits",
        ),
        ("smiles,y\nCC,\nCO,\n", {"targets": ("y",)}, r"target 'y' has no values, so nothing can be learnt"),
        ("smiles,id\nCC,a\nCO,b\nCN,c\nCF, b\n", {}, r"lines 3 and 5: both have the identifier 'b'"),
        ("smiles,y\nCC,1\nCO,0\nCN,2\n", {"kind": "binary"}, r"line 4: '2' in the target 'y' is neither 0 nor 1"),
    ],
)
def test_files_that_are_wrong(tmp_path: Path, content: str, options: dict, message: str):
    with pytest.raises(InputError, match=message):
        survey(put(tmp_path, content), **options)


def test_rows_without_an_identifier_are_no_repeats(tmp_path: Path):
    path = put(tmp_path, "smiles,id\nCC,\nCO,a\nCN,\n")
    assert whole(path).ids == ["", "a", ""]
    assert whole(put(tmp_path, "smiles,id\nCC,a\nCO,a\n"), id_column="").ids is None


def test_a_directory_and_no_file(tmp_path: Path):
    with pytest.raises(InputError, match="is a directory: name a file in it"):
        survey(tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        survey(tmp_path / "none.csv")


@pytest.mark.slow
def test_real_tables_have_the_rows_that_they_are_known_for(real_data: Path):
    home = real_data / "moleculenet"
    tox21 = survey(home / "tox21/raw/tox21.csv")
    assert (tox21.rows, len(tox21.targets), tox21.kind) == (7831, 12, "binary")
    hiv = survey(home / "hiv/raw/HIV.csv")
    assert (hiv.rows, list(hiv.targets), hiv.kind) == (41127, ["HIV_active"], "binary")
    bace = survey(home / "bace/raw/bace.csv.gz", targets=("Class", "pIC50"), id_column="CID")
    assert (bace.rows, bace.kind, bace.smiles) == (1513, "real", 0)
    with gzip.open(home / "bace/raw/bace.csv.gz", "rt") as file:
        assert sum(1 for _ in file) == bace.rows + 1
