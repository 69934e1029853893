"""What frozen embeddings are worth beside descriptions of the same molecules."""

import pytest

from multigraft.evaluation.significance import SplitDifference, corrected_difference
from multigraft.reports.beside import COUNTS, LESS, Beside, beside_section, besides
from multigraft.reports.evidence import evidence_of, evidence_page
from multigraft.reports.study_table import study_table
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_study
from tests.helpers.made_up import made_up


def level(run, task):
    """Frozen encoders 0.7 and a little of each seed, on bace as good as counts."""
    bend = 0.01 * run.seed**2
    if run.training is None:
        return 0.6
    if run.training.strategy == "untrained":
        return 0.5
    return 0.6 if run.dataset == "bace" else 0.7 + bend


def tables(path, name, datasets, chance=level):
    study = read_study(name).planned(list(datasets), 3)
    ledger = made_up(study, path, chance)
    return {name: study_table(study, ledger, ["strict"])}


@pytest.fixture(scope="module")
def classes(tmp_path_factory):
    return tables(tmp_path_factory.mktemp("classes"), "frozen-molecules", ("bbbp", "bace"))


@pytest.fixture(scope="module")
def numbers(tmp_path_factory):
    return tables(tmp_path_factory.mktemp("numbers"), "frozen-numbers", ("freesolv",))


def test_every_trained_embedding_stands_beside_all_four(classes):
    found = besides(classes)
    table = classes["frozen-molecules"]
    assert [one.cell for one in found] == [cell for cell in table.cells if cell.headline and cell.trained]
    assert all(tuple(one.less) == LESS for one in found)


def test_differences_are_paired_and_of_the_same_reader(classes):
    (first, *_) = [one for one in besides(classes) if one.cell.dataset == "bbbp"]
    cells = [cell for cell in classes["frozen-molecules"].cells if (cell.dataset, cell.model) == ("bbbp", COUNTS)]
    assert {cell.probe for cell in cells} == {"logistic", "forest", "best"}
    (counts,) = [cell for cell in cells if cell.probe == first.cell.probe]
    ours, theirs = (list(cell.values.values()) for cell in (first.cell, counts))
    assert first.less[COUNTS] == corrected_difference(ours, theirs, 0.1 / 0.8)
    assert first.less["untrained"].value == pytest.approx(20 + 5 / 3)


def test_of_errors_less_is_better(numbers):
    assert len(besides(numbers)) == 8
    for one in besides(numbers):
        (counts,) = [
            cell
            for cell in numbers["frozen-numbers"].cells
            if (cell.model, cell.probe) == (COUNTS, one.cell.probe)
        ]  # fmt: skip
        found = one.less[COUNTS]
        assert found.value == pytest.approx(counts.mean - one.cell.mean)
        assert found.low <= found.value <= found.high


def test_readers_are_called_as_in_the_tables(numbers, classes):
    (cell, *_) = [one.cell for one in besides(numbers)]
    assert cell.metric == "rmse"
    for metric, name in (("rmse", "ridge"), ("roc_auc", "logistic")):
        assert Beside("s", _with(cell, probe="logistic", metric=metric), {}).reader == name
    assert {one.reader for one in besides(classes)} == {"best"}


def _with(cell, **changes):
    return type(cell)(**{**vars(cell), **changes})


def test_what_is_not_read_as_counts_are_is_left_out(tmp_path):
    assert besides(tables(tmp_path / "tuned", "pretraining-table1", ("bbbp",))) == []
    assert besides(tables(tmp_path / "same", "same-table1", ("ENZYMES",))) == []


def test_the_section_counts_what_lies_above_and_below(classes):
    text, *rest = beside_section(besides(classes))
    found = [one.less[COUNTS] for one in besides(classes)]
    assert [one.value > 0 for one in found].count(True) == [one.low > 0 for one in found].count(True) == 8
    assert f"of {len(found)} cells with at least 3 splits" in text
    assert "above zero in 8, the whole interval\nin 8; the mean lies below zero in 0" in text
    assert rest[0] == "`frozen-molecules`:"
    assert rest[1].splitlines()[0] == "| encoder | trained on | reader | less | bbbp | bace |"
    assert len(rest[1].splitlines()) == 2 + 4 * 8


def test_bold_is_what_lies_above_zero(classes):
    (one,) = [one for one in besides(classes) if (one.cell.dataset, one.cell.trained) == ("bbbp", "am")]
    sure, unsure = SplitDifference(2.0, 1.0, 3.0, 0.01, 3), SplitDifference(2.0, -1.0, 5.0, 0.4, 3)
    shown = [
        list(beside_section([Beside("s", one.cell, {COUNTS: found})]))[-1].splitlines()[-1] for found in (sure, unsure)
    ]
    assert shown[0].endswith("| **+2.0 [+1.0, +3.0]** |")
    assert shown[1].endswith("| +2.0 [-1.0, +5.0] |")


def test_it_stands_on_the_page_of_evidence(tmp_path):
    study = read_study("frozen-molecules").planned(["bbbp"], 3)
    made_up(study, tmp_path, level)
    Ledger(tmp_path).keep_plan(study, None, [])
    page = evidence_page(evidence_of(["frozen-molecules"], Ledger(tmp_path)))
    assert "## Where frozen embeddings beat fingerprints" in page
    assert "Where frozen" not in evidence_page(evidence_of(["same-table1"], Ledger(tmp_path)))
