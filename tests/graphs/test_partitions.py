"""Partitions by chance: whole, in proportion, repeatable, and refused where a part would be empty."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.partitions import (
    CORPUS_PART,
    as_percentages,
    corpus_split,
    k_fold,
    random_split,
    stratified_split,
)

counts = st.integers(10, 80)
seeds = st.integers(0, 2**31)
fractions = st.sampled_from([(0.7, 0.1, 0.2), (0.7, 0.2, 0.1), (0.8, 0.1, 0.1), (0.5, 0.25, 0.25), (0.34, 0.33, 0.33)])


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@st.composite
def labels(draw: st.DrawFn) -> torch.Tensor:
    return torch.tensor(draw(st.lists(st.integers(0, 4), min_size=10, max_size=80)))


def assert_partition(parts: list[torch.Tensor] | tuple[torch.Tensor, ...], count: int) -> None:
    assert sorted(torch.cat(list(parts)).tolist()) == list(range(count))
    for part in parts:
        assert part.dtype == torch.int64
        assert part.tolist() == sorted(part.tolist())


@given(count=counts, shares=fractions, seed=seeds)
def test_a_random_split_is_a_partition_of_the_sizes_asked_for(count: int, shares: tuple, seed: int):
    parts = random_split(count, generator(seed), shares)
    assert_partition(parts, count)
    train, validation, test = map(len, parts)
    assert (train, validation) == (round(count * shares[0]), round(count * shares[1]))
    assert abs(test - count * shares[2]) <= 1


@given(classes=labels(), shares=fractions, seed=seeds)
def test_a_stratified_split_is_a_partition_of_the_same_sizes(classes: torch.Tensor, shares: tuple, seed: int):
    parts = stratified_split(classes, generator(seed), shares)
    assert_partition(parts, len(classes))
    assert [len(part) for part in parts] == [len(part) for part in random_split(len(classes), generator(), shares)]


@given(classes=labels(), shares=fractions, seed=seeds)
def test_every_part_has_the_classes_in_proportion(classes: torch.Tensor, shares: tuple, seed: int):
    """To within two graphs: one that the test part, and one that the validation part has too many or too few."""
    whole = Counter(classes.tolist())
    for part in stratified_split(classes, generator(seed), shares):
        here = Counter(classes[part].tolist())
        for name, count in whole.items():
            assert abs(here[name] - count * len(part) / len(classes)) < 2


@given(count=counts, folds=st.integers(2, 10), seed=seeds)
def test_folds_are_a_partition_of_nearly_equal_parts(count: int, folds: int, seed: int):
    parts = k_fold(count, folds, generator(seed))
    assert len(parts) == folds
    assert_partition(parts, count)
    assert {len(part) for part in parts} <= {count // folds, count // folds + 1}


@given(classes=labels(), folds=st.integers(2, 10), seed=seeds)
def test_stratified_folds_have_the_classes_in_proportion(classes: torch.Tensor, folds: int, seed: int):
    parts = k_fold(len(classes), folds, generator(seed), classes)
    assert_partition(parts, len(classes))
    for name, count in Counter(classes.tolist()).items():
        inside = [int((classes[part] == name).sum()) for part in parts]
        assert max(inside) - min(inside) <= 1
        assert sum(inside) == count


@given(classes=labels(), seed=seeds)
def test_the_same_generator_gives_the_same_split(classes: torch.Tensor, seed: int):
    for make in (
        lambda g: random_split(len(classes), g),
        lambda g: stratified_split(classes, g),
        lambda g: k_fold(len(classes), 5, g, classes),
    ):
        for first, second in zip(make(generator(seed)), make(generator(seed)), strict=True):
            assert torch.equal(first, second)


def test_other_generators_give_other_splits():
    classes = torch.arange(60) % 3
    assert not torch.equal(random_split(60, generator(0))[0], random_split(60, generator(1))[0])
    assert not torch.equal(stratified_split(classes, generator(0))[0], stratified_split(classes, generator(1))[0])


def test_every_graph_comes_into_the_test_part_equally_often():
    classes = torch.tensor([0] * 15 + [1] * 5)
    plain, stratified = torch.zeros(20), torch.zeros(20)
    for seed in range(500):
        plain[random_split(20, generator(seed))[2]] += 1
        stratified[stratified_split(classes, generator(seed))[2]] += 1
    # 500 draws at one in five: 100 each, with a standard deviation of 9.
    assert (plain - 100).abs().max() < 5 * 9
    assert (stratified - 100).abs().max() < 5 * 9


@pytest.mark.parametrize("shares", [(0.7, 0.1, 0.1), (0.9, 0.3, -0.2), (1.0, 1.0, -1.0)])
def test_fractions_that_do_not_sum_to_one(shares: tuple[float, float, float]):
    with pytest.raises(InputError, match="must be positive and sum to 1"):
        random_split(50, generator(), shares)
    with pytest.raises(InputError, match="must be positive and sum to 1"):
        stratified_split(torch.zeros(50, dtype=torch.int64), generator(), shares)


@pytest.mark.parametrize(("count", "shares"), [(0, (0.7, 0.1, 0.2)), (3, (0.7, 0.1, 0.2)), (50, (0.5, 0.5, 0.0))])
def test_a_part_that_would_be_empty(count: int, shares: tuple[float, float, float]):
    with pytest.raises(InputError, match=f"{count} graphs are too few"):
        random_split(count, generator(), shares)


@pytest.mark.parametrize(("count", "folds"), [(10, 1), (10, 0), (4, 5)])
def test_folds_that_cannot_be(count: int, folds: int):
    with pytest.raises(InputError, match=rf"{folds} folds of {count} graphs: choose between 2 and {count}"):
        k_fold(count, folds, generator())


def test_a_real_classification_is_split_in_proportion():
    classes = torch.repeat_interleave(torch.arange(6), 100)
    for part, size in zip(stratified_split(classes, generator()), (70, 10, 20), strict=True):
        assert torch.bincount(classes[part]).tolist() == [size] * 6


# --- corpora ---------------------------------------------------------------------------------------------------------


@given(count=st.integers(3, 3000), seed=seeds)
def test_a_corpus_is_mostly_for_training(count: int, seed: int):
    parts = corpus_split(count, generator(seed))
    assert_partition(parts, count)
    train, validation, test = map(len, parts)
    assert validation == test == max(round(count / 100), 1)
    assert train >= test


def test_no_more_of_a_large_corpus_is_held_out_than_says_enough():
    train, validation, test = corpus_split(1_200_000, generator())
    assert (len(train), len(validation), len(test)) == (1_190_000, CORPUS_PART, CORPUS_PART)


def test_a_corpus_with_shares_of_one_s_own():
    assert [len(part) for part in corpus_split(100, generator(), (0.8, 0.2, 0.0))] == [79, 20, 1]
    assert [len(part) for part in corpus_split(10, generator(), (0.0, 0.5, 0.5))] == [4, 3, 3]
    with pytest.raises(InputError, match="must be positive and sum to 1"):
        corpus_split(100, generator(), (0.8, 0.1, 0.2))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_corpus_that_is_too_small(count: int):
    with pytest.raises(InputError, match=f"{count} graphs are too few to split"):
        corpus_split(count, generator())


def test_shares_in_words():
    assert as_percentages((0.8, 0.1, 0.1)) == "80%/10%/10%"
