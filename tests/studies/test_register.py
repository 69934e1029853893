import pytest
from torch import nn

from multigraft.encoders.registry import MODULES
from multigraft.errors import InputError
from multigraft.evaluation.probe import probe
from multigraft.evaluation.protocols import PROTOCOLS
from multigraft.strategies.joint import Joint
from multigraft.strategies.registry import STRATEGIES, build
from multigraft.studies.register import register_encoder, register_strategy, register_task
from multigraft.tasks.node_classification import NodeClassification
from multigraft.tasks.registry import TASKS, resolve
from tests.helpers.training import small_graphs, train_small


class Copied(NodeClassification):
    """Node classification under another name."""

    name = "copied"


@pytest.fixture(autouse=True)
def registries_as_before():
    registries = [TASKS, STRATEGIES, MODULES, *(protocol.recipes for protocol in PROTOCOLS.values())]
    before = [dict(registry) for registry in registries]
    yield
    for registry, kept in zip(registries, before, strict=True):
        registry.clear()
        registry.update(kept)


def test_a_task_of_ones_own_is_trained_and_measured_under_every_protocol():
    register_task(Copied(), level="node", metrics=["accuracy", "balanced_accuracy"])
    assert resolve(["copied"])[0].name == "copied"
    graphs = small_graphs()
    encoder = train_small(graphs, tasks=["copied", "gc"], strategy="esame")
    for protocol in PROTOCOLS:
        table = probe(encoder, graphs, protocol, probes=("svm", "own", "head"))
        rows = [row for row in table.rows if row.task == "copied"]
        assert {row.metric for row in rows} == {"accuracy", "balanced_accuracy"}
        assert {row.probe for row in rows if row.encoder == "trained"} == {"svm", "own", "head"}
        assert {"untrained", "attributes", "majority"} < {row.encoder for row in rows}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"level": "edge", "metrics": ["accuracy"]}, "unknown level 'edge': choose from graph, node, pair"),
        ({"level": "node", "metrics": ["f1"]}, "unknown metric 'f1'"),
        ({"level": "node", "metrics": ["accuracy"], "features": ["product"]}, "unknown features 'product'"),
    ],
    ids=["level", "metric", "features"],
)
def test_a_task_that_cannot_be_measured_is_refused_and_not_registered(options, message):
    with pytest.raises(InputError, match=message):
        register_task(Copied(), **options)
    assert "copied" not in TASKS


def test_names_that_are_taken_are_refused():
    class Impostor(NodeClassification):
        name = "gc"

    with pytest.raises(InputError, match="there is a task 'gc' already"):
        register_task(Impostor(), "node", ["accuracy"])
    with pytest.raises(InputError, match="there is a strategy 'esame' already"):
        register_strategy("esame", Joint)
    register_encoder("mine", nn.Identity)
    with pytest.raises(InputError, match="there is an encoder 'mine' already"):
        register_encoder("mine", nn.Flatten)


def test_registering_twice_is_no_mistake():
    for _ in range(2):
        register_task(Copied(), "node", ["accuracy"])
        register_strategy("again", Joint)
        register_encoder("again", nn.Identity)


def test_a_strategy_of_ones_own_is_built_by_name():
    register_strategy("mine", Joint)
    assert isinstance(build("mine"), Joint)
