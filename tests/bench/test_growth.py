"""Exponents are those of the power law that was put in; a curve is measured as often as it is said."""

import math
import statistics

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from multigraft.bench.growth import Curve, fit, growth, measured, timed

SIZES = (1, 2, 4, 8, 16, 32)


@given(st.floats(-3, 3), st.floats(1e-3, 1e3))
def test_the_exponent_of_a_power_law_is_exact(exponent, factor):
    slope, error = fit(SIZES, [factor * size**exponent for size in SIZES])
    assert slope == pytest.approx(exponent, abs=1e-12)
    assert error == pytest.approx(0, abs=1e-12)


@given(st.lists(st.floats(0.01, 100), min_size=3, max_size=8))
def test_slope_and_error_are_scipys(values):
    assume(max(values) > 1.001 * min(values))  # of equal values SciPy knows no error
    sizes = [3**place for place in range(len(values))]
    expected = stats.linregress([math.log(size) for size in sizes], [math.log(value) for value in values])
    slope, error = fit(sizes, values)
    assert slope == pytest.approx(expected.slope, abs=1e-9)
    assert error == pytest.approx(expected.stderr, rel=1e-6, abs=1e-6)


def test_by_hand():
    """Logarithms 0, 1, 1 over 0, 1, 2, base 2: slope 1/2; residuals -1/6, 1/3, -1/6, so s^2 = 1/6, error^2 = 1/12."""
    assert fit((1, 2, 4), (1, 2, 2)) == pytest.approx((0.5, math.sqrt(1 / 12)))


def test_too_few_points():
    slope, error = fit((1, 2), (3.0, 6.0))
    assert slope == pytest.approx(1)
    assert math.isnan(error)
    assert all(map(math.isnan, fit((4,), (1.0,))))
    assert all(map(math.isnan, fit((4, 4), (1.0, 2.0))))


def made(values, asked=None):
    """A curve whose measurements are made up: from a size to what it gives one after the other."""

    def at(size):
        left = iter(values[size])

        def measure():
            if asked is not None:
                asked.append(size)
            return next(left)

        return measure

    return Curve("made up", "apples", "ms", tuple(values), at)


def test_points_are_medians_and_the_first_round_does_not_count():
    asked = []
    values = {1: [99, 1.0, 3.0, 2.0], 2: [99, 4.0, 4.0, 5.0], 4: [99, 8.0, 9.0, 8.0]}
    found = measured("fruit", made(values, asked), rounds=3)
    assert found.points == ((1, 2.0), (2, 4.0), (4, 8.0))
    assert (found.exponent, found.error, found.last) == pytest.approx((1, 0, 1), abs=1e-12)
    assert (found.name, found.x, found.unit, found.rounds) == ("fruit", "apples", "ms", 3)
    assert found.spread == 1.0  # 1 to 3 around 2
    assert asked == [1, 2, 4] * 4  # the sizes take turns


def test_the_last_slope_is_that_of_the_two_largest():
    found = measured("fruit", made({1: [1.0] * 3, 2: [1.0] * 3, 4: [4.0] * 3}), rounds=2)
    assert found.last == pytest.approx(2)
    assert found.exponent == pytest.approx(1)


def test_when_time_is_over_no_round_begins_but_the_fewest(clock):
    def slow(size):
        def measure():
            clock.sleep(10)
            return float(size)

        return measure

    assert measured("slow", Curve("slow", "x", "ms", (1, 2), slow), rounds=9, seconds=1.0).rounds == 2
    assert measured("slow", Curve("slow", "x", "ms", (1, 2), slow), rounds=9, seconds=50.0).rounds == 3


def test_one_thread_and_the_end_of_every_curve():
    ended, heard = [], []

    def curve(name, value):
        def measure():
            assert torch.get_num_threads() == 1
            if value is None:
                raise ZeroDivisionError
            return value

        return lambda: Curve(name, "x", "ms", (1, 2), lambda size: measure, lambda: ended.append(name))

    torch.set_num_threads(2)
    found = growth({"one": curve("one", 1.0), "two": curve("two", 2.0)}, heard.append, rounds=1)
    assert [one.name for one in found] == ended == ["one", "two"]
    assert heard == [1, 1]
    with pytest.raises(ZeroDivisionError):
        growth({"three": curve("three", None)})
    assert ended[-1] == "three"


def test_times_are_of_a_unit(clock):
    assert timed(lambda: clock.sleep(0.03), units=3)() == pytest.approx(10)  # milliseconds
    called = []
    measure = timed(lambda: (clock.sleep(0.001), called.append(1)))
    before = len(called)
    assert measure() == pytest.approx(1)
    assert len(called) - before == 50  # as many as take as long as a turn


def test_rows_are_plain():
    row = measured("fruit", made({1: [1.0] * 3, 2: [2.0] * 3}), rounds=2).row()
    assert row["points"] == ((1, 1.0), (2, 2.0))
    assert math.isnan(row["error"])
    assert statistics.fmean([row["exponent"], row["last"]]) == pytest.approx(1)
