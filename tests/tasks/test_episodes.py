"""Support and target part what is asked, and leave something on either side."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.randomness import generator
from multigraft.tasks.episodes import divided, halved, share
from tests.helpers.graphs import packed_graphs, random_graphs


@given(st.integers(1, 10_000), st.floats(0.01, 0.99))
def test_share_is_the_rounded_fraction_with_something_on_either_side(count, fraction):
    taken = share(count, fraction)
    assert 1 <= taken <= count
    if count > 1:
        assert taken < count
        assert abs(taken - count * fraction) <= 1


def test_share_examples():
    assert [share(n, 0.6) for n in (1, 2, 3, 5, 10)] == [1, 1, 2, 3, 6]


@given(packed_graphs(least_graphs=2), st.integers(0, 2**31))
def test_divided_parts_the_graphs(graphs, seed):
    graphs.graphs["number"] = torch.arange(len(graphs))
    support, target = divided(graphs, generator(seed))
    assert len(support) == share(len(graphs), 0.6)
    both = torch.cat([support.graphs["number"], target.graphs["number"]])
    assert both.sort().values.tolist() == list(range(len(graphs)))


def test_every_graph_is_in_the_support_as_often():
    graphs, draws = random_graphs(10, seed=1), generator(2)
    graphs.graphs["number"] = torch.arange(10)
    drawn = torch.cat([divided(graphs, draws)[0].graphs["number"] for _ in range(1000)])
    assert abs(torch.bincount(drawn) - 600).max() < 80  # five standard deviations


@given(st.lists(st.integers(0, 9), max_size=6), st.integers(0, 2**31))
def test_halves_are_halves_of_every_graph_and_of_all(counts, seed):
    ids = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts, dtype=torch.int64))
    half = halved(ids, generator(seed))
    assert int(half.sum()) == (len(ids) + 1) // 2
    for graph, count in enumerate(counts):
        assert abs(2 * int(half[ids == graph].sum()) - count) <= 1


def test_every_question_is_in_the_first_half_as_often():
    ids = torch.zeros(6, dtype=torch.int64)
    draws = generator(0)
    often = torch.stack([halved(ids, draws) for _ in range(2000)]).double().mean(0)
    assert (often - 0.5).abs().max() < 0.06
