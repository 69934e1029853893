"""Intervals by resampling graphs: whole graphs, right width, right coverage."""

import math

import pytest
import torch

from multigraft.evaluation import bootstrap
from multigraft.evaluation.bootstrap import replicates, resampled
from multigraft.evaluation.metrics import roc_auc


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def interval(statistic, graph, graphs, generator, **settings):
    """The interval of a statistic over resampled graphs."""
    return bootstrap.interval(replicates(statistic, graph, graphs, generator, **settings))


def mean_of(values):
    """The weighted mean of ``values``, as a statistic."""
    return lambda weights: weights @ values / weights.sum(1)


def test_a_resample_has_as_many_graphs_as_the_test_set():
    weights = resampled(200, 30, seeded())
    assert weights.shape == (200, 30)
    assert (weights.sum(1) == 30).all()
    assert weights.mean().item() == pytest.approx(1)
    assert weights.var().item() == pytest.approx(1, abs=0.1)  # nearly Poisson, as drawing with replacement is


def test_questions_of_a_graph_are_drawn_together():
    graph = torch.tensor([0, 0, 0, 1, 2, 2])
    seen = []

    def spy(weights):
        seen.append(weights)
        return weights[:, 0]

    interval(spy, graph, 3, seeded())
    weights = torch.cat(seen)
    assert weights.shape == (1000, 6)
    assert torch.equal(weights[:, 0], weights[:, 2])
    assert torch.equal(weights[:, 4], weights[:, 5])
    assert not torch.equal(weights[:, 0], weights[:, 3])


def test_graphs_without_questions_count_as_drawn():
    """The number of questions then varies from draw to draw, as it would with other test graphs."""
    totals = []
    interval(lambda weights: totals.append(weights.sum(1)) or weights.sum(1), torch.tensor([0, 1]), 10, seeded())
    assert torch.cat(totals).unique().numel() > 3


@pytest.mark.parametrize("chunk", [1, 997, 10**9])
def test_memory_does_not_change_the_interval(chunk):
    values = torch.rand(60, generator=seeded(1), dtype=torch.float64)
    graph = torch.arange(60) // 3
    assert interval(mean_of(values), graph, 20, seeded(2), chunk=chunk) == interval(
        mean_of(values), graph, 20, seeded(2)
    )


def test_chunks_bound_what_is_held_at_a_time():
    sizes = []
    graph = torch.arange(50)
    interval(lambda weights: sizes.append(weights.numel()) or weights[:, 0], graph, 50, seeded(), chunk=500)
    assert max(sizes) <= 500
    assert sum(sizes) == 1000 * 50


def test_an_interval_of_independent_graphs_has_the_textbook_width():
    values = torch.randn(400, generator=seeded(3), dtype=torch.float64)
    low, high = interval(mean_of(values), torch.arange(400), 400, seeded(4), draws=4000)
    half = 1.96 * values.std(correction=0).item() / math.sqrt(400)
    assert low == pytest.approx(values.mean().item() - half, abs=half / 10)
    assert high == pytest.approx(values.mean().item() + half, abs=half / 10)


def test_copies_of_a_question_in_its_graph_do_not_narrow_the_interval():
    """Twenty equal answers about one graph are one observation; taking them for twenty would."""
    values = torch.randn(40, generator=seeded(5), dtype=torch.float64)
    once = interval(mean_of(values), torch.arange(40), 40, seeded(6))
    copied = interval(mean_of(values.repeat_interleave(20)), torch.arange(40).repeat_interleave(20), 40, seeded(6))
    assert copied == pytest.approx(once)


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    """95 % intervals of the mean of 40 clusters, 300 times; a percentile interval falls short by a point or two."""
    generator, covered = seeded(7), 0
    for _ in range(300):
        clusters = torch.randn(40, generator=generator, dtype=torch.float64)
        values = clusters.repeat_interleave(3) + torch.randn(120, generator=generator, dtype=torch.float64)
        low, high = interval(mean_of(values), torch.arange(120) // 3, 40, generator, draws=300)
        covered += low <= 0 <= high
    assert 0.88 <= covered / 300 <= 0.98


def test_draws_that_leave_a_metric_undefined_are_passed_over():
    scores = torch.tensor([[0.0, 0.1], [0.0, 0.9], [0.0, 0.5]]).double()
    answers = torch.tensor([0, 1, 0])
    low, high = interval(lambda weights: roc_auc(scores, answers, weights), torch.arange(3), 3, seeded())
    assert (low, high) == (1.0, 1.0)


def test_nothing_defined_gives_no_interval():
    empty = torch.zeros(0, dtype=torch.int64)
    for graphs in (0, 4):
        low, high = interval(lambda weights: weights.sum(1) / weights.sum(1), empty, graphs, seeded())
        assert math.isnan(low)
        assert math.isnan(high)


def test_equal_generators_give_equal_intervals():
    values = torch.rand(30, generator=seeded(8), dtype=torch.float64)
    first, again, other = (interval(mean_of(values), torch.arange(30), 30, seeded(s)) for s in (1, 1, 2))
    assert first == again
    assert first != other
