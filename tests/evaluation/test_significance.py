"""The corrected test: against an independent computation, and its size by simulation of overlapping splits."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from multigraft.errors import InputError
from multigraft.evaluation.significance import SplitDifference, corrected_difference

SHARE = 0.2 / 0.7
SCORES = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=2, max_size=12)


def spread(pairs):
    """Enough of it that rounding says nothing."""
    gaps = np.subtract(*np.array(pairs).T)
    return bool(gaps.std() > 1e-6)


def resampled(runs, splits, seed, effect=0.0, graphs=200):
    """Differences of accuracy of two equal methods on ``splits`` random 70/10/20 splits of the same graphs.

    A method is right on a graph of the test part by the graph's own chance, moved by how its training part has turned
    out: what overlapping training parts have in common moves all splits alike.
    """
    random = np.random.default_rng(seed)
    train, test = int(0.7 * graphs), int(0.2 * graphs)
    for _ in range(runs):
        luck = 0.5 * random.normal(size=(2, graphs))  # what a method learns from each graph
        noise = random.normal(size=(2, graphs))  # how it does on each graph
        gaps = []
        for _ in range(splits):
            order = random.permutation(graphs)
            fitted, asked = order[:train], order[-test:]
            scores = luck[:, fitted].mean(1) + noise[:, asked].mean(1)
            gaps.append(scores[0] - scores[1] + effect)
        yield gaps, [0.0] * splits


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_by_hand():
    """Differences 1, 2, 3: mean 2, s = 1, variance of the mean 1/3 + 1/3, t(2 df) at 97.5 % is 4.302653."""
    found = corrected_difference([11.0, 22.0, 33.0], [10.0, 20.0, 30.0], 1 / 3)
    reach = 4.302653 * math.sqrt(2 / 3)
    assert (found.value, found.n) == (2.0, 3)
    assert (found.low, found.high) == pytest.approx((2 - reach, 2 + reach), abs=1e-5)
    statistic = 2 / math.sqrt(2 / 3)
    assert found.p == pytest.approx(1 - statistic / math.sqrt(2 + statistic**2))  # Student's t with 2 df, closed form


@given(SCORES)
def test_without_overlap_it_is_the_paired_t_test(pairs):
    assume(spread(pairs))
    first, second = map(list, zip(*pairs, strict=True))
    known = stats.ttest_rel(first, second)
    interval = known.confidence_interval(0.95)
    found = corrected_difference(first, second, 0.0)
    assert found.p == pytest.approx(known.pvalue, rel=1e-6, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-6, abs=1e-6)


@given(SCORES, st.floats(0.01, 2))
def test_the_correction_widens_the_interval_by_what_the_paper_says(pairs, share):
    assume(spread(pairs))
    first, second = map(list, zip(*pairs, strict=True))
    plain, corrected = (corrected_difference(first, second, value) for value in (0.0, share))
    assert corrected.value == plain.value
    wider = math.sqrt((1 / len(pairs) + share) * len(pairs))
    assert corrected.high - corrected.low == pytest.approx(wider * (plain.high - plain.low), rel=1e-9)
    assert corrected.p >= plain.p


@given(SCORES)
def test_turned_round_it_is_the_negative(pairs):
    first, second = map(list, zip(*pairs, strict=True))
    found, turned = (corrected_difference(*sides, SHARE) for sides in ((first, second), (second, first)))
    values = (turned.value, turned.low, turned.high, turned.p)
    assert values == pytest.approx((-found.value, -found.high, -found.low, found.p), nan_ok=True)


@given(SCORES)
def test_the_interval_leaves_out_zero_where_p_is_below_a_twentieth(pairs):
    assume(spread(pairs))
    found = corrected_difference(*map(list, zip(*pairs, strict=True)), SHARE)
    assume(abs(found.p - 0.05) > 1e-6)
    assert (found.low > 0 or found.high < 0) == (found.p < 0.05)


# --- its size --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("splits", [3, 10])
def test_it_finds_little_more_than_one_in_twenty_where_there_is_nothing_and_the_plain_test_far_more(splits):
    corrected, plain = (
        np.mean([corrected_difference(*pair, share).p < 0.05 for pair in resampled(1500, splits, seed=1)])
        for share in (SHARE, 0.0)
    )
    assert corrected < 0.065
    assert plain > corrected + (0.1 if splits == 10 else 0.02)


def test_it_finds_a_large_difference():
    pairs = list(resampled(300, 10, seed=2, effect=0.8))
    assert np.mean([corrected_difference(*pair, SHARE).p < 0.05 for pair in pairs]) > 0.8


# --- little to go by -------------------------------------------------------------------------------------------------


def test_one_split_has_a_value_alone_and_none_has_nothing():
    one = corrected_difference([0.7], [0.5], SHARE)
    assert (one.value, one.n) == (pytest.approx(0.2), 1)
    none = corrected_difference([], [], SHARE)
    assert (math.isnan(none.value), none.n) == (True, 0)
    for found in (one, none):
        assert all(map(math.isnan, (found.low, found.high, found.p)))


def test_splits_without_a_score_are_left_out():
    found = corrected_difference([1.0, math.nan, 3.0, 5.0], [0.0, 1.0, math.nan, 2.0], SHARE)
    assert found == corrected_difference([1.0, 5.0], [0.0, 2.0], SHARE)
    assert found.n == 2


def test_methods_that_score_alike_everywhere_do_not_differ():
    assert corrected_difference([0.5, 0.7], [0.5, 0.7], SHARE) == SplitDifference(0.0, 0.0, 0.0, 1.0, 2)


@pytest.mark.parametrize("gap", [0.1, 1 / 3])
def test_the_same_difference_everywhere_claims_no_certainty(gap):
    """But for rounding: 0.3 + 0.1 - 0.3 is not 0.1."""
    scores = [0.3, 0.41, 0.77]
    found = corrected_difference([score + gap for score in scores], scores, SHARE)
    assert found.value == pytest.approx(gap)
    assert found.n == 3
    assert all(map(math.isnan, (found.low, found.high, found.p)))


def test_scores_that_are_not_paired_are_refused():
    with pytest.raises(InputError, match="same splits: got 2 and 1"):
        corrected_difference([0.5, 0.6], [0.5], SHARE)
    with pytest.raises(InputError, match=r"-0\.1 test graphs"):
        corrected_difference([0.5, 0.6], [0.5, 0.4], -0.1)
