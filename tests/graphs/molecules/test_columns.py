"""Which column is which, and what is said where that is not clear."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from multigraft.errors import InputError
from multigraft.graphs.molecules.columns import (
    id_place,
    left_out,
    likely_smiles,
    place_of,
    repeated,
    smiles_place,
    target_places,
)
from multigraft.graphs.molecules.formats import MOL_BLOCK, TITLE, Layout

pytest.importorskip("rdkit")


def layout(columns: str | Sequence[str], *rows: str, smiles_lists: bool = False) -> Layout:
    names = tuple(columns.split(",")) if isinstance(columns, str) else tuple(columns)
    read = [(number, row.split(",")) for number, row in enumerate(rows, start=2)]
    return Layout(Path("my.csv"), names, lambda: iter(read), smiles_lists)


SDF = layout([MOL_BLOCK, TITLE, "y", "z"])
LIST = layout(["smiles", "id"], smiles_lists=True)


# --- SMILES ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("columns", "place"), [("y,smiles", 1), ("SMILES,y", 0), ("a,b,Canonical_Smiles", 2), ("smiles_raw,Smiles", 1)]
)
def test_the_column_of_that_name(columns: str, place: int):
    assert smiles_place(layout(columns), None) == place
    assert smiles_place(layout(columns), columns.split(",")[0]) == 0


def test_mol_blocks_come_first():
    assert smiles_place(SDF, None) == 0
    with pytest.raises(InputError, match=r"my\.csv has its molecules in mol blocks: leave out smiles_column \('y'\)"):
        smiles_place(SDF, "y")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (layout("name,mol,y", "ethane,CC,1", "water,O,2"), r"no column of the name SMILES \(it has name, mol, y\): "
         r"column 'mol' looks like SMILES: choose it with smiles_column='mol'"),
        (layout("y,z", "1,2"), r"none of its columns looks like SMILES; a header line must name"),
        (layout("y,z"), r"none of its columns looks like SMILES"),
        (layout("CCO,1", "CCN,2", "CCF,3"), r"first line, with 'CCO', looks like a molecule: add a line above"),
        (layout("smiles_a,smiles_b,x", "CC,CCO,1"), r"several columns have SMILES in their names "
         r"\(smiles_a, smiles_b\): choose one of them with smiles_column \(--smiles-column\)"),
        (layout("smiles y", "CC 1"), r"'smiles y' and the rows below seem to be columns that blanks separate"),
    ],
)  # fmt: skip
def test_without_a_column_of_that_name_there_is_a_guess(table: Layout, message: str):
    with pytest.raises(InputError, match=message):
        smiles_place(table, None)


def test_a_single_column_may_have_a_name_of_several_words():
    assert smiles_place(layout(["Canonical SMILES"], "CC", "CCO"), None) == 0
    assert smiles_place(layout(["Canonical SMILES"], "CC |$a;b$|"), None) == 0


def test_rdkit_says_nothing_of_names_that_are_no_molecules(capfd: pytest.CaptureFixture[str]):
    with pytest.raises(InputError, match="column 'structure' looks like SMILES"):
        smiles_place(layout("structure,y", "CCO,1"), None)
    assert capfd.readouterr().err == ""


def test_many_columns_are_not_all_listed():
    with pytest.raises(InputError, match=r"it has c0, c1, .*, c11 and 88 more\)"):
        smiles_place(layout([f"c{number}" for number in range(100)]), None)


def test_a_column_that_is_not_there():
    with pytest.raises(InputError, match=r"no column 'smile' \(smiles_column\): did you mean 'smiles'\?"):
        smiles_place(layout("smiles,y"), "smile")
    with pytest.raises(InputError, match=r"no column 'xyz' \(smiles_column\): it has mol, y; column 'mol' looks like"):
        smiles_place(layout("mol,y", "CCO,1"), "xyz")
    with pytest.raises(InputError, match=r"no column 'Y' \(targets\): did you mean 'y'\?"):
        place_of(layout("mol,y"), "Y", "targets")
    with pytest.raises(InputError, match="no column"):
        place_of(SDF, MOL_BLOCK, "targets")


def test_guesses_prefer_long_molecules_to_short_words_that_happen_to_parse():
    """HIV's column of activities holds CI, CM and CA: the first is iodomethane."""
    table = layout("activity,structure,y", "CI,CCOc1ccccc1,1", "CI,C1CC1CN,1", "CM,broken(,0", "CI,CCCCO,1")
    assert likely_smiles(table) == 1
    assert likely_smiles(layout("a,b", ",", ",")) is None


# --- identifiers -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "place"), [("smiles,ID", 1), ("mol_id,smiles", 0), ("smiles,y", None)])
def test_identifiers_by_name(columns: str, place: int | None):
    table = layout(columns)
    smiles = smiles_place(table, None)
    assert id_place(table, None, smiles) == place
    assert id_place(table, "", smiles) is None


def test_identifiers_that_are_named():
    assert id_place(layout("smiles,id,name"), "name", 0) == 2
    with pytest.raises(InputError, match="cannot be both"):
        id_place(layout("smiles,id"), "smiles", 0)
    with pytest.raises(InputError, match=r"no column 'nam' \(id_column\): did you mean 'name'"):
        id_place(layout("smiles,name"), "nam", 0)
    assert id_place(layout("id,y"), None, 0) is None  # it holds the SMILES


def test_identifiers_of_lists_and_mol_blocks():
    assert id_place(LIST, None, 0) == 1
    assert id_place(SDF, None, 0) == 1
    assert id_place(SDF, "z", 0) == 3


# --- targets ---------------------------------------------------------------------------------------------------------


def test_targets_are_all_other_columns_that_have_a_name():
    assert target_places(layout(["", "smiles", "y", "id", "z"]), None, (1, 3)) == {"y": 2, "z": 4}
    assert target_places(layout("smiles,y,z,y"), None, (0, None)) == {"y": 1, "z": 2}
    assert target_places(SDF, None, (0, None)) == {"y": 2, "z": 3}
    assert target_places(LIST, None, (0, 1)) == {}


@pytest.mark.parametrize(
    "name",
    ["__index_level_0__", "Unnamed: 0", "index", "IDX", "id", "CID", "assay_id", "PUBCHEM_CID", "compound id", "MolID"],
)
def test_what_is_called_like_an_index_is_a_target_only_where_it_is_named(name: str):
    table = layout(["smiles", name, "y"])
    assert target_places(table, None, (0, None)) == {"y": 2}
    assert left_out(table, (0, None)) == [name]
    assert left_out(table, (0, 1)) == []
    assert target_places(table, (name,), (0, None)) == {name: 1}


@pytest.mark.parametrize("name", ["refractive_index", "acid", "lipid", "y1", "pKa", "count", "LIPID"])
def test_other_names_are_those_of_targets(name: str):
    assert target_places(layout(["smiles", name]), None, (0, None)) == {name: 1}
    assert left_out(layout(["smiles", name]), (0, None)) == []


def test_targets_that_are_named_keep_their_order():
    table = layout("smiles,y,z,id")
    assert list(target_places(table, ("z", "y"), (0, 3)).items()) == [("z", 2), ("y", 1)]
    assert target_places(table, (), (0, 3)) == {}
    with pytest.raises(InputError, match="target 'y' is named twice"):
        target_places(table, ("y", "z", "y"), (0, 3))
    with pytest.raises(InputError, match="column 'id' holds molecules or their identifiers"):
        target_places(table, ("id",), (0, 3))
    with pytest.raises(InputError, match=r"no column 'yy' \(targets\)"):
        target_places(table, ("yy",), (0, 3))
    with pytest.raises(InputError, match=r"no column 'y' \(targets\): it has smiles, id"):
        target_places(LIST, ("y",), (0, 1))


def test_names_that_come_twice():
    assert repeated(layout(["", "", "y", "z", "y", "y"])) == ["y"]
