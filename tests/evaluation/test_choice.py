"""The best of several learners: all their settings compete."""

import re

import pytest
import torch

from multigraft.evaluation.choice import best_of, choice_of
from multigraft.evaluation.column_learners import BINARY_LEARNERS, REAL_LEARNERS
from multigraft.evaluation.columns import fit_columns
from multigraft.evaluation.learners import LEARNERS
from multigraft.evaluation.metrics import accuracy
from multigraft.evaluation.probes import Learner, fit_probe
from tests.evaluation.test_columns import first_score
from tests.evaluation.test_probes import blobs, recording
from tests.helpers.measured import sheet


def test_settings_of_all_learners_compete_and_the_winner_is_fitted_alone(monkeypatch):
    (one, first), (two, second) = recording([0.1, 0.4]), recording([0.3, 0.2, 0.9])
    best = best_of({"one": one, "two": two})
    assert best.settings == (("one", 0), ("one", 1), ("two", 0), ("two", 1), ("two", 2))
    assert best.default == ("one", 0)
    predictor = fit_probe(best, blobs(), blobs(), first_score, True, 0)
    assert float(predictor(torch.zeros(1, 4))[0, 0]) == pytest.approx(0.9)
    assert (first, second) == ([(120, (0, 1))], [(120, (0, 1, 2))])
    monkeypatch.setattr("multigraft.evaluation.probes.SAMPLE", 60)
    fit_probe(best, blobs(), blobs(), first_score, True, 0)
    assert (first[-1], second[-2:]) == ((60, (0, 1)), [(60, (0, 1, 2)), (120, (2,))])


def test_predictors_come_in_the_order_that_is_asked():
    (one, _), (two, _) = recording([0.1, 0.4]), recording([0.3])
    asked = [("two", 0), ("one", 1), ("one", 0)]
    found = best_of({"one": one, "two": two}).fit(blobs(), asked, 0)
    assert [float(predictor(torch.zeros(1, 4))[0, 0]) for predictor in found] == pytest.approx([0.3, 0.4, 0.1])


def test_a_learner_without_settings_takes_part_as_it_is():
    (one, _), fits = recording([0.1]), []
    plain = Learner(lambda train, settings, seed: fits.append(settings) or one.fit(train, [0], seed))
    best = best_of({"one": one, "plain": plain})
    assert best.settings[-1] == ("plain", None)
    best.fit(blobs(), [("plain", None)], 0)
    assert fits == [[None]]


def test_without_tuning_the_first_learner_answers_with_its_default():
    (one, first), (two, second) = recording([0.1, 0.4]), recording([0.9])
    fit_probe(best_of({"one": one, "two": two}), blobs(), blobs(), accuracy, False, 0)
    assert (first, second) == ([(120, (0,))], [])


@pytest.mark.parametrize("learners", [LEARNERS, BINARY_LEARNERS, REAL_LEARNERS])
def test_best_chooses_among_linear_neighbours_and_forest(learners):
    assert {name for name, _ in learners["best"].settings} == {"logistic", "knn", "forest"}


def test_linear_targets_are_best_told_by_the_linear_learner():
    train, validation, test = (sheet(150, 8, seed=seed, real=True, noise=0.1) for seed in (0, 1, 2))
    error = lambda scores, answers, weights: (scores - answers).square().nanmean()[None].sqrt()  # noqa: E731
    best, linear, near = (
        fit_columns(REAL_LEARNERS[name], train, validation, error, -1, True, 0)(test.x)
        for name in ("best", "logistic", "knn")
    )
    assert torch.equal(best, linear)
    assert not torch.equal(best, near)


def test_what_was_chosen_is_told():
    train, validation = sheet(150, 8, seed=0, real=True, noise=0.1), sheet(150, 8, seed=1, real=True, noise=0.1)
    error = lambda scores, answers, weights: (scores - answers).square().nanmean()[None].sqrt()  # noqa: E731
    found = {name: fit_columns(REAL_LEARNERS[name], train, validation, error, -1, True, 0)
             for name in ("best", "logistic")}  # fmt: skip
    assert re.fullmatch(r"ridge \([\d.e+-]+\)", choice_of(found["best"]))
    assert choice_of(found["logistic"]) == ""
    forest = best_of({"forest": LEARNERS["forest"]}).fit(blobs(), [("forest", None)], 0)
    assert choice_of(forest[0]) == "forest"
    near = fit_probe(best_of({"knn": LEARNERS["knn"]}), blobs(), blobs(), accuracy, True, 0)
    assert re.fullmatch(r"knn \(\d+\)", choice_of(near))
