"""Trees, machines, and both together: what each says, that all are fitted once, and what lies beyond the known."""

import math

import pytest
import torch

from multigraft.evaluation import boosting, forests, many_rows
from multigraft.evaluation.boosting import fit_boosting
from multigraft.evaluation.choice import choice_of
from multigraft.evaluation.forests import fit_extra_trees
from multigraft.evaluation.many_rows import OF_TREES, READERS, TREES, Chances, Mean, fit_many, fit_within
from multigraft.evaluation.metrics import accuracy, roc_auc, score
from multigraft.evaluation.probes import COSTS, LINEAR, Labelled
from tests.evaluation.test_probes import blobs


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(forests, "TREES", 12)
    monkeypatch.setattr(boosting, "ROUNDS", 6)


def test_readers_are_trees_machines_and_both_together():
    assert OF_TREES == (("boosting", None), ("extra-trees", None))
    assert len(set(READERS)) == len(READERS) == 2 + 3 * len(COSTS)


def test_each_reader_says_what_its_parts_say():
    train, test = blobs(noise=3.0), blobs(noise=3.0, seed=1)
    settings = [("boosting", None), ("extra-trees", 0.1), ("", 10.0), ("boosting", 0.1)]
    found = fit_many(train, settings, 5)
    boosted, trees = fit_boosting(train, [None], 5)[0](test.x), fit_extra_trees(train, [None], 5)[0](test.x)
    small, large = (fit_within(train, [cost], 5)[0](test.x) for cost in (0.1, 10.0))
    chances = ((1 + small) / 2).clamp(0, 1)
    expected = [boosted, (trees + chances) / 2, large, (boosted + chances) / 2]
    for predictor, values in zip(found, expected, strict=True):
        assert torch.allclose(predictor(test.x), values, atol=1e-5)
    assert [choice_of(one) for one in found] == [
        "boosting", "extra-trees and svm (0.1)", "svm (10)", "boosting and svm (0.1)",
    ]  # fmt: skip


def test_what_several_readers_share_is_fitted_once(monkeypatch):
    fitted = []

    def recording(name, fit):
        def fit_and_record(train, settings, seed):
            fitted.append((name, list(settings)))
            return fit(train, settings, seed)

        return fit_and_record

    for name, fit in list(TREES.items()):
        monkeypatch.setitem(many_rows.TREES, name, recording(name, fit))
    monkeypatch.setattr(many_rows, "fit_within", recording("svm", fit_within))
    fit_many(blobs(), READERS, 0)
    assert sorted(fitted) == [("boosting", [None]), ("extra-trees", [None]), ("svm", sorted(COSTS))]
    fitted.clear()
    fit_many(blobs(), [("extra-trees", None)], 0)
    assert fitted == [("extra-trees", [None])]


def test_chances_lie_between_nothing_and_certainty_and_classes_never_met_have_none():
    said = torch.tensor([[-3.0, 0.0, 0.5, -math.inf], [7.0, 1.0, -1.0, -math.inf]]).double()
    assert Chances(lambda x: said)(said).tolist() == [[0.0, 0.5, 0.75, 0.0], [1.0, 1.0, 0.0, 0.0]]


def test_a_machines_chances_are_right_about_as_often_as_they_say():
    """Answers that are drawn with chances which are linear in the row: what least squared hinge loss estimates."""
    draws = torch.Generator().manual_seed(0)
    x = torch.rand(20_000, 1, generator=draws).double()
    answers = (torch.rand(20_000, generator=draws) < x[:, 0]).long()
    chances = Chances(fit_within(Labelled(x, answers), [10.0], 0)[0])(x)[:, 1]
    assert (chances - x[:, 0]).abs().max() < 0.05


def test_together_they_read_what_neither_reads_alone():
    """Half of the signal is a sum of many columns, half that of one beyond a threshold of another."""
    draws = torch.Generator().manual_seed(0)
    x = torch.randn(1200, 30, generator=draws).double()
    beyond = torch.where(x[:, 1] > 0.5, x[:, 0].sign(), 0.0)
    data = Labelled(x, (x[:, 2:].sum(1) / 28**0.5 + 2 * beyond > 0).long())
    train, test = data.take(torch.arange(800)), data.take(torch.arange(800, 1200))
    settings = [("boosting", None), ("", 0.01), ("boosting", 0.01)]
    alone, machine, both = (score(roc_auc, one(test.x), test.answers) for one in fit_many(train, settings, 0))
    assert both > max(alone, machine)


def test_a_class_that_training_did_not_meet_is_never_said():
    train = blobs()
    train = train.take((train.answers != 1).nonzero().flatten())
    for predictor in fit_many(train, READERS, 0):
        assert 1 not in predictor(blobs(seed=1).x).argmax(1)


def test_a_mean_of_one_is_that_one():
    train, test = blobs(), blobs(seed=1)
    one = fit_boosting(train, [None], 0)[0]
    assert torch.equal(Mean((one,))(test.x), one(test.x))
    assert score(accuracy, Mean((one, one))(test.x), test.answers) == score(accuracy, one(test.x), test.answers)


def test_what_lies_beyond_all_that_was_met_is_taken_for_the_farthest_of_it():
    train, test = blobs(noise=1.0), blobs(noise=1.0, seed=1)
    (inside,), (plain,) = fit_within(train, [1.0], 0), LINEAR.fit(train, [1.0], 0)
    low, high = train.x.amin(0), train.x.amax(0)
    within = test.x.clamp(low, high)
    assert torch.equal(inside(within), plain(within))
    assert torch.equal(inside(train.x), plain(train.x))
    beyond = within.clone()
    beyond[:, 0] = 1000.0
    farthest = within.clone()
    farthest[:, 0] = high[0]
    assert torch.equal(inside(beyond), plain(farthest))
    assert not torch.allclose(inside(beyond), plain(beyond))
