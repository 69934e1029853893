"""Index arithmetic over many segments, each function against a plain loop."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.graphs.segments import (
    choose,
    offsets,
    positions,
    ranks,
    run_positions,
    segment_ids,
    shuffled,
    spans,
)

counts = st.lists(st.integers(0, 5), max_size=8)
ids = st.lists(st.integers(0, 4), max_size=20)
seeds = st.integers(0, 2**31)


def whole(values: list[int]) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.int64)


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(counts)
def test_offsets_are_running_sums(sizes: list[int]):
    assert offsets(whole(sizes)).tolist() == [sum(sizes[:index]) for index in range(len(sizes) + 1)]


@given(counts)
def test_segment_ids_repeat_each_number(sizes: list[int]):
    expected = [segment for segment, size in enumerate(sizes) for _ in range(size)]
    assert segment_ids(whole(sizes)).tolist() == expected
    assert segment_ids(whole(sizes), total=len(expected)).tolist() == expected


@given(counts)
def test_positions_count_from_zero_in_each_segment(sizes: list[int]):
    assert positions(whole(sizes)).tolist() == [place for size in sizes for place in range(size)]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), max_size=8))
def test_spans_are_ranges_one_after_the_other(pieces: list[tuple[int, int]]):
    starts, sizes = whole([start for start, _ in pieces]), whole([size for _, size in pieces])
    expected = [index for start, size in pieces for index in range(start, start + size)]
    assert spans(starts, sizes).tolist() == expected


@given(values=ids, seed=seeds)
def test_shuffled_sorts_by_segment_and_loses_nothing(values: list[int], seed: int):
    order = shuffled(whole(values), generator(seed)).tolist()
    assert sorted(order) == list(range(len(values)))
    assert [values[index] for index in order] == sorted(values)


@given(values=ids, seed=seeds)
def test_ranks_number_each_segment_from_zero(values: list[int], seed: int):
    found = ranks(whole(values), generator(seed)).tolist()
    for segment in set(values):
        inside = [rank for rank, value in zip(found, values, strict=True) if value == segment]
        assert sorted(inside) == list(range(len(inside)))


@given(ids)
def test_run_positions_count_from_zero_in_each_run(values: list[int]):
    ordered, expected = sorted(values), []
    for index, value in enumerate(ordered):
        expected.append(0 if index == 0 or ordered[index - 1] != value else expected[-1] + 1)
    assert run_positions(whole(ordered)).tolist() == expected


@given(values=ids, take=st.lists(st.integers(0, 6), min_size=5, max_size=5), seed=seeds)
def test_choose_takes_as_many_as_asked_or_all(values: list[int], take: list[int], seed: int):
    mask = choose(whole(values), whole(take), generator(seed)).tolist()
    for segment in range(5):
        taken = sum(here for here, value in zip(mask, values, strict=True) if value == segment)
        assert taken == min(take[segment], values.count(segment))


@given(values=ids, seed=seeds)
def test_the_same_generator_draws_the_same(values: list[int], seed: int):
    for draw in (shuffled, ranks):
        assert torch.equal(draw(whole(values), generator(seed)), draw(whole(values), generator(seed)))


def test_every_order_of_a_segment_is_equally_likely():
    values = torch.arange(6000) // 3
    order = shuffled(values, generator(0)).view(2000, 3) % 3
    codes = order[:, 0] * 9 + order[:, 1] * 3 + order[:, 2]
    seen = codes.unique(return_counts=True)[1]
    assert len(seen) == 6
    # 2000 draws of six orders: 333 each, with a standard deviation of 17.
    assert (seen - 333).abs().max() < 5 * 17


def test_choose_takes_every_position_equally_often():
    values, take = torch.arange(8000) // 4, torch.full((2000,), 1)
    chosen = choose(values, take, generator(1)).view(2000, 4)
    assert (chosen.sum(1) == 1).all()
    assert (chosen.sum(0) - 500).abs().max() < 5 * 20
