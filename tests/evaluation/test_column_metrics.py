"""Scores of many targets under many weightings: against loops, and against the scores that training reports."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.evaluation import column_metrics
from multigraft.evaluation.column_metrics import BINARY_METRICS, REAL_METRICS
from multigraft.evaluation.metrics import score
from multigraft.evaluation.names import ERROR_METRICS, sign
from multigraft.tasks.scores import SCORES
from tests.helpers.measured import seeded
from tests.reference.columns import mean_over_targets

METRICS = BINARY_METRICS | REAL_METRICS


@st.composite
def tables(draw, real=False):
    """Scores with ties, answers of which some are missing, and weights of which some are 0."""
    rows, targets = draw(st.integers(1, 9)), draw(st.integers(1, 3))
    values = st.integers(-2, 2) if real else st.integers(0, 1)

    def table(cell):
        return torch.tensor([[draw(cell) for _ in range(targets)] for _ in range(rows)]).double()

    answers = table(values)
    answers[table(st.integers(0, 3)) == 0] = torch.nan
    draws = draw(st.integers(1, 3))
    weights = torch.tensor([[draw(st.integers(0, 3)) for _ in range(rows)] for _ in range(draws)]).double()
    return table(st.integers(-2, 2)) / 2, answers, weights


def agree(name, scores, answers, weights):
    found = METRICS[name](scores, answers, weights)
    expected = [mean_over_targets(name, scores, answers, one) for one in weights]
    assert found.tolist() == pytest.approx(expected, nan_ok=True)


@pytest.mark.parametrize("name", BINARY_METRICS)
@given(table=tables())
def test_chances_are_those_of_the_loops(name, table):
    agree(name, *table)


@pytest.mark.parametrize("name", BINARY_METRICS)
def test_infinite_scores_that_are_equal_are_ties(name):
    scores = torch.tensor([[torch.inf]] * 4 + [[-torch.inf]] * 2).double()
    agree(name, scores, torch.tensor([[1.0], [0.0], [1.0], [0.0], [0.0], [1.0]]).double(), torch.ones(1, 6).double())


@pytest.mark.parametrize("name", REAL_METRICS)
@given(table=tables(real=True))
def test_errors_are_those_of_the_loops(name, table):
    agree(name, *table)


@pytest.mark.parametrize("name", METRICS)
@given(table=tables())
def test_counted_once_they_are_the_scores_of_training(name, table):
    scores, answers, _ = table
    assert score(METRICS[name], scores, answers) == pytest.approx(SCORES[name].function(scores, answers), nan_ok=True)


@pytest.mark.parametrize("name", METRICS)
def test_a_weight_of_two_is_asking_twice(name):
    draws = seeded(1)
    scores = torch.randn(40, 3, generator=draws, dtype=torch.float64)
    answers = (torch.rand(40, 3, generator=draws) < 0.4).double()
    counts = torch.randint(4, (40,), generator=draws)
    repeated = torch.arange(40).repeat_interleave(counts)
    weighted = METRICS[name](scores, answers, counts.double()[None])
    assert float(weighted) == pytest.approx(score(METRICS[name], scores[repeated], answers[repeated]))


@pytest.mark.parametrize("name", METRICS)
def test_chunks_change_nothing(name, monkeypatch):
    draws = seeded(2)
    scores = torch.randn(30, 4, generator=draws, dtype=torch.float64)
    answers = (torch.rand(30, 4, generator=draws) < 0.5).float()
    answers[torch.rand(30, 4, generator=draws) < 0.3] = torch.nan
    weights = torch.randint(3, (11, 30), generator=draws).double()
    whole = METRICS[name](scores, answers, weights)
    monkeypatch.setattr(column_metrics, "CHUNK", 100)
    assert torch.equal(METRICS[name](scores, answers, weights), whole)


@pytest.mark.parametrize("name", METRICS)
def test_nothing_asked_is_not_defined(name):
    assert math.isnan(score(METRICS[name], torch.zeros(0, 2).double(), torch.zeros(0, 2)))
    assert math.isnan(score(METRICS[name], torch.zeros(3, 2).double(), torch.full((3, 2), torch.nan)))


@pytest.mark.parametrize("name", BINARY_METRICS)
def test_targets_with_one_class_do_not_count(name):
    scores, answers = torch.tensor([[0.1, 0.9], [0.2, 0.1]]).double(), torch.tensor([[0.0, 1.0], [1.0, 1.0]])
    assert score(BINARY_METRICS[name], scores, answers) == 1
    assert math.isnan(score(BINARY_METRICS[name], scores[:, 1:], answers[:, 1:]))


@pytest.mark.parametrize("name", METRICS)
def test_a_target_of_which_the_model_says_nothing_has_no_score(name):
    answers = torch.tensor([[0.0, 1.0], [1.0, 0.0]])
    scores = torch.tensor([[0.0, torch.nan], [1.0, 0.3]]).double()
    assert score(METRICS[name], scores, answers) == pytest.approx(score(METRICS[name], scores[:, :1], answers[:, :1]))
    scores[0, 1], answers[0, 1] = 0.0, torch.nan  # nothing is said where nothing is asked: no harm
    assert not math.isnan(score(METRICS[name], scores, answers))


def test_errors_are_better_when_they_are_small():
    assert {name: sign(name) for name in METRICS} == {"roc_auc": 1, "average_precision": 1, "rmse": -1, "mae": -1}
    assert sign("accuracy") == sign("balanced_accuracy") == 1
    assert set(ERROR_METRICS) == {name for name, one in SCORES.items() if not one.higher_is_better}
