"""What learns, and how fast."""

import pytest
import torch

from multigraft.encoders.edge import GIN
from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import resolve
from multigraft.training.groups import frozen_modules, parameter_groups
from tests.helpers.training import small_graphs, train_small

GRAPHS = small_graphs(12)


def model(kind=GIN, layers=3):
    return TaskModel(kind(InputSchema.of(GRAPHS), dim=4, layers=layers), resolve(["gc"]), GRAPHS.origin)


def names(whole, modules):
    held = {id(p) for module in modules for p in module.parameters()}
    return {name.split(".")[1] + name.split(".")[2] for name, p in whole.named_parameters() if id(p) in held}


def test_freezing_counts_layers_from_the_input():
    whole = model()
    assert frozen_modules(whole.encoder, "none") == []
    assert frozen_modules(whole.encoder, "all") == [whole.encoder]
    assert names(whole, frozen_modules(whole.encoder, "0")) == {"nodeslinear"}
    assert names(whole, frozen_modules(whole.encoder, "2")) == {
        "nodeslinear", "layers0", "layers1", "norms0", "norms1",
    }  # fmt: skip
    assert names(model(GCN), frozen_modules(model(GCN).encoder, "0")) == set()


@pytest.mark.parametrize("freeze", ["some", "-1", "4", ""])
def test_what_cannot_be_frozen_is_refused(freeze):
    with pytest.raises(InputError, match="freeze"):
        frozen_modules(model().encoder, freeze)


def test_rates_fall_from_the_heads_to_the_input():
    whole = model()
    groups = parameter_groups(whole, 0.1, 0.5)
    assert [group["lr"] for group in groups] == pytest.approx([0.1, 0.05, 0.025, 0.0125, 0.00625])
    assert {id(p) for p in groups[0]["params"]} == {id(p) for p in whole.heads.parameters()}
    assert {id(p) for p in groups[-1]["params"]} == {id(p) for p in whole.encoder.nodes.parameters()}
    everything = [id(p) for group in groups for p in group["params"]]
    assert sorted(everything) == sorted(id(p) for p in whole.parameters())


def test_without_decay_there_is_one_group_of_what_learns():
    whole = model()
    whole.encoder.nodes.requires_grad_(False)
    (group,) = parameter_groups(whole, 0.1, 1.0)
    assert len(group["params"]) == len([p for p in whole.parameters() if p.requires_grad])


@pytest.mark.parametrize("freeze", ["all", "1", "none"])
def test_what_is_frozen_stays_to_the_bit_statistics_included(freeze):
    trained = train_small(GRAPHS, tasks=["gc"], strategy="single", encoder="gin", dim=4, layers=2, freeze=freeze)
    before, after = trained.initial.state_dict(), trained.encoder.state_dict()
    kept = {name for name in before if torch.equal(before[name], after[name])}
    frozen = {
        "all": set(before),
        "1": {name for name in before if name.startswith(("nodes.", "layers.0.", "norms.0."))},
        "none": set(),
    }[freeze]
    assert frozen <= kept
    moved = {name for name in before if name.endswith(("weight", "running_mean"))} - frozen
    assert not moved & kept


def test_layer_decay_moves_the_input_less():
    def moved(decay):
        trained = train_small(GRAPHS, tasks=["gc"], strategy="single", dim=4, layers=3, layer_decay=decay, epochs=1)
        before, after = trained.initial.state_dict(), trained.encoder.state_dict()
        return float((before["layers.0.weight"] - after["layers.0.weight"]).abs().sum())

    assert moved(0.1) < 0.1 * moved(1.0)
