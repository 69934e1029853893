"""What a name or a path means, and that every kind of data refuses the options of the others."""

import dataclasses
from pathlib import Path

import pytest

from multigraft.errors import InputError
from multigraft.graphs.checksums import of_files
from multigraft.graphs.named_proteins import ProteinOptions
from multigraft.graphs.named_tables import TableOptions
from multigraft.graphs.names import TABLES
from multigraft.graphs.sources import FOR, NAMED_TABLES, TABLE_OPTIONS, Options, find
from tests.helpers.graphs import random_graphs
from tests.helpers.tables import put_table, write_csv
from tests.helpers.tu import write_tudataset

CHOSEN = {
    "node_label_column": 1, "featurization": "ogb", "smiles_column": "SMI", "targets": ("a",), "id_column": "name",
    "strip_salts": True, "threshold": 0.5, "hops": 2, "largest": 9,
}  # fmt: skip
TU, TABLE = {"node_label_column"}, set(TABLE_OPTIONS)


def options(**chosen: object) -> Options:
    """Those options, each in its place."""
    table = {name: value for name, value in chosen.items() if name in TABLE_OPTIONS}
    proteins = {name: value for name, value in chosen.items() if name in ("hops", "largest")}
    column = chosen.get("node_label_column", 0)
    return Options(column, TableOptions(**table), ProteinOptions(**proteins))


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of raw data with one set of each kind, which is the working directory as well."""
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path))
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    write_tudataset(tmp_path / "tudataset" / "MUTAG" / "raw", "MUTAG", random_graphs(3), label_columns=2)
    put_table(tmp_path, "lipo", "raw/Lipophilicity.csv", ("CMPD_CHEMBLID", "exp", "smiles"), [("a", 1, "C")])
    put_table(tmp_path, "fsmol", "raw/fsmol_tasks_long.csv", ("fold", "assay_id", "smiles", "label"), [])
    write_csv(tmp_path / "mine.csv", ("smiles", "x"), [("CCO", 1), ("CC", 0)])
    return tmp_path


# --- what is meant ---------------------------------------------------------------------------------------------------


def test_nothing_is_read_but_for_the_checksum(root: Path):
    path = root / TABLES["lipo"] / "raw" / "Lipophilicity.csv"
    path.write_text("no table at all")
    assert find("lipo", Options()).checksum == of_files([path])
    assert find("fsmol-test", Options()).name == "fsmol-test"
    assert find("mine.csv", Options()).checksum == ""
    assert not (root / "cache").exists()


def test_a_directory_that_is_named_like_a_file_is_said_to_be_one(root: Path):
    (root / "x.csv").mkdir()
    for written in ("x.csv", root / "x.csv"):
        with pytest.raises(InputError, match=r"x\.csv is a directory, not a file of molecules: name a file of"):
            find(written, options())
    (root / "results").mkdir()
    (root / "results" / "b.smi").write_text("CCO\n")
    for reading in (options(), options(featurization="hu")):
        with pytest.raises(InputError, match=r"results is a directory, .*: name a file in it, .*b\.smi for instance"):
            find(root / "results", reading)
    write_tudataset(root / "y.csv" / "raw", "Y", random_graphs(3))
    assert len(find(root / "y.csv", options()).load()) == 3


def test_a_name_goes_before_a_folder_and_a_file_before_a_folder_in_tu_layout(root: Path):
    pytest.importorskip("rdkit")
    write_tudataset(root / "lipo", "lipo", random_graphs(2))
    assert len(find("lipo", Options()).load()) == 1
    assert len(find("./lipo", Options()).load()) == 2
    write_tudataset(root / "folder.csv", "ANY", random_graphs(4))
    assert len(find("folder.csv", Options()).load()) == 4
    assert len(find("mine.csv", Options()).load()) == 2
    assert len(find(root / "mine.csv", Options()).load()) == 2


@pytest.mark.parametrize("name", ["gone.csv", "./gone.smi.gz", "far/gone.sdf"])
def test_a_file_that_is_not_there(name: str):
    pytest.importorskip("rdkit")
    with pytest.raises(InputError, match="does not exist"):
        find(name, Options()).load()


def test_an_unknown_name_tells_what_a_path_looks_like():
    with pytest.raises(
        InputError, match=r"did you mean lipo.*\? .*a file of molecules by its name, which ends in \.csv"
    ):
        find("lipoo", Options())


def test_every_table_is_one_that_is_named():
    assert NAMED_TABLES.keys() == TABLES.keys()


# --- options ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("option", CHOSEN)
@pytest.mark.parametrize(
    ("source", "taken"),
    [
        ("MUTAG", TU),
        ("./tudataset/MUTAG", TU),
        ("lipo", TABLE),
        ("mine.csv", TABLE),
        ("fsmol", {"featurization", "targets", "strip_salts", "threshold"}),
        ("chembl2321810", {"featurization"}),
    ],
)
def test_options_are_taken_or_refused(source: str, taken: set[str], option: str):
    pytest.importorskip("rdkit")
    if option in taken:
        assert find(source, options(**{option: CHOSEN[option]})).load is not None
    else:
        with pytest.raises(InputError, match=rf"{option} is for {FOR.get(option, '')}"):
            find(source, options(**{option: CHOSEN[option]}))


def test_all_options_were_tried():
    assert CHOSEN.keys() == {"node_label_column", *TABLE_OPTIONS, *(f.name for f in dataclasses.fields(ProteinOptions))}


def test_an_embedded_set_takes_options_of_molecules_with_a_featurization():
    pytest.importorskip("rdkit")
    with pytest.raises(InputError, match=r"strip_salts is for nci5k with a featurization, hu or ogb: name one"):
        find("nci5k", options(strip_salts=True))
    stripped = find("chembl2321810", options(featurization="hu", strip_salts=True, threshold=6.0))
    assert stripped.load().origin.featurization == "hu"
    with pytest.raises(InputError, match="unknown featurization 'ecfp'"):
        find("chembl2321810", options(featurization="ecfp")).load()


@pytest.mark.parametrize(
    ("source", "chosen", "change"),
    [
        ("mine.csv", {"targets": ("x",)}, {"targets": ()}),
        ("mine.csv", {}, {"featurization": "ogb"}),
        ("lipo", {}, {"featurization": "ogb"}),
        ("MUTAG", {}, {"node_label_column": 1}),
        ("chembl2321810", {"featurization": "ogb"}, {"featurization": "hu"}),
    ],
)
def test_each_choice_has_a_packed_copy_of_its_own(source: str, chosen: dict, change: dict):
    pytest.importorskip("rdkit")
    first, other = find(source, options(**chosen)).load(), find(source, options(**{**chosen, **change})).load()
    again = find(source, options(**chosen)).load()
    assert again.origin == first.origin != other.origin
