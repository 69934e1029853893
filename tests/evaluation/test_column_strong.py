"""The probe ``strong`` for targets: kernel and trees together for yes or no, a chosen kernel for numbers."""

import pytest
import torch

from multigraft.evaluation import forests
from multigraft.evaluation.choice import choice_of
from multigraft.evaluation.column_learners import BINARY_LEARNERS, REAL_LEARNERS
from multigraft.evaluation.column_metrics import BINARY_METRICS, REAL_METRICS
from multigraft.evaluation.columns import Measured, fit_columns
from multigraft.evaluation.kernel_columns import KernelColumns, fit_kernel_columns
from multigraft.evaluation.kernels import KERNELS
from multigraft.evaluation.metrics import score
from multigraft.evaluation.shared_trees import fit_shared_trees
from tests.helpers.measured import seeded, sheet


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch):
    monkeypatch.setattr(forests, "TREES", 20)


def test_yes_or_no_is_the_mean_of_kernel_and_trees():
    train, test = sheet(), sheet(seed=1)
    learner = BINARY_LEARNERS["strong"]
    said = learner.fit(train, [learner.default], 5)[0]
    kernel, trees = fit_kernel_columns(train, KERNELS[:1], 5)[0], fit_shared_trees(train, [None], 5)[0]
    assert torch.allclose(said(test.x), (kernel(test.x) + trees(test.x)) / 2)
    assert choice_of(said) == "kernel and extra-trees"


def test_nothing_is_chosen_for_yes_or_no():
    train, test = sheet(), sheet(seed=1)
    wrong = Measured(test.x, 1 - test.answers)
    learner, metric = BINARY_LEARNERS["strong"], BINARY_METRICS["roc_auc"]
    told = [fit_columns(learner, train, part, metric, 1, True, 0)(test.x) for part in (test, wrong)]
    assert torch.equal(*told)


def test_of_numbers_the_kernel_that_is_best_on_validation_speaks():
    train, validation = sheet(real=True, noise=0.1), sheet(real=True, noise=0.1, seed=1)
    learner, metric = REAL_LEARNERS["strong"], REAL_METRICS["rmse"]
    chosen = fit_columns(learner, train, validation, metric, -1, True, 0)
    every = learner.fit(train, learner.settings, 0)
    assert all(isinstance(one, KernelColumns) for one in every)
    errors = [score(metric, one(validation.x), validation.answers) for one in every]
    assert score(metric, chosen(validation.x), validation.answers) == min(errors)


@pytest.mark.parametrize("name", ["kernel", "extra-trees", "strong"])
def test_corners_are_told_as_no_line_can(name):
    draws = seeded(1)
    x = torch.randn(300, 2, generator=draws)
    answers = ((x[:, :1] > 0) ^ (x[:, 1:] > 0)).float()
    train, asked = Measured(x[:200], answers[:200]), Measured(x[200:], answers[200:])
    metric = BINARY_METRICS["roc_auc"]
    curved, straight = (
        score(metric, fit_columns(BINARY_LEARNERS[one], train, asked, metric, 1, True, 0)(asked.x), asked.answers)
        for one in (name, "logistic")
    )
    assert curved > 0.9 > straight + 0.2


def test_targets_of_one_class_and_of_none_have_a_constant_beside_those_that_are_learned():
    train, test = sheet(missing=0.3, targets=4), sheet(20, targets=4, seed=1)
    answers = train.answers.clone()
    answers[:, 1] = torch.where(answers[:, 1].isnan(), torch.nan, 1.0)
    answers[:, 2] = torch.nan
    metric = BINARY_METRICS["roc_auc"]
    given = (Measured(train.x, answers), test, metric, 1, True, 0)
    said = fit_columns(BINARY_LEARNERS["strong"], *given)(test.x)
    assert said[:, 1:3].unique(dim=0).tolist() == [[1.0, 0.0]]
    assert bool(said.isfinite().all())
    assert score(metric, said[:, [0, 3]], test.answers[:, [0, 3]]) > 0.7
