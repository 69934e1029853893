"""Graph regression: learnt standardised, said in its own units."""

import dataclasses
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import r2_score

from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.tasks.graph_regression import GraphRegression
from tests.helpers.coded import random_coded, with_targets
from tests.reference import pretext as plain

TASK = GraphRegression()
ALL = torch.arange(20)


def measured(seed=0, graphs=20, missing=0.3):
    """Graphs with two targets of very different units, some of them missing."""
    draws = generator(seed)
    values = torch.randn(graphs, 2, generator=draws) * torch.tensor([1.0, 1000.0]) + torch.tensor([5.0, -3e4])
    values[torch.rand(graphs, 2, generator=draws) < missing] = math.nan
    return with_targets(random_coded(graphs, seed=seed), values)


@given(st.integers(0, 2**31))
def test_loss_is_the_plain_one(seed):
    graphs, train = measured(seed).double(), torch.arange(12)
    graphs = with_targets(graphs, graphs.targets.double())
    task = TASK.fitted(graphs, train)
    logits = torch.randn(20, 2, generator=generator(seed), dtype=torch.float64)
    expected = plain.squared_loss(logits, graphs.targets, graphs.targets[train])
    assert abs(task.loss(logits, task.examples(graphs, generator(0))) - expected) < 1e-9


def test_the_training_part_alone_is_looked_at():
    graphs = measured(1)
    task = TASK.fitted(graphs, torch.arange(10))
    known = [column[~column.isnan()].double() for column in graphs.targets[:10].T]
    assert task.mean == pytest.approx([float(column.mean()) for column in known])
    assert task.deviation == pytest.approx([float(column.std(correction=0)) for column in known])
    other = graphs.targets.clone()
    other[10:] = 1e9
    assert TASK.fitted(with_targets(graphs, other), torch.arange(10)) == task


def test_predictions_undo_standardisation():
    graphs = measured(2, missing=0)
    task = TASK.fitted(graphs, ALL)
    standardised = task.standardised(graphs.targets)
    torch.testing.assert_close(standardised.mean(0), torch.zeros(2), atol=1e-3, rtol=0)
    torch.testing.assert_close(standardised.std(0, correction=0), torch.ones(2), atol=1e-3, rtol=0)
    torch.testing.assert_close(task.predictions(standardised), graphs.targets)
    assert task.loss(standardised, task.examples(graphs, generator(0))).item() == 0


def test_metric_is_the_mean_r2():
    graphs = measured(3, missing=0)
    task = TASK.fitted(graphs, ALL)
    logits = torch.randn(20, 2, generator=generator(1))
    examples = task.examples(graphs, generator(0))
    assert task.metric(logits, examples) == pytest.approx(r2_score(graphs.targets, task.predictions(logits)), abs=1e-4)
    assert task.metric(torch.zeros(20, 2), examples) == pytest.approx(0.0, abs=1e-6)
    assert task.metric(task.standardised(graphs.targets), examples) == pytest.approx(1.0)


def test_metric_leaves_missing_labels_out_and_spares_targets_without_any():
    graphs = measured(4)
    task = TASK.fitted(graphs, ALL)
    answers = graphs.targets.clone()
    answers[:, 1] = math.nan
    examples = task.examples(with_targets(graphs, answers), generator(0))
    logits = torch.randn(20, 2, generator=generator(1))
    there = ~answers[:, 0].isnan()
    errors = (logits[there, 0] - task.standardised(graphs.targets)[there, 0]).square().mean()
    assert task.metric(logits, examples) == pytest.approx(1 - float(errors), abs=1e-5)
    nothing = task.examples(with_targets(graphs, torch.full((20, 2), math.nan)), generator(0))
    assert math.isnan(task.metric(logits, nothing))


@pytest.mark.parametrize(
    ("score", "norm"), [("rmse", lambda e: e.square().mean(0).sqrt()), ("mae", lambda e: e.abs().mean(0))]
)
def test_other_scores_are_minus_errors_in_the_targets_units(score, norm):
    graphs = measured(5, missing=0)
    task = GraphRegression(score=score).fitted(graphs, ALL)
    logits = torch.randn(20, 2, generator=generator(1), dtype=torch.float64)
    errors = task.predictions(logits) - graphs.targets
    assert task.metric(logits, task.examples(graphs, generator(0))) == pytest.approx(-float(norm(errors).mean()))
    assert task.metric_name == f"-{score}"
    assert TASK.metric_name == "r2"


def test_missing_labels_teach_nothing():
    graphs = measured(6)
    task = TASK.fitted(graphs, ALL)
    logits = torch.randn(20, 2, generator=generator(1), requires_grad=True)
    (gradient,) = torch.autograd.grad(task.loss(logits, task.examples(graphs, generator(0))), logits)
    assert torch.equal(gradient != 0, ~graphs.targets.isnan())


def test_options_survive_json():
    task = TASK.fitted(measured(7), ALL)
    stored = {name: list(value) if isinstance(value, tuple) else value for name, value in task.config().items()}
    assert GraphRegression(**stored) == task
    assert hash(GraphRegression(**stored)) == hash(task)


def test_targets_that_say_nothing_are_refused_by_name():
    values = torch.tensor([[1.0, 0.1, math.nan], [2.0, 0.1, math.nan], [3.0, 0.1, math.nan]])
    for column, says in ((1, "'t0' is 0.1 wherever"), (2, "'t0' has no value")):
        graphs = with_targets(random_coded(3), values[:, [column]])
        assert says in (TASK.obstacle(graphs) or "")
        with pytest.raises(InputError, match=f"{says}.*training part: choose other targets"):
            TASK.fitted(graphs, torch.arange(3))
    assert TASK.obstacle(with_targets(random_coded(3), values[:, :1])) is None
    with pytest.raises(InputError, match="'t0' has no value"):
        TASK.fitted(with_targets(random_coded(3), values[:, :1]), torch.empty(0, dtype=torch.int64))


def test_of_several_targets_those_that_say_nothing_are_predicted_to_be_what_they_are():
    values = torch.tensor([[1.0, 7.0, math.nan], [3.0, 7.0, math.nan], [math.nan, math.nan, math.nan]])
    graphs = with_targets(random_coded(3), values)
    assert TASK.obstacle(graphs) is None
    task = TASK.fitted(graphs, torch.arange(3))
    assert task.predictions(torch.zeros(1, 3)).tolist() == [[2.0, 7.0, 0.0]]
    assert task.standardised(graphs.targets)[:2, :2].tolist() == [[-1.0, 0.0], [1.0, 0.0]]
    assert math.isfinite(task.loss(torch.zeros(3, 3), task.examples(graphs, generator(0))))


def test_where_all_targets_say_nothing_the_first_is_named():
    graphs = with_targets(random_coded(2), torch.tensor([[1.0, 2.0], [1.0, 2.0]]))
    assert "'t0' is 1 wherever it is given in data set 'made-hu', nor do the other 1 vary" in TASK.obstacle(graphs)


def test_a_target_that_varies_in_other_parts_alone_is_refused():
    graphs = with_targets(random_coded(3), torch.tensor([[1.0], [1.0], [2.0]]))
    assert TASK.obstacle(graphs) is None
    with pytest.raises(InputError, match="'t0' is 1 wherever it is given in the training part"):
        TASK.fitted(graphs, torch.tensor([0, 1]))


def test_unknown_scores_are_refused():
    with pytest.raises(InputError, match="r2, rmse, mae"):
        GraphRegression(score="roc_auc")


@pytest.mark.parametrize(("usual", "score"), [("rmse", "rmse"), ("mae", "mae"), ("", "r2"), ("roc_auc", "r2")])
def test_the_score_is_that_of_the_data(usual, score):
    graphs = measured(5)
    graphs = dataclasses.replace(graphs, origin=dataclasses.replace(graphs.origin, metric=usual))
    task = GraphRegression().fitted(graphs, ALL)
    assert (task.score, task.metric_name) == (score, "r2" if score == "r2" else f"-{score}")
    assert GraphRegression(score="mae").fitted(graphs, ALL).score == "mae"
    assert GraphRegression(**task.config()) == task


def test_errors_are_added_to_other_scores_in_deviations():
    graphs = measured(5)
    task = GraphRegression(score="rmse").fitted(graphs, ALL)
    assert task.unit == pytest.approx(sum(task.deviation) / 2)
    assert GraphRegression(score="r2").fitted(graphs, ALL).unit == GraphRegression(score="rmse").unit == 1.0
