"""Student's t distribution against SciPy's."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from multigraft.evaluation.student import quantile, two_sided_p

DEGREES = (1, 2, 3, 4, 9, 10, 29, 99, 1000)


@given(st.floats(-1e4, 1e4), st.integers(1, 500))
def test_p_values_are_scipys(t, df):
    assert two_sided_p(t, df) == pytest.approx(2 * stats.t.sf(abs(t), df), rel=1e-9, abs=1e-300)


@pytest.mark.parametrize("df", DEGREES)
@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.999])
def test_quantiles_are_scipys(level, df):
    assert quantile(level, df) == pytest.approx(stats.t.ppf((1 + level) / 2, df), rel=1e-9)


@pytest.mark.parametrize("df", DEGREES)
def test_the_ends(df):
    assert two_sided_p(0.0, df) == 1.0
    assert two_sided_p(1e200, df) == pytest.approx(0.0, abs=1e-100)
    assert quantile(0.0, df) < 1e-300


def test_by_hand():
    """One degree of freedom is Cauchy's distribution, two have a closed form."""
    assert two_sided_p(1.0, 1) == pytest.approx(0.5, rel=1e-14)
    assert two_sided_p(3.0, 2) == pytest.approx(1 - 3 / math.sqrt(2 + 9), rel=1e-13)
