"""Metrics against scikit-learn and against loops over pairs of questions."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, balanced_accuracy_score, roc_auc_score

from multigraft.evaluation.metrics import METRICS, accuracy, balanced_accuracy, roc_auc, score
from tests.reference import protocols as plain


def draws(seed, asked=300, classes=3, levels=10, weightings=4):
    """Scores with many ties, answers, and whole weights, some of them zero."""
    generator = torch.Generator().manual_seed(seed)
    scores = torch.randint(levels, (asked, classes), generator=generator).double() / levels
    answers = torch.randint(classes, (asked,), generator=generator)
    weights = torch.randint(4, (weightings, asked), generator=generator).double()
    return scores, answers, weights


@pytest.mark.parametrize("seed", range(3))
def test_accuracy_is_scikit_learns(seed):
    scores, answers, weights = draws(seed)
    expected = [accuracy_score(answers, scores.argmax(1), sample_weight=row) for row in weights]
    assert accuracy(scores, answers, weights).tolist() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_balanced_accuracy_is_scikit_learns(seed):
    scores, answers, weights = draws(seed)
    expected = [balanced_accuracy_score(answers, scores.argmax(1), sample_weight=row) for row in weights]
    assert balanced_accuracy(scores, answers, weights).tolist() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("levels", [1, 2, 10, 10**9])
def test_roc_auc_is_scikit_learns(levels):
    scores, answers, weights = draws(0, classes=2, levels=levels)
    expected = [roc_auc_score(answers, scores[:, 1], sample_weight=row) for row in weights]
    assert roc_auc(scores, answers, weights).tolist() == pytest.approx(expected, abs=1e-12)


questions = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(0, 3)), min_size=1, max_size=25)


@given(questions)
def test_roc_auc_equals_the_share_of_pairs_won(asked):
    values, answers, weights = zip(*asked, strict=True)
    scores = torch.tensor([[0.0, value] for value in values], dtype=torch.float64)
    found = float(roc_auc(scores, torch.tensor(answers), torch.tensor([weights], dtype=torch.float64)))
    assert found == pytest.approx(plain.roc_auc(values, answers, weights), nan_ok=True)


@given(questions)
def test_balanced_accuracy_equals_the_mean_of_the_classes(asked):
    predicted, answers, weights = zip(*asked, strict=True)
    scores = torch.nn.functional.one_hot(torch.tensor(predicted), 4).double()
    found = float(balanced_accuracy(scores, torch.tensor(answers), torch.tensor([weights], dtype=torch.float64)))
    assert found == pytest.approx(plain.balanced_accuracy(predicted, answers, weights), nan_ok=True)


@pytest.mark.parametrize("name", METRICS)
def test_a_weight_of_two_is_asking_twice(name):
    scores, answers, weights = draws(5, asked=40, classes=2, weightings=1)
    times = weights[0].long()
    repeated = score(METRICS[name], scores.repeat_interleave(times, 0), answers.repeat_interleave(times))
    assert float(METRICS[name](scores, answers, weights)) == pytest.approx(repeated, abs=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_all_weightings_at_once_equal_one_by_one(name):
    scores, answers, weights = draws(6, classes=2, weightings=7)
    together = METRICS[name](scores, answers, weights)
    alone = torch.cat([METRICS[name](scores, answers, row[None]) for row in weights])
    assert torch.allclose(together, alone, rtol=0, atol=1e-12)


@pytest.mark.parametrize("name", METRICS)
def test_no_questions_leave_every_metric_undefined(name):
    assert math.isnan(score(METRICS[name], torch.zeros(0, 2).double(), torch.zeros(0, dtype=torch.int64)))


def test_roc_auc_of_one_class_is_undefined():
    scores, answers, weights = draws(1, classes=2)
    assert roc_auc(scores, torch.ones_like(answers), weights).isnan().all()


def test_balanced_accuracy_knows_classes_that_are_never_predicted():
    scores = torch.tensor([[1.0, 0.0], [0.0, 1.0]]).double()
    answers = torch.tensor([0, 5])
    assert score(balanced_accuracy, scores, answers) == 0.5
    assert score(accuracy, scores, answers) == 0.5


def test_classes_without_a_score_never_win():
    scores = torch.tensor([[-torch.inf, -3.0], [-torch.inf, -4.0]]).double()
    assert score(accuracy, scores, torch.tensor([1, 1])) == 1.0
    assert score(roc_auc, scores, torch.tensor([1, 0])) == 1.0
