"""Relabelling: equal things, and no others, get equal numbers, however bad the hashes are."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.graphs.classes import Classes, bits, classes, distinct, scrambled

ROWS = st.lists(st.tuples(st.integers(0, 3), st.integers(-2, 2)), min_size=1, max_size=40)
WIDE = st.lists(
    st.tuples(*[st.sampled_from([0, 1, -(2**63), 2**63 - 1, 2**61, 7])] * 3), min_size=1, max_size=20
)  # spans that do not fit into one number


def columns(rows):
    return [torch.tensor(column, dtype=torch.int64) for column in zip(*rows, strict=True)]


def numbered(things):
    """Numbers of things in the order in which they are first met: the plain way."""
    known = {}
    return [known.setdefault(thing, len(known)) for thing in things], [things.index(thing) for thing in known]


@given(ROWS)
def test_rows_are_numbered_in_the_order_of_their_first(rows):
    found = distinct(columns(rows))
    of, firsts = numbered(rows)
    assert found.of.tolist() == of
    assert found.firsts.tolist() == firsts
    assert len(found) == len(set(rows))


@given(WIDE)
def test_rows_of_huge_numbers_are_told_apart(rows):
    assert distinct(columns(rows)).of.tolist() == numbered(rows)[0]


@given(st.lists(st.integers(0, 5), max_size=40), st.integers(0, 4))
def test_colliding_hashes_change_nothing(values, kept_bits):
    things = torch.tensor(values, dtype=torch.int64)
    weak = things & ((1 << kept_bits) - 1)  # equal for different things, down to the same for all
    found = classes(weak, lambda some, others: things[some] == things[others])
    assert found.of.tolist() == numbered(values)[0]


def test_every_hash_equal_is_slow_and_right():
    things = torch.arange(50).repeat(3)
    calls = []

    def same(some, others):
        calls.append(len(some))
        return things[some] == things[others]

    assert torch.equal(classes(torch.zeros_like(things), same).of, things)
    assert len(calls) == 50, "a round settles one class at least"


def test_good_hashes_need_few_rounds():
    things = torch.randint(2**62, (20_000,), generator=torch.Generator().manual_seed(0))
    asked = []

    def same(some, others):
        asked.append(len(some))
        return things[some] == things[others]

    assert len(classes(scrambled(things), same)) == len(things.unique())
    assert len(asked) < 10
    assert sum(asked) < 1.5 * len(things)


def test_nothing_has_no_classes():
    nothing = torch.empty(0, dtype=torch.int64)
    assert len(classes(nothing, lambda some, others: some == others)) == 0
    assert len(distinct([nothing, nothing])) == 0


def test_constant_columns_are_one_class():
    assert distinct([torch.full((4,), 9), torch.full((4,), -9)]).of.tolist() == [0, 0, 0, 0]


def test_apart_is_one_class_each():
    found = Classes.apart(3, torch.device("cpu"))
    assert found.of.tolist() == found.firsts.tolist() == [0, 1, 2]


def test_scrambled_numbers_differ_in_all_bits_that_are_used():
    found = scrambled(torch.arange(1000))
    assert len(found.unique()) == 1000
    shares = torch.stack([(found >> place & 1).double().mean() for place in range(60)])
    assert bool(((shares > 0.4) & (shares < 0.6)).all())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.uint8, torch.bool, torch.int64])
def test_bits_are_equal_where_numbers_are(dtype):
    numbers = torch.tensor([0, 1, 1, 0]).to(dtype)
    assert bits(numbers).dtype == torch.int64
    assert distinct([bits(numbers)]).of.tolist() == [0, 1, 1, 0]


def test_bits_tell_zeros_of_either_sign_apart():
    assert len(distinct([bits(torch.tensor([0.0, -0.0]))])) == 2  # more classes than need be are no mistake
