"""NumPy's arrays and torch's say the same; and both what a loop says."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.graphs.arrays import HOST, Device, arrays

DEVICE = Device(torch.device("cpu"))
BOTH = pytest.mark.parametrize("on", [HOST, DEVICE], ids=["host", "device"])
numbers = st.lists(st.integers(0, 9), max_size=20)


def whole(values: list[int]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.int64)


def listed(on, array) -> list:
    """An array's numbers."""
    return on.tensor(array).tolist()


def test_the_host_has_numpys_arrays_and_other_devices_tensors():
    assert arrays(torch.device("cpu")) is HOST
    assert isinstance(HOST.of(whole([1])), np.ndarray)
    assert arrays(torch.device("meta")) == Device(torch.device("meta"))
    assert arrays(torch.device("meta")).arange(3).device.type == "meta"


@BOTH
def test_arrays_and_tensors_share_memory(on):
    tensor = whole([1, 2, 3])
    again = on.tensor(on.of(tensor))
    again[0] = 7
    assert tensor.tolist() == [7, 2, 3]


@BOTH
@given(numbers)
def test_offsets_and_ranges(on, sizes):
    assert listed(on, on.offsets(on.of(whole(sizes)))) == [sum(sizes[:place]) for place in range(len(sizes) + 1)]
    assert listed(on, on.arange(len(sizes))) == list(range(len(sizes)))
    assert listed(on, on.sent(np.array(sizes, np.int64))) == sizes


@BOTH
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), max_size=8), st.booleans())
def test_repeated_values_and_columns(on, pieces, known):
    values, counts = whole([value for value, _ in pieces]), whole([count for _, count in pieces])
    total = int(counts.sum()) if known else None
    expected = [value for value, count in pieces for _ in range(count)]
    assert listed(on, on.repeat(on.of(values), on.of(counts), total)) == expected
    both = on.repeat(on.of(torch.stack([values, values + 1])), on.of(counts), total)
    assert listed(on, both) == [expected, [value + 1 for value in expected]]


@BOTH
@pytest.mark.parametrize("shape", [(6,), (6, 3), (6, 0), (6, 2, 2)], ids=str)
@pytest.mark.parametrize("dtype", [torch.int64, torch.uint8, torch.bool, torch.float32, torch.bfloat16], ids=str)
def test_rows_of_columns_of_any_kind(on, shape, dtype):
    column = torch.randint(2, shape, generator=torch.Generator().manual_seed(0)).to(dtype)
    rows = [5, 0, 0, 3]
    assert torch.equal(on.rows(column, on.of(whole(rows))), column[rows])
    assert torch.equal(on.rows(column, on.of(whole([2, 0])), 2), column[[4, 5, 0, 1]])
    none = on.rows(column, on.of(whole([])))
    assert (none.shape, none.dtype) == ((0, *shape[1:]), dtype)


@BOTH
def test_rows_carry_gradients(on):
    column = torch.ones(4, 2, requires_grad=True)
    on.rows(column, on.of(whole([1, 1, 3]))).sum().backward()
    assert column.grad.tolist() == [[0, 0], [2, 2], [0, 0], [1, 1]]


@BOTH
def test_columns_of_a_table(on):
    table = on.of(torch.arange(8).view(2, 4))
    assert listed(on, on.take(table, on.of(whole([3, 1])), axis=1)) == [[3, 1], [7, 5]]
    assert on.tensor(on.take(table, on.of(whole([])), axis=1)).shape == (2, 0)


@BOTH
@given(st.lists(st.booleans(), max_size=20))
def test_masks_and_places(on, mask):
    places = [place for place, true in enumerate(mask) if true]
    found = on.places(on.of(torch.tensor(mask, dtype=torch.bool)))
    assert listed(on, found) == places
    assert listed(on, on.marked(len(mask), found)) == mask
    limits = whole([0, 3, 20])
    assert on.below(found, limits).tolist() == [sum(place < limit for place in places) for limit in (0, 3, 20)]


@BOTH
@given(numbers)
def test_choices_orders_and_peaks(on, values):
    array = on.of(whole(values))
    assert listed(on, on.where(array > 4, array, 0 * array)) == [value if value > 4 else 0 for value in values]
    assert [values[place] for place in listed(on, on.order(array))] == sorted(values)
    assert listed(on, on.peaks(array)) == [max(values[: place + 1]) for place in range(len(values))]
    different, place = on.distinct(whole(values))
    assert different.tolist() == sorted(set(values))
    assert different[place].tolist() == values
    assert listed(on, on.whole(on.of(whole(values).double() + 0.9))) == values


@BOTH
@pytest.mark.parametrize("size", [10, 10**6], ids=["table", "sorted"])
@given(values=numbers)
def test_repeated_keys_are_those_that_came_before(on, size, values):
    expected = [value in values[:place] for place, value in enumerate(values)]
    assert listed(on, on.repeated(on.of(whole(values)), size)) == expected


@BOTH
@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.floats(0, 0.99)), max_size=20))
def test_ways_back_that_lead_over_marked_places(on, steps):
    marked, moves = ([step[kind] for step in steps] for kind in (0, 1))
    moves = [move and place > 0 for place, move in enumerate(moves)]
    back = [int(share * place) for place, (_, _, share) in enumerate(steps)]
    expected: list[bool] = []
    for place in range(len(steps)):
        expected.append(marked[place] or (moves[place] and expected[back[place]]))
    truth = [on.of(torch.tensor(values, dtype=torch.bool)) for values in (marked, moves)]
    assert listed(on, on.leading(*truth, on.of(whole(back)), len(steps))) == expected


@BOTH
def test_numbers_are_the_generators(on):
    expected = torch.rand(5, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    assert torch.equal(on.tensor(on.random(5, torch.Generator().manual_seed(3))), expected)
