"""Neighbours for many targets at once: against a loop, and against scikit-learn."""

import numpy as np
import pytest
import torch
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

from multigraft.evaluation import neighbours
from multigraft.evaluation.neighbours import fit_neighbour_columns
from tests.helpers.measured import sheet
from tests.reference.columns import neighbour_mean

COUNTS = (1, 3, 11)


def test_means_are_those_of_a_loop():
    train, test = sheet(25, missing=0.5, real=True), sheet(6, seed=1)
    for count, found in zip(COUNTS, fit_neighbour_columns(train, COUNTS, 0), strict=True):
        scores = found(test.x)
        for row in range(6):
            for target in range(3):
                expected = neighbour_mean(test.x[row], train.x, train.answers[:, target], count)
                assert float(scores[row, target]) == pytest.approx(expected)


@pytest.mark.parametrize("real", [False, True])
def test_scores_are_those_of_scikit_learn(real):
    train, test = sheet(missing=0.4, real=real), sheet(seed=1)
    for count, found in zip(COUNTS, fit_neighbour_columns(train, COUNTS, 0), strict=True):
        for target in range(3):
            rows = train.known[:, target]
            model = KNeighborsRegressor(count) if real else KNeighborsClassifier(count)
            model.fit(train.x[rows].numpy(), train.answers[rows, target].numpy())
            expected = model.predict(test.x.numpy()) if real else model.predict_proba(test.x.numpy())[:, 1]
            assert np.allclose(found(test.x)[:, target], expected)


def test_there_can_be_fewer_rows_than_neighbours():
    train = sheet(9, missing=0.3, real=True)
    [found] = fit_neighbour_columns(train, [25], 0)
    assert torch.allclose(found(sheet(seed=1).x), train.answers.nanmean(0).expand(80, -1))


def test_pieces_change_nothing(monkeypatch):
    train, test = sheet(missing=0.4), sheet(seed=1)
    [whole] = fit_neighbour_columns(train, [3], 0)
    monkeypatch.setattr(neighbours, "DISTANCES", 500)
    [pieces] = fit_neighbour_columns(train, [3], 0)
    assert torch.equal(whole(test.x), pieces(test.x))


def test_all_counts_look_once_at_the_same_rows(monkeypatch):
    looked, cdist = [], torch.cdist
    monkeypatch.setattr(torch, "cdist", lambda *pair: looked.append(len(pair[0])) or cdist(*pair))
    first, second = sheet(20, seed=1).x, sheet(30, seed=2).x
    predictors = fit_neighbour_columns(sheet(), COUNTS, 0)
    scores = [predictor(first) for predictor in predictors]
    assert looked == [20]
    predictors[0](second)
    assert torch.equal(predictors[1](first), scores[1])
    assert looked == [20, 30, 20]


def test_no_question_has_no_score():
    [found] = fit_neighbour_columns(sheet(), [3], 0)
    assert found(torch.zeros(0, 5).double()).shape == (0, 3)
