"""Batches dealt to tasks: evenly, at random, and each batch by itself."""

from itertools import chain

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.randomness import generator
from multigraft.strategies.dealing import dealt, dealt_episodes, divide
from multigraft.tasks.registry import resolve
from tests.helpers.graphs import random_graphs

TASKS = resolve(["gc", "nc", "lp"])


def numbered(count):
    """Graphs that can be told apart by their first node's first feature."""
    graphs = random_graphs(count, seed=count, least_nodes=1)
    graphs.nodes["x"][graphs.node_offsets[:-1], 0] = torch.arange(count, dtype=torch.float32)
    return graphs


def numbers(part):
    return part.x[part.node_offsets[:-1], 0].long().tolist()


@given(counts=st.lists(st.integers(0, 7), min_size=1, max_size=4), parts=st.integers(1, 3), seed=st.integers(0, 99))
def test_every_batch_is_dealt_evenly_and_by_itself(counts, parts, seed):
    counts = [*counts, 1]
    hands = dealt(numbered(sum(counts)), counts, parts, generator(seed))
    assert len(hands) == parts
    starts = torch.tensor([0, *counts]).cumsum(0).tolist()
    for batch, count in enumerate(counts):
        own = []
        for part, sizes in hands:
            first = sum(sizes[:batch])
            own.append(numbers(part)[first : first + sizes[batch]])
        assert sorted(chain.from_iterable(own)) == list(range(starts[batch], starts[batch] + count))
        assert max(map(len, own)) - min(map(len, own)) <= 1


def test_who_gets_more_is_random():
    first = {len(divide(numbered(4), 3, generator(seed))[0]) for seed in range(20)}
    assert first == {1, 2}


def test_every_graph_comes_to_every_hand_equally_often():
    tally = torch.zeros(6, 3)
    for seed in range(600):
        for hand, part in enumerate(divide(numbered(6), 3, generator(seed))):
            tally[numbers(part), hand] += 1
    assert float((tally - 200).abs().max()) < 5 * (600 * 2 / 9) ** 0.5  # five standard deviations


@pytest.mark.parametrize("steps", [1, 3])
def test_every_step_has_an_episode_of_every_task_on_its_own_graphs(steps):
    graphs = random_graphs(9 * steps, seed=4, least_nodes=4)
    drawn = dealt_episodes(TASKS, graphs, [9] * steps, generator(0))
    assert len(drawn) == steps
    for questions in drawn:
        assert list(questions) == TASKS
        gc, nc, lp = questions.values()
        assert len(gc.support.graphs) + len(gc.target.graphs) + len(nc.support.graphs) + len(lp.support.graphs) == 9
        assert nc.support.graphs is nc.target.graphs
        assert lp.support.graphs is lp.target.graphs


def test_same_generator_same_deal():
    first, again = (dealt(numbered(9), [5, 4], 2, generator(3)) for _ in range(2))
    assert [(numbers(part), sizes) for part, sizes in first] == [(numbers(part), sizes) for part, sizes in again]
