"""Boosting: scikit-learn's, every row used, classes in their places, the same for the same seed."""

import numpy as np
import pytest
import torch
from sklearn.ensemble import HistGradientBoostingClassifier

from multigraft.evaluation import boosting
from multigraft.evaluation.boosting import fit_boosting
from multigraft.evaluation.metrics import accuracy, score
from tests.evaluation.test_probes import blobs


@pytest.fixture(autouse=True)
def _few_rounds(monkeypatch):
    monkeypatch.setattr(boosting, "ROUNDS", 6)


@pytest.mark.parametrize("classes", [(0, 1), (0, 1, 2), (1, 4, 5)], ids=str)
def test_scores_are_scikit_learns_chances_in_their_places(classes):
    train, test = blobs(classes=classes, noise=3.0), blobs(classes=classes, noise=3.0, seed=1)
    scores = fit_boosting(train, [None], 7)[0](test.x)
    known = HistGradientBoostingClassifier(
        max_iter=6, learning_rate=0.2, max_bins=32, early_stopping=False, random_state=7
    )
    told = known.fit(train.x.numpy(), train.answers.numpy()).predict_proba(test.x.numpy())
    assert scores.shape == (120, max(classes) + 1)
    assert np.allclose(scores[:, list(classes)], told)


def test_no_row_is_held_back_of_many(monkeypatch):
    monkeypatch.setattr(boosting, "ROUNDS", 2)
    train = blobs(rows=12_000)
    assert fit_boosting(train, [None], 0)[0].tree.n_iter_ == 2
    assert len(fit_boosting(train, [None], 0)[0].tree.validation_score_) == 0


def test_it_finds_thresholds_and_one_predictor_a_setting():
    train, test = blobs(), blobs(seed=1)
    found = fit_boosting(train, [None, None], 0)
    assert len(found) == 2
    assert score(accuracy, found[1](test.x), test.answers) > 0.8
    assert torch.equal(found[0](test.x), found[1](test.x))
