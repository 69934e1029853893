"""Corpora by name: the layouts of the pre-training paper on small files, and the published files where they are."""

from pathlib import Path

import pytest

from multigraft.errors import InputError
from multigraft.graphs.catalog import describe, load
from multigraft.graphs.corpora import CORPORA
from multigraft.graphs.names import BY_HAND, MOLECULENET, PROTEINS, TABLES
from multigraft.graphs.texts import lines_of, rejects, smiles_of
from tests.helpers.tables import put_table

SMILES = ["CCO", "c1ccccc1", "C(C", "CC(=O)O"]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory of raw data."""
    pytest.importorskip("rdkit")
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def test_every_name_has_its_table_and_a_place_to_get_it_from():
    assert CORPORA.keys() | set(MOLECULENET) == TABLES.keys()
    for name, table in CORPORA.items():
        assert table.name == name
        assert bool(table.url) != bool(table.source)
        assert (not table.url) == (name in BY_HAND)
        assert (table.kind, table.metric) in (("", ""), ("binary", "roc_auc"), ("real", "rmse"))
    assert set(BY_HAND) <= TABLES.keys() | PROTEINS.keys()


# --- the paper's corpora ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["zinc2m", "chembl456k"])
@pytest.mark.parametrize("ending", ["", ".gz"])
def test_a_list_of_smiles_as_the_release_has_it(root: Path, name: str, ending: str):
    put_table(root, name, f"processed/smiles.csv{ending}", (), [(one,) for one in SMILES])
    graphs = load(name)
    assert smiles_of(graphs) == ["CCO", "c1ccccc1", "CC(=O)O"]
    assert lines_of(graphs).tolist() == [1, 2, 4]
    assert [(one.line, one.smiles) for one in rejects(graphs)] == [(3, "C(C")]
    assert (graphs.origin.name, graphs.origin.targets, graphs.origin.target_kind) == (name, (), "")
    assert "id" not in graphs.attached
    found = describe(graphs)
    assert (found["targets"], found["missing"], found["rejected"]) == (0, None, 1)


def test_zinc_from_the_raw_file(root: Path):
    rows = [(one, f"ZINC{1 + place // 2}") for place, one in enumerate(SMILES)]  # one number has several forms
    put_table(root, "zinc2m", "raw/sample.csv.gz", ("smiles", "zinc_id"), rows)
    graphs = load("zinc2m")
    assert (len(graphs), graphs.origin.targets) == (3, ())


def test_chembl_with_labels_in_a_table_of_ones_own(root: Path):
    rows = [("CCO", 1, None), ("c1ccccc1", 0, 1), ("C(C", 1, 1), ("CC(=O)O", None, 0)]
    put_table(root, "chembl456k", "processed/smiles.csv", (), [("C",)])
    put_table(root, "chembl456k", "raw/chembl.csv", ("smiles", "CHEMBL1", "CHEMBL2"), rows)
    graphs = load("chembl456k")
    assert (graphs.origin.targets, graphs.origin.target_kind) == (("CHEMBL1", "CHEMBL2"), "binary")
    assert graphs.targets.isnan().tolist() == [[False, True], [False, False], [True, False]]
    put_table(root, "chembl456k", "raw/chembl.csv", ("smiles", "CHEMBL1"), [("CCO", -1), ("CC", 1)])
    with pytest.raises(InputError, match=r"line 2.*is neither 0 nor 1"):
        load("chembl456k")


def test_chembl_with_labels_as_parquet(root: Path):
    import pandas as pd

    table = pd.DataFrame({"smiles": SMILES, "CHEMBL1": [1.0, 0.0, 1.0, None], "CHEMBL2": [0, 1, 0, 1]})
    path = root / TABLES["chembl456k"] / "raw" / "chembl.parquet"
    path.parent.mkdir(parents=True)
    table.to_parquet(path)
    graphs = load("chembl456k")
    assert graphs.origin.targets == ("CHEMBL1", "CHEMBL2")
    assert graphs.targets.nan_to_num(9).tolist() == [[1, 0], [0, 1], [9, 1]]


def test_pickles_are_never_opened(root: Path):
    folder = root / TABLES["chembl456k"] / "raw"
    folder.mkdir(parents=True)
    (folder / "rdkit_molecules.pckl").write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(InputError, match=r"does not hold chembl456k.*put chembl_filtered/raw/\*\.csv or"):
        load("chembl456k")


# --- the others ------------------------------------------------------------------------------------------------------


def test_zinc250k_as_it_is_here_and_as_it_is_published(root: Path):
    put_table(root, "zinc250k", "raw/250k_rndm_zinc_drugs_clean_3.csv", ("smiles", "logP", "qed", "SAS"), [
        ("CCO\n", 1, 2, 3), ("CC(=O)O\n", 4, 5, 6),
    ])  # fmt: skip
    graphs = load("zinc250k")
    assert (smiles_of(graphs), graphs.origin.targets) == (["CCO", "CC(=O)O"], ())
    put_table(root, "zinc250k", "raw/zinc250k_smiles.csv.gz", ("smiles",), [("C",), ("CC",), ("CCC",)])
    assert len(load("zinc250k")) == 3


def test_chembl_multitask_is_real_or_binary(root: Path):
    put_table(root, "chembl-multitask", "raw/chembl_5thresh.csv.gz", ("smiles", "CHEMBL1", "CHEMBL2", "CHEMBL3"), [
        ("CCO", 5.5, None, None), ("CC", None, 7.0, None), ("CCC", 6.5, 4.0, None),
    ])  # fmt: skip
    graphs = load("chembl-multitask")
    assert (graphs.origin.target_kind, graphs.origin.metric, graphs.targets.shape) == ("real", "rmse", (3, 3))
    binary = load("chembl-multitask", threshold=6.5)
    assert (binary.origin.target_kind, binary.origin.metric) == ("binary", "roc_auc")
    assert binary.targets.nan_to_num(9).tolist() == [[0, 9, 9], [9, 1, 9], [1, 0, 9]]
    assert load("chembl-multitask", targets=["CHEMBL2"]).targets.nan_to_num(9).tolist() == [[9], [7], [4]]


# --- real files ------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "rows", "molecules", "targets", "missing"),
    [
        ("zinc250k", 249_455, 249_455, 0, None),
        ("chembl-multitask", 23_871, 23_871, 691, 0.9945),
        ("fsmol-validation", 10_116, 10_103, 39, 0.9647),
        ("fsmol-test", 27_518, 27_426, 157, 0.9871),
    ],
)
def test_published_corpora(real_data: Path, name: str, rows: int, molecules: int, targets: int, missing: float | None):
    found = describe(load(name))
    assert (found["graphs"] + found["rejected"], found["graphs"], found["targets"]) == (rows, molecules, targets)
    assert found["missing"] == (None if missing is None else pytest.approx(missing, abs=5e-5))
