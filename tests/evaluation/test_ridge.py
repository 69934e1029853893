"""Ridge regressions of many targets at once: scikit-learn's, for any pattern of missing answers."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from multigraft.evaluation.axes import Axes
from multigraft.evaluation.columns import Measured
from multigraft.evaluation.ridge import fit_ridges
from tests.helpers.measured import seeded, sheet

PENALTIES = (0.1, 1.0, 100.0)


def known(train, target, penalty):
    rows = train.known[:, target]
    return Ridge(alpha=penalty).fit(train.x[rows].numpy(), train.answers[rows, target].numpy())


@pytest.mark.parametrize("shape", [(80, 5), (30, 60)], ids=["tall", "wide"])
@pytest.mark.parametrize("missing", [0.0, 0.5])
def test_predictions_are_those_of_scikit_learn(shape, missing):
    train, test = sheet(*shape, missing=missing, real=True), sheet(*shape, seed=1)
    for penalty, found in zip(PENALTIES, fit_ridges(train, PENALTIES, 0), strict=True):
        for target in range(3):
            expected = known(train, target, penalty).predict(test.x.numpy())
            assert np.allclose(found(test.x)[:, target], expected, atol=1e-8)


@given(st.integers(0, 500), st.integers(2, 9), st.integers(1, 12))
def test_few_rows_and_columns_that_depend_on_each_other(seed, rows, width):
    train = sheet(rows, width, 2, seed, missing=0.0, real=True)
    doubled = Measured(torch.cat([train.x, train.x], dim=1), train.answers)
    found = fit_ridges(doubled, [1.0], 0)[0](doubled.x)
    for target in range(2):
        assert np.allclose(found[:, target], known(doubled, target, 1.0).predict(doubled.x.numpy()), atol=1e-6)


def test_targets_known_for_the_same_rows_share_their_work(monkeypatch):
    decomposed, of = [], Axes.of.__func__
    monkeypatch.setattr(Axes, "of", classmethod(lambda cls, x: decomposed.append(len(x)) or of(cls, x)))
    train = sheet(50, 4, 6, missing=0.0, real=True)
    train.answers[:20, 3:5] = torch.nan
    fit_ridges(train, PENALTIES, 0)
    assert sorted(decomposed) == [30, 50]


def test_units_of_a_target_do_not_matter():
    train = sheet(real=True)
    scaled = Measured(train.x, 1e4 * train.answers + 7)
    one, other = (fit_ridges(data, [1.0], 0)[0](train.x) for data in (train, scaled))
    assert torch.allclose(1e4 * one + 7, other, atol=1e-4)


def test_an_endless_penalty_leaves_the_mean():
    train = sheet(real=True, missing=0.4)
    found = fit_ridges(train, [1e15], 0)[0](torch.randn(3, 5, generator=seeded(), dtype=torch.float64))
    assert torch.allclose(found, train.answers.nanmean(0).expand(3, -1), atol=1e-8)
