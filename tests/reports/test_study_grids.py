"""Rows and columns as in the paper, and every number in its place."""

import dataclasses
import math

import pytest

from multigraft.evaluation.significance import SplitDifference
from multigraft.reports.study_grids import (
    difference_grids,
    difference_text,
    interval,
    number_text,
    published_text,
    score_grids,
    score_text,
)
from multigraft.reports.study_table import study_table
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_study
from tests.helpers.study_tables import shipped_table


@pytest.fixture(scope="module")
def table1(tmp_path_factory):
    return shipped_table(tmp_path_factory.mktemp("table1"), "same-table1", ("ENZYMES", "COX2"))


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    return shipped_table(tmp_path_factory.mktemp("both"), "same-table2", ("DHFR",), protocols=("paper", "strict"))


def labels(grid):
    return [row[: grid.labels] for group in grid.groups for row in group]


def test_one_protocol_has_rows_of_tasks_and_methods_and_a_column_a_data_set(table1):
    (grid,) = score_grids(table1)
    assert grid.columns == ("task", "model", "ENZYMES", "COX2")
    methods = ["classical", "isame", "esame", "untrained", "attributes", "majority"]
    assert labels(grid) == [
        (task, model) for task in ("nc (accuracy)", "gc (accuracy)", "lp (ROC-AUC)") for model in methods
    ]
    assert [len(group) for group in grid.groups] == [6, 6, 6]


def test_every_cell_stands_in_its_place_with_the_published_number(table1):
    (grid,) = score_grids(table1)
    for cell in table1.shown:
        (row,) = [
            row for group in grid.groups for row in group if row[0].startswith(cell.task) and row[1] == cell.model
        ]
        text = row[grid.columns.index(cell.dataset)]
        assert text == score_text(cell, published=True)
        assert ("(" in text) == (cell.published is not None)


def test_both_protocols_have_a_grid_a_data_set_with_the_published_column(both):
    (grid,) = score_grids(both)
    assert grid.title == "DHFR"
    assert grid.columns == ("task", "model", "trained on", "published", "paper", "strict")
    by_row = {row[:3]: row[3:] for group in grid.groups for row in group}
    assert by_row["nc (accuracy)", "isame", "gc,nc"][0] == "94.8"
    assert by_row["nc (accuracy)", "untrained", ""][0] == ""
    for cell in both.shown:
        (found,) = [numbers for key, numbers in by_row.items()
                    if key[0].startswith(f"{cell.task} ") and key[1:] == (cell.model, cell.trained)]  # fmt: skip
        assert found[1 if cell.protocol == "paper" else 2] == score_text(cell)


def test_tasks_stand_together_with_their_untrained_row(both):
    (grid,) = score_grids(both)
    for group in grid.groups:
        assert len({row[0] for row in group}) == 1
        assert [row[1] for row in group].count("untrained") == 1
        assert [row[1] for row in group][-3:] == ["untrained", "attributes", "majority"]


def test_unseen_tasks_come_in_the_papers_order(tmp_path):
    (grid,) = score_grids(shipped_table(tmp_path, "same-table4"))
    assert [group[0][0] for group in grid.groups] == ["lp (ROC-AUC)", "nc (accuracy)", "gc (accuracy)"]
    assert grid.groups[0][0][1:3] == ("classical", "gc,nc")


def test_delta_m_has_a_group_a_task_set(tmp_path):
    (grid,) = score_grids(shipped_table(tmp_path, "same-table3"))
    assert [group[0][0] for group in grid.groups] == ["gc,nc", "gc,lp", "nc,lp", "gc,nc,lp"]
    assert [row[1] for row in grid.groups[-1]] == [
        "classical", "isame", "esame", "untrained", "attributes", "majority",
    ]  # fmt: skip


def test_without_published_numbers_there_is_no_column_of_them(tmp_path):
    (grid,) = score_grids(shipped_table(tmp_path, "same-figure1", protocols=("paper", "strict")))
    assert grid.columns == ("task", "model", "trained on", "paper", "strict")


def test_differences_are_laid_out_as_the_cells_are(table1, both):
    (grid,) = difference_grids(table1)
    assert grid.columns == ("task", "difference", "ENZYMES", "COX2")
    assert [row[:2] for row in grid.groups[0]] == [
        ("nc", "classical - untrained"), ("nc", "isame - untrained"), ("nc", "esame - untrained"),
        ("nc", "isame - classical"), ("nc", "esame - classical"),
    ]  # fmt: skip
    texts = [text for group in grid.groups for row in group for text in row[2:]]
    assert sorted(texts) == sorted(map(difference_text, table1.differences))
    (grid,) = difference_grids(both)
    assert ("gc", "isame - classical on gc", "gc,nc") in labels(grid)


def test_the_same_model_without_its_training_is_said_to_be_from_scratch(tmp_path):
    table = shipped_table(tmp_path, "pretraining-architectures", ("bbbp",))
    (grid,) = difference_grids(table)
    assert ("ml", "gin - gin from scratch", "cp") in labels(grid)
    assert ("ml", "edge-gcn - edge-gcn from scratch", "cp released") in labels(grid)
    assert ("ml", "gin - untrained gin", "cp") in labels(grid)


def test_an_empty_ledger_has_empty_cells_and_no_differences(tmp_path):
    table = study_table(read_study("same-table1").planned(["ENZYMES"], 2), Ledger(tmp_path), ["strict"])
    (grid,) = score_grids(table)
    assert grid.groups[0][0] == ("nc (accuracy)", "classical", "- (87.5 ± 1.9)")
    assert grid.groups[0][-1] == ("nc (accuracy)", "majority", "-")
    assert difference_grids(table) == []


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mean", "std", "text"),
    [
        (51.25, 3.04, "51.2 ± 3.0"),
        (48.3, None, "48.3"),
        (7.0, math.nan, "7.0"),
        (-0.04, 0.5, "0.0 ± 0.5"),
        (100.0, 0.0, "100.0 ± 0.0"),
    ],
    ids=["both", "no deviation", "undefined deviation", "no negative zero", "whole"],
)  # fmt: skip
def test_numbers_have_one_decimal(mean, std, text):
    assert number_text(mean, std) == text


def test_cells_say_how_many_splits_are_missing(table1):
    cell = dataclasses.replace(table1.shown[0], mean=51.2, std=3.0, values={0: 50.0, 1: 52.4}, expected=10)
    assert score_text(cell) == "51.2 ± 3.0 [2/10]"
    assert score_text(cell, published=True) == "51.2 ± 3.0 [2/10] (87.5 ± 1.9)"
    assert score_text(dataclasses.replace(cell, expected=2)) == "51.2 ± 3.0"
    assert score_text(dataclasses.replace(cell, values={}, mean=math.nan)) == "-"
    assert published_text(dataclasses.replace(cell, published=None)) == ""


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (SplitDifference(1.23, -0.34, 2.8, 0.1234, 4), "+1.2 [-0.3, +2.8] p 0.123"),
        (SplitDifference(-9.0, -9.5, -8.5, 1e-6, 4), "-9.0 [-9.5, -8.5] p < 0.001"),
        (SplitDifference(0.0, 0.0, 0.0, 1.0, 4), "+0.0 [+0.0, +0.0] p 1.000"),
        (SplitDifference(1.0, math.nan, math.nan, math.nan, 1), "+1.0 (1/4)"),
        (SplitDifference(1.0, 0.5, 1.5, 0.01, 3), "+1.0 [+0.5, +1.5] p 0.010 (3/4)"),
    ],
    ids=["usual", "small p", "none", "one split", "some splits"],
)
def test_differences_have_a_sign_an_interval_and_p(table1, found, text):
    one = table1.differences[0]
    cell = dataclasses.replace(one.cell, expected=4)
    assert difference_text(dataclasses.replace(one, cell=cell, found=found)) == text


@pytest.mark.parametrize(
    ("difference", "text"),
    [
        (SplitDifference(1.23, -0.3, 2.76, 0.1, 5), "+1.2 [-0.3, +2.8]"),
        (SplitDifference(-1.0, math.nan, math.nan, math.nan, 1), "-1.0"),
        (SplitDifference(math.nan, math.nan, math.nan, math.nan, 0), ""),
    ],
)
def test_intervals(difference, text):
    assert interval(difference) == text
