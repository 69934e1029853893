"""The probe ``strong``: a mean of two learners for few rows, what validation prefers for many."""

import dataclasses

import pytest
import torch

from multigraft.evaluation import boosting, forests, strong
from multigraft.evaluation.choice import choice_of
from multigraft.evaluation.forests import fit_extra_trees
from multigraft.evaluation.kernels import KERNELS, fit_kernels
from multigraft.evaluation.learners import LEARNERS, PLAIN_LEARNERS
from multigraft.evaluation.many_rows import READERS, fit_many
from multigraft.evaluation.metrics import METRICS, accuracy, score
from multigraft.evaluation.probes import Labelled, fit_probe
from multigraft.evaluation.strong import STRONG
from tests.evaluation.test_probes import blobs


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(forests, "TREES", 12)
    monkeypatch.setattr(boosting, "ROUNDS", 6)


def test_few_rows_are_read_by_kernel_and_trees_alike():
    train, test = blobs(noise=3.0), blobs(noise=3.0, seed=1)
    probe = STRONG.fit(train, [STRONG.default], 5)[0]
    kernel, trees = fit_kernels(train, KERNELS[:1], 5)[0], fit_extra_trees(train, [None], 5)[0]
    assert torch.allclose(probe(test.x), (kernel(test.x) + trees(test.x)) / 2)
    assert choice_of(probe) == "kernel and extra-trees"


def test_nothing_is_chosen_on_a_small_validation_part():
    train, test = blobs(noise=3.0), blobs(noise=3.0, seed=1)
    wrong = Labelled(test.x, (test.answers + 1) % 3)
    told = [fit_probe(STRONG, train, part, METRICS["accuracy"], True, 0)(test.x) for part in (test, wrong)]
    assert torch.equal(*told)


def test_many_rows_are_read_by_what_is_best_on_validation(monkeypatch):
    monkeypatch.setattr(strong, "FEW", 50)
    assert STRONG.settings == READERS
    line = torch.randn(300, 4, generator=torch.Generator().manual_seed(0)).double()
    linear = Labelled(line, (line.sum(1) > 0).long())
    corners = Labelled(line, ((line[:, 0] > 0) ^ (line[:, 1] > 0)).long())
    for data, expected in ((linear, "svm"), (corners, ("boosting", "extra-trees"))):
        train, validation = data.take(torch.arange(200)), data.take(torch.arange(200, 300))
        probe = fit_probe(LEARNERS["strong"], train, validation, METRICS["accuracy"], True, 0)
        assert choice_of(probe).startswith(expected)
        assert score(accuracy, probe(validation.x), validation.answers) > 0.75


def test_the_choice_is_made_on_a_sample_that_is_still_many_and_the_chosen_sees_all_rows(monkeypatch):
    assert STRONG.sample is not None
    assert STRONG.sample > strong.FEW
    monkeypatch.setattr(strong, "FEW", 50)
    seen = []

    def recording(train, settings, seed):
        seen.append((len(train.answers), len(settings)))
        return fit_many(train, settings, seed)

    learner = dataclasses.replace(STRONG, fit=recording, sample=60)
    fit_probe(learner, blobs(noise=0.5), blobs(seed=1), METRICS["accuracy"], True, 0)
    assert seen == [(60, len(STRONG.settings)), (120, 1)]


def test_columns_whose_scales_mean_something_are_read_as_they_are(monkeypatch):
    train, test = blobs(noise=3.0), blobs(noise=3.0, seed=1)
    probe = PLAIN_LEARNERS["strong"].fit(train, [None], 5)[0]
    kernel, trees = fit_kernels(train, KERNELS[:1], 5, scaled=False)[0], fit_extra_trees(train, [None], 5)[0]
    assert torch.allclose(probe(test.x), (kernel(test.x) + trees(test.x)) / 2)
    rare = torch.cat([train.x, torch.eye(120)[:, :1].double() * 1e-3], dim=1)  # one row has a little of it
    asked = torch.cat([test.x, torch.full((120, 1), 1e-3).double()], dim=1)
    plain, scaled = (fit_kernels(Labelled(rare, train.answers), KERNELS[:1], 0, one)[0] for one in (False, True))
    assert torch.allclose(plain(asked), kernel(test.x), atol=1e-3)
    assert not torch.allclose(scaled(asked), fit_kernels(train, KERNELS[:1], 0)[0](test.x), atol=1e-3)
    monkeypatch.setattr(strong, "FEW", 50)
    assert PLAIN_LEARNERS["strong"].settings == (("boosting", None), ("extra-trees", None))
    chosen = fit_probe(PLAIN_LEARNERS["strong"], train, test, METRICS["accuracy"], True, 0)
    assert choice_of(chosen) in ("boosting", "extra-trees")
