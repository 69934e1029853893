"""Metrics are found by what people call them, and know which way is better."""

import math

import pytest

from multigraft.errors import InputError
from multigraft.evaluation.names import sign
from multigraft.evaluation.protocols import PROTOCOLS
from multigraft.leaderboard.metrics import METRICS, metric_of, shortened


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("AUC", "roc_auc"), ("ROC-AUC", "roc_auc"), (" auroc ", "roc_auc"), ("ROC AUC", "roc_auc"),
        ("Acc", "accuracy"), ("Accuracy", "accuracy"), ("Balanced Accuracy", "balanced_accuracy"),
        ("AP", "average_precision"), ("PR-AUC", "average_precision"), ("RMSE", "rmse"), ("mae", "mae"),
        ("Delta-m", "delta_m_percent"), ("delta_m_percent", "delta_m_percent"),
    ],
)  # fmt: skip
def test_what_others_call_a_metric_is_known(called, name):
    assert metric_of(called).name == name


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda metric: metric.name)
def test_name_and_title_lead_to_the_metric(metric):
    assert metric_of(metric.name) is metric
    assert metric_of(metric.title) is metric
    assert all(metric_of(alias.upper()) is metric for alias in metric.aliases)


def test_no_name_belongs_to_two():
    names = [name for one in METRICS.values() for name in {one.name, one.title.lower(), *one.aliases}]
    assert len(names) == len(set(names)) >= 16


@pytest.mark.parametrize("name", ["", "F1", "accuracy %", "roc__auc", "<b>", "auc\x00"])
def test_an_unknown_metric_is_named_beside_the_known_ones(name):
    with pytest.raises(InputError, match=r"unknown metric .*choose from accuracy, .*rmse, mae, delta_m_percent"):
        metric_of(name)


def test_a_metric_as_long_as_a_book_is_not_printed_whole():
    with pytest.raises(InputError, match="unknown metric") as found:
        metric_of("x" * 10**6)
    assert len(str(found.value)) < 250


def test_only_errors_are_better_the_lower_they_are():
    assert {name for name, one in METRICS.items() if one.better == "lower"} == {"rmse", "mae"}
    assert {name: one.sign for name, one in METRICS.items()} == {name: sign(name) for name in METRICS}
    assert METRICS["mae"].sign == -1


def test_shares_lie_between_0_and_100_and_errors_below_what_is_a_slip():
    assert {name for name, one in METRICS.items() if one.share} == {
        "accuracy", "balanced_accuracy", "roc_auc", "average_precision",
    }  # fmt: skip
    assert (METRICS["rmse"].low, METRICS["rmse"].high) == (0.0, 1e12)
    assert (METRICS["delta_m_percent"].low, METRICS["delta_m_percent"].high) == (-100.0, math.inf)


def test_every_metric_that_a_protocol_measures_is_known():
    measured = {name for one in PROTOCOLS.values() for recipe in one.recipes.values() for name in recipe.metrics}
    assert len(measured) == 6
    assert measured <= METRICS.keys()


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [("abc", 3, "abc"), ("abcdef", 5, "ab..."), ("x" * 81, 80, "x" * 77 + "..."), ("", 4, "")],
)
def test_long_texts_are_cut_to_a_line(text, most, short):
    assert shortened(text, most) == short
