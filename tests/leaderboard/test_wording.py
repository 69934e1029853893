"""Numbers have as many digits as they deserve, and names fit where they stand."""

import pytest

from multigraft.leaderboard.metrics import METRICS
from multigraft.leaderboard.wording import cut, number, told_apart, value_text, who
from tests.helpers.board import a_result


@pytest.mark.parametrize(
    ("value", "metric", "text"),
    [
        (86.94, "accuracy", "86.9"), (100.0, "roc_auc", "100.0"), (0.0, "average_precision", "0.0"),
        (84.5, "roc_auc", "84.5"), (-21.44, "delta_m_percent", "-21.4"), (123.456, "delta_m_percent", "123.5"),
        (2.764, "rmse", "2.76"), (0.00922, "mae", "0.00922"), (113.2, "mae", "113"), (0.02, "mae", "0.02"),
        (1234567.0, "rmse", "1.23e+06"),
    ],
)  # fmt: skip
def test_shares_have_one_digit_and_errors_three(value, metric, text):
    assert number(value, METRICS[metric]) == text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"value": 86.94, "std": 1.249}, "86.9 ± 1.2"), ({"value": 86.94}, "86.9"), ({"std": 0.0}, "50.0 ± 0.0"),
        ({"value": 2.764, "std": 0.0316, "metric": "rmse"}, "2.76 ± 0.0316"),
        ({"value": 0.123456789, "std": 1.0, "metric": "f1"}, "0.123457"),
    ],
    ids=str,
)  # fmt: skip
def test_a_number_stands_with_its_spread(change, text):
    assert value_text(a_result(**change)) == text


def test_who_says_what_a_model_was_trained_for_where_that_is_known():
    assert who(a_result(trained="gc,lp")) == "esame, gc,lp"
    assert who(a_result()) == "esame"


def test_what_is_called_the_same_is_told_apart_by_what_read_it():
    shared = {"model": "ecfp-count", "trained": ""}
    several = [a_result(probe="forest", **shared), a_result(probe="logistic", **shared), a_result(probe="svm"),
               a_result(**shared)]  # fmt: skip
    assert told_apart(several) == ["ecfp-count (forest)", "ecfp-count (logistic)", "esame", "ecfp-count"]
    assert told_apart([]) == []


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("", 3, ""), ("x" * 121, 120, "x" * 119 + "…"), ("🧪🧪🧪", 2, "🧪…")],
)
def test_long_names_are_cut(text, most, short):
    assert cut(text, most) == short
    assert len(cut("x" * 10**6)) == 120
