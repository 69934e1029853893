"""Home, lists, methods, and what search and comparison read."""

import json
import re

import pytest

from multigraft.leaderboard.catalog import Catalog
from multigraft.leaderboard.overview import (
    compare_view,
    compared,
    home_views,
    list_views,
    method_views,
    search_shards,
)
from multigraft.leaderboard.texts import method_texts
from multigraft.strategies.names import STRATEGY_NAMES
from multigraft.tasks.names import TASK_NAMES
from tests.leaderboard.test_charts import HOSTILE, a_result
from tests.leaderboard.test_pages import measured

RESULTS = [
    measured("esame", 55.0, values={0: 54.0, 1: 55.0, 2: 56.0}, test_share=0.25),
    measured("isame", 60.0, options={"strategy": "isame", "tasks": "gc,am"}),
    a_result(model="untrained", value=50.0, baseline=True),
    a_result(model="majority", value=20.0, baseline=True),
    a_result(model="isame", value=61.0, source="published", protocol="paper", paper="A paper of ours"),
    a_result(model="single", task="own task", dataset="mine", metric="rmse", value=0.1234, source="submitted"),
]


def scripted(text):
    """The arguments of the call that a script is."""
    found = re.fullmatch(r"board\.\w+\((.*)\);\n", text, re.DOTALL)
    return json.loads(f"[{found[1]}]")


def test_home_has_the_best_model_and_baseline_of_each_protocol():
    (view,) = (view for _, view in home_views(Catalog(RESULTS)))
    assert [task["title"] for task in view["tasks"]] == ["Graph classification", "own task"]
    strict, paper = view["tasks"][0]["rows"]
    assert (strict["best"], strict["text"], strict["baseline"], strict["base_text"]) == (
        "isame, gc", "60.0 ± 1.0", "untrained", "50.0",
    )  # fmt: skip
    assert (strict["count"], strict["page"], strict["best_page"]) == (4, "datasets/enzymes.html", "models/isame.html")
    assert (paper["protocol"], paper["baseline"], paper["base_text"]) == ("paper, accuracy", "none yet", "")
    assert view["tasks"][1]["rows"][0]["text"] == "0.123"


def test_home_counts_what_there_is():
    (view,) = (view for _, view in home_views(Catalog(RESULTS)))
    counts = "6 results of 5 models on 2 data sets: 4 measured, 1 published, 1 submitted."
    assert view["lead"] == f"{counts} Numbers of different protocols are never compared."


def test_further_metrics_are_on_the_home_page_where_nothing_else_leads_to_their_data():
    further = a_result(headline=False, metric="balanced_accuracy")
    (view,) = (view for _, view in home_views(Catalog([further, a_result(headline=False, metric="roc_auc")])))
    assert [row["protocol"] for task in view["tasks"] for row in task["rows"]] == ["strict, balanced accuracy"]
    (view,) = (view for _, view in home_views(Catalog([further, a_result()])))
    assert [row["protocol"] for task in view["tasks"] for row in task["rows"]] == ["strict, accuracy"]


def test_a_long_home_page_goes_on():
    many = [a_result(dataset=f"d{place}") for place in range(400)]
    files = dict(home_views(Catalog(many)))
    assert list(files) == ["index.html", "index-page2.html"]
    assert sum(len(task["rows"]) for view in files.values() for task in view["tasks"]) == 400


def test_long_lists_go_on_and_lead_to_each_other():
    views = dict(list_views(Catalog([a_result(paper=f"paper {place}", protocol=f"p{place}") for place in range(600)])))
    for name in ("papers/index", "protocols"):
        first, second = views[f"{name}.html"], views[f"{name}-page2.html"]
        assert [place for _, place, _ in first["leaves"]] == [
            f"{name.rpartition('/')[2]}{end}.html" for end in ("", "-page2")
        ]
        assert len(first["entries"]) + len(second["entries"]) >= 600


def test_home_says_where_the_best_number_comes_from():
    catalog = Catalog([a_result(model="theirs", source="submitted", value=99.0), *RESULTS])
    (view,) = (view for _, view in home_views(catalog))
    assert view["tasks"][0]["rows"][0]["from"] == "submitted"


def test_an_empty_leaderboard_has_a_home():
    assert [file for file, _ in home_views(Catalog([]))] == ["index.html"]


def test_lists_name_all_papers_methods_and_protocols():
    views = dict(list_views(Catalog(RESULTS)))
    assert [name for name, _, _ in views["papers/index.html"]["entries"]][-1] == "A paper of ours"
    assert len(views["papers/index.html"]["entries"]) == 3
    assert len(views["methods/index.html"]["entries"]) == len(method_texts())
    told = {name: text for name, _, text in views["protocols.html"]["entries"]}
    assert list(told) == ["strict", "paper"]
    assert "held-out edges take no part" in told["strict"]


def test_protocols_of_others_and_unstated_ones_are_told():
    views = dict(list_views(Catalog([a_result(protocol="theirs"), a_result(protocol="unstated")])))
    told = {name: text for name, _, text in views["protocols.html"]["entries"]}
    assert told["theirs"] == "Measured under protocol theirs."
    assert "do not say" in told["unstated"] or "does not say" in told["unstated"]


def test_every_strategy_and_pretext_task_has_a_page_with_five_sentences():
    views = dict(method_views(Catalog(RESULTS)))
    pretext = {"am", "cp", "ep", "im", "ml"}
    assert set(views) == {f"methods/{name}.html" for name in (*STRATEGY_NAMES, *pretext)}
    assert pretext < set(TASK_NAMES)
    for view in views.values():
        assert len(view["says"]) == 5
        assert view["equation"]
        assert view["source"]


def test_methods_know_the_models_that_use_them():
    views = dict(method_views(Catalog(RESULTS)))
    assert views["methods/esame.html"]["models"] == [("esame", "models/esame.html")]
    assert (
        views["methods/am.html"]["models"] == views["methods/isame.html"]["models"] == [("isame", "models/isame.html")]
    )
    assert views["methods/reptile.html"]["models"] == []


def test_models_with_the_most_results_can_be_chosen_first():
    view = compare_view(Catalog(RESULTS))
    assert view["models"][0] == ("isame", "isame")
    assert {slug for slug, _ in view["models"]} == {"esame", "isame", "untrained", "majority", "single"}
    assert view["quantiles"][:2] == [12.7062, 4.3027]
    assert view["quantiles"][59] == 2.0003


def test_what_comparison_reads_has_values_by_seed():
    slug, rows, left = scripted(compared(Catalog(RESULTS), "esame"))
    assert (slug, left) == ("esame", 0)
    (row,) = rows
    assert (row["values"], row["share"], row["value"]) == ({"0": 54.0, "1": 55.0, "2": 56.0}, 0.25, 55.0)
    assert row["question"].split("\x1f") == ["gc", "ENZYMES", "strict", "random", "accuracy", ""]
    assert (row["page"], row["split"]) == ("datasets/enzymes.html", "stratified")


def test_of_very_many_results_it_is_said_how_many_are_left_out(monkeypatch):
    monkeypatch.setattr("multigraft.leaderboard.overview.COMPARED", 3)
    catalog = Catalog([a_result(dataset=f"d{place}") for place in range(5)])
    _, rows, left = scripted(compared(catalog, "esame"))
    assert (len(rows), left) == (3, 2)


def test_search_finds_everything_by_the_first_letters_of_its_words():
    shards = {key: scripted(text)[1] for key, text in search_shards(Catalog(RESULTS)).items()}
    assert ["esame", "model", "models/esame.html"] in shards["e"]
    assert ["ENZYMES", "data set", "datasets/enzymes.html"] in shards["e"]
    assert [entry for entry in shards["o"] if entry[0] == "A paper of ours"] == [
        ["A paper of ours", "paper", "papers/a-paper-of-ours.html"]
    ]
    assert any(entry[2] == "methods/esame.html" for entry in shards["e"])
    assert any(entry[1] == "method" for entry in shards["m"])


def test_every_word_of_a_name_is_found_whatever_divides_them():
    shards = {
        key: scripted(text)[1] for key, text in search_shards(Catalog([a_result(model="GIN-same_2 (b)")])).items()
    }
    for letter in "gs2b":
        assert "GIN-same_2 (b)" in [entry[0] for entry in shards[letter]]


@pytest.mark.parametrize(("name", "shown"), [("bbbp", "BBBP"), ("ENZYMES", "ENZYMES"), ("mine", "mine")])
def test_data_sets_are_found_as_their_pages_call_them(name, shown):
    shards = {key: scripted(text)[1] for key, text in search_shards(Catalog([a_result(dataset=name)])).items()}
    assert [entry[0] for entry in shards[name[0].lower()] if entry[1] == "data set"] == [shown]


def test_data_sets_are_found_by_both_their_names():
    shards = {key: scripted(text)[1] for key, text in search_shards(Catalog([a_result(dataset="lipo")])).items()}
    assert [entry[0] for entry in shards["l"] if entry[1] == "data set"] == ["Lipophilicity (lipo)"]


def test_scripts_of_hostile_names_are_plain_ascii():
    catalog = Catalog([a_result(model=HOSTILE, dataset=HOSTILE)])
    texts = [compared(catalog, HOSTILE), *search_shards(catalog).values()]
    assert all(text.isascii() for text in texts)
    (row,) = scripted(texts[0])[1]
    assert row["text"] == HOSTILE
    letters = {word[0].lower() for word in re.split(r"[\W_]+", HOSTILE) if word and word[0].isascii()}
    for letter in letters:
        assert HOSTILE in [entry[0] for entry in scripted(search_shards(catalog)[letter])[1]]
