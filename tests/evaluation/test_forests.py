"""Forests: scikit-learn's, one a target, grown from its known rows; the same for the same seed."""

import numpy as np
import pytest
import torch
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from multigraft.evaluation import forests
from multigraft.evaluation.forests import fit_classifiers, fit_forest, fit_regressors
from multigraft.evaluation.metrics import accuracy, score
from tests.evaluation.test_probes import blobs
from tests.helpers.measured import sheet


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch):
    monkeypatch.setattr(forests, "TREES", 12)
    monkeypatch.setattr(forests, "FEWEST_TREES", 4)


@pytest.mark.parametrize("threads", [1, 3])
def test_chances_are_those_of_scikit_learn(threads, monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    train, test = sheet(missing=0.4), sheet(seed=1)
    scores = fit_classifiers(train, [None], 5)[0](test.x)
    for target in range(3):
        rows = train.known[:, target]
        known = RandomForestClassifier(12, min_samples_leaf=3, random_state=5 + target)
        known.fit(train.x[rows].numpy(), train.answers[rows, target].numpy())
        assert np.allclose(scores[:, target], known.predict_proba(test.x.numpy())[:, 1])


def test_means_are_those_of_scikit_learn():
    train, test = sheet(missing=0.4, real=True), sheet(seed=1)
    scores = fit_regressors(train, [None], 5)[0](test.x)
    for target in range(3):
        rows = train.known[:, target]
        known = RandomForestRegressor(12, min_samples_leaf=3, max_features=1 / 3, random_state=5 + target)
        known.fit(train.x[rows].numpy(), train.answers[rows, target].numpy())
        assert np.allclose(scores[:, target], known.predict(test.x.numpy()))


@pytest.mark.parametrize("classes", [(0, 1), (1, 4, 5)], ids=str)
def test_a_forest_of_classes_puts_them_in_their_places(classes):
    train, test = blobs(classes=classes), blobs(classes=classes, seed=1)
    scores = fit_forest(train, [None], 0)[0](test.x)
    assert scores.shape == (120, max(classes) + 1)
    assert torch.allclose(scores.sum(1), torch.ones(120).double())
    assert score(accuracy, scores, test.answers) > 0.7


@pytest.mark.parametrize(("targets", "trees"), [(1, 12), (2, 10), (9, 4)])
def test_many_targets_have_fewer_trees_each(targets, trees, monkeypatch):
    monkeypatch.setattr(forests, "ALL_TREES", 20)
    grown = fit_classifiers(sheet(targets=targets), [None], 0)[0].forests
    assert [len(forest.estimators_) for forest in grown] == [trees] * targets


@pytest.mark.parametrize("fit", [fit_classifiers, fit_regressors])
def test_the_seed_decides(fit):
    train, test = sheet(), sheet(seed=1)
    one, same, other = (fit(train, [None], seed)[0](test.x) for seed in (1, 1, 2**40))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)
    assert fit(train, [None], 0)[0](test.x[:0]).shape == (0, 3)


def test_rows_may_be_in_single_precision():
    train, test = sheet(), sheet(seed=1)
    cast = type(train)(train.x.float(), train.answers)
    assert torch.equal(fit_classifiers(cast, [None], 0)[0](test.x), fit_classifiers(train, [None], 0)[0](test.x))
