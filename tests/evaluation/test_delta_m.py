"""Delta-m: its value by hand, and its spread against simulation."""

import math
import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.evaluation.delta_m import delta_m

SCORES = st.tuples(st.floats(0.1, 100), st.floats(0, 5))
PAIRED = st.lists(st.tuples(SCORES, SCORES), min_size=1, max_size=4)


def test_by_hand():
    """Gains of 10 % and -20 %: -5 %. Variances (0.1^2 + 0.11^2) and (0.04^2 + 0), of which a quarter of the sum."""
    value, spread = delta_m([(55.0, 5.0), (20.0, 1.0)], [(50.0, 5.0), (25.0, 0.0)])
    assert value == pytest.approx(-5)
    assert spread == pytest.approx(100 * math.sqrt(0.01 + 0.0121 + 0.0016) / 2)


def test_a_single_split_has_a_value_and_no_spread():
    assert delta_m([(0.6, 0.0)], [(0.5, 0.0)]) == (pytest.approx(20), 0)


@given(PAIRED)
def test_equal_scores_gain_nothing(pairs):
    same = [first for first, _ in pairs]
    assert delta_m(same, same)[0] == pytest.approx(0, abs=1e-9)


@given(PAIRED, st.floats(0.01, 100))
def test_the_unit_of_scores_does_not_matter(pairs, unit):
    """Percent or fractions."""
    plain = delta_m([first for first, _ in pairs], [second for _, second in pairs])
    turned = [[(unit * mean, unit * spread) for mean, spread in side] for side in zip(*pairs, strict=True)]
    assert delta_m(*turned) == pytest.approx(plain, rel=1e-6, abs=1e-6)


@given(PAIRED, st.randoms(use_true_random=False))
def test_the_order_of_the_tasks_does_not_matter(pairs, shuffler):
    turned = list(pairs)
    shuffler.shuffle(turned)
    one, other = (delta_m([first for first, _ in side], [second for _, second in side]) for side in (pairs, turned))
    assert one == pytest.approx(other, rel=1e-9, abs=1e-9)


def test_the_spread_is_that_of_independent_scores():
    """Scores drawn from normal distributions of those means and deviations; first order, so only small ones."""
    multi, single = [(80.0, 2.0), (60.0, 1.0), (70.0, 0.5)], [(75.0, 1.0), (62.0, 1.5), (65.0, 2.0)]
    random_state = random.Random(3)

    def drawn(side):
        return [(random_state.gauss(mean, spread), 0.0) for mean, spread in side]

    values = [delta_m(drawn(multi), drawn(single))[0] for _ in range(20_000)]
    value, spread = delta_m(multi, single)
    assert statistics.fmean(values) == pytest.approx(value, abs=0.1)
    assert statistics.stdev(values) == pytest.approx(spread, rel=0.03)


def test_what_is_not_defined_is_nan():
    assert all(map(math.isnan, delta_m([(0.5, 0.0)], [(0.0, 0.0)])))
    assert math.isnan(delta_m([(math.nan, 0.1), (0.5, 0.1)], [(0.5, 0.1), (0.5, 0.1)])[0])
    value, spread = delta_m([(0.6, math.nan)], [(0.5, 0.1)])
    assert value == pytest.approx(20)
    assert math.isnan(spread)


@pytest.mark.parametrize(("ours", "theirs"), [(0, 0), (1, 2), (2, 1)])
def test_both_sides_have_the_same_tasks(ours, theirs):
    with pytest.raises(InputError, match=f"same tasks on both sides: got {ours} scores and {theirs}"):
        delta_m([(0.5, 0.1)] * ours, [(0.5, 0.1)] * theirs)
