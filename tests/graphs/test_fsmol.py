"""The long table of FS-Mol: repeats collapse, contradictions go missing, and dense targets say what the triples say."""

import csv
import gzip
import math
from collections import Counter
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs import fsmol
from multigraft.graphs.catalog import describe, load
from multigraft.graphs.fsmol import FOLDS, Measurements, read_fsmol, read_measurements
from multigraft.graphs.texts import all_texts, lines_of, rejects, smiles_of

MOLECULES = ("C", "CC", "CCO", "c1ccccc1", "C(")
ASSAYS = ("CHEMBL1", "CHEMBL2", "NA", "007")
ROWS = st.lists(
    st.tuples(
        st.sampled_from(("train", "valid")), st.sampled_from(ASSAYS), st.sampled_from(MOLECULES), st.integers(0, 1)
    ),
    min_size=1,
    max_size=40,
)


def write(folder: Path, rows, header=("fold", "assay_id", "smiles", "label", "value"), name="long.csv.gz") -> Path:
    path = folder / name
    with gzip.open(path, "wt", newline="") if name.endswith(".gz") else path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([(*row, 1.5)[: len(header)] for row in rows])
    return path


def told(measured: Measurements) -> dict[tuple[str, str], float]:
    """The label of every molecule in every assay where it has one."""
    triples = zip(measured.molecule.tolist(), measured.assay.tolist(), measured.label.tolist(), strict=True)
    return {(measured.smiles[molecule], measured.assays[assay]): label for molecule, assay, label in triples}


def plainly(rows, fold):
    """The same from dictionaries, a row at a time: labels by pair, repeats, contradictions, first lines."""
    labels, lines = {}, {}
    for line, (of, assay, smiles, label) in enumerate(rows, start=2):
        if of == fold:
            lines.setdefault(smiles, line)
            labels.setdefault((smiles, assay), []).append(label)
    clear = {pair: float(found[0]) for pair, found in labels.items() if len(set(found)) == 1}
    repeated = sum(len(found) - 1 for found in labels.values())
    return clear, repeated, len(labels) - len(clear), lines


@given(ROWS)
def test_a_fold_is_what_dictionaries_make_of_it(tmp_path_factory, rows):
    path = write(tmp_path_factory.mktemp("fsmol"), rows)
    for fold in {row[0] for row in rows}:
        measured = read_measurements(path, fold)
        clear, repeated, contradicted, lines = plainly(rows, fold)
        assert told(measured) == clear
        assert (measured.repeated, measured.contradicted) == (repeated, contradicted)
        assert dict(zip(measured.smiles, measured.lines.tolist(), strict=True)) == lines
        assert list(measured.assays) == list(dict.fromkeys(row[1] for row in rows if row[0] == fold))


@given(ROWS, st.randoms(use_true_random=False))
def test_dense_targets_say_what_the_triples_say(tmp_path_factory, rows, random):
    measured = read_measurements(write(tmp_path_factory.mktemp("fsmol"), rows), rows[0][0])
    molecules = [place for place in range(len(measured.smiles)) if random.random() < 0.7]
    assays = random.sample(range(len(measured.assays)), random.randint(0, len(measured.assays)))
    dense = measured.dense(torch.tensor(molecules, dtype=torch.int64), torch.tensor(assays, dtype=torch.int64))
    clear = told(measured)
    assert dense.shape == (len(molecules), len(assays))
    for row, molecule in enumerate(molecules):
        for column, assay in enumerate(assays):
            label = clear.get((measured.smiles[molecule], measured.assays[assay]), math.nan)
            assert dense[row, column].item() == pytest.approx(label, nan_ok=True)


@given(ROWS, st.integers(0, 5))
def test_the_most_measured_assays_come_first_in_the_choice(tmp_path_factory, rows, most):
    measured = read_measurements(write(tmp_path_factory.mktemp("fsmol"), rows), rows[0][0])
    counts = Counter(measured.assay.tolist())
    chosen = measured.most_measured(most).tolist()
    left = set(range(len(measured.assays))) - set(chosen)
    assert len(chosen) == min(most, len(measured.assays))
    assert chosen == sorted(chosen)
    assert all(counts[one] >= counts[other] for one in chosen for other in left)


@pytest.mark.parametrize(
    ("rows", "header", "message"),
    [
        ([("train", "A", "C", 2)], ("fold", "assay_id", "smiles", "label"), r"line 2: label '2'; a label is 0 or 1"),
        ([("train", "A", "C", 1), ("test", "A", "C", "")], ("fold", "assay_id", "smiles", "label"), "line 3: label ''"),
        ([("train", "A", "C", "yes")], ("fold", "assay_id", "smiles", "label"), "line 2: label 'yes'"),
        ([("train", "A", "C")], ("fold", "assay_id", "smiles"), "no table with the columns fold, assay_id"),
        ([("test", "A", "C", 1)], ("fold", "assay_id", "smiles", "label"), "no rows of fold 'train', but of test"),
    ],
)
def test_tables_that_are_something_else(tmp_path, rows, header, message):
    with pytest.raises(InputError, match=message):
        read_measurements(write(tmp_path, rows, header), "train")


def test_lines_are_those_of_the_file(tmp_path):
    path = tmp_path / "long.csv"
    head = 'fold,assay_id,smiles,label,note\n\n"train",A,CC,1,"two\nlines"\n\ntrain,A,CO,0,\n'
    path.write_text(head)
    assert read_measurements(path, "train").lines.tolist() == [3, 6]
    path.write_text(f"{head}train,A,CN,3,\n")
    with pytest.raises(InputError, match="line 7: label '3'"):
        read_measurements(path, "train")


def test_a_damaged_file_is_named(tmp_path):
    path = write(tmp_path, [("train", "A", "C" * 50, 1)] * 500)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(InputError, match=r"long\.csv\.gz cannot be read"):
        read_measurements(path, "train")


# --- as a data set ---------------------------------------------------------------------------------------------------

LONG = [
    ("train", "A", "CCO", 1),
    ("train", "A", "C(C", 0),
    ("train", "A", "c1ccccc1", 0),
    ("test", "T", "CC", 1),
    ("train", "B", "c1ccccc1", 1),
    ("train", "A", "CCO", 1),  # again
    ("train", "B", "CC(=O)O.[Na]", 1),
    ("train", "B", "CCO", 0),
    ("train", "B", "CCO", 1),  # and the contrary
    ("valid", "V", "CC", 0),
]


@pytest.fixture
def long_table(tmp_path, monkeypatch):
    """The file of FS-Mol where it is looked for, with a few rows."""
    pytest.importorskip("rdkit")
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path))
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "fsmol" / "raw").mkdir(parents=True)
    return write(tmp_path / "fsmol" / "raw", LONG, name="fsmol_tasks_long.csv.gz")


def test_a_fold_becomes_molecules_with_targets(long_table):
    graphs = load("fsmol")
    assert smiles_of(graphs) == ["CCO", "c1ccccc1", "CC(=O)O.[Na]"]
    assert lines_of(graphs).tolist() == [2, 4, 8]
    assert [(one.line, one.smiles) for one in rejects(graphs)] == [(3, "C(C")]
    origin = graphs.origin
    assert (origin.name, origin.targets, origin.target_kind, origin.metric) == (
        "fsmol",
        ("A", "B"),
        "binary",
        "roc_auc",
    )
    assert graphs.targets.nan_to_num(9).tolist() == [[1, 9], [0, 1], [9, 1]]
    assert [len(load(name)) for name in ("fsmol-validation", "fsmol-test")] == [1, 1]


def test_every_measurement_of_a_molecule_that_is_kept_is_attached(long_table):
    graphs = load("fsmol")
    rows, assays, labels = (graphs.attached[f"measured_{name}"].tolist() for name in ("row", "assay", "label"))
    names, smiles = all_texts(graphs.attached, "assay"), smiles_of(graphs)
    found = {(smiles[row], names[assay]): label for row, assay, label in zip(rows, assays, labels, strict=True)}
    clear, *_ = plainly(LONG, "train")
    assert found == {pair: label for pair, label in clear.items() if pair[0] in smiles}


def test_what_was_collapsed_and_left_out_is_said(long_table):
    told = " ".join(load("fsmol").origin.notes)
    assert "targets: 2 of 2 assays" in told
    assert (
        "2 rows repeat a molecule in an assay: they count once, and where they contradict each other, 1 times" in told
    )
    assert "1 of 4 molecules are none that RDKit can read, and are left out; the first is line 3, 'C(C'" in told


def test_targets_are_the_assays_that_fit_or_that_are_named(long_table, monkeypatch):
    assert load("fsmol", targets=["B"]).targets.nan_to_num(9).tolist() == [[9], [1], [1]]
    assert load("fsmol", targets=["B", "A"]).origin.targets == ("B", "A")
    assert load("fsmol", targets=[]).targets.shape == (3, 0)
    monkeypatch.setattr(fsmol, "LARGEST_DENSE", 3 * 4)  # one assay of three molecules
    few = read_fsmol(long_table, "fsmol")
    assert few.origin.targets == ("A",)  # B has two clear labels, A three
    assert "targets: 1 of 2 assays" in few.origin.notes[0]
    assert len(few.attached["measured_row"]) == 4
    with pytest.raises(InputError, match="fsmol has no assay 'V': it has 2, A, B"):
        load("fsmol", targets=["V"])
    with pytest.raises(InputError, match="name each assay once"):
        load("fsmol", targets=["A", "A"])


def test_options_for_other_tables_are_refused(long_table):
    for option in ({"smiles_column": "smiles"}, {"id_column": "assay_id"}):
        with pytest.raises(InputError, match="fsmol has columns of its own"):
            load("fsmol", **option)
    with pytest.raises(InputError, match="has binary targets already"):
        load("fsmol", threshold=6.5)
    assert load("fsmol", featurization="ogb").origin.featurization == "ogb"
    assert smiles_of(load("fsmol", strip_salts=True))[2] == "CC(=O)O"


@pytest.mark.slow
def test_the_published_corpus(real_data):
    found = describe(load("fsmol"))
    assert (found["graphs"] + found["rejected"], found["targets"]) == (207_223, 651)
    assert found["missing"] == pytest.approx(0.9985, abs=5e-5)


@pytest.mark.slow
def test_the_published_table(real_data):
    path = real_data / "fsmol" / "raw" / "fsmol_tasks_long.csv.gz"
    folds = {name: read_measurements(path, fold) for name, fold in FOLDS.items()}
    assert {name: len(one.assays) for name, one in folds.items()} == {
        "fsmol": 4935, "fsmol-validation": 39, "fsmol-test": 157,
    }  # fmt: skip
    assert len(set().union(*(one.smiles for one in folds.values()))) == 227_830
    assert sum(one.repeated for one in folds.values()) == 6590
    assert sum(one.contradicted for one in folds.values()) == 750
    measured = sum(len(one.label) + one.contradicted + one.repeated for one in folds.values())
    assert measured == 482_933
