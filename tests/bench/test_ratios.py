"""The median ratio, and an interval that holds the true one as often as it says."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.bench.ratios import Ratio, left_out_at_each_end


@given(st.lists(st.floats(0.01, 1000), min_size=1, max_size=40))
def test_the_median_lies_in_its_interval_and_the_interval_among_the_ratios(ratios):
    found = Ratio.of(ratios)
    assert min(ratios) <= found.low <= found.middle <= found.high <= max(ratios)
    assert found.rounds == len(ratios)


@pytest.mark.parametrize(
    ("rounds", "left_out"), [(1, 0), (2, 0), (5, 0), (6, 0), (8, 0), (9, 1), (12, 2), (15, 3), (20, 5), (25, 7)]
)
def test_as_many_are_left_out_as_the_tables_of_the_sign_test_say(rounds, left_out):
    assert left_out_at_each_end(rounds) == left_out


def test_the_interval_of_fifteen_rounds():
    assert Ratio.of([float(ratio) for ratio in range(15, 0, -1)]) == Ratio(4.0, 8.0, 12.0, 15)


@pytest.mark.parametrize(("rounds", "least"), [(5, 0.92), (15, 0.95), (30, 0.95)])
def test_it_holds_the_true_median_as_often_as_it_says(rounds, least):
    """Ratios of any distribution: here a skewed one, whose median is 1."""
    draw, held, trials = random.Random(0), 0, 1000
    for _ in range(trials):
        found = Ratio.of([draw.lognormvariate(0, 1.5) for _ in range(rounds)])
        held += found.low <= 1 <= found.high
    assert held / trials >= least - 0.005


def test_the_interval_narrows_with_rounds():
    draw = random.Random(0)
    few, many = (Ratio.of([draw.gauss(5, 1) for _ in range(rounds)]) for rounds in (10, 1000))
    assert many.high - many.low < (few.high - few.low) / 4


def test_row():
    assert Ratio(1.0, 2.0, 3.0, 7).row() == {"ratio": 2.0, "ratio_low": 1.0, "ratio_high": 3.0, "rounds": 7}
