"""The page of evidence says what the ledger holds, and what it does not."""

import shutil

import pytest

from multigraft.reports.evidence import claim_values, evidence_of, evidence_page
from multigraft.reports.study_grids import interval
from multigraft.studies.claims import read_claims
from multigraft.studies.grid import runs
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_study
from tests.helpers.made_up import made_up

NAMES = ("same-table1", "same-table3", "same-figure3", "pretraining-table1")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    """Table 1 on two data sets and six splits, and nothing else."""
    plan = read_study("same-table1")
    ledger = made_up(plan.planned(["ENZYMES", "COX2"], 6), tmp_path_factory.mktemp("evidence"))
    ledger.keep_plan(plan.planned(["ENZYMES", "COX2"], 6), None, [])
    return ledger


@pytest.fixture(scope="module")
def found(ledger):
    return evidence_of(NAMES, ledger)


@pytest.fixture(scope="module")
def page(found):
    return evidence_page(found)


def lines(page, start):
    return [line for line in page.splitlines() if line.startswith(start)]


def test_every_claim_of_the_studies_has_a_line_for_each_protocol(found, page):
    wanted = [
        (claim, protocol)
        for claim in read_claims()
        if claim.study in NAMES
        for protocol in (("paper", "strict") if claim.study.startswith("same") else ("strict",))
    ]
    assert [(one.claim, one.protocol) for one in found.judgements] == wanted
    for one in found.judgements:
        (line,) = [line for line in lines(page, f"| {one.claim.says}") if f"| {one.protocol} |" in line]
        assert f"| {one.pairs} of {one.wanted} |" in line
        assert f"| **{one.verdict}** | {interval(one.found)} |" in line
        assert (one.verdict == "not run") == (one.claim.study != "same-table1")


def test_published_numbers_are_counted_once_a_table(found, page):
    assert list(found.reproductions) == [
        "same-table1",
        "same-table3",
        "same-figure3",
        "pretraining-table1",
    ]  # 3: table 4
    one = found.reproductions["same-table1"]
    assert (one.published, one.measured) == (36, 18)
    assert one.within + one.above + one.below == 18
    counts = f"| 36 | 18 | {one.within} | {one.above} | {one.below} | {one.share:.0%} |"
    assert lines(page, "| `same-table1` | paper |") == [f"| `same-table1` | paper {counts}"]
    assert lines(page, "| `same-table3` | paper |") == ["| `same-table3` | paper | 60 | 0 | 0 | 0 | 0 |  |"]


def test_each_study_that_was_run_has_its_tables_with_verdicts(page):
    first, second, *_ = page.split("\n## same-")[1:]
    assert first.startswith("table1: One task: an end-to-end model, and a linear classifier on embeddings")
    assert second.startswith("table3")  # encoders of one task are in its reference
    assert lines(first, "### ") == ["### ENZYMES", "### COX2"]
    heads = lines(first, "| task |")
    assert heads == ["| task | model | published | paper | strict | paper is |"] * 2
    assert {line.split("|")[-2].strip() for line in lines(first, "|  | isame")} <= {"within", "above", "below"}
    assert all(line.endswith("|  |") for line in lines(first, "|  | untrained"))


def test_studies_that_were_not_run_are_named(page):
    assert "## Not run yet" in page
    assert lines(page, "- `pretraining-table1`: ")
    assert not lines(page, "- `same-table1`: ")


@pytest.mark.slow
def test_the_same_ledger_makes_the_same_page(ledger, page):
    assert evidence_page(evidence_of(NAMES, ledger)) == page


def test_an_empty_ledger_is_a_page_too(tmp_path):
    page = evidence_page(evidence_of(("same-table1",), Ledger(tmp_path)))
    assert page.startswith("# Evidence\n\n0 runs, 0.0 hours of measuring and of training what was measured, none yet.")


def test_short_trainings_are_said(tmp_path):
    plan = read_study("same-table1").planned(["ENZYMES"], 2)
    study = plan.planned(epochs=7)
    ledger = made_up(study, tmp_path)
    ledger.keep_plan(study, 7, [])
    found = evidence_of(("same-table1",), ledger)
    assert found.rehearsed == {"same-table1": "1 of 1000 to 5000"}
    page = evidence_page(found)
    assert all(line.endswith("| 1 of 1000 to 5000 |") for line in lines(page, "| A linear"))
    assert {one.verdict for one in found.judgements} == {"open"}  # two splits decide nothing
    assert {line.split("|")[-2].strip() for line in lines(page, "|  | isame")} == {"few splits"}


def test_values_of_a_claim_are_plain(found):
    first = claim_values(found.judgements[0])
    assert first["name"] == "one-task"
    assert first["protocol"] == "paper"
    assert first["low"] <= first["difference"] <= first["high"]


def test_runs_that_wait_for_others_are_named_by_their_data(ledger, page, tmp_path):
    assert "Runs that no table shows yet" not in page
    copied = tmp_path / "ledger"
    shutil.copytree(ledger.path, copied)
    study = read_study("same-table1").planned(["DHFR"], 1)
    made_up(study, copied)
    wanted = sum(len(list(runs(study, protocol))) for protocol in study.protocols)
    again = evidence_of(("same-table1",), Ledger(copied))
    assert again.waiting == {"DHFR": wanted}
    assert f"are not complete on these data: {wanted} runs of DHFR." in evidence_page(again)
