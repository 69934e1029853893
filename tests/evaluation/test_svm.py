"""The solver against scikit-learn's, against the conditions of the optimum, and where it has little to hold on to."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.svm import LinearSVC

from multigraft.evaluation import svm
from multigraft.evaluation.svm import fit_machines
from tests.reference.protocols import hinge_objective


def problem(rows=200, width=6, classes=3, seed=0, noise=1.0):
    """Rows around a centre for each class, with a last column of ones, and their classes."""
    generator = torch.Generator().manual_seed(seed)
    answers = torch.arange(rows) % classes
    centres = torch.randn(classes, width, generator=generator, dtype=torch.float64)
    x = centres[answers] + noise * torch.randn(rows, width, generator=generator, dtype=torch.float64)
    return torch.cat([x, torch.ones(rows, 1, dtype=torch.float64)], dim=1), answers


def signs_of(answers, target):
    return torch.where(answers == target, 1.0, -1.0).double()


def objective(weights, x, answers, target, cost):
    return hinge_objective(weights.tolist(), x.tolist(), signs_of(answers, target).tolist(), cost)


@pytest.mark.parametrize("cost", [0.01, 1.0, 10.0])
def test_the_optimum_is_scikit_learns(cost):
    x, answers = problem()
    found = fit_machines(x, answers, [0, 1, 2], [cost])[0]
    known = LinearSVC(C=cost, tol=1e-10, max_iter=100_000, dual=False).fit(x[:, :-1].numpy(), answers.numpy())
    assert found[:-1].T.numpy() == pytest.approx(known.coef_, abs=2e-4)
    assert found[-1].numpy() == pytest.approx(known.intercept_, abs=2e-4)


@pytest.mark.parametrize(("rows", "width", "noise"), [(300, 4, 2.0), (20, 50, 1.0), (100, 10, 0.01)])
@pytest.mark.parametrize("cost", [1e-3, 1.0, 1e3])
def test_no_small_change_lowers_the_objective(rows, width, noise, cost):
    x, answers = problem(rows, width, 2, noise=noise)
    weights = fit_machines(x, answers, [1], [cost])[0][:, 0]
    best = objective(weights, x, answers, 1, cost)
    generator = torch.Generator().manual_seed(1)
    for size in (1e-1, 1e-2, 1e-3):
        nudge = size * torch.randn(len(weights), generator=generator, dtype=torch.float64)
        assert objective(weights + nudge, x, answers, 1, cost) >= best * (1 - 1e-8)


@pytest.mark.parametrize("repeated", [False, True])
def test_fewer_rows_than_columns_are_solved_in_as_many_dimensions_as_rows(monkeypatch, repeated):
    x, answers = problem(rows=24, width=60, classes=3)
    if repeated:  # rows that span fewer dimensions than there are rows
        x[12:], answers[12:] = x[:12], answers[:12]
    found = fit_machines(x, answers, [0, 1, 2], (0.01, 1.0))
    widths, path = [], svm._path

    def recording(x, *rest):
        widths.append(x.shape[1])
        return path(x, *rest)

    monkeypatch.setattr(svm, "_path", recording)
    fit_machines(x, answers, [0], (1.0,))
    assert widths == [24]
    for one, other in zip(found, path(x, answers, [0, 1, 2], (0.01, 1.0)), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_the_gradient_vanishes():
    x, answers = problem(150, 5, 2)
    weights = fit_machines(x, answers, [1], [0.5])[0][:, 0].requires_grad_()
    slack = (1 - signs_of(answers, 1) * (x @ weights)).clamp_min(0)
    (weights @ weights / 2 + 0.5 * slack.square().sum()).backward()
    assert weights.grad.abs().max() < 1e-3


def test_a_path_of_costs_ends_where_each_cost_alone_does():
    x, answers = problem()
    costs = (0.01, 1.0, 100.0)
    path = fit_machines(x, answers, [0, 1, 2], costs)
    for cost, found in zip(costs, path, strict=True):
        assert torch.allclose(found, fit_machines(x, answers, [0, 1, 2], [cost])[0], atol=1e-4)


def test_a_path_does_not_depend_on_how_gram_matrices_are_kept(monkeypatch):
    x, answers = problem(400, 8)
    kept = fit_machines(x, answers, [0, 1, 2], (0.01, 1.0))
    monkeypatch.setattr(svm, "_moved", lambda x, active, before, gram: (active, x[active].T @ x[active]))
    anew = fit_machines(x, answers, [0, 1, 2], (0.01, 1.0))
    for one, other in zip(kept, anew, strict=True):
        assert torch.allclose(one, other, atol=1e-9)


def test_two_classes_are_one_machine_and_its_mirror():
    x, answers = problem(classes=2)
    both = fit_machines(x, answers, [0, 1], [1.0])[0]
    assert torch.allclose(both[:, 0], -both[:, 1], atol=1e-6)


@given(st.integers(2, 12), st.integers(1, 4), st.integers(0, 1000), st.sampled_from([1e-6, 1.0, 1e6]))
def test_any_small_problem_is_solved(rows, width, seed, cost):
    """Few rows, equal rows, rows of zeros: weights stay finite and beat doing nothing."""
    generator = torch.Generator().manual_seed(seed)
    x = torch.randint(-1, 2, (rows, width), generator=generator).double()
    x = torch.cat([x, torch.ones(rows, 1, dtype=torch.float64)], dim=1)
    answers = torch.randint(2, (rows,), generator=generator)
    weights = fit_machines(x, answers, [1], [cost])[0][:, 0]
    assert weights.isfinite().all()
    assert objective(weights, x, answers, 1, cost) <= objective(weights * 0, x, answers, 1, cost)


def test_rows_that_say_nothing_leave_the_intercept():
    """Three of four rows are of the class; the squared hinge then has its optimum at a half, but for the penalty."""
    x = torch.tensor([[0.0, 1.0]] * 400, dtype=torch.float64)
    answers = (torch.arange(400) % 4 > 0).long()
    weights = fit_machines(x, answers, [1], [1.0])[0][:, 0]
    assert weights[0] == 0
    assert float(weights[1]) == pytest.approx(0.5, abs=1e-3)
