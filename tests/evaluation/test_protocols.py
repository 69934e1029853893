"""The recipes as they are promised: a change here is a new version of a protocol."""

import dataclasses

import pytest

from multigraft.errors import InputError
from multigraft.evaluation import protocols, questions
from multigraft.evaluation.features import FEATURES
from multigraft.evaluation.metrics import METRICS
from multigraft.evaluation.names import PROTOCOL_NAMES
from multigraft.evaluation.protocols import PAPER, PROTOCOLS, STRICT
from multigraft.tasks.names import TASK_NAMES


def test_names_are_those_that_the_command_line_knows():
    assert tuple(PROTOCOLS) == PROTOCOL_NAMES
    assert [protocol.name for protocol in PROTOCOLS.values()] == list(PROTOCOL_NAMES)


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=lambda protocol: protocol.name)
def test_every_recipe_names_what_there_is(protocol):
    assert tuple(protocol.recipes) == TASK_NAMES
    for recipe in protocol.recipes.values():
        assert recipe.features
        assert set(recipe.features) <= set(FEATURES)
        assert recipe.metrics
        assert set(recipe.metrics) <= set(METRICS)


def test_version_1_of_strict():
    assert (STRICT.version, STRICT.split, STRICT.tune) == (1, "stratified", True)
    gc, nc, lp = (STRICT.recipes[task] for task in TASK_NAMES)
    assert (gc.pose, gc.features, gc.metrics) == (
        questions.every_graph, ("mean",), ("accuracy", "balanced_accuracy")
    )  # fmt: skip
    assert (nc.pose, nc.features, nc.metrics) == (questions.every_node, ("node",), ("accuracy",))
    assert lp.pose is questions.held_out_edges
    assert (lp.features, lp.metrics) == (("hadamard", "concat", "absdiff"), ("roc_auc",))


def test_version_1_of_paper():
    assert (PAPER.version, PAPER.split, PAPER.tune) == (1, "random", False)
    gc, nc, lp = (PAPER.recipes[task] for task in TASK_NAMES)
    assert (gc.features, gc.metrics) == (("mean",), ("accuracy",))
    assert (nc.features, nc.metrics) == (("node",), ("accuracy",))
    assert lp.pose is questions.last_edges
    assert (lp.features, lp.metrics) == (("concat", "hadamard", "absdiff"), ("roc_auc",))


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=lambda protocol: protocol.name)
def test_questions_are_resampled_by_the_graph_they_are_about(protocol):
    owners = [protocol.recipes[task].graph_of for task in TASK_NAMES]
    assert owners == [questions.graph_itself, questions.graph_of_node, questions.graph_of_pair]


def test_resolve_takes_names_and_protocols():
    assert protocols.resolve("paper") is PAPER
    own = dataclasses.replace(STRICT, name="mine")
    assert protocols.resolve(own) is own


def test_an_unknown_protocol_is_refused_with_the_names():
    with pytest.raises(InputError, match="unknown protocol 'loose': choose from strict, paper"):
        protocols.resolve("loose")
