"""The learners of targets by name, and that each learns what there is to be learned."""

import pytest
import torch

from multigraft.evaluation.column_learners import BINARY_LEARNERS, REAL_LEARNERS
from multigraft.evaluation.column_metrics import BINARY_METRICS, REAL_METRICS
from multigraft.evaluation.columns import Constants, fit_columns
from multigraft.evaluation.metrics import score
from multigraft.evaluation.names import PROBE_NAMES
from multigraft.evaluation.probes import COSTS
from tests.helpers.measured import sheet


def test_both_kinds_of_targets_have_the_same_probes_by_the_same_names():
    names = ("logistic", "knn", "forest", "best", "kernel", "extra-trees", "strong")
    assert tuple(BINARY_LEARNERS) == tuple(REAL_LEARNERS) == names
    assert set(BINARY_LEARNERS) < set(PROBE_NAMES)


def test_tables_say_what_a_probe_is():
    assert {learner.title for learner in BINARY_LEARNERS.values()} == {""}
    assert {name: learner.title for name, learner in REAL_LEARNERS.items() if learner.title} == {"logistic": "ridge"}


def test_defaults_are_scikit_learns_and_among_the_settings():
    assert BINARY_LEARNERS["logistic"].settings == COSTS
    for learners in (BINARY_LEARNERS, REAL_LEARNERS):
        assert [learners[name].default for name in ("logistic", "knn", "forest")] == [1.0, 5, None]
        for learner in learners.values():
            assert not learner.settings or learner.default in learner.settings


@pytest.mark.parametrize("name", BINARY_LEARNERS)
def test_chances_are_learned(name):
    train, validation, test = (sheet(150, seed=seed, noise=0.5) for seed in (0, 1, 2))
    metric = BINARY_METRICS["roc_auc"]
    found = fit_columns(BINARY_LEARNERS[name], train, validation, metric, 1, True, 0)
    assert score(metric, found(test.x), test.answers) > 0.85


@pytest.mark.parametrize("name", REAL_LEARNERS)
def test_numbers_are_learned(name):
    train, validation, test = (sheet(150, seed=seed, noise=0.5, real=True) for seed in (0, 1, 2))
    metric = REAL_METRICS["rmse"]
    found = fit_columns(REAL_LEARNERS[name], train, validation, metric, -1, True, 0)
    nothing = Constants(train.answers.nanmean(0))
    assert score(metric, found(test.x), test.answers) < 0.75 * score(metric, nothing(test.x), test.answers)
    assert torch.equal(nothing(test.x[:2]), train.answers.nanmean(0).expand(2, -1))
