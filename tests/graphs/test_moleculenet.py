"""The sets of MoleculeNet: every one loads with the counts that were taken from its file by other means."""

import csv
import gzip
from pathlib import Path

import pytest

from multigraft.graphs.catalog import check, describe, load
from multigraft.graphs.moleculenet import MOLECULENET
from multigraft.graphs.names import MOLECULENET as NAMES
from multigraft.graphs.texts import ids_of, lines_of, rejects, smiles_of
from tests.helpers.tables import put_table

# name: rows, molecules, targets, share of missing values (as pandas counts them), kind, metric.
COUNTS = {
    "bbbp": (2050, 2039, 1, 0, "binary", "roc_auc"),
    "tox21": (7831, 7823, 12, 0.1706, "binary", "roc_auc"),
    "sider": (1427, 1427, 27, 0, "binary", "roc_auc"),
    "clintox": (1484, 1480, 2, 0, "binary", "roc_auc"),
    "bace": (1513, 1513, 1, 0, "binary", "roc_auc"),
    "freesolv": (642, 642, 1, 0, "real", "rmse"),
    "lipo": (4200, 4200, 1, 0, "real", "rmse"),
    "qm7": (6830, 6830, 1, 0, "real", "mae"),
}
LARGE = {
    "toxcast": (8615, 8597, 617, 0.7108, "binary", "roc_auc"),
    "muv": (93087, 93087, 17, 0.8421, "binary", "roc_auc"),
    "hiv": (41127, 41120, 1, 0, "binary", "roc_auc"),
    "qm8": (21786, 21786, 12, 0, "real", "mae"),
}


def facts(name: str) -> tuple:
    found = describe(load(name))
    rows = found["graphs"] + found["rejected"]
    missing = pytest.approx(found["missing"], abs=5e-5)
    return rows, found["graphs"], found["targets"], missing, found["target_kind"], found["metric"]


def raw(root: Path, name: str) -> list[dict[str, str]]:
    """The rows of the file, read by Python's own reader."""
    table = MOLECULENET[name]
    folder = root / "moleculenet" / name
    (path,) = (path for path in (folder / table.files[0], folder / f"{table.files[0]}.gz") if path.is_file())
    with gzip.open(path, "rt", newline="") if path.name.endswith(".gz") else path.open(newline="") as file:
        return list(csv.DictReader(file))


# --- the list itself -------------------------------------------------------------------------------------------------


def test_every_name_has_its_table():
    assert tuple(MOLECULENET) == NAMES
    for name, table in MOLECULENET.items():
        assert table.name == name
        assert table.url.startswith("https://deepchemdata.s3-us-west-1.amazonaws.com/datasets/")
        assert table.url.rsplit("/", 1)[-1].removesuffix(".gz") == table.files[0].removeprefix("raw/")
        assert (table.kind == "binary") == (table.metric == "roc_auc")
        assert bool(table.targets) != table.others
        assert table.parsed <= table.rows


def test_the_counts_of_the_list_are_those_of_the_files():
    for name, (rows, molecules, targets, _, kind, metric) in {**COUNTS, **LARGE}.items():
        table = MOLECULENET[name]
        assert (table.rows, table.parsed, table.kind, table.metric) == (rows, molecules, kind, metric)
        assert table.others or len(set(table.targets)) == targets


# --- files made here -------------------------------------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory of raw data."""
    pytest.importorskip("rdkit")
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


@pytest.mark.parametrize("heading", ["smiles", "mol"])
def test_bace_as_it_is_here_and_as_deepchem_has_it(root: Path, heading: str):
    rows = [("C", "BACE_1", 1, 9.1, 12), ("CC", "BACE_2", 0, 5.0, 24)]
    put_table(root, "bace", "raw/bace.csv", (heading, "CID", "Class", "pIC50", "MW"), rows)
    graphs = load("bace")
    assert (graphs.targets.tolist(), ids_of(graphs)) == ([[1], [0]], ["BACE_1", "BACE_2"])
    assert load("bace", targets=["pIC50"]).origin.target_kind == "real"


def test_esol_and_qm9_which_are_not_at_hand(root: Path):
    esol = ("Compound ID", "Molecular Weight", "measured log solubility in mols per litre", "smiles")
    put_table(root, "esol", "raw/delaney-processed.csv", esol, [("a", 1, -0.77, "C"), ("a", 2, -3.3, "CC")])
    assert load("esol").targets.flatten().tolist() == pytest.approx([-0.77, -3.3])
    qm9 = ("mol_id", "smiles", "A", "mu", "homo", "lumo", "gap", "u0")
    put_table(root, "qm9", "raw/qm9.csv.gz", qm9, [(f"gdb_{i}", "C" * i, 1, 2, 3 + i, 4 - i, 5, 6) for i in (1, 2)])
    graphs = load("qm9")
    assert graphs.origin.targets == ("homo", "lumo", "gap")
    assert graphs.targets.tolist() == [[4, 3, 5], [5, 2, 5]]
    assert ids_of(graphs) == ["gdb_1", "gdb_2"]


def test_a_file_that_was_cut_is_found_by_check(root: Path):
    put_table(root, "bbbp", "raw/BBBP.csv", ("num", "name", "p_np", "smiles"), [(1, "a", 1, "CC"), (2, "b", 0, "CO")])
    assert check("bbbp") == ["the file has 2 rows, the published one 2050: results are not comparable"]


# --- real files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COUNTS)
def test_published_sets(real_data: Path, name: str):
    assert facts(name) == COUNTS[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", LARGE)
def test_large_published_sets(real_data: Path, name: str):
    assert facts(name) == LARGE[name]


@pytest.mark.parametrize("name", ["bbbp", "tox21", "clintox", "lipo"])
def test_every_row_is_a_graph_or_a_reject_and_keeps_its_labels(real_data: Path, name: str):
    """Against the file itself, row by row: a shift by one row would not pass."""
    graphs, rows, table = load(name), raw(real_data, name), MOLECULENET[name]
    kept = lines_of(graphs).tolist()
    dropped = [one.line for one in rejects(graphs)]
    assert sorted(kept + dropped) == list(range(2, len(rows) + 2))  # no cell of these goes over several lines
    assert smiles_of(graphs) == [rows[line - 2]["smiles"].strip() for line in kept]
    assert [one.smiles for one in rejects(graphs)] == [rows[line - 2]["smiles"].strip() for line in dropped]
    assert all(one.reason for one in rejects(graphs))
    for line, values in list(zip(kept, graphs.targets.tolist(), strict=True))[::7]:
        wanted = [float(rows[line - 2][target] or "nan") for target in table.targets]
        assert values == pytest.approx(wanted, nan_ok=True)


@pytest.mark.slow
def test_the_cleaned_copy_of_toxcast_is_read_by_its_path(real_data: Path):
    graphs = load(real_data / "moleculenet" / "toxcast" / "raw" / "toxcast_data_clean8576.csv.gz")
    assert graphs.targets.shape == (8576, 617)
    assert (graphs.origin.target_kind, graphs.origin.metric, len(rejects(graphs))) == ("binary", "roc_auc", 0)
