"""The ledger that comes with the package, and the pages that were written from it."""

import pytest

from multigraft.models.names import CARD, released_place
from multigraft.studies.cells import cells
from multigraft.studies.differences import differences
from multigraft.studies.ledger import Ledger, Record
from multigraft.studies.names import STUDY_NAMES
from multigraft.studies.places import EVIDENCE
from multigraft.studies.reading import read_study
from multigraft.studies.state import progress_of, unpaired
from tests.helpers.cli import ROOT, answer

LEDGER = Ledger(EVIDENCE)
SHOWN = [name for name in STUDY_NAMES if LEDGER.has_plan(read_study(name))]
WHOLE = [name for name in SHOWN if name.startswith("same-")]
BEGUN = [name for name in SHOWN if name not in WHOLE]  # some rows of these are not run yet


def test_the_first_paper_is_there():
    assert {name for name in STUDY_NAMES if name.startswith(("same-table", "same-figure"))} <= set(SHOWN)


def test_the_second_paper_is_begun():
    assert {"pretraining-table1", "pretraining-regression", "frozen-molecules"} <= set(BEGUN)


def test_every_file_can_be_believed():
    found = list(LEDGER.records())
    assert len(found) > 200
    assert [path.name for path, record in found if not isinstance(record, Record)] == []


@pytest.mark.parametrize("name", WHOLE)
def test_every_study_is_complete_and_paired(name):
    study = LEDGER.planned(read_study(name))
    assert all(part.done == part.wanted > 0 for part in progress_of(study, LEDGER))
    assert unpaired(study, LEDGER) == []
    for protocol in study.protocols:
        assert all(cell.complete for cell in cells(study, protocol, LEDGER))


@pytest.mark.parametrize("name", BEGUN)
def test_of_a_study_that_is_begun_rows_are_there_on_all_seeds_or_not_at_all(name):
    study = LEDGER.planned(read_study(name))
    assert unpaired(study, LEDGER) == []
    for protocol in study.protocols:
        found = cells(study, protocol, LEDGER)
        assert any(cell.n for cell in found if cell.trained)
        assert all(cell.complete for cell in found if cell.n)


@pytest.mark.parametrize("name", SHOWN)
def test_pages_are_what_the_ledger_says(tmp_path, name):
    """`make results` writes them."""
    answer("study", "table", name, "--ledger", EVIDENCE, "--out", tmp_path)
    page = f"{name}-{'both' if len(read_study(name).protocols) > 1 else 'strict'}.md"
    assert (ROOT / "docs" / "results" / page).read_text() == (tmp_path / page).read_text()


@pytest.mark.parametrize("name", ["recommended-molecules", "recommended-scaffolds", "recommended-numbers"])
def test_the_card_of_the_released_encoder_has_the_scores_of_the_ledger(tmp_path, name):
    answer("study", "table", name, "--ledger", EVIDENCE, "--out", tmp_path)
    page = (tmp_path / f"{name}-strict.md").read_text()
    assert (ROOT / "docs" / "results" / f"{name}-strict.md").read_text() == page
    assert page.strip() in (released_place("molecules-small") / CARD).read_text()


@pytest.mark.slow
def test_the_page_of_evidence_is_what_the_ledger_says(tmp_path):
    """`make evidence` writes it."""
    answer("study", "evidence", "--out", tmp_path / "evidence.md")
    assert (ROOT / "docs" / "evidence.md").read_text() == (tmp_path / "evidence.md").read_text()


def measured_in(name):
    """The cells of a study, and their differences to the untrained encoder, under every protocol."""
    study = LEDGER.planned(read_study(name))
    for protocol in study.protocols:
        found = cells(study, protocol, LEDGER)
        yield found, [one for one in differences(study, found) if one.against.model.startswith("untrained")]


TABLES = ("same-table1", "same-table2", "same-table4")


@pytest.mark.parametrize("name", TABLES)
def test_what_the_page_on_studies_says_of_them(name):
    for found, against in measured_in(name):
        assert {one.cell.dataset for one in against} == {"ENZYMES", "COX2"}
        assert all(one.found.low <= 0 for one in against if (one.cell.dataset, one.cell.task) != ("COX2", "nc"))
        headlines = [cell for cell in found if cell.task == "nc" and cell.headline]
        tree = {cell.dataset: cell.mean for cell in headlines if cell.model == "attributes"}
        others = [cell for cell in headlines if cell.model not in ("attributes", "majority")]
        assert all((cell.mean > tree[cell.dataset]) == (cell.dataset == "COX2") for cell in others)


def test_esame_helps_nodes_of_cox2_in_most_cells():
    about = ("COX2", "nc", "esame")
    gains = [
        one.found.low > 0
        for name in TABLES for _, against in measured_in(name) for one in against
        if (one.cell.dataset, one.cell.task, one.cell.model) == about
    ]  # fmt: skip
    assert sum(gains) > len(gains) / 2
    unseen = [one for _, against in measured_in("same-table4") for one in against if one.cell.trained == "gc,lp"]
    assert all(one.found.low > 0 for one in unseen if (one.cell.dataset, one.cell.task, one.cell.model) == about)


def pretrained(name):
    """The cells of a study of pre-training, and those of its differences that have the same model from scratch."""
    study = LEDGER.planned(read_study(name))
    found = [cell for cell in cells(study, "strict", LEDGER) if cell.n]
    return found, [one for one in differences(study, found) if one.against.model == one.cell.model]


def best_of(found, dataset):
    """The best mean of a data set that an encoder has which was trained."""
    means = [cell.mean for cell in found if cell.dataset == dataset and cell.trained]
    return (min if any(cell.task == "gr" for cell in found) else max)(means)


def counts(found, dataset, reader):
    """The mean of ECFP counts under a reader."""
    (one,) = [cell for cell in found if (cell.dataset, cell.model, cell.probe) == (dataset, "ecfp-count", reader)]
    return one.mean


def test_one_pre_training_is_shown_to_help_and_a_forest_on_counts_is_ahead():
    found, gains = pretrained("pretraining-table1")
    numbers, losses = pretrained("pretraining-regression")
    losses = [one for one in losses if one.cell.model == "gin"]
    assert {one.cell.trained for one in gains} == {one.cell.trained for one in losses} == {"am", "cp", "cp,ml"}
    assert len(gains) + len(losses) == 21
    (helped,) = [one for one in gains if one.found.low > 0] + [one for one in losses if one.found.high < 0]
    assert (helped.cell.dataset, helped.cell.trained, round(helped.found.value, 2)) == ("lipo", "cp,ml", -0.02)
    for dataset in {cell.dataset for cell in found}:
        assert best_of(found, dataset) < counts(found, dataset, "forest")
    for dataset in {cell.dataset for cell in numbers}:
        assert (best_of(numbers, dataset) < counts(numbers, dataset, "forest")) == (dataset == "freesolv")


def test_frozen_encoders_are_behind_counts_but_for_freesolv():
    found, _ = pretrained("frozen-molecules")
    for dataset in {cell.dataset for cell in found}:
        assert best_of(found, dataset) < counts(found, dataset, "best")
    found, _ = pretrained("frozen-numbers")
    ahead = {
        (cell.dataset, cell.model, cell.trained)
        for cell in found
        if cell.trained and cell.mean < counts(found, cell.dataset, "best")
    }  # fmt: skip
    assert ahead == {
        ("freesolv", "gin", "cp,ml"), ("freesolv", "graphsage", "cp released"), ("freesolv", "gat", "cp released")
    }  # fmt: skip


def test_released_encoders_are_better_than_untrained_ones_more_often_than_ours():
    better = {True: [], False: []}
    for name, up in (("frozen-molecules", True), ("frozen-numbers", False)):
        for found, against in measured_in(name):
            here = {one.cell.dataset for one in against}
            assert here == {cell.dataset for cell in found}
            for one in against:
                better["released" in one.cell.trained].append((one.found.value > 0) == up)
    assert {released: (sum(found), len(found)) for released, found in better.items()} == {
        True: (19, 21),
        False: (8, 21),
    }


def released_gcn(names, against):
    """The data sets on which the released GCN's mean is better than that of another model, and those where not."""
    better = {}
    for name in names:
        study = LEDGER.planned(read_study(name))
        found = [cell for cell in cells(study, "strict", LEDGER) if cell.n]
        for one in differences(study, found):
            if (one.cell.model, one.cell.trained, one.against.model) == ("edge-gcn", "cp released", against):
                better[one.cell.dataset] = (one.found.value < 0) == (one.cell.task == "gr")
    return {name for name in better if better[name]}, {name for name in better if not better[name]}


def test_the_released_gcn_is_behind_one_from_scratch_though_not_frozen():
    ahead, behind = released_gcn(("pretraining-architectures", "pretraining-regression"), "edge-gcn")
    assert ahead == {"clintox"}
    assert len(behind) == 6
    ahead, behind = released_gcn(("frozen-molecules", "frozen-numbers"), "untrained edge-gcn")
    assert len(ahead) == 6
    assert behind == {"freesolv"}
