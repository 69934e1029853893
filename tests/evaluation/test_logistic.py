"""Logistic regressions of many targets at once: scikit-learn's, at the optimum of what they minimise."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from multigraft.evaluation import logistic
from multigraft.evaluation.columns import Measured
from multigraft.evaluation.logistic import fit_logistics
from tests.helpers.measured import seeded, sheet
from tests.reference.columns import logistic_objective

COSTS = (0.001, 0.1, 10.0)


def known(train, target, cost):
    """scikit-learn's, on the rows where the target is known."""
    rows = train.known[:, target]
    model = LogisticRegression(C=cost, tol=1e-10, max_iter=10_000, solver="newton-cholesky")
    return model.fit(train.x[rows].numpy(), train.answers[rows, target].numpy())


@pytest.mark.parametrize("shape", [(80, 5), (30, 60)], ids=["tall", "wide"])
@pytest.mark.parametrize("missing", [0.0, 0.5])
def test_scores_are_those_of_scikit_learn(shape, missing, monkeypatch):
    monkeypatch.setattr(logistic, "TOLERANCE", 1e-13)
    train, test = sheet(*shape, missing=missing), sheet(*shape, seed=1)
    for cost, found in zip(COSTS, fit_logistics(train, COSTS, 0), strict=True):
        for target in range(3):
            margins = known(train, target, cost).decision_function(test.x.numpy())
            assert np.allclose(found(test.x)[:, target], margins, atol=1e-3 * np.abs(margins).max())


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_without_patience_for_the_last_digits_they_are_as_good(dtype):
    train, test = sheet(200, 20, noise=3.0), sheet(200, 20, seed=1)
    cast = Measured(train.x.to(dtype), train.answers.to(dtype))
    for cost, found in zip(COSTS, fit_logistics(cast, COSTS, 0), strict=True):
        margins = known(train, 0, cost).decision_function(test.x.numpy())
        assert np.corrcoef(found(test.x)[:, 0], margins)[0, 1] > 0.999


@given(st.integers(0, 1000), st.integers(2, 12), st.integers(1, 6), st.sampled_from(COSTS))
@settings(max_examples=25)
def test_no_step_to_any_side_lowers_the_objective(seed, rows, width, cost):
    train = sheet(rows, width, 1, seed, missing=0.0)
    train.answers[:2, 0] = torch.tensor([0.0, 1.0])
    weights = fit_logistics(train, [cost], 0)[0].weights[:, 0]
    here = logistic_objective(weights, train.x, train.answers[:, 0], cost)
    for _ in range(10):
        aside = weights + 0.05 * torch.randn(len(weights), generator=seeded(seed), dtype=torch.float64)
        assert logistic_objective(aside, train.x, train.answers[:, 0], cost) > here - 1e-3 * here


def test_columns_that_say_the_same_do_not_slow_it_down(monkeypatch):
    """Embeddings are like that; a plain gradient method would take thousands of steps."""
    steps, direction = [], logistic._direction
    monkeypatch.setattr(logistic, "_direction", lambda *given: steps.append(1) or direction(*given))
    draws = seeded(3)
    x = torch.randn(300, 4, generator=draws) @ torch.randn(4, 60, generator=draws)
    x = (x + 1e-3 * torch.randn(300, 60, generator=draws)).double()
    answers = (x[:, :3] + torch.randn(300, 3, generator=draws) > 0).double()
    fit_logistics(Measured(x, answers), [1.0], 0)
    assert len(steps) < 40


def test_a_target_is_not_touched_by_how_many_others_there_are(monkeypatch):
    monkeypatch.setattr(logistic, "TOLERANCE", 1e-12)
    train = sheet(targets=6)
    together = fit_logistics(train, [1.0], 0)[0].weights
    alone = [fit_logistics(Measured(train.x, train.answers[:, [one]]), [1.0], 0)[0].weights[:, 0] for one in range(6)]
    assert torch.allclose(together, torch.stack(alone, dim=1), atol=1e-4)


def test_targets_that_can_be_told_perfectly_end(monkeypatch):
    train = sheet(20, 40, noise=0.0, missing=0.0)
    scores = fit_logistics(train, [1e4], 0)[0](train.x)
    assert torch.equal(scores > 0, train.answers == 1)
    assert scores.isfinite().all()


def test_useless_columns_give_the_share_of_ones():
    answers = torch.tensor([[1.0, 0.0]] * 3 + [[0.0, 1.0]])
    scores = fit_logistics(Measured(torch.ones(4, 2), answers), [1.0], 0)[0](torch.ones(2, 2))
    assert torch.allclose(scores.sigmoid(), torch.tensor([[0.75, 0.25]] * 2).double(), atol=1e-6)


def test_no_question_has_no_score():
    assert fit_logistics(sheet(), [1.0], 0)[0](torch.zeros(0, 5)).shape == (0, 3)
