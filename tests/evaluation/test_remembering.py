"""Learners that remember what they fitted last."""

from functools import partial

import pytest
import torch

from multigraft.evaluation.column_learners import BINARY_LEARNERS, REAL_LEARNERS
from multigraft.evaluation.columns import fit_columns
from multigraft.evaluation.learners import LEARNERS, PLAIN_LEARNERS
from multigraft.evaluation.metrics import accuracy
from multigraft.evaluation.probe import measure
from multigraft.evaluation.probes import Labelled, Learner, fit_probe
from multigraft.evaluation.remembering import Remembered, digest, one_table, remembering
from multigraft.graphs.splits import split_graphs
from tests.evaluation.test_columns import first_score
from tests.evaluation.test_probes import blobs
from tests.helpers.measured import measured_molecules, sheet


def said(predictors):
    return [float(predictor((1,))) for predictor in predictors]


def counting_learner():
    """A learner whose predictors are numbered, and what it was asked."""
    asked = []

    def fit(train, settings, seed):
        asked.append((len(train.x), tuple(settings), seed))
        return [partial(torch.full, fill_value=10.0 * len(asked) + setting) for setting in settings]

    return Learner(fit, settings=(1, 2), title="counted"), asked


def test_the_very_same_is_fitted_once():
    learner, asked = counting_learner()
    fit = Remembered(learner)
    first = fit(blobs(), (1, 2), 0)
    assert fit(blobs(), [1, 2], 0) == first
    assert said(first) == [11, 12]
    assert asked == [(120, (1, 2), 0)]


@pytest.mark.parametrize("other", ["rows", "answers", "settings", "seed"])
def test_anything_else_is_fitted_anew(other):
    learner, asked = counting_learner()
    fit = Remembered(learner)
    train = blobs()
    fit(train, (1, 2), 0)
    rows = train.x + 1e-12 if other == "rows" else train.x
    answers = 1 - train.answers if other == "answers" else train.answers
    again = fit(Labelled(rows, answers), (1,) if other == "settings" else (1, 2), 1 if other == "seed" else 0)
    assert len(asked) == 2
    assert said(again)[0] == 21


def test_what_is_taken_out_of_the_list_stays_in_memory():
    learner, _ = counting_learner()
    fit = Remembered(learner)
    fit(blobs(), (1, 2), 0).clear()
    assert len(fit(blobs(), (1, 2), 0)) == 2


def test_a_fit_that_fails_is_not_remembered():
    tried = []

    def fit(train, settings, seed):
        tried.append(seed)
        raise ValueError("no")

    failing = Remembered(Learner(fit))
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            failing(blobs(), (1,), 0)
    assert tried == [0, 0]


def test_at_the_end_of_a_table_all_is_forgotten_even_of_one_that_fails():
    learner, asked = counting_learner()
    fit = Remembered(learner)
    with one_table():
        for _ in range(2):
            fit(blobs(), (1, 2), 0)
    assert len(asked) == 1

    @one_table()
    def broken():
        fit(blobs(), (1, 2), 0)
        raise ValueError("stop")

    with pytest.raises(ValueError, match="stop"):
        broken()
    fit(blobs(), (1, 2), 0)
    assert len(asked) == 3


def test_a_table_of_probes_leaves_nothing_behind():
    graphs = measured_molecules(60)
    fits = [BINARY_LEARNERS[name].fit for name in ("logistic", "knn", "forest")]
    table = measure({}, graphs, split_graphs(graphs, "random", 0), ["ml"], readers=("logistic", "forest", "best"))
    assert {"logistic", "forest", "best"} <= {row.probe for row in table.rows}
    assert all(fit._last == ((), []) for fit in fits)


def test_learners_stay_what_they_are_otherwise():
    learner, _ = counting_learner()
    (kept,) = remembering({"counted": learner}).values()
    assert (kept.default, kept.settings, kept.title, kept.sample) == (None, (1, 2), "counted", None)


def test_digests_tell_shape_kind_and_values():
    values = torch.arange(6.0)
    different = [values, values.view(2, 3), values.view(3, 2), values.double(), values + 1, values[:0], values[::2]]
    assert len({digest(one) for one in different}) == len(different)
    assert digest(values.view(2, 3).T) == digest(values.view(2, 3).T.contiguous())


@pytest.mark.parametrize("learners", [LEARNERS, PLAIN_LEARNERS])
def test_best_of_classes_takes_over_what_stands_beside_it(learners, monkeypatch):
    fits, remembered = [], learners["forest"].fit
    grow = remembered._fit
    monkeypatch.setattr(remembered, "_fit", lambda *given: fits.append("forest") or grow(*given))
    remembered.forget()
    for name in ("forest", "best"):
        fit_probe(learners[name], blobs(), blobs(), accuracy, True, 0)
    assert fits == ["forest"]


@pytest.mark.parametrize("learners", [BINARY_LEARNERS, REAL_LEARNERS])
def test_best_of_targets_says_the_same_whoever_was_fitted_before(learners):
    train, validation, test = (sheet(60, 4, seed=seed, real=learners is REAL_LEARNERS) for seed in (0, 1, 2))

    def best():
        return fit_columns(learners["best"], train, validation, first_score, 1, True, 0)(test.x)

    for learner in ("logistic", "forest"):
        fit_columns(learners[learner], test, validation, first_score, 1, True, 0)  # of other rows
    fresh = best()
    for learner in ("logistic", "forest"):
        fit_columns(learners[learner], train, validation, first_score, 1, True, 0)
    assert torch.equal(best(), fresh)
