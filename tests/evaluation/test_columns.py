"""Many targets at once: settings by the mean over targets, either way round; targets without anything to learn."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.evaluation.column_learners import BINARY_LEARNERS, REAL_LEARNERS
from multigraft.evaluation.column_metrics import BINARY_METRICS, REAL_METRICS
from multigraft.evaluation.columns import Constants, Measured, fit_columns, patterns, varied
from multigraft.evaluation.metrics import score
from multigraft.evaluation.probes import Learner
from tests.helpers.measured import sheet

ROC_AUC, RMSE = BINARY_METRICS["roc_auc"], REAL_METRICS["rmse"]
NAN = math.nan


def recording(values):
    """A learner whose predictor of setting s says ``values[s]`` of everything, and which answers it was fitted on."""
    fits = []

    def fit(train, settings, seed):
        fits.append((tuple(train.answers.shape), tuple(settings)))
        return [Constants(torch.full((train.answers.shape[1],), values[one], dtype=torch.float64)) for one in settings]

    return Learner(fit, 0, tuple(range(len(values)))), fits


def first_score(scores, answers, weights):
    return scores[:1, 0]


# --- settings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sign", "expected"), [(1, 0.7), (-1, 0.1)], ids=["score", "error"])
def test_the_best_setting_is_the_highest_score_or_the_lowest_error_and_the_first_of_equals(sign, expected):
    learner, fits = recording([0.1, 0.7, 0.3, 0.7, 0.1])
    predictor = fit_columns(learner, sheet(), sheet(), first_score, sign, True, 0)
    assert predictor(torch.zeros(2, 5))[:, 0].tolist() == [expected] * 2
    assert fits == [((80, 3), (0, 1, 2, 3, 4))]


def test_a_setting_without_a_score_is_never_the_best():
    learner, _ = recording([NAN, 0.2, 0.4])
    for sign, expected in ((1, 0.4), (-1, 0.2)):
        assert fit_columns(learner, sheet(), sheet(), first_score, sign, True, 0)(torch.zeros(1, 5))[0, 0] == expected


def test_an_undefined_metric_leaves_the_default():
    learner, fits = recording([0.4, 0.5])
    fit_columns(learner, sheet(), sheet(), lambda *_: torch.tensor([NAN]), 1, True, 0)
    assert fits[-1] == ((80, 3), (0,))


def test_without_tuning_the_default_is_fitted_and_validation_is_not_looked_at():
    learner, fits = recording([0.1, 0.7])
    never = Measured(torch.full((3, 5), NAN), torch.zeros(3, 3))
    fit_columns(learner, sheet(), never, first_score, 1, False, 0)
    assert fits == [((80, 3), (0,))]


@pytest.mark.parametrize(
    ("learners", "metric", "sign", "real"),
    [(BINARY_LEARNERS, ROC_AUC, 1, False), (REAL_LEARNERS, RMSE, -1, True)],
    ids=["binary", "real"],
)
@pytest.mark.parametrize("name", ["logistic", "knn"])
def test_one_setting_serves_all_targets_and_is_the_best_of_their_mean(learners, metric, sign, real, name):
    train, validation = (sheet(60, 30, seed=seed, real=real, noise=6.0) for seed in (0, 1))
    learner = learners[name]
    chosen = fit_columns(learner, train, validation, metric, sign, True, 0)
    values = [score(metric, one(validation.x), validation.answers) for one in learner.fit(train, learner.settings, 0)]
    assert score(metric, chosen(validation.x), validation.answers) == (max(values) if sign > 0 else min(values))
    assert len(set(values)) > 1


# --- targets with little in them -------------------------------------------------------------------------------------


def test_targets_that_do_not_vary_score_a_constant_and_are_not_shown():
    train = sheet(targets=4, missing=0.2)
    train.answers[:, 1], train.answers[:, 3] = torch.where(train.answers[:, 1].isnan(), NAN, 1.0), NAN
    assert varied(train).tolist() == [True, False, True, False]
    learner, fits = recording([0.5])
    found = fit_columns(learner, train, sheet(targets=4), ROC_AUC, 1, True, 0)(torch.zeros(3, 5))
    assert fits == [((80, 2), (0,))]
    assert found.tolist() == [[0.5, 1.0, 0.5, 0.0]] * 3


@pytest.mark.parametrize("rows", [0, 1])
def test_nothing_to_learn_from_gives_constants(rows):
    train = Measured(torch.zeros(rows, 2), torch.ones(rows, 3))
    found = fit_columns(recording([0.1])[0], train, train, ROC_AUC, 1, True, 0)(torch.zeros(4, 2))
    assert found.tolist() == [[float(rows)] * 3] * 4


@pytest.mark.parametrize("name", ["logistic", "knn", "forest"])
@pytest.mark.parametrize("learners", [BINARY_LEARNERS, REAL_LEARNERS], ids=["binary", "real"])
def test_a_target_is_learned_from_its_own_rows_alone(learners, name):
    """With the others' answers gone, and the rows where it is missing scrambled, nothing changes for it."""
    train, test = sheet(real=learners is REAL_LEARNERS), sheet(seed=1)
    first = train.answers[:, :1]
    known = ~first.isnan()
    alone = Measured(train.x[known[:, 0]], first[known[:, 0]])
    setting = [learners[name].default]
    together = learners[name].fit(Measured(train.x, train.answers), setting, 0)[0](test.x)
    assert torch.allclose(together[:, :1], learners[name].fit(alone, setting, 0)[0](test.x), atol=1e-2)


# --- patterns --------------------------------------------------------------------------------------------------------


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=6))
def test_patterns_part_the_targets_by_where_they_are_known(columns):
    known = torch.tensor(columns).T
    seen = []
    for rows, targets in patterns(known):
        for target in targets.tolist():
            assert known[:, target].nonzero()[:, 0].tolist() == rows.tolist()
            seen.append(target)
    assert sorted(seen) == list(range(len(columns)))
    assert len(list(patterns(known))) == len(set(map(tuple, columns)))
