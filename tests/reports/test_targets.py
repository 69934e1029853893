"""Targets: met, short or open, and what stands beside them."""

import dataclasses

import pytest

from multigraft.reports.evidence import evidence_of, evidence_page
from multigraft.reports.study_table import study_table
from multigraft.reports.targets import COLUMNS, END_TO_END, MET, OPEN, SHORT, TREE, UNTRAINED, reached
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_study
from tests.helpers.made_up import made_up

NAME = "recommended-graphs"


def level(run, task):
    """Recommended 0.9, end to end 0.8, untrained 0.7, the tree 0.6."""
    if run.training is None:
        return 0.6
    return {"joint": 0.9, "single": 0.8, "untrained": 0.7}[run.training.strategy]


def ledger_of(path, splits, score=level):
    study = read_study(NAME).planned(["ENZYMES"], splits)
    made_up(study, path, score)
    Ledger(path).keep_plan(study, None, [])
    return Ledger(path)


def found(path, splits=5, score=level, targets=None):
    ledger = ledger_of(path, splits, score)
    table = study_table(ledger.planned(read_study(NAME)), ledger)
    if targets is not None:
        table = dataclasses.replace(table, study=dataclasses.replace(table.study, targets=targets))
    return reached(table)


def test_the_first_method_is_held_against_the_targets(tmp_path):
    rows = found(tmp_path)
    assert [(one.cell.dataset, one.cell.task, one.target) for one in rows] == [
        ("ENZYMES", "gc", 72), ("ENZYMES", "nc", 96.5), ("ENZYMES", "lp", 90),
    ]  # fmt: skip
    assert {one.cell.model for one in rows} == {"recommended"}
    assert [one.verdict for one in rows] == [MET, SHORT, MET]


def test_a_target_is_open_before_five_splits(tmp_path):
    assert {one.verdict for one in found(tmp_path, splits=4)} == {OPEN}


@pytest.mark.parametrize(("target", "verdict"), [(89.9, MET), (90.1, SHORT)])
def test_the_mean_decides(tmp_path, target, verdict):
    [one] = found(tmp_path, targets={"ENZYMES": {"gc": target}})
    assert one.verdict == verdict


def test_beside_it_stand_the_differences_to_all_three(tmp_path):
    for one in found(tmp_path):
        assert {name: round(less.value, 6) for name, less in one.less.items()} == {
            UNTRAINED: 20.0, END_TO_END: 10.0, TREE: 30.0,
        }  # fmt: skip


def test_the_page_has_a_section_of_them(tmp_path):
    page = evidence_page(evidence_of([NAME], ledger_of(tmp_path, 5)))
    section = page.split("## What was to be reached")[1].split("\n## ")[0]
    assert all(column in section for column in COLUMNS)
    [row] = [line for line in section.splitlines() if "| nc" in line]
    assert "**short**" in row
    assert "96.5" in row
    assert "90.0" in row
    assert "What was to be reached" not in evidence_page(evidence_of(["same-table1"], Ledger(tmp_path / "none")))


def test_errors_have_the_decimals_that_tell_them_apart(tmp_path):
    study = read_study("recommended-numbers").planned(["lipo"])
    made_up(
        study, tmp_path, lambda run, task: 0.739 if run.training and run.training.strategy != "untrained" else 0.824
    )
    Ledger(tmp_path).keep_plan(study, None, [])
    page = evidence_page(evidence_of(["recommended-numbers"], Ledger(tmp_path)))
    section = page.split("## What was to be reached")[1].split("\n## ")[0]
    [row] = [line for line in section.splitlines() if "| gr" in line]
    assert "| 0.7 | 0.739 | 1 |" in row
    assert "-0.085" in row
