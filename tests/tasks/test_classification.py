"""Shares leave something on either side."""

from hypothesis import given
from hypothesis import strategies as st

from multigraft.tasks.classification import share


@given(st.integers(1, 10_000), st.floats(0.01, 0.99))
def test_share_is_the_rounded_fraction_with_something_on_either_side(count, fraction):
    taken = share(count, fraction)
    assert 1 <= taken <= count
    if count > 1:
        assert taken < count
        assert abs(taken - count * fraction) <= 1


def test_share_examples():
    assert [share(n, 0.6) for n in (1, 2, 3, 5, 10)] == [1, 1, 2, 3, 6]
