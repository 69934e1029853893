"""Kinds of answers: what is known of each fits together."""

import pytest

from multigraft.evaluation.kinds import KINDS
from multigraft.evaluation.metrics import METRICS
from multigraft.evaluation.names import DEFAULT_PROBES, PROBE_NAMES
from multigraft.evaluation.protocols import PROTOCOLS
from multigraft.tasks.scores import SCORES


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_usual_probe_is_one_that_there_is(kind):
    assert len(kind.usual) == 1
    assert set(kind.usual) <= set(kind.learners) <= set(PROBE_NAMES)


def test_classes_are_measured_as_before():
    assert KINDS["classes"].metrics is METRICS
    assert KINDS["classes"].usual == DEFAULT_PROBES == ("svm",)


def test_targets_are_judged_by_the_scores_of_training():
    assert {*KINDS["binary"].metrics, *KINDS["real"].metrics} == set(SCORES)
    for name, kind in (("binary", True), ("real", False)):
        assert {SCORES[metric].higher_is_better for metric in KINDS[name].metrics} == {kind}


def test_a_probe_is_called_what_it_is():
    assert [KINDS[kind].title("logistic") for kind in KINDS] == ["logistic", "logistic", "ridge"]
    assert [KINDS["real"].title(probe) for probe in ("knn", "best", "own")] == ["knn", "best", "own"]


def test_every_recipe_is_of_a_kind():
    kinds = {name: recipe.kind for protocol in PROTOCOLS.values() for name, recipe in protocol.recipes.items()}
    assert {name: kinds[name] for name in ("gc", "nc", "lp", "ml", "gr")} == {
        "gc": "classes", "nc": "classes", "lp": "classes", "ml": "binary", "gr": "real"
    }  # fmt: skip
