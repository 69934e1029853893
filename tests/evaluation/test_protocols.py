"""The recipes as they are promised: a change here is a new version of a protocol."""

import dataclasses

import pytest
import torch

from multigraft.errors import InputError
from multigraft.evaluation import protocols, questions
from multigraft.evaluation.features import FEATURES
from multigraft.evaluation.kinds import KINDS
from multigraft.evaluation.names import PROTOCOL_NAMES
from multigraft.evaluation.protocols import PAPER, PROTOCOLS, STRICT, Sitting
from multigraft.graphs.splits import PARTS
from multigraft.tasks.link_prediction import LinkPrediction
from multigraft.tasks.names import TASK_NAMES
from multigraft.tasks.registry import TASKS
from tests.helpers.graphs import random_graphs

OF_CLASSES = ("gc", "nc", "lp")


def test_names_are_those_that_the_command_line_knows():
    assert tuple(PROTOCOLS) == PROTOCOL_NAMES
    assert [protocol.name for protocol in PROTOCOLS.values()] == list(PROTOCOL_NAMES)


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=lambda protocol: protocol.name)
def test_every_recipe_names_what_there_is(protocol):
    assert tuple(protocol.recipes) == {"strict": (*OF_CLASSES, "ml", "gr"), "paper": OF_CLASSES}[protocol.name]
    assert set(protocol.recipes) <= {name for name in TASK_NAMES if not TASKS[name].pretext}
    for recipe in protocol.recipes.values():
        assert recipe.features
        assert set(recipe.features) <= set(FEATURES)
        assert recipe.metrics
        assert set(recipe.metrics) <= set(KINDS[recipe.kind].metrics)


def test_version_1_of_strict():
    assert (STRICT.version, STRICT.split, STRICT.tune) == (1, "stratified", True)
    gc, nc, lp = (STRICT.recipes[task] for task in OF_CLASSES)
    assert (gc.pose, gc.features, gc.metrics) == (
        questions.every_graph, ("mean",), ("accuracy", "balanced_accuracy")
    )  # fmt: skip
    assert (nc.pose, nc.features, nc.metrics) == (questions.every_node, ("node",), ("accuracy",))
    assert lp.pose is questions.held_out_edges
    assert (lp.features, lp.metrics) == (("hadamard", "concat", "absdiff"), ("roc_auc",))


def test_version_1_of_paper():
    assert (PAPER.version, PAPER.split, PAPER.tune) == (1, "random", False)
    gc, nc, lp = (PAPER.recipes[task] for task in OF_CLASSES)
    assert (gc.features, gc.metrics) == (("mean",), ("accuracy",))
    assert (nc.features, nc.metrics) == (("node",), ("accuracy",))
    assert lp.pose is questions.last_edges
    assert (lp.features, lp.metrics) == (("concat", "hadamard", "absdiff"), ("roc_auc",))


def test_end_to_end_models_are_trained_as_they_are_asked():
    for protocol in PROTOCOLS.values():
        for name, recipe in protocol.recipes.items():
            assert recipe.trained_as.name == name
    special = {
        (protocol.name, name)
        for protocol in PROTOCOLS.values()
        for name, recipe in protocol.recipes.items()
        if recipe.trained_as != TASKS[name] or recipe.pose_own is not None
    }
    assert special == {("paper", "lp")}
    lp = PAPER.recipes["lp"]
    assert lp.trained_as == LinkPrediction(order="file")
    assert lp.pose_own == lp.trained_as.exam


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=lambda protocol: protocol.name)
def test_equal_seeds_pose_equal_questions(protocol):
    graphs = random_graphs(12, seed=1, least_nodes=6, density=0.5)
    parts = {part: graphs.select(torch.arange(4) + 4 * place) for place, part in enumerate(PARTS)}
    one, same, other = (Sitting.of(TASKS["lp"], protocol, parts, seed) for seed in (1, 1, 2))
    assert tuple(one.posed) == PARTS
    for part in PARTS:
        assert torch.equal(one.posed[part].queries, same.posed[part].queries)
        assert torch.equal(one.posed[part].answers, same.posed[part].answers)
        asked_otherwise = not torch.equal(one.posed[part].queries, other.posed[part].queries)
        assert asked_otherwise is (protocol is STRICT)
    assert (one.tune, one.seed, one.parts) == (protocol.tune, 1, parts)


@pytest.mark.parametrize("protocol", PROTOCOLS.values(), ids=lambda protocol: protocol.name)
def test_questions_are_resampled_by_the_graph_they_are_about(protocol):
    owners = [protocol.recipes[task].graph_of for task in OF_CLASSES]
    assert owners == [questions.graph_itself, questions.graph_of_node, questions.graph_of_pair]


def test_resolve_takes_names_and_protocols():
    assert protocols.resolve("paper") is PAPER
    own = dataclasses.replace(STRICT, name="mine")
    assert protocols.resolve(own) is own


def test_an_unknown_protocol_is_refused_with_the_names():
    with pytest.raises(InputError, match="unknown protocol 'loose': choose from strict, paper"):
        protocols.resolve("loose")


def test_graphs_are_read_as_the_encoder_reads_them_under_strict_alone():
    strict = STRICT.reading("mean+max+sum")
    assert strict.recipes["gc"].features == ("mean+max+sum",)
    assert strict.recipes["gr"].features == ("mean+max+sum",)
    assert strict.recipes["lp"].features == STRICT.recipes["lp"].features
    assert STRICT.reading("mean") is STRICT
    assert PAPER.reading("mean+max+sum") is PAPER
