"""Least squares on a Gaussian kernel: the plain formula, scikit-learn's ridge, and what should not matter."""

import numpy as np
import pytest
import torch
from sklearn.kernel_ridge import KernelRidge

from multigraft.evaluation import kernels
from multigraft.evaluation.kernels import KERNELS, fit_kernels
from multigraft.evaluation.metrics import accuracy, score
from multigraft.evaluation.probes import Labelled
from tests.evaluation.test_probes import blobs
from tests.reference import kernels as reference


def few(labelled, rows=30):
    return labelled.take(torch.randperm(len(labelled.answers), generator=torch.Generator().manual_seed(0))[:rows])


@pytest.mark.parametrize("setting", [(1.0, 0.1), (0.25, 0.01), (4.0, 1.0)], ids=str)
@pytest.mark.parametrize("classes", [(0, 1), (0, 1, 2), (1, 4)], ids=str)
def test_scores_are_those_of_the_plain_formula(setting, classes):
    train, test = few(blobs(classes=classes, noise=3.0)), few(blobs(classes=classes, seed=1), 8)
    told = reference.scores(train.x.numpy(), train.answers.numpy(), test.x.numpy(), *setting)
    assert np.allclose(fit_kernels(train, [setting], 0)[0](test.x), told)


def test_scores_are_those_of_scikit_learns_ridge():
    train, test = blobs(noise=3.0), blobs(noise=3.0, seed=1)
    probe = fit_kernels(train, [(1.0, 0.1)], 0)[0]
    signs = (train.answers == 1).double().numpy()
    rows = ((train.x - probe.mean) / probe.deviation).numpy()
    ridge = KernelRidge(alpha=0.1, kernel="rbf", gamma=1 / probe.scale).fit(rows, signs - signs.mean())
    asked = ((test.x - probe.mean) / probe.deviation).numpy()
    assert np.allclose(probe(test.x)[:, 1], ridge.predict(asked) + signs.mean())


def test_a_ring_around_a_blob_is_told_apart_as_no_line_can():
    angles, draw = torch.linspace(0, 6.28, 60).double(), torch.Generator().manual_seed(0)
    ring = 4 * torch.stack([angles.cos(), angles.sin()], dim=1)
    x = torch.cat([ring, torch.randn(60, 2, generator=draw).double()])
    answers = torch.arange(120) // 60
    even, odd = slice(0, None, 2), slice(1, None, 2)
    probe = fit_kernels(Labelled(x[even], answers[even]), KERNELS[:1], 0)[0]
    assert score(accuracy, probe(x[odd]), answers[odd]) > 0.95


@pytest.mark.parametrize("setting", KERNELS, ids=str)
def test_scores_add_up_to_one_and_a_row_is_judged_alone(setting, monkeypatch):
    probe, test = fit_kernels(blobs(), [setting], 0)[0], blobs(seed=1)
    assert torch.allclose(probe(test.x).sum(1), torch.ones(120).double())
    assert probe(test.x[:0]).shape == (0, 3)
    whole = probe(test.x)
    monkeypatch.setattr(kernels, "AT_A_TIME", 7)
    assert torch.allclose(probe(test.x), whole)


def test_scale_and_place_of_a_column_do_not_matter_nor_do_constant_ones():
    train, test = blobs(), blobs(seed=1)
    scale, shift = torch.tensor([1e-3, 1.0, 50.0, 1e4]).double(), torch.tensor([0.0, -3.0, 10.0, 1e3]).double()
    constant = torch.full((120, 1), 7.0).double()
    moved = Labelled(torch.cat([train.x * scale + shift, constant], dim=1), train.answers)
    asked = torch.cat([test.x * scale + shift, constant + 1], dim=1)
    plain = fit_kernels(train, KERNELS[:1], 0)[0](test.x)
    assert torch.allclose(fit_kernels(moved, KERNELS[:1], 0)[0](asked), plain, atol=1e-5)


def test_rows_that_are_all_alike_get_the_shares_of_the_classes():
    probe = fit_kernels(Labelled(torch.ones(4, 2).double(), torch.tensor([0, 0, 0, 1])), KERNELS[:1], 0)[0]
    assert torch.allclose(probe(torch.zeros(1, 2).double()), torch.tensor([[0.75, 0.25]]).double())


def test_of_many_rows_a_sample_is_read_with_every_class_in_it(monkeypatch):
    monkeypatch.setattr(kernels, "SAMPLE", 40)
    train = blobs(noise=1.0)
    probe = fit_kernels(train, KERNELS[:1], 3)[0]
    assert 40 <= len(probe.rows) <= 43
    assert probe(train.x).shape == (120, 3)
    assert score(accuracy, probe(train.x), train.answers) > 0.7
    again = fit_kernels(train, KERNELS[:1], 3)[0]
    assert torch.equal(again.rows, probe.rows)
    assert not torch.equal(fit_kernels(train, KERNELS[:1], 4)[0].rows, probe.rows)
