"""Which runs keep step, and what is said of those that do not."""

import dataclasses

import pytest
import torch
from torch_geometric.nn import GraphSAGE

from multigraft.encoders.gcn import GCN
from multigraft.strategies.same import SAME
from multigraft.tasks.node_classification import NodeClassification
from multigraft.training.companions import obstacle
from tests.helpers.lockstep import GRAPHS, runs
from tests.helpers.training import small_graphs


@pytest.mark.parametrize("strategy", ["isame", "esame", "joint"])
def test_runs_that_differ_in_their_seed_keep_step(strategy):
    assert obstacle(runs(strategy=strategy)) is None
    assert obstacle(runs(strategy=strategy)[:1]) is None


class OwnSAME(SAME):
    pass


class OwnTask(NodeClassification):
    def loss(self, logits, examples):
        return super().loss(logits, examples) * 2


class OwnGCN(GCN):
    pass


ALONE = {
    "reptile": ({"strategy": "reptile"}, "strategy 'reptile' trains one model at a time"),
    "joint-maml": ({"strategy": "joint-maml"}, "strategy 'joint-maml' trains one model at a time"),
    "own strategy": ({"strategy": OwnSAME("isame", True)}, "strategy 'isame' trains one model"),
    "batch norm": ({"encoder": "gin"}, "encoder 'gin' does not pass several models at once"),
    "module": ({"encoder": GraphSAGE(4, 4, 2), "dim": None, "layers": None}, "encoder 'module' does not pass several"),
    "own task": ({"tasks": [OwnTask()]}, "task 'nc' has a head or a loss for one model at a time"),
    "normed head": ({"tasks": [NodeClassification(norm="batch")]}, "task 'nc' has a head or a loss for one model"),
    "pretext": ({"tasks": ["im"], "strategy": "joint"}, "task 'im' has a head"),
    "balancing": ({"balancing": "uncertainty"}, "balancing 'uncertainty' looks at one model's gradients"),
    "precision": ({"precision": "bf16-mixed"}, "precision is bf16-mixed, not 32"),
    "standardised": ({"scaling": "standard"}, "they normalise attributes differently"),
}


@pytest.mark.parametrize(("options", "says"), ALONE.values(), ids=ALONE.keys())
def test_what_is_made_for_one_model_goes_alone(options, says):
    reason = obstacle(runs(**options))
    assert reason is not None
    assert says in reason


def test_heads_with_a_norm_that_remembers_nothing_keep_step():
    assert obstacle(runs(tasks=[NodeClassification(norm="layer")])) is None


def test_a_subclass_of_an_encoder_has_to_say_it_anew():
    encoder = OwnGCN(runs()[0].initial.inputs.schema, 4, 2)
    own = runs(encoder=encoder, dim=None, layers=None)
    assert "encoder 'gcn' does not pass" in str(obstacle(own))
    torch.manual_seed(0)
    plain = GCN(encoder.inputs.schema, 4, 2)
    assert obstacle(runs(encoder=plain, dim=None, layers=None)) is None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"learning_rate": 0.5}, "different options"),
        ({"strategy": "isame"}, "different strategies"),
        ({"dim": 6}, "different encoders"),
        ({"tasks": ["gc", "nc"]}, "different tasks"),
        ({"patience": 3}, "different options"),
        ({"split": "random"}, "different options"),
    ],
    ids=["rate", "strategy", "dim", "tasks", "patience", "split"],
)
def test_runs_of_two_configurations_do_not_keep_step(changes, says):
    assert says in str(obstacle([*runs((0,)), *runs((1,), **changes)]))


def test_runs_with_other_numbers_of_steps_do_not_keep_step():
    first, second = runs()
    few = dataclasses.replace(second.split, train=second.split.train[:12])
    assert "different numbers of steps" in str(obstacle([first, dataclasses.replace(second, split=few)]))
    assert len(GRAPHS) == 30


def test_runs_on_data_of_other_shapes_do_not_keep_step():
    others = runs((1,), graphs=small_graphs(node_classes=5))
    assert "different shapes of parameters" in str(obstacle([*runs((0,)), *others]))
