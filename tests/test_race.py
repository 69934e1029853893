"""The benchmark races what it says: both sides make the same thing, and the ratio is plain over fast."""

import re

import pytest
import torch

from benchmarks import race
from tests.helpers.graphs import random_graphs
from tests.reference import collation, episodes


@pytest.fixture
def graphs():
    return random_graphs(300, seed=4, least_nodes=3, density=0.5)


def test_both_sides_batch_the_same_graphs(graphs):
    batches = [r for r in race.races(graphs) if r.name.startswith("batch")]
    assert len(batches) == len(race.BATCHES)
    for one, size in zip(batches, race.BATCHES, strict=True):
        assert len(one.fast()) == one.plain().num_graphs == size


def test_both_sides_draw_an_episode_of_the_same_graphs(graphs):
    """Who gets which graphs is drawn apart; how many graphs, and support and target for each task, are the same."""
    batch, generator = graphs.select(torch.arange(30)), torch.Generator().manual_seed(0)
    fast = race.episode(batch, generator)
    plain = collation.multi_task_episode(episodes.unpack(batch), generator)
    assert len(plain) == 2 * len(fast) == 2 * len(race.TASKS)
    sizes = [len(part.graphs) for one in fast for part in (one.support, one.target)]
    assert sizes == [seen.num_graphs for seen, _ in plain]


def test_plain_batches_equal_packed_ones(graphs):
    batch = graphs.select(torch.arange(20))
    plain = collation.batch(episodes.unpack(batch))
    assert torch.equal(plain.x, batch.x)
    assert torch.equal(plain.y, batch.graph_labels)
    assert torch.equal(plain.batch, batch.node_graph)
    assert {*map(tuple, plain.edge_index.T.tolist())} == {*map(tuple, batch.edge_index.T.tolist())}


def test_a_line_holds_medians_and_the_spread_of_the_ratio(monkeypatch):
    monkeypatch.setattr(race, "seconds", lambda action: action())
    slow = iter(range(4, 100))
    line = race.run(race.Race("one thing", lambda: 2e-3, lambda: next(slow) * 1e-3), rounds=4)
    name, fast, plain, ratio, low, high = re.match(
        r"(one thing)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+)\s+([\d.]+) to ([\d.]+)$", line
    ).groups()
    assert name == "one thing"
    assert float(fast) == 2.0
    assert float(plain) == 6.5  # 5, 6, 7 and 8 ms, behind one round to warm up
    assert float(low) <= float(ratio) <= float(high)
    assert float(ratio) == pytest.approx(3.25, abs=0.06)


def test_seconds_are_those_of_one_call(monkeypatch):
    ticks = iter([10.0, 10.0 + race.REPEATS * 0.25])
    monkeypatch.setattr(race.time, "perf_counter", lambda: next(ticks))
    assert race.seconds(lambda: None) == 0.25
