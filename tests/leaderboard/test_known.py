"""What the leaderboard calls things, and what it says of other names."""

import pytest

from multigraft.errors import InputError
from multigraft.graphs.names import SHIPPED_NAMES
from multigraft.leaderboard.known import check_metric, check_names, is_headline, known_names, task_title
from multigraft.leaderboard.metrics import METRICS
from multigraft.leaderboard.printed import printed_results
from tests.helpers.board import a_result


def test_names_of_results_are_known_beside_the_packages_own():
    known = known_names([a_result(dataset="mine", task="own", protocol="p", split="s")])
    for field, name in (("dataset", "mine"), ("task", "own"), ("protocol", "p"), ("split", "s")):
        assert name in known[field]
    assert {"ENZYMES", "bbbp", "proteins-original"} < known["dataset"]
    assert {"gc", "am"} < known["task"]


@pytest.mark.parametrize("name", sorted(SHIPPED_NAMES))
def test_every_shipped_name_can_be_submitted(name):
    assert check_names(a_result(dataset=name), known_names(())) == []


def test_what_papers_print_is_known():
    known = known_names(printed_results())
    assert all(check_names(one, known) == [] for one in printed_results())


@pytest.mark.parametrize("name", ["ENZYMES ", "enzymes", "En-zymes", "E.N.Z.Y.M.E.S"])
def test_a_known_name_in_other_letters_is_refused(name):
    with pytest.raises(InputError, match="which is called 'ENZYMES' here"):
        check_names(a_result(dataset=name), known_names(()))


@pytest.mark.parametrize("name", ["", "\u2603", "--", "a set of my own"])
def test_other_names_are_new(name):
    assert check_names(a_result(dataset=name), known_names(())) == []


def test_a_slip_is_noted():
    assert check_names(a_result(task="lpp"), known_names(())) == ["task 'lpp' is new here; did you mean 'lp'?"]


@pytest.mark.parametrize("task", ["gc", "nc", "lp", "ml", "gr", "own"])
@pytest.mark.parametrize("metric", sorted(set(METRICS) - {"delta_m_percent"}))
def test_errors_measure_numbers_and_shares_classes(task, metric):
    errors = metric in ("rmse", "mae")
    if task == "own" or (task == "gr") == errors:
        check_metric(task, metric)
    else:
        with pytest.raises(InputError, match=f"metric {metric} does not measure {task}"):
            check_metric(task, metric)


def test_headlines_of_the_papers_are_headlines():
    for one in printed_results():
        assert is_headline(one.task, one.protocol, one.metric, one.features), one


@pytest.mark.parametrize(
    ("task", "title"),
    [
        ("nc", "Node classification"), ("gc,lp", "Graph classification and link prediction"),
        ("gc,nc,lp", "Several tasks at once"), ("own", "own"), ("gc,own", "gc,own"),
    ],
)  # fmt: skip
def test_titles_of_tasks(task, title):
    assert task_title(task) == title
