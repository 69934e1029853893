"""Extremely randomised trees for many targets: scikit-learn's, shared by targets that are known for the same rows."""

import numpy as np
import pytest
import torch
from sklearn.ensemble import ExtraTreesRegressor

from multigraft.evaluation import forests
from multigraft.evaluation.columns import Measured
from multigraft.evaluation.shared_trees import fit_shared_trees
from tests.helpers.measured import sheet


@pytest.fixture(autouse=True)
def _few_trees(monkeypatch):
    monkeypatch.setattr(forests, "TREES", 12)
    monkeypatch.setattr(forests, "FEWEST_TREES", 4)


def grown(x, answers, seed, trees=12):
    model = ExtraTreesRegressor(trees, max_features="sqrt", random_state=seed)
    return model.fit(x.numpy().astype(np.float32), answers.numpy().squeeze())


@pytest.mark.parametrize("threads", [1, 3])
def test_targets_that_are_known_for_the_same_rows_share_trees(threads, monkeypatch):
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    train, test = sheet(missing=0.0), sheet(seed=1)
    found = fit_shared_trees(train, [None], 5)[0]
    assert len(found.trees) == 1
    assert np.allclose(found(test.x), grown(train.x, train.answers, 5).predict(test.x.numpy().astype(np.float32)))


def test_others_have_trees_of_their_own_from_the_rows_that_are_known_and_keep_their_places():
    train, test = sheet(missing=0.4, real=True), sheet(seed=1)
    found = fit_shared_trees(train, [None], 5)[0]
    said = found(test.x)
    assert sorted(int(place) for targets in found.places for place in targets) == [0, 1, 2]
    for number, (trees, [place]) in enumerate(zip(found.trees, found.places, strict=True)):
        rows = train.known[:, place]
        known = grown(train.x[rows], train.answers[rows, place], 5 + number)
        assert np.allclose(said[:, place], known.predict(test.x.numpy().astype(np.float32)))
        assert trees.n_features_in_ == 5


@pytest.mark.parametrize(("targets", "trees"), [(1, 12), (3, 6), (9, 4)])
def test_many_different_targets_have_fewer_trees_each(targets, trees, monkeypatch):
    monkeypatch.setattr(forests, "ALL_TREES", 20)
    found = fit_shared_trees(sheet(targets=targets), [None], 0)[0]
    assert [len(one.estimators_) for one in found.trees] == [trees] * targets


def test_many_rows_have_a_third(monkeypatch):
    monkeypatch.setattr(forests, "MANY", 50)
    assert [len(one.estimators_) for one in fit_shared_trees(sheet(missing=0.0), [None], 0)[0].trees] == [4]


def test_the_seed_decides():
    train, test = sheet(), sheet(seed=1)
    first, again, other = (fit_shared_trees(train, [None], seed)[0](test.x) for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_nothing_asked_is_nothing_said_and_a_row_in_training_is_known_by_heart():
    train = sheet(missing=0.0, real=True)
    found = fit_shared_trees(Measured(train.x, train.answers), [None, None], 0)
    assert len(found) == 2
    assert found[0](train.x[:0]).shape == (0, 3)
    assert torch.allclose(found[0](train.x), train.answers.double())


def test_targets_that_share_rows_and_one_apart_keep_their_places():
    train, test = sheet(missing=0.0, real=True), sheet(20, seed=1)
    answers = train.answers.clone()
    answers[::3, 1] = torch.nan
    found = fit_shared_trees(Measured(train.x, answers), [None], 5)[0]
    assert sorted(targets.tolist() for targets in found.places) == [[0, 2], [1]]
    said, rows = found(test.x), ~answers[:, 1].isnan()
    number = next(place for place, targets in enumerate(found.places) if targets.tolist() == [1])
    together = grown(train.x, train.answers[:, [0, 2]], 5 + 1 - number).predict(test.x.numpy().astype(np.float32))
    alone = grown(train.x[rows], answers[rows, 1], 5 + number).predict(test.x.numpy().astype(np.float32))
    assert np.allclose(said[:, [0, 2]], together)
    assert np.allclose(said[:, 1], alone)
