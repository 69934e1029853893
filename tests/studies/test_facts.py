"""What is said of the house's own names without torch is what the registries say; what plugins add is asked of them."""

import inspect

import pytest

from multigraft.encoders.registry import ENCODERS
from multigraft.errors import InputError
from multigraft.evaluation.protocols import PROTOCOLS, Recipe
from multigraft.evaluation.questions import every_node, graph_of_node
from multigraft.graphs.splits import SPLITS, split_graphs
from multigraft.strategies.joint import Joint
from multigraft.strategies.registry import STRATEGIES, build
from multigraft.studies import facts
from multigraft.studies.architectures import SHAPE
from multigraft.studies.register import register_task
from multigraft.tasks.link_prediction import LinkPrediction
from multigraft.tasks.node_classification import NodeClassification
from multigraft.tasks.registry import TASKS
from multigraft.training.fit import train
from tests.helpers.measured import measured_molecules

MEASURED = [(name, task) for name, protocol in PROTOCOLS.items() for task in protocol.recipes]


class Copied(NodeClassification):
    """Node classification under another name."""

    name = "copied"


@pytest.fixture(autouse=True)
def registries_as_before(monkeypatch):
    monkeypatch.setattr(facts, "REDEFINED", set(facts.REDEFINED))
    monkeypatch.setattr("multigraft.studies.register.REDEFINED", facts.REDEFINED)
    registries = [TASKS, STRATEGIES, *(protocol.recipes for protocol in PROTOCOLS.values())]
    before = [dict(registry) for registry in registries]
    yield
    for registry, kept in zip(registries, before, strict=True):
        registry.clear()
        registry.update(kept)


def test_options_of_training_are_those_of_train():
    assert frozenset(inspect.signature(train).parameters) - facts.NOT_OPTIONS == facts.TRAIN_OPTIONS
    assert not facts.TRAIN_OPTIONS & facts.NOT_OPTIONS


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_strategies_with_episodes(strategy):
    assert facts.is_episodic(strategy) is build(strategy).episodic


@pytest.mark.parametrize("encoder", ENCODERS)
def test_sizes_of_encoders(encoder):
    parameters = inspect.signature(ENCODERS[encoder]).parameters.items()
    assert facts.encoder_sizes(encoder) == {name: one.default for name, one in parameters if name in SHAPE}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_protocols(name):
    assert facts.protocol_version(name) == PROTOCOLS[name].version
    assert facts.HEADLINES[name] == {task: recipe.metrics[0] for task, recipe in PROTOCOLS[name].recipes.items()}
    assert facts.VERSIONS.keys() == facts.TRAINED_AS.keys() == PROTOCOLS.keys()


@pytest.mark.parametrize(("protocol", "task"), MEASURED)
def test_tasks_that_end_to_end_models_are_trained_for_otherwise(protocol, task):
    wanted = PROTOCOLS[protocol].recipes[task].trained_as
    assert facts.trained_as(protocol, task) == ({} if wanted == TASKS[task] else wanted.config())
    assert facts.headline(protocol, task) == PROTOCOLS[protocol].recipes[task].metrics[0]


@pytest.mark.parametrize("task", TASKS)
def test_places_of_tasks(task):
    assert facts.task_place(task) == list(TASKS).index(task)


@pytest.mark.parametrize(
    "kind", [kind for kind in SPLITS if kind != "species"]
)  # those of molecules, and of any graphs
def test_splits_that_are_the_same_for_every_seed(kind):
    parts = [split_graphs(measured_molecules(60), kind, seed).to_json()["test"] for seed in (0, 1)]
    assert (parts[0] == parts[1]) == (kind in facts.DIVIDED_ONCE)


def test_seeds_of_one_split_are_fewer_than_splits_that_are_enough():
    assert [facts.enough(kind) for kind in ("scaffold", "stratified", "species")] == [3, 5, 5]


def test_what_is_not_there():
    assert facts.is_episodic("no-such-strategy") is None
    assert facts.encoder_sizes("no-such-encoder") == {}
    assert facts.task_place("no-such-task") == len(TASKS)
    assert facts.trained_as("strict", "no-such-task") == {}
    with pytest.raises(InputError, match="unknown protocol 'loose': choose from strict, paper"):
        facts.protocol_version("loose")
    with pytest.raises(KeyError):
        facts.headline("paper", "ml")


def test_what_plugins_add_is_known():
    register_task(Copied(), level="node", metrics=["balanced_accuracy"])
    STRATEGIES["mine"] = lambda: Joint()
    assert facts.headline("paper", "copied") == "balanced_accuracy"
    assert facts.trained_as("strict", "copied") == {}
    assert facts.task_place("copied") == len(TASKS) - 1
    assert facts.is_episodic("mine") is False
    other = LinkPrediction(order="file")
    PROTOCOLS["strict"].recipes["copied"] = Recipe(every_node, graph_of_node, ("node",), ("accuracy",), other)
    assert facts.trained_as("strict", "copied") == other.config()


def test_a_task_of_the_house_that_a_plugin_redefines_is_asked_for_anew():
    assert facts.trained_as("paper", "lp") == {"relu": True, "order": "file"}
    register_task(LinkPrediction(relu=False), level="pair", metrics=["accuracy"])
    assert facts.trained_as("paper", "lp") == {}
    assert facts.headline("paper", "lp") == "accuracy"


def test_pretexts_are_told_as_the_tasks_say_of_the_house_and_of_others():
    assert {name for name in TASKS if facts.is_pretext(name)} == {name for name, task in TASKS.items() if task.pretext}
    hidden = type("Hidden", (Copied,), {"pretext": True, "name": "hidden"})()
    TASKS.update({"copied": Copied(), "hidden": hidden})
    assert [facts.is_pretext(name) for name in ("copied", "hidden", "nowhere")] == [False, True, False]
