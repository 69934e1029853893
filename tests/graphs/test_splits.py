"""Splits: partitions, in proportion, repeatable, and refused where a part would be empty."""

import json
from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.checksums import identity
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.pairs import undirected_edges
from multigraft.graphs.splits import Split, k_fold, link_split, random_split, share_of, stratified_split
from tests.helpers.graphs import packed_graphs, random_graphs

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


def test_a_split_goes_through_json_unchanged():
    train, validation, test = random_split(30, generator())
    split = Split("random", 7, train, validation, test, "abc")
    stored = split.to_json()
    again = Split.from_json(json.loads(json.dumps(stored)))
    assert again.to_json() == stored
    assert (again.kind, again.seed, again.identity) == ("random", 7, "abc")
    for part in ("train", "validation", "test"):
        assert torch.equal(getattr(again, part), getattr(split, part))
        assert getattr(again, part).dtype == torch.int64


def test_a_real_classification_is_split_in_proportion():
    classes = torch.repeat_interleave(torch.arange(6), 100)
    for part, size in zip(stratified_split(classes, generator()), (70, 10, 20), strict=True):
        assert torch.bincount(classes[part]).tolist() == [size] * 6


# --- link splits -----------------------------------------------------------------------------------------------------


def unordered(index: torch.Tensor) -> set[tuple[int, ...]]:
    return {tuple(sorted(pair)) for pair in index.T.tolist()}


@given(packed_graphs(), st.sampled_from([10, 20, 50]), seeds)
def test_held_out_edges_cannot_be_seen_in_either_direction(graphs: PackedGraphs, percent: int, seed: int):
    links = link_split(undirected_edges(graphs), generator(seed), percent)
    assert unordered(links.kept) | unordered(links.held_out) == unordered(graphs.edge_index)
    assert not unordered(links.kept) & unordered(links.held_out)
    assert unordered(graphs.edge_index[:, links.visible]) == unordered(links.kept)
    held = torch.bincount(graphs.node_graph[links.held_out[0]], minlength=len(graphs))
    assert torch.equal(held, links.held_out_counts)
    assert held.tolist() == [max(m * percent // 100, int(m >= 2)) for m in (graphs.edge_counts // 2).tolist()]


def test_self_loops_stay_visible():
    graphs = random_graphs(1, least_nodes=4, density=1.0)
    looped = torch.cat([graphs.edge_index, torch.zeros(2, 1, dtype=torch.int64)], 1)
    edges = torch.tensor([0, looped.shape[1]])
    links = link_split(undirected_edges(PackedGraphs(looped, graphs.node_offsets, edges, graphs.nodes)), generator())
    assert bool(links.visible[-1])


def test_graphs_of_self_loops_alone_have_nothing_to_hide():
    loops = torch.arange(3).expand(2, -1).contiguous()
    graphs = PackedGraphs(loops, torch.tensor([0, 3]), torch.tensor([0, 3]), {"x": torch.ones(3, 1)})
    links = link_split(undirected_edges(graphs), generator())
    assert links.held_out.shape == (2, 0)
    assert bool(links.visible.all())


def test_same_generator_same_link_split():
    edges = undirected_edges(random_graphs(9, density=0.5))
    first, again, other = (link_split(edges, generator(seed)).held_out for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_shares_of_few():
    assert share_of(torch.tensor([0, 1, 2, 4, 5, 9, 10]), 20).tolist() == [0, 0, 1, 1, 1, 1, 2]


# --- whose graphs a split speaks of ----------------------------------------------------------------------------------


def test_a_split_without_identity_takes_that_of_its_graphs():
    graphs, order = random_graphs(9), torch.arange(9)
    split = Split("mine", 0, order[:5], order[5:7], order[7:])
    marked = split.for_graphs(graphs)
    assert marked.identity == identity(graphs)
    assert marked.for_graphs(graphs).to_json() == marked.to_json()
    with pytest.raises(InputError, match="other graphs"):
        marked.for_graphs(graphs.select([1, 0, 2, 3, 4, 5, 6, 7, 8]))
