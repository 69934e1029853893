"""The pages of papers: tables with verdicts, printed numbers, and papers of others."""

import pytest

from multigraft.leaderboard.catalog import Catalog
from multigraft.leaderboard.material import material_of
from multigraft.leaderboard.papers import paper_views
from multigraft.leaderboard.store import Store
from multigraft.leaderboard.texts import paper_texts
from multigraft.studies.published import paper_of
from multigraft.studies.reading import read_study
from tests.helpers.made_up import made_up
from tests.leaderboard.test_charts import HOSTILE, a_result

SAME, PRETRAINING = (paper_texts()[key].title for key in ("same", "pretraining"))


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    """Table 1 on ENZYMES, five splits, and nothing else."""
    study = read_study("same-table1").planned(["ENZYMES"], 5)
    ledger = made_up(study, tmp_path_factory.mktemp("papers"))
    ledger.keep_plan(study, None, [])
    return material_of(ledger, Store(ledger.path / "none"), ["same-table1", "same-table3", "pretraining-table1"])


def views(material, name):
    return dict(paper_views(Catalog(material.results), name, material.tables))


def test_tables_that_were_run_have_verdicts(material):
    (page,) = views(material, SAME).values()
    first = page["tables"][0]
    assert first["title"].startswith("same-table1: One task")
    (enzymes,) = first["grids"]
    assert enzymes["columns"] == ("task", "model", "published", "paper", "paper is")
    verdicts = [row[-1] for row in enzymes["rows"] if row[2]]
    assert len(verdicts) == 9
    assert set(verdicts) <= {"within", "above", "below"}
    assert all(row[-1] == "" for row in enzymes["rows"] if not row[2])


def test_tables_that_were_not_run_show_what_is_printed(material):
    (page,) = views(material, SAME).values()
    third = page["tables"][1]
    assert third["title"].startswith("same-table3")
    rows = [row for grid in third["grids"] for row in grid["rows"]]
    assert {row[-1] for row in rows if row[-1]} == {"not run"}


def test_tables_that_no_study_repeats_are_listed(material):
    (page,) = views(material, SAME).values()
    (listed,) = page["tables"][2]["grids"]
    tables = [number.table for number in paper_of("table1").numbers.values()]
    assert len(listed["rows"]) == tables.count("table2") + tables.count("table4") == 144


def test_the_results_page_stands_as_it_is_printed(material):
    (page,) = views(material, PRETRAINING).values()
    (listed,) = page["tables"][-1]["grids"]
    assert len(listed["rows"]) == 30
    assert ("Drug Discovery", "BACE", "AUC", "0.845", "ContextPred", "unstated", "published") in listed["rows"]
    assert ("Molecular Property Prediction", "QM8", "MAE", "0.02", "PretrainGNN", "unstated", "published") in listed[
        "rows"
    ]


def test_a_page_has_the_abstract_links_and_methods(material):
    (page,) = views(material, PRETRAINING).values()
    assert page["abstract"].startswith("Labels of molecules and proteins are few")
    assert page["links"] == [
        ("The paper", "https://arxiv.org/abs/1905.12265"),
        ("its code", "https://github.com/snap-stanford/pretrain-gnns"),
    ]
    assert ("Attribute masking", "methods/am.html") in page["methods"]
    (same,) = views(material, SAME).values()
    assert same["links"] == [("The paper", "https://arxiv.org/abs/2201.03326")]


def test_papers_of_others_have_their_results_and_safe_links():
    ours = a_result(paper=HOSTILE, paper_url="https://example.org/x", code="javascript:alert(1)", source="submitted")
    (page,) = dict(paper_views(Catalog([ours]), HOSTILE, {})).values()
    assert (page["name"], page["abstract"], page["links"]) == (HOSTILE, "", [("The paper", "https://example.org/x")])
    assert page["tables"][0]["grids"][0]["rows"] == [
        ("Graph classification", "ENZYMES", "accuracy", "50.0", "esame", "strict", "submitted")
    ]


def test_long_papers_go_on_on_further_pages():
    many = [a_result(paper="Long", model=f"m{place}", source="submitted") for place in range(500)]
    pages = dict(paper_views(Catalog(many), "Long", {}))
    assert sum(len(page["tables"][0]["grids"][0]["rows"]) for page in pages.values()) == 500
    assert list(pages)[:2] == ["papers/long.html", "papers/long-page2.html"]


def test_a_paper_without_results_has_a_page():
    (page,) = dict(paper_views(Catalog([]), SAME, {})).values()
    assert page["tables"] == []
