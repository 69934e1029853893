"""One number of a table: its mean over splits, what is missing, and the paper's beside it."""

import dataclasses
import math
import statistics

import pytest

from multigraft.errors import InputError
from multigraft.studies.cells import cells
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_study
from multigraft.studies.study import Row, Stage
from tests.helpers.made_up import likely, made_up
from tests.helpers.studies import small_study

STUDY = small_study(
    rows=(
        Row("classical", "single", (("gc",), ("lp",)), "own"),
        Row("esame", "esame", (("gc",), ("gc", "lp"))),
    ),
    splits=3,
)


def found(study, ledger, protocol="strict", **wanted):
    chosen = [
        cell for cell in cells(study, protocol, ledger) if all(getattr(cell, key) == wanted[key] for key in wanted)
    ]
    assert chosen
    return chosen


def test_mean_and_deviation_are_over_splits_in_percent(tmp_path):
    ledger = made_up(STUDY, tmp_path, lambda run, task: (0.5, 0.6, 0.8)[run.seed])
    (cell,) = found(STUDY, ledger, model="esame", trained="gc")
    assert cell.values == pytest.approx({0: 50, 1: 60, 2: 80})
    assert cell.mean == pytest.approx(190 / 3)
    assert cell.std == pytest.approx(statistics.stdev([50, 60, 80]))
    assert (cell.n, cell.expected, cell.complete) == (3, 3, True)


def test_there_is_a_cell_for_every_method_task_and_task_set(tmp_path):
    shown = [cell for cell in cells(STUDY, "strict", made_up(STUDY, tmp_path)) if cell.headline]
    assert [(cell.model, cell.trained, cell.task) for cell in shown] == [
        ("classical", "gc", "gc"), ("classical", "lp", "lp"), ("esame", "gc", "gc"), ("esame", "gc,lp", "gc"),
        ("esame", "gc,lp", "lp"), ("untrained", "", "gc"), ("untrained", "", "lp"), ("attributes", "", "gc"),
        ("attributes", "", "lp"), ("majority", "", "gc"), ("majority", "", "lp"),
    ]  # fmt: skip
    assert {cell.metric for cell in shown if cell.task == "lp"} == {"roc_auc"}


def test_further_features_are_cells_of_their_own_behind_the_headline(tmp_path):
    pair = found(STUDY, made_up(STUDY, tmp_path), model="esame", task="lp")
    assert [(cell.features, cell.headline) for cell in pair] == [("hadamard", True), ("concat", False)]
    assert pair[0].mean == pytest.approx(pair[1].mean + 5)
    assert pair[1].published is None


def test_missing_splits_make_n_smaller_and_nothing_else_takes_their_place(tmp_path):
    ledger = made_up(STUDY, tmp_path, kept=lambda run: run.seed != 1)
    whole = made_up(STUDY, tmp_path / "whole")
    for cell, full in zip(cells(STUDY, "strict", ledger), cells(STUDY, "strict", whole), strict=True):
        assert (cell.n, cell.expected, cell.complete) == (2, 3, False)
        assert cell.values == {split: full.values[split] for split in (0, 2)}


@pytest.mark.parametrize(("split", "enough"), [("stratified", 5), ("scaffold", 3)])
def test_how_many_splits_are_enough_hangs_on_how_graphs_are_divided(tmp_path, split, enough):
    study = dataclasses.replace(STUDY, split=split)
    assert {cell.enough for cell in cells(study, "strict", Ledger(tmp_path))} == {enough}


def test_an_empty_ledger_has_empty_cells(tmp_path):
    empty = cells(STUDY, "strict", Ledger(tmp_path))
    assert [cell.n for cell in empty] == [0] * 11
    assert all(math.isnan(cell.mean) and math.isnan(cell.std) for cell in empty)
    assert {cell.metric for cell in empty} == {"accuracy", "roc_auc"}


def test_one_split_has_no_deviation(tmp_path):
    one = dataclasses.replace(STUDY, splits=1)
    assert all(math.isnan(cell.std) and cell.complete for cell in cells(one, "strict", made_up(one, tmp_path)))


def test_protocols_never_meet(tmp_path):
    both = dataclasses.replace(STUDY, protocols=("strict", "paper"))

    def score(run, task):
        return 0.9 if run.protocol == "paper" else 0.1

    ledger = made_up(both, tmp_path, score)
    assert {round(cell.mean) for cell in found(both, ledger, "paper", model="esame", task="gc")} == {90}
    assert {round(cell.mean) for cell in found(both, ledger, "strict", model="esame", task="gc")} == {10}


@pytest.mark.parametrize("name", ["same-table1", "same-table2", "same-table3", "same-table4", "same-figure3"])
def test_every_published_number_of_a_shipped_study_has_its_cell(tmp_path, name):
    study = read_study(name).planned(splits=1)
    shown = [cell for cell in cells(study, "paper", Ledger(tmp_path)) if cell.headline]
    for cell in shown:
        assert (cell.published is not None) == bool(cell.trained), cell
    assert sum(cell.published is not None for cell in shown) == {
        "same-table1": 36, "same-table2": 108, "same-table3": 60, "same-table4": 36, "same-figure3": 9,
    }[name]  # fmt: skip


def test_published_numbers_stand_beside_ours(tmp_path):
    study = read_study("same-table1").planned(["ENZYMES"], 2)
    (cell,) = found(study, Ledger(tmp_path), model="isame", trained="nc")
    assert (cell.published, cell.published_std) == (87.3, 0.8)


def test_results_of_two_versions_of_the_data_are_refused(tmp_path):
    made_up(STUDY, tmp_path, kept=lambda run: run.seed == 0)
    study = dataclasses.replace(STUDY, splits=1)
    ledger = made_up(study, tmp_path, likely)
    assert cells(study, "strict", ledger)
    second = small_study(rows=(Row("isame", "isame", (("gc",),)),), splits=1)
    mixed = dataclasses.replace(study, rows=(*study.rows, *second.rows[:1]))
    run = next(iter(cells(second, "strict", ledger)))
    assert run.n == 0
    made_up(dataclasses.replace(second, rows=second.rows[:1]), tmp_path, split={"kind": "", "seed": 0, "digest": "new"})
    with pytest.raises(InputError, match="two versions of split 0 of MUTAG"):
        cells(mixed, "strict", ledger)


def test_data_of_ones_own_that_bear_a_papers_name_have_no_published_number(tmp_path):
    study = read_study("same-table1").planned(["ENZYMES"], 2)
    ledger = made_up(study, tmp_path)
    assert all(cell.published is not None for cell in found(study, ledger, headline=True) if cell.trained)
    own = dataclasses.replace(study, folders={"ENZYMES": tmp_path})
    assert all(cell.published is None for cell in found(own, ledger))


def test_a_published_number_stands_beside_released_weights_too(tmp_path):
    study = read_study("pretraining-table1").planned(["bbbp"], 2)
    stage = Stage("imported", (), "gin_contextpred.pth", {"encoder": "gin"})
    study = dataclasses.replace(study, rows=(dataclasses.replace(study.rows[4], start=(stage,)),))
    (cell,) = found(study, made_up(study, tmp_path))
    assert (cell.trained, cell.published) == ("cp released", 68.0)
