"""Means and deviations, and what there is of them where values are few."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from multigraft.studies.spread import mean_and_std


@given(st.lists(st.floats(0, 100), min_size=2, max_size=12))
def test_they_are_numpys_with_one_degree_of_freedom_less(values):
    mean, std = mean_and_std(values)
    assert math.isclose(mean, np.mean(values), abs_tol=1e-9)
    assert math.isclose(std, np.std(values, ddof=1), rel_tol=1e-6, abs_tol=1e-6)


def test_too_few_values_have_none():
    assert mean_and_std([3.5])[0] == 3.5
    assert math.isnan(mean_and_std([3.5])[1])
    assert all(map(math.isnan, mean_and_std([])))
