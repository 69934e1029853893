"""Scores target by target: each as if it were the only one, their mean the row's value, and who stands beside whom."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.evaluation.by_target import best_baseline, scores_by_target, target_scores
from multigraft.evaluation.column_metrics import BINARY_METRICS, REAL_METRICS
from multigraft.evaluation.metrics import score
from multigraft.evaluation.probe import probe
from multigraft.evaluation.table import ProbeRow, ProbeTable
from multigraft.randomness import generator
from multigraft.tasks.base import Examples
from multigraft.tasks.multi_label import MultiLabel
from multigraft.training.fit import untrained
from tests.helpers.coded import random_coded

METRICS = {**BINARY_METRICS, **REAL_METRICS}


def asked(graphs=30, targets=3, seed=1):
    return MultiLabel().examples(random_coded(graphs, seed=seed, targets=targets), generator(0))


@pytest.mark.parametrize("name", METRICS)
@given(seed=st.integers(0, 2**20))
def test_the_mean_of_the_targets_is_the_score_of_all(name, seed):
    test = asked(seed=seed % 7)
    scores = torch.randn(30, 3, generator=generator(seed), dtype=torch.float64)
    found = scores_by_target(name, scores, test)
    assert tuple(found) == test.graphs.origin.targets
    known = [value for value in found.values() if not math.isnan(value)]
    assert sum(known) / len(known) == pytest.approx(score(METRICS[name], scores, test.answers))


def test_a_target_of_one_class_has_no_score_and_takes_none_from_the_others():
    test = asked()
    test.answers[:, 1] = 1.0
    found = scores_by_target("roc_auc", torch.randn(30, 3, generator=generator(0)).double(), test)
    assert [math.isnan(value) for value in found.values()] == [False, True, False]


def test_where_there_is_one_target_or_a_class_there_is_nothing_to_take_apart():
    alone = asked(targets=1)
    assert scores_by_target("roc_auc", torch.zeros(30, 1).double(), alone) == {}
    classes = Examples(alone.graphs, alone.queries, torch.zeros(30, dtype=torch.int64))
    assert scores_by_target("roc_auc", torch.zeros(30, 2).double(), classes) == {}


def row(encoder, value, probe="logistic", metric="roc_auc", features="mean", task="ml"):
    of = {"a": value, "b": value + 0.1}
    return ProbeRow(task, encoder, metric, features, value, value, value, 9, probe, by_target=of)


ROWS = [
    row("trained", 0.7), row("trained", 0.6, features="sum"), row("trained", 0.5, metric="average_precision"),
    row("untrained", 0.65), row("trained", 0.8, "knn"), row("ecfp-count", 0.6, features="graph"),
    row("ecfp-count", 0.75, "forest", features="graph"), row("constant", 0.5, "constant"),
]  # fmt: skip


def test_encoders_stand_beside_the_best_baseline_by_the_headline_and_probe():
    first, second = target_scores(ProbeTable("d", "strict", "scaffold", 0, ROWS))
    assert list(first.columns) == ["trained", "untrained", "ecfp-count, forest"]
    assert (first.task, first.metric, first.probe, first.features) == ("ml", "roc_auc", "logistic", "mean")
    assert first.columns["trained"] == {"a": 0.7, "b": pytest.approx(0.8)}
    assert (second.probe, list(second.columns)) == ("knn", ["trained", "ecfp-count, forest"])
    assert (
        target_scores(ProbeTable("d", "strict", "scaffold", 0, [ProbeRow("gc", "t", "a", "f", 0.5, 0.0, 1.0, 9)])) == []
    )


def test_of_errors_the_lowest_is_best_and_what_is_undefined_never():
    errors = [row("descriptors", value, "forest", "rmse") for value in (1.0, math.nan, 0.5)]
    assert best_baseline([row("trained", 0.1, metric="rmse"), *errors]) is errors[2]
    assert best_baseline([row("trained", 0.1)]) is None
    assert [one.baseline for one in ROWS[-4:]] == [False, True, True, True]


def test_a_measurement_has_them_for_every_row_and_json_keeps_them():
    graphs = random_coded(60, seed=3, targets=2)
    table = probe(untrained(graphs, encoder="gin", dim=4, layers=1), graphs, tasks=["ml"], device="cpu")
    assert table.rows
    for one in table.rows:
        assert set(one.by_target) == set(graphs.origin.targets)
        known = [value for value in one.by_target.values() if not math.isnan(value)]
        assert one.value == pytest.approx(sum(known) / len(known))
    again = ProbeTable.from_json(table.to_json())
    for one, other in zip(again.rows, table.rows, strict=True):
        assert one.by_target == pytest.approx(other.by_target, nan_ok=True)
