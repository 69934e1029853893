"""Which score stands beside which, which is best, and what the intervals say."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.reports.comparisons import comparisons, encoders_of, metric_title
from tests.helpers.reports import rows, table, usual_table

SCORES = st.floats(0, 1).map(lambda value: round(value, 4))


def only(**scores: float | tuple[float, float, float]):
    return comparisons(table(rows("gc", scores)))[0]


def test_rows_are_grouped_and_the_first_question_of_a_task_is_its_headline():
    found = comparisons(usual_table())
    assert [(one.task, one.features, one.headline) for one in found] == [
        ("gc", "mean", True),
        ("nc", "node", True),
        ("lp", "hadamard", True),
        ("lp", "concat", False),
    ]
    assert list(found[0].rows) == ["trained", "untrained", "attributes", "majority"]
    assert list(found[3].rows) == ["trained", "untrained"]


def test_order_of_encoders_in_the_table_does_not_matter():
    mixed = table(rows("gc", {"majority": 0.5}), rows("gc", {"own": 0.3, "trained": 0.6}))
    assert encoders_of(comparisons(mixed)) == ("trained", "majority", "own")


def test_best_ignores_what_is_not_defined_and_names_all_that_look_equal():
    assert only(trained=0.61, untrained=math.nan, majority=0.5).best == {"trained"}
    assert only(trained=0.6101, untrained=0.6099, majority=0.5).best == {"trained", "untrained"}
    assert only(trained=math.nan).best == set()


@pytest.mark.parametrize(
    ("trained", "untrained", "verdict"),
    [
        ((0.7, 0.66, 0.74), (0.6, 0.55, 0.65), "above"),
        ((0.6, 0.55, 0.65), (0.7, 0.66, 0.74), "below"),
        ((0.7, 0.65, 0.74), (0.6, 0.55, 0.65), "overlap"),
        ((0.7, math.nan, math.nan), (0.6, 0.55, 0.65), "unknown"),
        ((math.nan, math.nan, math.nan), (0.6, 0.55, 0.65), "unknown"),
    ],
)
def test_verdict(trained: tuple[float, float, float], untrained: tuple[float, float, float], verdict: str):
    assert only(trained=trained, untrained=untrained).verdict("trained", "untrained") == verdict


def test_verdict_on_someone_who_was_not_measured():
    assert only(trained=0.5).verdict("trained", "untrained") == "unknown"
    assert math.isnan(only(trained=0.5).difference("untrained", "trained"))


@given(st.lists(SCORES, min_size=3, max_size=3), st.lists(SCORES, min_size=3, max_size=3))
def test_verdicts_mirror_each_other(one: list[float], other: list[float]):
    (a, b, c), (d, e, f) = sorted(one), sorted(other)
    pair = only(trained=(b, a, c), untrained=(e, d, f))
    mirrored = {"above": "below", "below": "above", "overlap": "overlap"}
    assert pair.verdict("untrained", "trained") == mirrored[pair.verdict("trained", "untrained")]
    assert pair.difference("untrained", "trained") == -pair.difference("trained", "untrained")
    assert pair.best <= set(pair.rows)


def test_titles():
    assert comparisons(usual_table())[2].title == "lp · ROC-AUC · hadamard"
    assert metric_title("balanced_accuracy") == "balanced accuracy"
