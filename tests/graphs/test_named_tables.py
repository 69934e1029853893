"""Tables that are known by name: found, downloaded where they are not, and read as the published file is meant."""

import dataclasses
import math
from pathlib import Path

import pytest

from multigraft.errors import InputError
from multigraft.graphs.molecules.formats import open_layout
from multigraft.graphs.named_tables import (
    NamedTable,
    TableOptions,
    find_table,
    read_table,
    row_notes,
    target_columns,
)
from multigraft.graphs.texts import ids_of, lines_of, rejects, smiles_of
from tests.helpers.tables import put_table, write_csv

COLUMNS = ("num", "smiles", "toxic", "sweet", "logP")
ROWS = [
    (1, "CCO", 1, 0, 0.5),
    (2, "C(C", 0, 1, 1.5),
    (3, "c1ccccc1", None, 1, -2),
    (4, "CC(=O)O.[Na+]", 0, None, 3),
]
TABLE = NamedTable(
    "bbbp", ("raw/made.csv",), targets=("toxic", "sweet"), identifier="num", kind="binary", metric="average_precision",
    rows=4,
)  # fmt: skip
PLAIN = TableOptions()


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory of raw data."""
    pytest.importorskip("rdkit")
    (tmp_path / "data").mkdir()
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "data"


def read(table: NamedTable = TABLE, options: TableOptions = PLAIN):
    return read_table(table, find_table(table), options)


# --- finding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", ["", ".gz"])
def test_the_file_is_found_packed_or_not(root: Path, ending: str):
    path = put_table(root, "bbbp", f"raw/made.csv{ending}", COLUMNS, ROWS)
    put_table(root, "bbbp", "raw/made_clean.csv", COLUMNS, ROWS[:1])
    assert find_table(TABLE) == path


def test_files_are_looked_for_in_their_order(root: Path):
    table = dataclasses.replace(TABLE, files=("raw/first*.csv", "processed/second.csv"))
    second = put_table(root, "bbbp", "processed/second.csv", COLUMNS, ROWS)
    assert find_table(table) == second
    first = put_table(root, "bbbp", "raw/first1.csv", COLUMNS, ROWS)
    assert find_table(table) == first
    put_table(root, "bbbp", "raw/first2.csv.gz", COLUMNS, ROWS)
    with pytest.raises(
        InputError, match=r"several files that could be bbbp \(first1\.csv, first2\.csv\.gz\): keep one"
    ):
        find_table(table)


def test_a_file_that_is_nowhere_is_downloaded_once(tmp_path: Path):
    public = write_csv(tmp_path / "public" / "published.csv.gz", COLUMNS, ROWS)
    table = dataclasses.replace(TABLE, files=("raw/published.csv",), url=public.as_uri())
    target = tmp_path / "cache" / "moleculenet" / "bbbp" / "raw" / "published.csv.gz"
    assert find_table(table) == target
    public.unlink()
    assert find_table(table) == target
    assert len(read(table)) == 3


@pytest.mark.parametrize("columns", [("num", "SMI", "toxic", "sweet", "logP"), ("num", "smiles", "a", "b", "c")])
def test_a_download_of_something_else_is_not_kept(tmp_path: Path, columns: tuple[str, ...]):
    public = write_csv(tmp_path / "public" / "made.csv", columns, ROWS)
    with pytest.raises(InputError, match="is not the published file of bbbp"):
        find_table(dataclasses.replace(TABLE, url=public.as_uri()))
    assert list((tmp_path / "cache" / "moleculenet" / "bbbp" / "raw").iterdir()) == []


def test_what_cannot_be_downloaded_says_where_to_put_it(root: Path):
    table = dataclasses.replace(TABLE, source="ask its authors")
    with pytest.raises(InputError) as error:
        find_table(table)
    for part in ("bbbp is not on this machine", "put moleculenet/bbbp/raw/made.csv", "MULTIGRAFT_DATA", "ask its auth"):
        assert part in str(error.value)
    put_table(root, "bbbp", "raw/other.csv", COLUMNS, ROWS)
    with pytest.raises(InputError, match=r"moleculenet.bbbp does not hold bbbp"):
        find_table(table)


# --- reading ---------------------------------------------------------------------------------------------------------


def test_rows_targets_and_names_are_the_published_ones(root: Path):
    put_table(root, "bbbp", "raw/made.csv", COLUMNS, ROWS)
    graphs = read()
    assert smiles_of(graphs) == ["CCO", "c1ccccc1", "CC(=O)O.[Na+]"]
    assert ids_of(graphs) == ["1", "3", "4"]
    assert lines_of(graphs).tolist() == [2, 4, 5]
    assert [(one.line, one.smiles) for one in rejects(graphs)] == [(3, "C(C")]
    assert graphs.targets.flatten().tolist() == pytest.approx([1, 0, math.nan, 1, 0, math.nan], nan_ok=True)
    origin = graphs.origin
    assert (origin.name, origin.featurization, origin.targets) == ("bbbp", "hu", ("toxic", "sweet"))
    assert (origin.target_kind, origin.metric) == ("binary", "average_precision")


def test_a_constant_target_of_a_published_set_stays(root: Path):
    put_table(root, "bbbp", "raw/made.csv", COLUMNS, [(1, "C", 1, None, 0), (2, "CC", 1, None, 0)])
    assert read().targets.shape == (2, 2)


def test_options_go_before_what_is_published(root: Path):
    put_table(root, "bbbp", "raw/made.csv", COLUMNS, ROWS)
    graphs = read(options=TableOptions(featurization="ogb", targets=("logP",), strip_salts=True))
    assert graphs.origin.featurization == "ogb"
    assert (graphs.origin.targets, graphs.origin.target_kind, graphs.origin.metric) == (("logP",), "real", "rmse")
    assert smiles_of(graphs)[2] == "CC(=O)O"
    sweet = read(options=TableOptions(targets=("sweet",)))
    assert (sweet.origin.target_kind, sweet.origin.metric) == ("binary", "average_precision")
    with pytest.raises(InputError, match="has no column 'bitter'"):
        read(options=TableOptions(targets=("bitter",)))
    with pytest.raises(InputError, match="has no column 'name'"):
        read(options=TableOptions(id_column="name"))


def test_every_other_column_is_a_target_where_that_is_said(root: Path):
    table = dataclasses.replace(TABLE, targets=(), others=True)
    put_table(root, "bbbp", "raw/made.csv", COLUMNS[:4], [row[:4] for row in ROWS])
    assert read(table).origin.targets == ("toxic", "sweet")


def test_columns_that_are_there_twice_count_once(root: Path):
    table = dataclasses.replace(TABLE, targets=(), others=True, identifier=None)
    path = put_table(root, "bbbp", "raw/made.csv", ("smiles", "a", "b", "a"), [("C", 1, 0, 1), ("CC", 0, 1, 0)])
    assert target_columns(table, open_layout(path)) == ("a", "b")
    assert read(table).targets.tolist() == [[1, 0], [0, 1]]


def test_the_column_of_smiles_may_be_headed_otherwise(root: Path):
    table = dataclasses.replace(TABLE, smiles=("smiles", "mol"))
    put_table(root, "bbbp", "raw/made.csv", ("num", "mol", *COLUMNS[2:]), ROWS)
    assert smiles_of(read(table))[0] == "CCO"


def test_a_file_of_another_length_is_remarked(root: Path):
    put_table(root, "bbbp", "raw/made.csv", COLUMNS, ROWS[:2])
    graphs = read()
    (note,) = row_notes(TABLE, graphs)
    assert "has 2 rows, the published one 4" in note
    assert note in graphs.origin.notes
    assert row_notes(dataclasses.replace(TABLE, rows=2), graphs) == ()
    assert row_notes(dataclasses.replace(TABLE, rows=0), graphs) == ()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (("num", "SMI", "toxic", "sweet", "logP"), "it has num, SMI, toxic, sweet, logP, but no smiles"),
        (("num", "smiles", "a", "sweet", "logP"), "it has no column toxic"),
    ],
)
def test_another_file_is_refused(root: Path, columns: tuple[str, ...], message: str):
    put_table(root, "bbbp", "raw/made.csv", columns, ROWS)
    with pytest.raises(InputError, match=message):
        read()


# --- options ---------------------------------------------------------------------------------------------------------


def test_options_that_were_chosen_are_named():
    assert TableOptions().given() == []
    assert TableOptions(targets=(), threshold=0.0).given() == ["targets", "threshold"]
    chosen = TableOptions("hu", "SMI", ("a",), "num", True, 1.5)
    assert chosen.given() == [one.name for one in dataclasses.fields(TableOptions)]
