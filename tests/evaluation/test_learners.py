"""Logistic regression and nearest neighbours: scikit-learn's, scaled as in training, classes in their places."""

import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from multigraft.evaluation import learners
from multigraft.evaluation.learners import LEARNERS, NEIGHBOURS, fit_logistic, fit_neighbours
from multigraft.evaluation.metrics import accuracy, score
from multigraft.evaluation.names import DEFAULT_PROBES, PROBE_NAMES
from multigraft.evaluation.probes import LINEAR, Labelled, fit_probe
from tests.evaluation.test_probes import blobs

OTHERS = {"logistic": fit_logistic, "knn": fit_neighbours}
SETTING = {"logistic": 1.0, "knn": 5}


def fitted(name, train, setting=None):
    return OTHERS[name](train, [SETTING[name] if setting is None else setting], 0)[0]


def known(name, train):
    model = (
        LogisticRegression(max_iter=1000, tol=1e-8)
        if name == "logistic"
        else KNeighborsClassifier(5, algorithm="brute")
    )
    return make_pipeline(StandardScaler(), model).fit(train.x.numpy(), train.answers.numpy())


def test_names_are_those_that_the_command_line_knows():
    assert (*LEARNERS, "head", "own") == PROBE_NAMES
    assert DEFAULT_PROBES == ("svm",)
    assert LEARNERS["svm"] is LINEAR


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("classes", [(0, 1), (0, 1, 2), (1, 4, 5)], ids=str)
def test_predictions_are_those_of_scikit_learns_pipeline(name, classes):
    train, test = blobs(classes=classes, noise=3.0), blobs(classes=classes, noise=3.0, seed=1)
    scores = fitted(name, train)(test.x)
    assert scores.shape == (120, max(classes) + 1)
    assert scores.argmax(1).tolist() == known(name, train).predict(test.x.numpy()).tolist()


@pytest.mark.parametrize("classes", [(0, 1), (0, 1, 2)], ids=str)
def test_scores_of_logistic_regression_order_questions_as_its_chances_do(classes):
    train, test = blobs(classes=classes, noise=3.0), blobs(classes=classes, noise=3.0, seed=1)
    scores = fitted("logistic", train)(test.x)
    chances = torch.from_numpy(known("logistic", train).predict_proba(test.x.numpy()))
    if len(classes) == 2:  # a score of s for one class and -s for the other
        assert torch.allclose(scores[:, 1].sigmoid(), chances[:, 1], atol=1e-4)
    else:
        assert torch.allclose(scores.softmax(1), chances, atol=1e-4)


def test_scores_of_neighbours_are_shares():
    scores = fitted("knn", blobs(noise=3.0))(blobs(noise=3.0, seed=1).x)
    assert torch.allclose(scores.sum(1), torch.ones(120).double())
    assert set((5 * scores).round().int().flatten().tolist()) <= set(range(6))


@pytest.mark.parametrize("name", OTHERS)
def test_scale_and_place_of_a_column_do_not_matter(name):
    train, test = blobs(), blobs(seed=1)
    scale, shift = torch.tensor([1e-3, 1.0, 50.0, 1e4]).double(), torch.tensor([0.0, -3.0, 10.0, 1e3]).double()
    moved = Labelled(train.x * scale + shift, train.answers)
    assert torch.allclose(fitted(name, train)(test.x), fitted(name, moved)(test.x * scale + shift), atol=1e-3)


@pytest.mark.parametrize("name", OTHERS)
def test_no_question_has_no_score_and_a_row_is_judged_alone(name):
    predictor, test = fitted(name, blobs()), blobs(seed=1)
    assert predictor(test.x[:0]).shape == (0, 3)
    assert torch.allclose(predictor(test.x[:1]), predictor(torch.cat([test.x[:1], 1e6 * test.x]))[:1])


def test_there_can_be_fewer_rows_than_neighbours():
    train = blobs(rows=6)
    scores = fitted("knn", train, setting=25)(blobs(seed=1).x)
    assert torch.allclose(scores, torch.full((120, 3), 1 / 3).double())


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("tune", [True, False])
def test_settings_are_chosen_on_validation_or_are_scikit_learns(name, tune, monkeypatch):
    asked = []

    def spy(train, settings, seed):
        asked.append(tuple(settings))
        return OTHERS[name](train, settings, seed)

    learner = LEARNERS[name]
    monkeypatch.setitem(learners.LEARNERS, name, type(learner)(spy, learner.default, learner.settings))
    train, validation = blobs(noise=4.0), blobs(noise=4.0, seed=1)
    predictor = fit_probe(LEARNERS[name], train, validation, accuracy, tune, 0)
    assert asked == [learner.settings if tune else (SETTING[name],)]
    best = max(score(accuracy, fitted(name, train, s)(validation.x), validation.answers) for s in learner.settings)
    if tune:
        assert score(accuracy, predictor(validation.x), validation.answers) == best


def test_many_neighbours_are_better_where_labels_are_noisy():
    """And validation says so."""

    def noisy(seed):
        clean = blobs(600, classes=(0, 1), noise=0.5, seed=seed)
        flip = torch.rand(600, generator=torch.Generator().manual_seed(seed + 9)) < 0.3
        return Labelled(clean.x, torch.where(flip, 1 - clean.answers, clean.answers))

    values = [score(accuracy, fitted("knn", noisy(0), k)(noisy(1).x), noisy(1).answers) for k in NEIGHBOURS]
    assert values[-1] > values[0] + 0.05
    chosen = fit_probe(LEARNERS["knn"], noisy(0), noisy(1), accuracy, True, 0)
    assert score(accuracy, chosen(noisy(1).x), noisy(1).answers) == max(values)
