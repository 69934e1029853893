"""Probes: scaling, placing of classes, choice of settings, and answers where there is little to learn from."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from multigraft.evaluation import probes
from multigraft.evaluation.metrics import accuracy, roc_auc, score
from multigraft.evaluation.probes import COSTS, LINEAR, Constant, Labelled, Learner, fit_linear, fit_probe, sampled
from multigraft.evaluation.svm import fit_machines


def blobs(rows=120, width=4, classes=(0, 1, 2), noise=1.0, seed=0):
    """Rows around a centre for each class."""
    generator = torch.Generator().manual_seed(seed)
    place = torch.arange(rows) % len(classes)
    centres = 2 * torch.randn(len(classes), width, generator=torch.Generator().manual_seed(99), dtype=torch.float64)
    x = centres[place] + noise * torch.randn(rows, width, generator=generator, dtype=torch.float64)
    return Labelled(x, torch.tensor(classes)[place])


def recording(values):
    """A learner whose predictor of setting s scores ``values[s]`` under the metric below, and what it was fitted on."""
    fits = []

    def fit(train, settings, seed):
        fits.append((len(train.answers), tuple(settings)))
        return [lambda x, setting=setting: torch.full((len(x), 2), values[setting]).double() for setting in settings]

    return Learner(fit, 0, tuple(range(len(values)))), fits


def first_score(scores, answers, weights):
    return scores[:1, 0]


# --- the linear probe -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("classes", [(0, 1), (0, 1, 2)])
def test_the_linear_probe_is_scikit_learns_pipeline(classes):
    train, test = blobs(classes=classes, noise=3.0), blobs(classes=classes, noise=3.0, seed=1)
    known = make_pipeline(StandardScaler(), LinearSVC(tol=1e-10, max_iter=100_000, dual=False))
    known.fit(train.x.numpy(), train.answers.numpy())
    scores = fit_linear(train, [1.0], 0)[0](test.x)
    assert scores.argmax(1).tolist() == known.predict(test.x.numpy()).tolist()
    margins = torch.from_numpy(known.decision_function(test.x.numpy()))
    assert torch.allclose(scores[:, 1] if len(classes) == 2 else scores, margins, atol=1e-4)


def test_scale_and_place_of_a_column_do_not_matter():
    train, test = blobs(), blobs(seed=1)
    scale, shift = torch.tensor([1e-3, 1.0, 50.0, 1e4]).double(), torch.tensor([0.0, -3.0, 10.0, 1e3]).double()
    plain = fit_linear(train, [1.0], 0)[0](test.x)
    moved = fit_linear(Labelled(train.x * scale + shift, train.answers), [1.0], 0)[0](test.x * scale + shift)
    assert torch.allclose(plain, moved, atol=1e-6)


def test_statistics_come_from_training_rows_alone():
    probe = fit_linear(blobs(), [1.0], 0)[0]
    assert torch.allclose(probe.mean, blobs().x.mean(0))
    assert torch.allclose(probe.deviation, blobs().x.std(0, correction=0))
    row = blobs(seed=2).x[:1]
    assert torch.equal(probe(row), probe(torch.cat([row, 1e6 * row]))[:1])


@pytest.mark.parametrize("noise", [0.0, 1e-8])
def test_a_column_that_is_constant_but_for_rounding_is_left_out(noise):
    train, test = blobs(), blobs(seed=1)
    dead = 5 + noise * torch.randn(len(train.x), 1, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    wider = Labelled(torch.cat([train.x, dead], 1), train.answers)
    found = fit_linear(wider, [1.0], 0)[0](torch.cat([test.x, torch.full((len(test.x), 1), 7.0).double()], 1))
    assert torch.allclose(found, fit_linear(train, [1.0], 0)[0](test.x), atol=1e-6)


def test_classes_keep_their_numbers_and_absent_ones_never_win():
    probe = fit_linear(blobs(classes=(1, 4, 5)), [1.0], 0)[0]
    scores = probe(blobs(classes=(1, 4, 5), seed=1).x)
    assert scores.shape == (120, 6)
    assert scores[:, [0, 2, 3]].eq(-torch.inf).all()
    assert scores[:, [1, 4, 5]].isfinite().all()
    assert score(accuracy, scores, blobs(classes=(1, 4, 5)).answers) > 0.8


def test_two_classes_that_are_not_0_and_1():
    probe = fit_linear(blobs(classes=(2, 3)), [1.0], 0)[0]
    scores = probe(blobs(classes=(2, 3), seed=1).x)
    assert torch.allclose(scores[:, 2], -scores[:, 3])
    assert score(accuracy, scores, blobs(classes=(2, 3)).answers) > 0.7


def test_constant_features_give_the_more_frequent_class():
    train = Labelled(torch.ones(30, 8).double(), (torch.arange(30) % 3 > 0).long())
    predictor = fit_probe(LINEAR, train, train, accuracy, True, 0)
    assert predictor(torch.ones(4, 8).double()).argmax(1).tolist() == [1] * 4


# --- little to learn from -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("answers", "expected"), [([], 0), ([3, 3, 3], 3)])
def test_fewer_than_two_classes_give_a_constant_answer(answers, expected):
    train = Labelled(torch.rand(len(answers), 2).double(), torch.tensor(answers, dtype=torch.int64))
    predictor = fit_probe(LINEAR, train, train, accuracy, True, 0)
    assert predictor(torch.rand(5, 2).double()).argmax(1).tolist() == [expected] * 5


def test_a_constant_answer_ranks_nothing():
    scores = Constant(0)(torch.rand(6, 2).double())
    assert score(roc_auc, scores, torch.tensor([0, 1, 0, 1, 1, 0])) == 0.5


# --- the choice of settings -----------------------------------------------------------------------------------------


def test_the_best_setting_on_validation_is_chosen_and_the_first_of_equals():
    learner, fits = recording([0.1, 0.7, 0.3, 0.7])
    predictor = fit_probe(learner, blobs(), blobs(), first_score, True, 0)
    assert predictor(torch.zeros(1, 4))[0, 0] == pytest.approx(0.7)
    assert fits == [(120, (0, 1, 2, 3))]


def test_without_tuning_the_default_is_fitted_and_validation_is_not_looked_at():
    learner, fits = recording([0.1, 0.7])
    never = Labelled(torch.full((3, 4), torch.nan).double(), torch.zeros(3, dtype=torch.int64))
    fit_probe(learner, blobs(), never, first_score, False, 0)
    assert fits == [(120, (0,))]


def test_settings_are_chosen_on_a_sample_and_fitted_on_everything(monkeypatch):
    monkeypatch.setattr(probes, "SAMPLE", 60)
    learner, fits = recording([0.1, 0.2, 0.9])
    fit_probe(learner, blobs(), blobs(), first_score, True, 0)
    assert fits == [(60, (0, 1, 2)), (120, (2,))]


def test_an_undefined_metric_leaves_the_default():
    learner, fits = recording([0.4, math.nan])
    fit_probe(learner, blobs(), blobs(), lambda *_: torch.tensor([math.nan]), True, 0)
    assert fits[-1] == (120, (0,))


@pytest.mark.parametrize(("noise", "largest"), [(8.0, 0.1), (0.05, COSTS[0])], ids=["noisy", "easy"])
def test_costs_are_chosen_on_validation(noise, largest, monkeypatch):
    """Many useless columns and much noise ask for a small cost; where all are perfect the smallest is taken."""
    chosen = []

    def spy(x, answers, targets, costs):
        chosen.append(tuple(costs))
        return fit_machines(x, answers, targets, costs)

    monkeypatch.setattr(probes, "fit_machines", spy)
    monkeypatch.setattr(probes, "SAMPLE", 100)
    fit_probe(LINEAR, blobs(width=60, noise=noise), blobs(width=60, noise=noise, seed=1), accuracy, True, 0)
    assert chosen[0] == COSTS
    assert len(chosen[1]) == 1
    assert chosen[1][0] <= largest


def test_the_seed_decides_the_sample():
    answers = torch.arange(1000) % 3
    assert torch.equal(sampled(answers, 100, 1), sampled(answers, 100, 1))
    assert not torch.equal(sampled(answers, 100, 1), sampled(answers, 100, 2))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.integers(1, 40), st.integers(0, 100))
def test_a_sample_has_every_class_in_its_share(answers, most, seed):
    answers = torch.tensor(answers)
    rows = sampled(answers, most, seed)
    assert rows.unique().numel() == len(rows)
    if len(answers) <= most:
        assert torch.equal(rows, torch.arange(len(answers)))
    for target in answers.unique():
        count, taken = int((answers == target).sum()), int((answers[rows] == target).sum())
        assert taken == count if len(answers) <= most else taken == math.ceil(count * most / len(answers))
