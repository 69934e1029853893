"""What cannot all be true is found, once; what can be is left alone."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.leaderboard.contradictions import contradictions
from multigraft.leaderboard.measured import measured_results
from multigraft.leaderboard.printed import printed_results
from tests.helpers.board import a_result, any_result
from tests.helpers.made_up import made_up
from tests.helpers.studies import small_study

VALUES = {"seeds": (0, 1), "values": {0: 40.0, 1: 60.0}}
ALONE = [
    ({"metric": "f1"}, "nobody knows this metric, nor which way is better"),
    ({"value": math.nan}, "its value is no number"),
    ({"value": -math.inf}, "its value is no number"),
    ({"value": 100.5}, "100.5 is out of range, 0 to 100"),
    ({"value": -1.0}, "-1 is out of range, 0 to 100"),
    ({"value": -2.7, "metric": "rmse"},
     "-2.7 is out of range, 0 to 1e+12; an error is better the lower it is, and is not turned round"),
    ({"value": -100.5, "metric": "delta_m_percent"}, "-100.5 is out of range, -100 to inf"),
    ({"std": -0.5}, "a standard deviation of -0.5 cannot be"),
    ({"std": math.nan}, "a standard deviation of nan cannot be"),
    ({**VALUES, "seeds": (0, 2)}, "its values are of other seeds than it names"),
    ({**VALUES, "value": 50.1}, "its value 50.1 is not the mean of its values, 50"),
]  # fmt: skip


def says(*results):
    return [one.says for one in contradictions(results)]


@pytest.mark.parametrize(("change", "reason"), ALONE, ids=lambda part: str(part)[:40])
def test_what_cannot_be_is_found_once_among_others(change, reason):
    bad = a_result(model="odd", **change)
    (found,) = contradictions([a_result(), bad, a_result(model="isame", std=2.0, **VALUES)])
    assert found.says == f"odd on ENZYMES, gc, {bad.metric}: {reason}"
    assert found.results == (bad,)


@pytest.mark.parametrize(
    "change",
    [
        {}, {"value": 0.0}, {"value": 100.0}, {"std": 0.0}, {"std": 99.0}, VALUES, {**VALUES, "value": 50.004},
        {"value": 1e9, "metric": "mae"}, {"value": -99.0, "metric": "delta_m_percent"},
        {**VALUES, "value": 12.0, "metric": "delta_m_percent"},  # a gain of means is no mean of gains
    ],
    ids=str,
)  # fmt: skip
def test_what_can_be_is_left_alone(change):
    assert says(a_result(**change)) == []


def test_one_claim_with_two_values_is_found_once():
    two = [a_result(source="submitted"), a_result(source="submitted", value=51.0)]
    (found,) = contradictions([a_result(model="isame"), *two])
    assert found.says == "esame on ENZYMES, gc, accuracy: the same claim has the values 50, 51"
    assert list(found.results) == two
    assert len(contradictions([*two, a_result(source="submitted", value=52.0), *two])) == 1


def test_one_run_with_two_values_is_found_once():
    two = [a_result(study="one", runs=("k0", "k1")), a_result(study="two", runs=("k0", "k1"), value=51.0)]
    (found,) = contradictions(two)
    assert found.says == "esame on ENZYMES, gc, accuracy: the same runs has the values 50, 51"
    assert list(found.results) == two


def test_rounding_is_no_contradiction():
    assert says(a_result(), a_result(value=50.004)) == []
    assert says(a_result(runs=("k",), study="a"), a_result(runs=("k",), study="b", value=49.997)) == []


def test_small_errors_are_compared_by_their_own_measure():
    """Half a hundredth is more than half of an error of 0.00922."""
    small = {"metric": "mae", "task": "gr", "source": "submitted"}
    assert len(says(a_result(value=0.00922, **small), a_result(value=0.00522, **small))) == 1
    assert len(says(a_result(value=0.009, seeds=(0,), values={0: 0.005}, **small))) == 1
    assert says(a_result(value=0.00922, **small), a_result(value=0.009221, **small)) == []
    assert says(a_result(value=113.2, **small), a_result(value=113.24, **small)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"source": "measured"}, {"model": "isame"}, {"dataset": "COX2"}, {"task": "nc"}, {"metric": "roc_auc"},
        {"protocol": "paper"}, {"split": "random"}, {"split": "scaffold"}, {"trained": "gc,lp"}, {"probe": "knn"},
        {"features": "sum"}, {"seeds": (0,)}, {"paper": "Another"}, {"study": "another"}, {"headline": False},
    ],
    ids=str,
)  # fmt: skip
def test_other_claims_may_have_other_values(change):
    assert says(a_result(source="submitted"), a_result(**{"source": "submitted", "value": 51.0} | change)) == []


def test_one_description_may_be_read_by_two():
    """Its readers share a run of the ledger."""
    shared = {"model": "ecfp-count", "runs": ("k0", "k1"), "study": "one"}
    assert says(a_result(probe="logistic", **shared), a_result(probe="forest", value=60.0, **shared)) == []


def test_values_that_overflow_are_out_of_range_and_no_error():
    huge = {"metric": "rmse", "value": 1.7e308, "seeds": (0, 1), "values": {0: 1.7e308, 1: 1.7e308}}
    assert all(isinstance(one, str) for one in says(a_result(**huge)))


def test_published_numbers_do_not_contradict_each_other():
    found = printed_results()
    assert len(found) == 350
    assert says(*found) == []


def test_a_ledger_does_not_contradict_itself(tmp_path):
    study = small_study(splits=3)
    found = measured_results([study], made_up(study, tmp_path))
    assert len(found) == 12
    assert says(*found, *printed_results()) == []


@given(st.lists(any_result(), max_size=3))
def test_any_results_can_be_checked(many):
    found = contradictions([*many, *many])
    assert all(one.results and one.says for one in found)
    assert [one.says for one in contradictions([*many, *many])] == [one.says for one in found]
