"""Ranges and choices: what they hold, what cannot be one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.tuning.space import Choice, Real, Space, Whole

NUMBERS = st.floats(-1e6, 1e6)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_a_range_holds_what_lies_between_its_ends(one, other, value):
    low, high = sorted((one, other))
    if low == high:
        with pytest.raises(InputError, match="to a larger one"):
            Real(low, high)
        return
    assert Real(low, high).holds(value) == (low <= value <= high)
    assert all(Real(low, high).holds(end) for end in Real(low, high).extremes)


@given(st.integers(-50, 50), st.integers(1, 20), st.integers(-100, 100))
def test_whole_numbers_include_both_ends(low, width, value):
    parameter = Whole(low, low + width)
    assert parameter.holds(value) == (value in range(low, low + width + 1))
    assert parameter.extremes == (low, low + width)


@pytest.mark.parametrize("value", [True, "2", None, [2]], ids=str)
def test_ranges_hold_numbers_only(value):
    assert not Real(0.0, 5.0).holds(value)
    assert not Whole(0, 5).holds(value)


def test_a_fraction_is_no_whole_number():
    assert not Whole(1, 3).holds(2.0)
    assert Real(1.0, 3.0).holds(2)


@pytest.mark.parametrize(("kind", "low", "high"), [(Real, 2.0, 2.0), (Real, 3.0, 2.0), (Whole, 2, 2), (Whole, 3, 2)])
def test_a_range_must_lead_upwards(kind, low, high):
    with pytest.raises(InputError, match=f"got low = {low}, high = {high}"):
        kind(low, high)


@pytest.mark.parametrize("ends", [(math.nan, 1.0), (0.0, math.inf), (-math.inf, 0.0)], ids=str)
def test_a_range_must_end(ends):
    with pytest.raises(InputError, match="a range goes from"):
        Real(*ends)


@pytest.mark.parametrize(("kind", "low"), [(Real, 0.0), (Real, -1.0), (Whole, 0)])
def test_magnitudes_lie_above_zero(kind, low):
    with pytest.raises(InputError, match="lies above 0"):
        kind(low, low + 5, log=True)


@pytest.mark.parametrize("values", [(), ("a",), (1, 1), ("a", "b", "a")], ids=str)
def test_a_choice_is_between_different_values(values):
    with pytest.raises(InputError, match="at least two different values"):
        Choice(values)


def test_a_choice_tells_types_apart():
    assert Choice((True, False)).holds(True)
    assert not Choice((True, False)).holds(1)
    assert Choice((1, 2)).extremes == (1, 2)


def test_a_space_says_which_values_lie_inside():
    space = Space({"a": Real(0.0, 1.0), "b": Choice(("x", "y"))}, {"c": 3})
    assert space.inside({"a": 2.0, "b": "y", "c": 3, "d": 1}) == {"b": "y"}
    assert space.inside({"a": 0.5, "b": "z"}) == {"a": 0.5}


def test_a_space_as_json():
    space = Space({"a": Real(0.5, 1.0), "b": Choice(("x", "y")), "c": Whole(1, 8, log=True)}, {"d": 3})
    assert space.to_json() == {
        "d": 3, "a": {"low": 0.5, "high": 1.0, "log": False}, "b": ["x", "y"], "c": {"low": 1, "high": 8, "log": True},
    }  # fmt: skip


def test_a_space_searches_something_and_nothing_that_it_holds():
    with pytest.raises(InputError, match="at least one range or choice"):
        Space({}, {"a": 1})
    with pytest.raises(InputError, match="a cannot be both searched and held"):
        Space({"a": Real(0.0, 1.0)}, {"a": 0.5})
