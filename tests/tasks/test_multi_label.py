"""Multi-label classification: missing labels count nowhere, and the score is the data's own."""

import math

import pytest
import torch
from hypothesis import given
from sklearn.metrics import average_precision_score, roc_auc_score

from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.tasks.base import Examples
from multigraft.tasks.multi_label import MultiLabel
from tests.helpers.coded import coded_graphs, random_coded, with_targets
from tests.reference import pretext as plain

TASK = MultiLabel()


@given(coded_graphs(targets=3))
def test_loss_is_the_mean_over_the_labels_that_are_there(graphs):
    examples = TASK.examples(graphs, generator(0))
    logits = torch.randn(len(graphs), 3, generator=generator(1), dtype=torch.float64)
    expected = plain.labelled_loss(logits, examples.answers)
    assert abs(TASK.loss(logits, examples) - expected) < 1e-12


def test_missing_labels_teach_nothing():
    graphs = with_targets(random_coded(2), torch.tensor([[1.0, math.nan], [math.nan, math.nan]]), "binary")
    examples = TASK.examples(graphs, generator(0))
    logits = torch.randn(2, 2, generator=generator(1), requires_grad=True)
    (gradient,) = torch.autograd.grad(TASK.loss(logits, examples), logits)
    assert gradient.isfinite().all()
    assert (gradient != 0).tolist() == [[True, False], [False, False]]


def test_no_label_at_all_costs_nothing():
    graphs = with_targets(random_coded(3), torch.full((3, 2), math.nan), "binary")
    examples = TASK.examples(graphs, generator(0))
    assert TASK.loss(torch.randn(3, 2), examples).item() == 0
    assert math.isnan(TASK.metric(torch.randn(3, 2), examples))


def test_metric_is_the_mean_over_targets_with_both_classes():
    answers = torch.tensor([[1, 0, 1], [0, 0, math.nan], [1, 0, 0], [0, 0, 1], [1, math.nan, 1]])
    logits = torch.randn(5, 3, generator=generator(0))
    examples = TASK.examples(with_targets(random_coded(5), answers, "binary"), generator(0))
    there = [[0, 1, 2, 3, 4], [0, 2, 3, 4]]
    for task, score in ((TASK, roc_auc_score), (MultiLabel(score="average_precision"), average_precision_score)):
        expected = [score(answers[rows, t], logits[rows, t]) for t, rows in zip((0, 2), there, strict=True)]
        assert task.metric(logits, examples) == pytest.approx(sum(expected) / 2)


def test_metric_needs_answers_alone():
    graphs = random_coded(30, seed=2, targets=2)
    examples, logits = TASK.examples(graphs, generator(0)), torch.randn(30, 2, generator=generator(1))
    bare = Examples(graphs.select([]), examples.queries, examples.answers)
    assert TASK.metric(logits, bare) == TASK.metric(logits, examples)


def test_the_datas_own_score_unless_one_is_named():
    graphs, train = random_coded(4, targets=1), torch.arange(3)
    muv = with_targets(graphs, graphs.targets, "binary", metric="average_precision")
    odd = with_targets(graphs, graphs.targets, "binary", metric="rmse")
    named = MultiLabel(score="roc_auc")
    found = [task.fitted(data, train).metric_name for task, data in
             ((TASK, graphs), (TASK, muv), (TASK, odd), (named, muv))]  # fmt: skip
    assert found == ["roc_auc", "average_precision", "roc_auc", "roc_auc"]
    fitted = TASK.fitted(muv, train)
    assert MultiLabel(**fitted.config()) == fitted
    assert TASK.metric_name == "roc_auc"


def test_predictions_are_probabilities():
    logits = torch.tensor([[0.0, 100.0], [-100.0, 1.0]])
    torch.testing.assert_close(TASK.predictions(logits), torch.tensor([[0.5, 1.0], [0.0, 0.7310586]]))


def test_a_score_of_regression_is_refused():
    with pytest.raises(InputError, match="roc_auc, average_precision"):
        MultiLabel(score="rmse")


def test_targets_of_one_class_are_an_obstacle():
    ones = with_targets(random_coded(3), torch.tensor([[1.0, math.nan]] * 3), "binary")
    assert "both classes" in (TASK.obstacle(ones) or "")
    one_of_two = with_targets(random_coded(3), torch.tensor([[1.0, 1.0], [1.0, 0.0], [1.0, math.nan]]), "binary")
    assert TASK.obstacle(one_of_two) is None
