"""What people see of a fine-tuning: contenders in one table, targets in another, notes and the place."""

import functools
import math

import pytest

from multigraft.cli.data_options import DataOptions
from multigraft.cli.finetune_output import MOST_TARGETS, published_rows, shown
from multigraft.evaluation.finetuned import Baseline, FineTuned, SeedScores
from multigraft.graphs.moleculenet import MOLECULENET
from multigraft.graphs.molecules.load import pack_smiles

pytest.importorskip("rdkit")

START = {"fingerprint": "f" * 16, "kind": "edge-gcn", "tasks": [], "strategy": {"name": "imported"},
         "data": "gcn_contextpred"}  # fmt: skip


def tuned(start=None, targets=("p_np",), metric="roc_auc", dataset="bbbp", split="scaffold", **changes):
    """Two seeds."""
    rows = {name: {"test": 0.6, "validation": 0.9} for name in targets}
    scores = tuple(SeedScores(seed, 0.6 + 0.1 * seed, 0.9, rows, 30, 4, 50.0, "a" * 16) for seed in (0, 1))
    facts = {"start": start, "split_sizes": [1631, 204, 204]}
    return FineTuned(dataset, split, metric, scores, facts, **changes)


@functools.cache
def methane(count):
    """So many graphs."""
    return pack_smiles(["C"] * count)


def printed(found, source=None, rows=None, **reading):
    """What is printed of the set; of the catalog's, with all of its rows, where nothing else is said."""
    table = MOLECULENET.get(found.dataset)
    count = rows or (1 if table is None else table.rows)
    return published_rows(found, methane(count), source or found.dataset, DataOptions(**reading))


def lines(found):
    """Everything that is shown, tables as rows of cells."""
    told = []
    for one in shown(found, printed(found)):
        if isinstance(one, str):
            told.append(one)
        else:
            told.append([column.header for column in one.columns])
            told += [list(cells) for cells in zip(*(list(column.cells) for column in one.columns), strict=True)]
    return told


def test_contenders_stand_in_one_table():
    others = (Baseline("ecfp-count, forest", 0.698, 0.95), Baseline("from scratch", 0.64, 0.9, 0.02, 2))
    assert lines(tuned(baselines=others)) == [
        "bbbp, scaffold split (1631 / 204 / 204), roc_auc on the test part; 2 seeds, 30 epochs, 100 s of training",
        ["model", "test", "std", "validation", "runs"],
        ["fine-tuned from scratch", "0.650", "0.071", "0.900", "2"],
        ["ecfp-count, forest", "0.698", "", "0.950", "1"],
        ["from scratch", "0.640", "0.020", "0.900", "2"],
        ["published, gin: from scratch", "0.658", "0.045", "", ""],
    ]


def test_the_start_is_named_and_its_published_row_is_there():
    rows = [line[0] for line in lines(tuned(START))[2:]]
    assert rows == [
        "fine-tuned edge-gcn, imported (gcn_contextpred)", "published, gin: trained for cp",
        "published, gin: from scratch",
    ]  # fmt: skip
    masked = START | {"tasks": ["am", "ml"], "data": "zinc250k"}
    assert [line[0] for line in lines(tuned(masked))[2:4]] == [
        "fine-tuned edge-gcn, trained for am, ml (zinc250k)", "published, gin: trained for am, ml",
    ]  # fmt: skip


def test_errors_are_not_in_percent():
    (row,) = [line for line in lines(tuned(dataset="freesolv", metric="rmse")) if line[0].startswith("published")]
    assert row == ["published, PretrainGNN: pre-trained", "2.764", "", "", ""]


@pytest.mark.parametrize("changes", [{"split": "random"}, {"metric": "average_precision"}, {"dataset": "mine"}])
def test_what_is_no_comparison_is_not_shown(changes):
    assert printed(tuned(**changes)) == []


@pytest.mark.parametrize(
    "other",
    [
        {"source": "freesolv.csv"},
        {"source": "./freesolv"},
        {"rows": 200},
        {"targets": "expt"},
        {"smiles_column": "smiles"},
        {"strip_salts": True},
        {"threshold": 0.0},
    ],
    ids=lambda other: next(iter(other)),
)
def test_only_the_catalogs_data_as_they_are_stand_beside_what_is_printed(other):
    found = tuned(dataset="freesolv", metric="rmse")
    assert [one.value for one in printed(found)] == [2.764]
    assert printed(found, **other) == []
    assert printed(found, strip_salts=False) == printed(found, featurization="ogb") == printed(found)


def test_targets_are_shown_where_there_are_a_few():
    several = lines(tuned(targets=("a", "b")))
    assert several[-3:] == [["target", "test", "validation"], ["a", "0.600", "0.900"], ["b", "0.600", "0.900"]]
    many = lines(tuned(targets=[f"t{number}" for number in range(MOST_TARGETS + 1)]))
    assert not any("target" in line for line in many)


def test_notes_and_place_come_last(tmp_path):
    told = lines(tuned(notes=("1 of 2 targets has no roc_auc",), out=tmp_path))
    assert told[-2:] == ["note: 1 of 2 targets has no roc_auc", f"kept in {tmp_path}"]


def test_scores_that_are_not_defined_are_called_so():
    found = tuned(baselines=(Baseline("constant", math.nan, math.nan),))
    assert lines(found)[3] == ["constant", "undefined", "", "", "1"]
