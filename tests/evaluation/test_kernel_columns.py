"""Functions on a Gaussian kernel for many targets: the plain formula, target by target, and what must not matter."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.kernel_ridge import KernelRidge

from multigraft.evaluation import kernel_columns
from multigraft.evaluation.column_strong import NUMBERS
from multigraft.evaluation.columns import Measured
from multigraft.evaluation.kernel_columns import fit_kernel_columns
from multigraft.evaluation.kernels import KERNELS, fit_kernels
from multigraft.evaluation.probes import Labelled, standardisation
from tests.evaluation.test_probes import blobs
from tests.helpers.measured import sheet
from tests.reference.columns import kernel_value


@pytest.mark.parametrize("missing", [0.0, 0.4])
@pytest.mark.parametrize("setting", [KERNELS[0], NUMBERS[0], NUMBERS[-1]], ids=str)
def test_scores_are_those_of_the_plain_formula(setting, missing):
    train, test = sheet(25, missing=missing, real=True), sheet(4, seed=1)
    told = fit_kernel_columns(train, [setting], 0)[0](test.x)
    for row, asked in enumerate(test.x):
        for target in range(3):
            value = kernel_value(asked, train.x, train.answers[:, target], *setting)
            assert float(told[row, target]) == pytest.approx(value, abs=1e-4)


@given(st.integers(0, 1000), st.integers(3, 60), st.integers(1, 8), st.sampled_from(NUMBERS))
@settings(max_examples=25)
def test_scores_are_those_of_scikit_learns_ridge_on_the_known_rows(seed, rows, width, setting):
    train, test = sheet(rows, width, 2, seed, real=True), sheet(10, width, seed=seed + 1)
    found = fit_kernel_columns(train, [setting], 0)[0]
    said = found(test.x)
    for target in range(2):
        known = train.known[:, target]
        if not bool(known.any()):
            assert bool((said[:, target] == 0).all())
            continue
        answers = train.answers[known, target].numpy()
        ridge = KernelRidge(alpha=setting[1], kernel="rbf", gamma=1 / found.scale)
        ridge.fit(train.x[known].numpy(), answers - answers.mean())
        assert np.allclose(said[:, target], ridge.predict(test.x.numpy()) + answers.mean(), atol=1e-3)


def test_of_classes_it_is_the_kernel_of_classes():
    train, test = blobs(noise=3.0), blobs(noise=3.0, seed=1)
    mean, deviation = standardisation(train.x)
    wanted = torch.nn.functional.one_hot(train.answers).double()
    columns = fit_kernel_columns(Measured((train.x - mean) / deviation, wanted), KERNELS[:2], 0)
    for one, known in zip(columns, fit_kernels(Labelled(train.x, train.answers), KERNELS[:2], 0), strict=True):
        assert torch.allclose(one((test.x - mean) / deviation), known(test.x), atol=1e-5)


def test_a_target_is_not_touched_by_the_others_nor_a_row_by_what_is_asked_with_it(monkeypatch):
    train, test = sheet(targets=4), sheet(30, seed=1)
    together = fit_kernel_columns(train, KERNELS[:1], 0)[0](test.x)
    for target in range(4):
        alone = fit_kernel_columns(Measured(train.x, train.answers[:, [target]]), KERNELS[:1], 0)[0](test.x)
        assert torch.allclose(alone[:, 0], together[:, target], atol=1e-4)
    monkeypatch.setattr(kernel_columns, "AT_A_TIME", 7)
    assert torch.allclose(fit_kernel_columns(train, KERNELS[:1], 0)[0](test.x), together)
    assert fit_kernel_columns(train, KERNELS[:1], 0)[0](test.x[:0]).shape == (0, 4)


def test_what_is_told_of_rows_does_not_hang_on_their_order():
    train, test = sheet(40), sheet(10, seed=1)
    order = torch.randperm(40, generator=torch.Generator().manual_seed(2))
    turned = Measured(train.x[order], train.answers[order])
    first, second = (fit_kernel_columns(one, KERNELS[:1], 0)[0](test.x) for one in (train, turned))
    assert torch.allclose(first, second, atol=1e-5)


def test_rows_that_are_all_alike_and_targets_that_nobody_knows_have_their_levels():
    answers = torch.tensor([[0.0, torch.nan], [0.0, torch.nan], [1.0, torch.nan]])
    said = fit_kernel_columns(Measured(torch.ones(3, 2), answers), KERNELS[:1], 0)[0](torch.zeros(1, 2))
    assert torch.allclose(said, torch.tensor([[1 / 3, 0.0]]).double())


def test_of_many_rows_some_are_drawn_by_the_seed(monkeypatch):
    monkeypatch.setattr(kernel_columns, "SAMPLE", 30)
    train = sheet(noise=0.1)
    first, again, other = (fit_kernel_columns(train, KERNELS[:1], seed)[0] for seed in (3, 3, 4))
    assert first.rows.shape == (30, 5)
    assert torch.equal(first.rows, again.rows)
    assert not torch.equal(first.rows, other.rows)
    known = train.known
    assert float(((first(train.x) > 0.5) == (train.answers > 0.5))[known].double().mean()) > 0.75


def test_single_precision_rows_do(monkeypatch):
    train, test = sheet(), sheet(20, seed=1)
    single = Measured(train.x.float(), train.answers.float())
    told = [fit_kernel_columns(one, KERNELS[:1], 0)[0] for one in (train, single)]
    assert torch.allclose(told[0](test.x), told[1](test.x.float()), atol=1e-4)
    monkeypatch.setattr(kernel_columns, "MOST_STEPS", 1)
    hurried = fit_kernel_columns(train, KERNELS[:1], 0)[0](test.x)
    assert bool(hurried.isfinite().all())
    assert not torch.allclose(hurried, told[0](test.x), atol=1e-3)


def test_rare_answers_are_drawn_first_and_rows_without_any_last(monkeypatch):
    monkeypatch.setattr(kernel_columns, "SAMPLE", 30)
    train = sheet(200, missing=0.0)
    answers = torch.full_like(train.answers, torch.nan)
    answers[:, 0] = 0
    answers[50:55, 0] = 1  # five ones
    answers[:150, 1] = 1
    answers[60:64, 1] = 0  # four zeros
    answers[150:] = torch.nan
    kept = set(kernel_columns._drawn(Measured(train.x, answers), torch.Generator().manual_seed(0)).tolist())
    assert len(kept) == 30
    assert {*range(50, 55), *range(60, 64)} <= kept <= set(range(150))
