"""What training adds, across the tables of SAME."""

import pytest

from multigraft.evaluation.significance import corrected_difference
from multigraft.reports.additions import COLUMNS, CONTRASTS, additions
from multigraft.reports.evidence import evidence_of, evidence_page
from multigraft.reports.study_grids import interval
from multigraft.reports.study_table import study_table
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_study
from tests.helpers.made_up import likely, made_up

NAMES = ("same-table1", "same-table2", "same-table4")
LIFTS = {"untrained": 0.0, "single": 0.02}


def level(run, task):
    """Untrained 0.5; one task 0.6, three 0.7, the other two 0.4; end to end 0.52; split 1 is worse for all."""
    low = 0.1 if run.seed == 1 else 0.0
    training = run.training
    if training is None:
        return likely(run, task)
    if training.strategy in LIFTS:
        return 0.5 + LIFTS[training.strategy] - low
    lift = {1: 0.1, 3: 0.2}.get(len(training.tasks), 0.0) if task in training.tasks else -0.1
    return 0.5 + lift + 0.01 * run.seed - low


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    path = tmp_path_factory.mktemp("additions")
    for name in NAMES:
        study = read_study(name).planned(["ENZYMES"], 3)
        made_up(study, path, level)
        Ledger(path).keep_plan(study, None, [])
    return Ledger(path)


def tables(ledger, names=NAMES):
    return {name: study_table(ledger.planned(read_study(name)), ledger) for name in names}


def test_differences_are_between_the_cells_that_the_columns_name(ledger):
    found = additions(tables(ledger), "strict")
    assert [(one.dataset, one.task, one.method) for one in found] == [
        ("ENZYMES", task, method) for task in ("nc", "gc", "lp") for method in ("isame", "esame")
    ]
    wanted = {
        "one task - untrained": 11.0, "three tasks - untrained": 21.0, "other tasks - untrained": -9.0,
        "three tasks - one task": 10.0, "three tasks - end to end": 19.0,
    }  # fmt: skip
    for one in found:
        assert {name: round(value.value, 6) for name, value in one.found.items()} == wanted
        assert one.splits == 3


def test_they_are_paired_by_split(ledger):
    (first, *_) = additions(tables(ledger), "strict")
    ours, theirs = [60.0, 51.0, 62.0], [50.0, 40.0, 50.0]
    assert first.found["one task - untrained"] == pytest.approx(corrected_difference(ours, theirs, 0.2 / 0.7))


def test_a_table_that_was_not_run_leaves_its_differences_out(ledger, tmp_path):
    found = additions(tables(ledger, NAMES[:1]), "paper")
    assert found
    assert {name for one in found for name in one.found} == {"one task - untrained"}
    assert additions(tables(Ledger(tmp_path)), "strict") == []
    assert additions({}, "strict") == []


def test_the_page_has_a_row_for_each(ledger):
    page = evidence_page(evidence_of(NAMES, ledger))
    assert f"| {' | '.join(COLUMNS)} |" in page
    for one in additions(tables(ledger), "strict"):
        cells = " | ".join(interval(one.found[name]) for name in CONTRASTS)
        assert f"| {one.dataset} | {one.task} | {one.method} | 3 | {cells} |" in page
