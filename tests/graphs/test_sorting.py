"""Sorting: NumPy's where it can, PyTorch's elsewhere, the same outcome."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.graphs.sorting import sorted_values, stable_order

NUMBERS = st.lists(st.integers(-(2**63), 2**63 - 1), max_size=30)
KEYS = st.lists(st.integers(0, 9), max_size=30)


@given(NUMBERS)
def test_values_are_sorted(numbers):
    values = torch.tensor(numbers, dtype=torch.int64)
    assert sorted_values(values).tolist() == sorted(numbers)
    assert values.tolist() == numbers, "the input stays as it is"


@given(KEYS)
def test_equal_keys_stay_in_their_order(keys):
    found, order = stable_order(torch.tensor(keys, dtype=torch.int64))
    assert order.tolist() == sorted(range(len(keys)), key=lambda place: keys[place])
    assert found.tolist() == sorted(keys)


def test_large_keys_keep_their_places():
    keys = torch.tensor([2**40 + 1, 2**40, 2**40 + 1])
    found, order = stable_order(keys)
    assert torch.equal(found, keys[order])
    assert order.tolist() == [1, 0, 2]


@pytest.mark.parametrize("strides", [1, 2])
def test_views_are_sorted_too(strides):
    values = torch.tensor([5, 3, 9, 1, 7, 2])[::strides]
    assert sorted_values(values).tolist() == sorted(values.tolist())
