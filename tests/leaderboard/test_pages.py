"""What the pages of data sets and models show."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.leaderboard.catalog import Catalog
from multigraft.leaderboard.pages import dataset_views, model_views, read_by
from multigraft.leaderboard.pieces import leaf
from tests.leaderboard.test_charts import a_result


def measured(model, value, **changes):
    usual = {
        "std": 1.0, "seeds": (0, 1, 2), "runs": ("r0", "r1"), "study": "same-table1", "trained": "gc",
        "command": "multigraft study run", "options": {"strategy": "esame", "epochs": 5}, "date": "2026-11-21",
    }  # fmt: skip
    return a_result(model=model, value=value, **usual | changes)


@pytest.fixture
def catalog():
    return Catalog(
        [
            measured("esame", 55.0),
            measured("isame", 60.0),
            a_result(model="isame", value=58.0, source="published", trained="gc", paper="A paper", date="2020-10"),
            a_result(model="untrained", value=50.0, baseline=True, probe="svm"),
            measured("esame", 70.0, protocol="paper"),
            measured("esame", 81.0, task="lp", metric="roc_auc", dataset="COX2"),
        ],
        frozenset({"r1"}),
        frozenset({"same-table1"}),
    )


def shown(views):
    return dict(views)


def test_a_data_set_has_a_board_for_each_question_best_first(catalog):
    page = shown(dataset_views(catalog, "ENZYMES"))["datasets/enzymes.html"]
    strict, paper = page["boards"]
    assert [row["model"] for row in strict["rows"]] == ["isame", "isame", "esame", "untrained"]
    assert [row["rank"] for row in strict["rows"]] == [1, 2, 3, 4]
    assert (strict["protocol"], paper["protocol"]) == ("strict", "paper")
    assert (strict["heading"], paper["heading"]) == ("Graph classification", "")
    assert strict["note"] == "Shares in percent, the higher the better; split stratified."


def test_facts_of_a_known_data_set_are_there_and_of_others_none(catalog):
    page = shown(dataset_views(catalog, "ENZYMES"))["datasets/enzymes.html"]
    assert ("graphs", 600) in page["facts"]
    (view,) = dataset_views(Catalog([a_result(dataset="mine")]), "mine")
    assert (view[1]["facts"], view[1]["about"], view[1]["name"]) == ([], "", "mine")


def test_a_row_says_where_its_number_comes_from(catalog):
    page = shown(dataset_views(catalog, "ENZYMES"))["datasets/enzymes.html"]
    first, second, *_, last = page["boards"][0]["rows"]
    assert (first["text"], first["interval"], first["seeds"], first["runs"]) == (
        "60.0 ± 1.0", "57.5 to 62.5", 3, ["r1"],
    )  # fmt: skip
    assert (second["paper"], second["source"], second["runs"]) == ("papers/a-paper.html", "published", [])
    assert (last["baseline"], last["probe"], last["interval"], last["seeds"]) == (True, "svm", "", "")


def test_runs_that_the_site_lacks_are_not_linked():
    (view,) = dataset_views(Catalog([measured("esame", 1.0)]), "ENZYMES")
    assert view[1]["boards"][0]["rows"][0]["runs"] == []


def test_what_a_page_prints_is_beside_our_name_for_it():
    printed = {"task": "Drug Discovery", "dataset": "BACE", "metric": "AUC", "value": "0.845"}
    (view,) = dataset_views(Catalog([a_result(value=84.5, printed=printed, protocol="unstated")]), "ENZYMES")
    (board,) = view[1]["boards"]
    assert board["rows"][0]["printed"] == "Drug Discovery, BACE: AUC 0.845"
    assert board["note"].endswith("How these numbers were measured is not stated.")


def test_links_that_are_no_addresses_are_dropped():
    bad = a_result(paper_url="javascript:alert(1)", code="data:text/html,x")
    (view,) = dataset_views(Catalog([bad]), "ENZYMES")
    row = view[1]["boards"][0]["rows"][0]
    assert (row["link"], row["code"]) == ("", "")


def test_charts_are_drawn_of_headlines(catalog):
    page = shown(dataset_views(catalog, "ENZYMES"))["datasets/enzymes.html"]
    assert all(board["dots"].startswith("<svg") for board in page["boards"])
    assert page["boards"][0]["time"].startswith("<svg")
    (view,) = dataset_views(Catalog([a_result(headline=False, metric="balanced_accuracy")]), "ENZYMES")
    assert view[1]["boards"][0]["dots"] == ""


@pytest.mark.parametrize("count", [1, 150, 1000])
@pytest.mark.parametrize("name", ["m", '"' * 100, "\U0001f9ea" * 100], ids=["plain", "escaped", "wide"])
def test_long_boards_go_on_on_further_pages(count, name):
    link = "" if name == "m" else "https://example.org/" + "&" * 400
    catalog = Catalog(
        [a_result(model=f"{place} {name}", value=float(place % 100), code=link) for place in range(count)]
    )
    views = list(dataset_views(catalog, "ENZYMES"))
    assert [file for file, _ in views] == [leaf("datasets/enzymes", place) for place in range(len(views))]
    rows = [row for _, view in views for board in view["boards"] for row in board["rows"]]
    assert len(rows) == len({row["page"] for row in rows}) == count
    assert [bool(view["boards"][0]["dots"]) for _, view in views] == [True] + [False] * (len(views) - 1)
    assert (len(views) > 1) is (count == 1000 or (count == 150 and name != "m"))
    assert all(view["boards"][0]["heading"] == "Graph classification" for _, view in views)


@given(st.lists(st.tuples(st.sampled_from(["gc", "nc", "x"]), st.integers(1, 3)), min_size=1, max_size=12))
def test_every_result_is_on_one_page(kinds):
    results = [
        a_result(task=task, protocol=f"p{protocol}", model=f"m{place}", value=float(place))
        for place, (task, protocol) in enumerate(kinds)
        for _ in range(1)
    ]
    views = [view for _, view in dataset_views(Catalog(results), "ENZYMES")]
    rows = [row["model"] for view in views for board in view["boards"] for row in board["rows"]]
    assert sorted(rows) == sorted(one.model for one in results)


# --- models ----------------------------------------------------------------------------------------------------------


def test_a_model_stands_where_it_stands_everywhere(catalog):
    page = shown(model_views(catalog, "esame"))["models/esame.html"]
    assert [(row["dataset"], row["protocol"], row["rank"], row["of"]) for row in page["rows"]] == [
        ("ENZYMES", "strict", 3, 4), ("ENZYMES", "paper", 1, 1), ("COX2", "strict", 1, 1),
    ]  # fmt: skip
    assert page["lead"] == "3 results on 2 data sets: 3 measured; first in 0 main tables."
    assert page["method"] == "methods/esame.html"
    assert (page["protocols"], page["sources"]) == (["strict", "paper"], ["measured"])


def test_a_model_that_leads_a_table_is_said_to(catalog):
    page = shown(model_views(catalog, "isame"))["models/isame.html"]
    assert page["lead"].endswith("1 measured, 1 published; first in 1 main table.")


def test_configurations_are_told_once_with_the_command(catalog):
    page = shown(model_views(catalog, "esame"))["models/esame.html"]
    assert [one["title"] for one in page["configurations"]] == [
        "ENZYMES, same-table1, trained for gc, protocol strict", "ENZYMES, same-table1, trained for gc, protocol paper",
        "COX2, same-table1, trained for gc, protocol strict",
    ]  # fmt: skip
    first, *_ = page["configurations"]
    assert (first["command"], first["study"]) == ("multigraft study run", "same-table1")
    assert first["options"] == [("strategy", "esame"), ("epochs", "5")]
    assert shown(model_views(catalog, "untrained"))["models/untrained.html"]["configurations"] == []


def test_long_models_go_on_on_further_pages_with_their_configurations():
    catalog = Catalog([measured("esame", 5.0, dataset=f"d{place}") for place in range(200)])
    pages = [view for _, view in model_views(catalog, "esame")]
    assert sum(len(page["rows"]) for page in pages) == sum(len(page["configurations"]) for page in pages) == 200
    assert len(pages) > 1
    assert all(len(page["rows"]) == len(page["configurations"]) for page in pages)
    assert pages[1]["leaves"][:2] == [("1", "esame.html", False), ("2", "esame-page2.html", True)]


def test_a_baseline_has_its_command_too():
    (view,) = model_views(Catalog([measured("untrained", 5.0, baseline=True, options={})]), "untrained")
    (told,) = view[1]["configurations"]
    assert (told["command"], told["options"]) == ("multigraft study run", [])


def test_what_was_imported_says_so_and_has_no_command():
    one = measured("esame", 5.0)
    catalog = Catalog([one], imported=frozenset({one.key}))
    (view,) = model_views(catalog, "esame")
    assert view[1]["configurations"] == []
    assert (view[1]["rows"][0]["from"], view[1]["rows"][0]["source"]) == ("measured, imported", "measured")


@pytest.mark.parametrize(
    ("probe", "features", "told"),
    [("svm", "mean", "svm"), ("svm", "hadamard", "svm, hadamard"), ("", "concat", "concat"), ("", "", "")],
)
def test_what_read_the_embeddings(probe, features, told):
    assert read_by(a_result(probe=probe, features=features)) == told


def test_every_run_behind_a_number_is_linked():
    catalog = Catalog([measured("esame", 1.0)], frozenset({"r0", "r1"}))
    (view,) = dataset_views(catalog, "ENZYMES")
    assert view[1]["boards"][0]["rows"][0]["runs"] == ["r0", "r1"]


def test_first_places_are_counted_by_table():
    probes = [measured("esame", 60.0, probe=probe) for probe in ("svm", "knn", "logistic")]
    (view,) = model_views(Catalog([*probes, measured("isame", 50.0)]), "esame")
    assert view[1]["lead"].endswith("first in 1 main table.")


def test_baselines_of_a_long_table_are_told_in_each_part():
    many = [a_result(model=f"m{place}", value=60.0) for place in range(400)]
    catalog = Catalog([*many, a_result(model="untrained", value=5.0, baseline=True)])
    boards_shown = [board for _, view in dataset_views(catalog, "ENZYMES") for board in view["boards"]]
    assert len(boards_shown) > 1
    for board in boards_shown:
        there = any(row["baseline"] for row in board["rows"])
        assert board["note"].endswith("Baselines in other parts: untrained 5.0.") is not there


def test_of_an_unknown_metric_nobody_says_which_way_is_better():
    (view,) = dataset_views(Catalog([a_result(metric="rmsle")]), "ENZYMES")
    assert "which way is better nobody knows" in view[1]["boards"][0]["note"]


@pytest.mark.parametrize("kind", ["protocols", "tasks", "further"])
def test_many_questions_of_one_data_set_make_more_pages(kind):
    changes = {"protocols": "protocol", "tasks": "task", "further": "protocol"}[kind]
    many = [a_result(**{changes: f"{kind} {place}"}, headline=kind != "further") for place in range(400)]
    catalog = Catalog(many)
    assert len(list(dataset_views(catalog, "ENZYMES"))) > 2
    for views in (dataset_views(catalog, "ENZYMES"), model_views(catalog, "esame")):
        assert all(len(view["protocols"]) <= len(view.get("boards", view.get("rows"))) for _, view in views)
