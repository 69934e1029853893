"""Differences are paired: taken on the same resamples of the test graphs, whole graphs at a time."""

import dataclasses
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from multigraft.evaluation.bootstrap import replicates, resampled
from multigraft.evaluation.metrics import METRICS, score
from multigraft.evaluation.scored import Scored, differences
from multigraft.randomness import generator

GRAPHS, EACH = 25, 3


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def scored(scores, answers, graph, metric="accuracy", encoder="one", graphs=GRAPHS, seed=0, probe="svm"):
    """What a measurement keeps of the answers of one contender."""
    statistic = METRICS[metric]
    draws = replicates(
        lambda weights: statistic(scores, answers, weights), graph, graphs, generator(seed, "bootstrap")
    )  # fmt: skip
    return Scored("nc", encoder, probe, metric, "node", score(statistic, scores, answers), draws, len(answers))


def made(seed, flips=4):
    """Two predictors of the same answers that differ in a few; about one answer in three is wrong in both."""
    random, asked = seeded(seed), GRAPHS * EACH
    answers = torch.randint(2, (asked,), generator=random)
    one = torch.nn.functional.one_hot(answers, 2) + 0.9 * torch.randn(asked, 2, generator=random).double()
    other = one.clone()
    flipped = torch.randperm(asked, generator=random)[:flips]
    other[flipped] = other[flipped].flip(1)
    return one, other, answers, torch.arange(asked) // EACH


@pytest.mark.parametrize("metric", METRICS)
def test_the_interval_is_that_of_a_plain_loop_over_the_same_resamples(metric):
    one, other, answers, graph = made(1, flips=20)
    found = scored(one, answers, graph, metric, seed=5).minus(scored(other, answers, graph, metric, seed=5))
    gaps = []
    for counts in resampled(1000, GRAPHS, generator(5, "bootstrap")).long():
        asked = torch.arange(len(answers)).repeat_interleave(counts[graph])  # a graph drawn twice is asked twice
        first, second = (score(METRICS[metric], scores[asked], answers[asked]) for scores in (one, other))
        gaps.append(first - second)
    assert found.value == score(METRICS[metric], one, answers) - score(METRICS[metric], other, answers)
    assert (found.low, found.high) == pytest.approx(tuple(np.nanpercentile(gaps, [2.5, 97.5])), abs=1e-12)


@given(seed=st.integers(0, 50))
@settings(max_examples=20, deadline=None)
def test_predictors_that_fail_on_the_same_graphs_are_told_apart_better_than_by_their_own_intervals(seed):
    one, other, answers, graph = made(seed, flips=2)
    first, second = scored(one, answers, graph), scored(other, answers, graph)
    found, rows = first.minus(second), (first.row(), second.row())
    unpaired = math.hypot(*(row.high - row.low for row in rows))  # the width if their errors were independent
    assert found.high - found.low < 0.7 * unpaired


def test_a_gain_is_clear_although_the_two_intervals_overlap():
    """Right on the same half of the graphs, and the first on four graphs more."""
    graph = torch.arange(40)
    one, other = (((graph < right).long()[:, None] == torch.tensor([0, 1])).double() for right in (24, 18))
    first, second = (scored(scores, torch.ones_like(graph), graph, graphs=40) for scores in (one, other))
    assert first.row().low < second.row().high
    assert first.minus(second).low > 0
    assert second.minus(first).high < 0


@given(seed=st.integers(0, 50), metric=st.sampled_from(sorted(METRICS)))
@settings(max_examples=20, deadline=None)
def test_equal_answers_differ_by_exactly_nothing(seed, metric):
    one, _, answers, graph = made(seed)
    found = scored(one, answers, graph, metric).minus(scored(one.clone(), answers, graph, metric, "two"))
    assert (found.value, found.low, found.high) == (0, 0, 0)


@given(seed=st.integers(0, 50))
@settings(max_examples=20, deadline=None)
def test_turned_round_it_is_the_negative(seed):
    one, other, answers, graph = made(seed, flips=15)
    first, second = scored(one, answers, graph), scored(other, answers, graph, encoder="two")
    found, turned = first.minus(second), second.minus(first)
    assert (found.encoder, found.against) == (turned.against, turned.encoder) == ("one", "two")
    assert turned.value == -found.value
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))
    assert -1 <= found.low <= found.high <= 1


def test_a_row_is_the_score_with_its_own_interval():
    one, _, answers, graph = made(3)
    row = scored(one, answers, graph).row()
    assert (row.task, row.encoder, row.metric, row.features, row.n_test) == ("nc", "one", "accuracy", "node", 75)
    assert row.probe == "svm"
    assert row.low < row.value < row.high


def test_what_is_not_defined_has_no_difference():
    none = torch.zeros(0, dtype=torch.int64)
    empty = scored(torch.zeros(0, 2).double(), none, none, "roc_auc")
    found = empty.minus(empty)
    assert all(math.isnan(value) for value in (found.value, found.low, found.high))


def test_the_first_contender_is_compared_with_every_other_on_every_question():
    one, other, answers, graph = made(2)
    found = [
        [scored(scores, answers, graph, metric, name) for metric in ("accuracy", "roc_auc")]
        for name, scores in (("a", one), ("b", other), ("c", one))
    ]
    pairs = [(paired.encoder, paired.against, paired.metric) for paired in differences(found)]
    assert pairs == [("a", name, metric) for name in ("b", "c") for metric in ("accuracy", "roc_auc")]
    assert differences(found[:1]) == []


def test_encoders_are_compared_under_the_same_probe_and_with_every_baseline():
    one, other, answers, graph = made(2)
    found = [
        [scored(scores, answers, graph, encoder=name, probe=probe)]
        for name, probe, scores in (
            ("a", "svm", one), ("a", "knn", other), ("b", "svm", other), ("b", "knn", one), ("tree", "tree", other)
        )
    ]  # fmt: skip
    pairs = [(paired.probe, paired.against) for paired in differences(found)]
    assert pairs == [("svm", "b"), ("knn", "b"), ("svm", "tree"), ("knn", "tree")]
    values = [score(METRICS["accuracy"], scores, answers) for scores in (one, other)]
    assert [paired.value for paired in differences(found)[:2]] == [values[0] - values[1], values[1] - values[0]]


def test_descriptions_of_graphs_are_compared_with_every_probe_whoever_read_them():
    one, other, answers, graph = made(2)
    found = [
        [scored(scores, answers, graph, encoder=name, probe=probe)]
        for name, probe, scores in (
            ("a", "logistic", one), ("a", "knn", other),
            ("ecfp-count", "logistic", other), ("ecfp-count", "forest", one),
        )
    ]  # fmt: skip
    found[2:] = [[dataclasses.replace(one, features="graph") for one in scores] for scores in found[2:]]
    pairs = [(paired.probe, paired.rival, paired.features) for paired in differences(found)]
    assert pairs == [
        (probe, f"ecfp-count {reader}", "node") for reader in ("logistic", "forest") for probe in ("logistic", "knn")
    ]
    plain = [dataclasses.replace(one, encoder="b") for one in found[2]]
    assert differences([found[0], plain]) == []


def test_what_is_fused_is_compared_with_the_description_in_it():
    one, other, answers, graph = made(3)
    found = [
        [scored(scores, answers, graph, encoder=name, probe=probe)]
        for name, probe, scores in (
            ("a", "strong", one), ("a + ecfp-count", "strong", other), ("ecfp-count", "forest", one),
            ("ecfp-count", "strong", one), ("descriptors", "strong", one), ("b", "strong", one),
            ("b + ecfp-count", "strong", one),
        )
    ]  # fmt: skip
    fused = [paired for paired in differences(found) if paired.encoder != "a"]
    assert [(one.encoder, one.against, one.against_probe) for one in fused] == [
        ("a + ecfp-count", "ecfp-count", "strong")
    ]
    expected = found[1][0].minus(found[3][0])
    assert (fused[0].value, fused[0].low, fused[0].high) == (expected.value, expected.low, expected.high)
