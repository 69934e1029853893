"""Classes from written labels, and labels from one-hot columns."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn.functional import one_hot

from multigraft.graphs.labels import first_one_hot, occurring, trailing_one_hot

labels = st.lists(st.integers(0, 4), min_size=1, max_size=12)


@given(st.lists(st.integers(-5, 60), max_size=20))
def test_occurring_numbers_the_values_in_order_and_names_them(values: list[int]):
    classes, names = occurring(torch.tensor(values, dtype=torch.int64))
    assert [int(names[c]) for c in classes.tolist()] == values
    assert [int(name) for name in names] == sorted(set(values))


@given(labels)
def test_the_first_one_hot_block_gives_its_labels_back(values: list[int]):
    first = torch.tensor(values)
    second = torch.arange(len(values)) % 3
    for blocks in ([first], [first, second], [first, second, first]):
        columns = torch.cat([one_hot(block).float() for block in blocks], dim=1)
        found = first_one_hot(columns)
        assert found is not None
        assert found.tolist() == values


def test_what_is_not_one_hot_has_no_labels():
    assert first_one_hot(torch.zeros(3, 0)) is None
    assert first_one_hot(torch.tensor([[1.0, 0.0], [0.0, 0.0]])) is None
    assert first_one_hot(torch.tensor([[1.0, 0.0], [0.5, 0.5]])) is None
    assert first_one_hot(torch.tensor([[1.0, 1.0], [0.0, 1.0]])) is None


@given(values=labels, width=st.integers(0, 3))
def test_trailing_one_hot_finds_columns_that_a_loop_finds(values: list[int], width: int):
    block = one_hot(torch.tensor(values), 5).float()
    columns = torch.cat([torch.full((len(values), width), 0.5), block], dim=1)
    narrowest = next(w for w in range(2, 6) if bool((columns[:, -w:].sum(1) == 1).all()))
    assert trailing_one_hot(columns) == narrowest


def test_trailing_one_hot_is_zero_where_there_is_none():
    assert trailing_one_hot(torch.zeros(4, 0)) == 0
    assert trailing_one_hot(torch.ones(4, 1)) == 0
    assert trailing_one_hot(torch.rand(4, 3)) == 0
    assert trailing_one_hot(torch.tensor([[1.0, 1.0], [0.0, 1.0]])) == 0
    assert trailing_one_hot(torch.zeros(4, 3)) == 0
