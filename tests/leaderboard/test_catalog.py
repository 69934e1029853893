"""Results are found by what pages are about, and pages are named so that nobody takes another's."""

from types import SimpleNamespace

import pytest

from multigraft.leaderboard.boards import boards
from multigraft.leaderboard.catalog import Catalog, ranked
from tests.helpers.board import a_result

RESULTS = [
    a_result(model="esame", value=55.0),
    a_result(model="isame", value=60.0, paper="Another"),
    a_result(model="esame", value=0.5, dataset="mine", metric="rmse", task="gr", source="submitted"),
]


def test_results_are_found_by_data_set_model_and_paper():
    catalog = Catalog(RESULTS)
    assert {name: [len(board.results) for board in here] for name, here in catalog.datasets.items()} == {
        "ENZYMES": [2], "mine": [1],
    }  # fmt: skip
    assert [(rank, one.dataset) for _, rank, one in catalog.models["esame"]] == [(2, "ENZYMES"), (1, "mine")]
    assert catalog.papers["Another"] == [RESULTS[1]]
    assert catalog.dataset_page("mine") == "datasets/mine.html"
    assert catalog.model_page("isame") == "models/isame.html"


def test_what_was_brought_by_a_file_is_not_ours():
    catalog = Catalog(RESULTS, imported=frozenset({RESULTS[0].key}))
    assert [catalog.is_ours(one) for one in RESULTS] == [False, True, False]
    assert [catalog.source_of(one) for one in RESULTS] == ["measured, imported", "measured", "submitted"]


def test_equal_values_share_a_place():
    (board,) = boards([a_result(model=name, value=value) for name, value in (("a", 5.0), ("b", 5.0), ("c", 1.0))])
    assert [rank for rank, _ in ranked(board)] == [1, 1, 3]


def test_names_that_make_one_page_name_have_pages_of_their_own():
    catalog = Catalog([a_result(model="A b"), a_result(model="a-B"), a_result(model="☃")])
    pages = set(catalog.model_pages.values())
    assert len(pages) == 3
    assert all(set(page) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for page in pages)


def test_papers_of_the_package_come_first_and_are_there_without_results():
    catalog = Catalog([a_result(paper="Another")])
    assert list(catalog.papers)[-1] == "Another"
    assert len(catalog.papers) == 3


def test_a_catalog_is_what_its_results_are():
    empty = Catalog([])
    assert SimpleNamespace(**vars(empty)).boards == []
    assert (empty.datasets, empty.models) == ({}, {})


@pytest.mark.parametrize("field", ["dataset", "model", "paper"])
def test_others_cannot_take_the_page_of_what_is_ours(field):
    ours = a_result(**{field: "iSAME"}, source="published")
    theirs = a_result(**{field: "!iSAME"}, source="submitted")
    brought = a_result(**{field: "#iSAME"}, source="measured")
    catalog = Catalog([theirs, brought, ours], imported=frozenset({brought.key}))
    pages = getattr(catalog, f"{field}_pages")
    assert pages["iSAME"] == "isame"
    assert {pages["!iSAME"], pages["#iSAME"]}.isdisjoint({"isame"})
