"""A board has the results of one question, the best first; boards stand in their usual order."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from multigraft.leaderboard.boards import boards, interval, student
from multigraft.leaderboard.printed import printed_results
from tests.helpers.board import a_result, any_result


def board_of(*results):
    (found,) = boards(results)
    return found


def several(*values, **changes):
    return [a_result(model=name, value=value, **changes) for name, value in zip("abcdef", values, strict=False)]


def models(board):
    return [one.model for one in board.results]


# --- one board -------------------------------------------------------------------------------------------------------


def test_the_best_stands_first():
    assert models(board_of(*several(40.0, 60.0, 50.0))) == ["b", "c", "a"]


@pytest.mark.parametrize("metric", ["rmse", "mae"])
def test_of_errors_the_least_stands_first(metric):
    board = board_of(*several(0.4, 0.6, 0.5, metric=metric))
    assert models(board) == ["a", "c", "b"]
    assert (board.best.model, board.metric.better) == ("a", "lower")


def test_equal_results_stand_by_name():
    board = board_of(*reversed([a_result(model=name, trained=trained) for name in "ab" for trained in ("gc", "gc,lp")]))
    assert [(one.model, one.trained) for one in board.results] == [
        ("a", "gc"), ("a", "gc,lp"), ("b", "gc"), ("b", "gc,lp"),
    ]  # fmt: skip


def test_the_best_is_no_baseline_where_anything_else_is():
    base = a_result(model="majority", value=90.0, baseline=True)
    board = board_of(base, *several(40.0, 60.0))
    assert (board.best.model, board.baselines) == ("b", (base,))
    assert board.results[0] == base
    alone = board_of(base, a_result(model="untrained", value=95.0, baseline=True))
    assert (alone.best.model, len(alone.baselines)) == ("untrained", 2)


def test_a_metric_that_nobody_knows_has_nothing_but_its_name():
    board = board_of(*several(-4.0, 1e9, metric="f1"))
    assert models(board) == ["b", "a"]
    assert (board.metric.name, board.metric.title, board.metric.share) == ("f1", "f1", False)
    assert board.metric.low == -math.inf


def test_published_measured_and_submitted_results_of_one_question_share_a_board():
    sources = (("published", "random"), ("measured", "stratified"), ("submitted", "random"))
    board = board_of(*(a_result(source=source, model=source, split=split) for source, split in sources))
    assert models(board) == ["measured", "published", "submitted"]
    assert board.question.split == "random"


def test_a_board_is_a_headline_where_one_of_its_results_is():
    assert board_of(a_result(headline=False)).headline is False
    assert board_of(a_result(headline=False, model="a"), a_result()).headline is True


# --- all boards ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["task", "dataset", "protocol", "metric", "split"])
def test_different_questions_share_no_board(name):
    assert len(boards([a_result(), a_result(**{name: "rmse"})])) == 2


def test_tasks_then_headlines_then_protocols_then_names_decide():
    wanted = [
        ("gc", "ENZYMES", "strict", True), ("gc", "MUTAG", "strict", True), ("gc", "ENZYMES", "paper", True),
        ("gc", "ENZYMES", "mine", True), ("gc", "ENZYMES", "unstated", True), ("gc", "ENZYMES", "strict", False),
        ("nc", "COX2", "paper", True), ("lp", "COX2", "paper", True), ("gc,nc,lp", "COX2", "paper", True),
        ("ml", "bbbp", "strict", True), ("gr", "qm9", "strict", True), ("another", "x", "strict", True),
        ("others", "x", "strict", True),
    ]  # fmt: skip
    names = ("task", "dataset", "protocol", "headline")
    many = [
        a_result(metric="accuracy" if one[-1] else "roc_auc", **dict(zip(names, one, strict=True))) for one in wanted
    ]
    for order in (many, many[::-1], [*many[7:], *many[:7]]):
        found = [
            (one.question.task, one.question.dataset, one.question.protocol, one.headline) for one in boards(order)
        ]
        assert found == wanted


def test_published_numbers_are_on_boards_of_their_own():
    found = boards(printed_results())
    assert sum(len(one.results) for one in found) == 338  # twelve numbers of table 1 stand in table 2 as well
    assert sum(one.table == "table1, table2" for board in found for one in board.results) == 12
    by_name = {(one.question.task, one.question.dataset, one.question.protocol): one for one in found}
    assert len(by_name[("ml", "bace", "strict")].results) == 10
    page = by_name[("ml", "bace", "unstated")]
    assert [(one.model, one.value) for one in page.results] == [("ContextPred", 84.5)] + [("PretrainGNN", 84.5)] * 2
    assert by_name[("gr", "freesolv", "unstated")].best.value == 2.764
    assert [one.question.protocol for one in found if one.question.task == "ml"] == ["strict"] * 8 + ["unstated"] * 8


@given(st.lists(any_result(), max_size=6))
def test_every_result_stands_on_one_board_in_order(many):
    found = boards(many, {one.key for one in many})
    assert sum(len(one.results) for one in found) == len(many)
    assert len({one.question for one in found}) == len(found)
    for board in found:
        values = [board.metric.sign * one.value for one in board.results]
        assert values == sorted(values, reverse=True)
        assert all(one.question == board.question for one in board.results)


# --- intervals -------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 100), min_size=2, max_size=12))
def test_the_interval_is_students(values):
    std = statistics.stdev(values)
    one = a_result(value=statistics.fmean(values), std=std, seeds=tuple(range(len(values))))
    low, high = interval(one)
    if std > 1e-6:
        wanted = stats.t.interval(0.95, len(values) - 1, loc=one.value, scale=std / math.sqrt(len(values)))
        assert (low, high) == pytest.approx((max(wanted[0], 0), min(wanted[1], 100)), rel=1e-9, abs=1e-9)
    assert low <= one.value <= high


def test_ten_seeds_have_the_interval_of_the_tables():
    low, high = interval(a_result(value=87.5, std=1.9, seeds=tuple(range(10))))
    assert (low, high) == pytest.approx((86.1408, 88.8592), abs=1e-4)


@pytest.mark.parametrize("change", [{}, {"std": 1.0}, {"std": 1.0, "seeds": (3,)}, {"seeds": (0, 1, 2)}], ids=str)
def test_without_spread_or_seeds_there_is_no_interval(change):
    assert interval(a_result(**change)) is None


@pytest.mark.parametrize(("freedom", "quantile"), [(1, 12.7062), (2, 4.3027), (9, 2.2622), (30, 2.0423), (10**6, 1.96)])
def test_quantiles_are_those_of_the_tables(freedom, quantile):
    assert student(freedom) == pytest.approx(quantile, abs=5e-5)
    assert student(freedom) == pytest.approx(stats.t.ppf(0.975, freedom), rel=1e-12)


# --- who decides -----------------------------------------------------------------------------------------------------


def test_a_number_that_two_tables_print_stands_once_with_both_and_its_spread():
    told = {"source": "published", "paper": "P", "trained": "gc"}
    same = [a_result(table="table2", **told), a_result(table="table1", std=1.0, **told)]
    other = a_result(table="table2", value=51.0, **told)
    (board,) = boards([*same, other])
    assert [(one.value, one.std, one.table) for one in board.results] == [
        (51.0, None, "table2"), (50.0, 1.0, "table1, table2"),
    ]  # fmt: skip


def test_spreads_that_differ_stand_apart_with_all_their_tables():
    told = {"source": "published", "paper": "P"}
    spreads = {"table1": 1.0, "table2": 2.0, "table3": 2.0}
    (board,) = boards([a_result(table=table, std=std, **told) for table, std in spreads.items()])
    assert sorted((one.std, one.table) for one in board.results) == [(1.0, "table1"), (2.0, "table2, table3")]


@pytest.mark.parametrize(
    "change", [{"std": 2.0}, {"seeds": (0, 1)}, {"trained": "nc"}, {"paper": "Q"}, {"probe": "svm"}, {"value": 51.0}]
)
def test_numbers_that_differ_in_anything_stand_apart(change):
    told = {"source": "published", "paper": "P", "trained": "gc", "std": 1.0}
    (board,) = boards([a_result(table="table1", **told), a_result(table="table2", **told | change)])
    assert len(board.results) == 2


def test_what_is_imported_never_becomes_part_of_what_is_printed():
    told = {"source": "published", "paper": "P"}
    ours, theirs = a_result(table="table1", **told), a_result(table="retracted", **told)
    (board,) = boards([ours, theirs], {theirs.key})
    assert sorted(one.table for one in board.results) == ["retracted", "table1"]


def test_measured_numbers_that_are_equal_all_stand():
    (board,) = boards([a_result(table="table1", study="a"), a_result(table="table1", study="b")])
    assert len(board.results) == 2


def test_a_submission_does_not_make_a_further_metric_the_headline():
    further = a_result(metric="balanced_accuracy", headline=False)
    (board,) = boards([further, a_result(metric="balanced_accuracy", source="submitted", model="theirs")])
    assert not board.headline


def test_of_what_only_submissions_answer_they_decide():
    (board,) = boards([a_result(metric="rmse", task="own", source="submitted")])
    assert board.headline
