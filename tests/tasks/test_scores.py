"""Scores of many targets at once against scikit-learn, one target at a time."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from multigraft.randomness import generator
from multigraft.tasks.scores import SCORES, Score

ONE_BY_ONE = {
    "roc_auc": metrics.roc_auc_score,
    "average_precision": metrics.average_precision_score,
    "rmse": metrics.root_mean_squared_error,
    "mae": metrics.mean_absolute_error,
}
BINARY = ("roc_auc", "average_precision")


def plain(name, predictions, answers):
    """The score of each target by scikit-learn, NaN where the labels do not define it."""
    found = []
    for column in range(answers.shape[1]):
        there = ~answers[:, column].isnan()
        truth, said = answers[there, column].numpy(), predictions[there, column].numpy()
        enough = len(set(truth.tolist())) == 2 if name in BINARY else len(truth) > 0
        found.append(ONE_BY_ONE[name](truth, said) if enough else math.nan)
    return found


@st.composite
def tables(draw):
    """Predictions with many ties and answers 0, 1 or missing; some targets have one class, some no label at all."""
    rows, targets = draw(st.integers(0, 12)), draw(st.integers(1, 4))
    cell = st.tuples(st.integers(-3, 3), st.sampled_from([0.0, 1.0, math.nan]))
    cells = draw(st.lists(cell, min_size=rows * targets, max_size=rows * targets))
    table = torch.tensor([(float(p), a) for p, a in cells], dtype=torch.float64).view(rows, targets, 2)
    return table[..., 0], table[..., 1]


@pytest.mark.parametrize("name", SCORES)
@given(table=tables())
def test_every_target_has_scikit_learns_score(name, table):
    expected = plain(name, *table)
    assert SCORES[name].by_target(*table).tolist() == pytest.approx(expected, abs=1e-12, nan_ok=True)
    defined = [value for value in expected if not math.isnan(value)]
    mean = sum(defined) / len(defined) if defined else math.nan
    assert SCORES[name].function(*table) == pytest.approx(mean, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", SCORES)
def test_a_wide_table_with_few_labels(name):
    draws = generator(0)
    predictions = torch.randn(400, 60, generator=draws, dtype=torch.float64).round(decimals=1)
    answers = (torch.rand(400, 60, generator=draws) < 0.3).double()
    answers[torch.rand(400, 60, generator=draws) < 0.95] = math.nan
    expected = plain(name, predictions, answers)
    assert SCORES[name].by_target(predictions, answers).tolist() == pytest.approx(expected, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("name", BINARY)
@given(table=tables())
def test_ranks_alone_matter(name, table):
    predictions, answers = table
    score = SCORES[name].by_target
    torch.testing.assert_close(
        score(predictions, answers), score(torch.exp(predictions) - 7, answers), rtol=0, atol=0, equal_nan=True
    )


@given(tables())
def test_the_area_of_turned_predictions_is_the_rest_to_one(table):
    predictions, answers = table
    area = SCORES["roc_auc"].by_target
    torch.testing.assert_close(
        area(predictions, answers) + area(-predictions, answers),
        torch.where(area(predictions, answers).isnan(), math.nan, 1.0).double(),
        equal_nan=True,
    )


def test_perfect_and_constant_predictions():
    answers = torch.tensor([[0.0], [1.0], [1.0], [0.0], [0.0]])
    for name, constant in (("roc_auc", 0.5), ("average_precision", 0.4)):
        assert SCORES[name].function(answers, answers) == 1.0
        assert SCORES[name].function(torch.zeros(5, 1), answers) == pytest.approx(constant)
    assert SCORES["rmse"].function(answers + 2, answers) == SCORES["mae"].function(answers - 2, answers) == 2.0


def test_infinite_predictions_are_the_highest_and_lowest():
    answers = torch.tensor([[0.0], [1.0], [0.0]])
    predictions = torch.tensor([[-math.inf], [math.inf], [0.0]])
    assert SCORES["roc_auc"].function(predictions, answers) == 1.0


def test_equal_infinite_predictions_are_ties():
    answers = torch.tensor([[0.0], [1.0], [1.0], [0.0]])
    for end in (math.inf, -math.inf):
        for order in (answers, answers.flip(0), 1 - answers):
            assert SCORES["roc_auc"].function(torch.full((4, 1), end), order) == 0.5
            assert SCORES["average_precision"].function(torch.full((4, 1), end), order) == 0.5


@pytest.mark.parametrize("name", SCORES)
def test_a_prediction_that_is_no_number_has_no_score(name):
    answers = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
    predictions = torch.tensor([[math.nan, 0.0], [1.0, 1.0]])
    first, second = SCORES[name].by_target(predictions, answers).tolist()
    assert math.isnan(first)
    assert second == (1.0 if name in BINARY else 0.0)


@pytest.mark.parametrize("name", SCORES)
def test_nothing_asked_and_no_targets_have_no_score(name):
    for shape in ((0, 3), (4, 0), (0, 0)):
        assert SCORES[name].by_target(torch.zeros(shape), torch.zeros(shape)).shape == shape[1:]
        assert math.isnan(SCORES[name].function(torch.zeros(shape), torch.zeros(shape)))


def test_single_precision_is_scored_in_double():
    draws = generator(1)
    predictions, answers = torch.rand(500, 2, generator=draws), (torch.rand(500, 2, generator=draws) < 0.5).float()
    for name in SCORES:
        score = SCORES[name].by_target(predictions, answers)
        assert score.dtype == torch.float64
        assert torch.equal(score, SCORES[name].by_target(predictions.double(), answers.double()))


def test_names_and_directions():
    assert [(s.name, s.higher_is_better) for s in SCORES.values()] == [
        ("roc_auc", True), ("average_precision", True), ("rmse", False), ("mae", False),
    ]  # fmt: skip
    assert all(isinstance(score, Score) and score.name == name for name, score in SCORES.items())
