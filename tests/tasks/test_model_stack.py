"""Several models as one against each by itself."""

import pytest
import torch

from multigraft.encoders.gcn import GCN
from multigraft.randomness import generator
from multigraft.tasks.model_stack import Abreast, Episodes, ModelStack, abreast
from tests.helpers.models import TASKS, double_graphs, double_model

GC, NC, LP = TASKS


@pytest.fixture
def graphs():
    return [double_graphs(count, seed=count) for count in (3, 5)]


@pytest.fixture
def models(graphs):
    return [double_model(graphs[0], seed) for seed in range(2)]


def test_weights_are_stacked_and_learn_where_the_models_do(models):
    models[0].encoder.layers[0].requires_grad_(False)
    stack = ModelStack.of(models)
    assert len(stack) == 2
    assert list(stack.weights) == [name for name, _ in models[0].named_parameters()]
    for place, model in enumerate(models):
        for name, value in model.named_parameters():
            assert torch.equal(stack.weights[name][place], value)
    assert [name for name, stacked in stack.weights.items() if not stacked.requires_grad] == [
        "encoder.layers.0.weight", "encoder.layers.0.bias",
    ]  # fmt: skip
    stack.weights["encoder.layers.1.bias"].data.zero_()
    assert bool(models[0].encoder.layers[1].weight.any())
    assert "layers.0.weight" not in stack.trunks(2)
    assert list(stack.graft(NC)) == ["node.weight", "node.bias"]


def test_questions_are_turned_round(graphs):
    asked = [{GC: GC.examples(own, generator(0)), LP: LP.episode(own, generator(0))} for own in graphs]
    found = abreast(asked)
    assert isinstance(found[GC], Abreast)
    assert found[GC].examples == (asked[0][GC], asked[1][GC])
    assert isinstance(found[LP], Episodes)
    assert found[LP].target.examples == (asked[0][LP].target, asked[1][LP].target)
    assert found[LP].support.graphs == found[LP].target.graphs == tuple(own[LP].target.graphs for own in asked)


def test_every_model_embeds_its_own_batches(graphs, models):
    batches = [tuple(graphs), (graphs[1], graphs[1]), tuple(graphs)]
    found = ModelStack.of(models).embedded(batches)
    assert list(found) == batches[:2]
    for several, z in found.items():
        for place, batch in enumerate(several):
            torch.testing.assert_close(z[place, : batch.num_nodes], models[place].encoder(batch))


@pytest.mark.parametrize("frozen", [False, True])
def test_every_batch_has_a_trunk_of_its_own(graphs, models, frozen):
    for model in models:
        model.encoder.layers[0].requires_grad_(not frozen)
    stack = ModelStack.of(models)
    trunks = {name: value + 0.1 * torch.randn_like(value) for name, value in stack.trunks(2).items()}
    batches = [tuple(graphs), tuple(reversed(graphs))]
    found = stack.apart(trunks, batches)
    for number, (several, z) in enumerate(zip(batches, found, strict=True)):
        for place, batch in enumerate(several):
            own = {name: value[2 * place + number] for name, value in trunks.items()}
            expected = torch.func.functional_call(models[place].encoder, own, (batch,))
            torch.testing.assert_close(z[place, : batch.num_nodes], expected)


def test_logits_and_losses_are_those_of_each_model(graphs, models):
    asked = [{task: task.exam(own, generator(0)) for task in TASKS} for own in graphs]
    together, stack = abreast(asked), ModelStack.of(models)
    said = stack(together)
    for task in TASKS:
        alone = [model({task: own[task]})[task] for model, own in zip(models, asked, strict=True)]
        torch.testing.assert_close(said[task], torch.cat(alone))
        losses = [task.loss(logits, own[task]) for logits, own in zip(alone, asked, strict=True)]
        torch.testing.assert_close(stack.loss(task, said[task], together[task]), torch.stack(losses))


def test_one_pass_serves_all_models(graphs, models, monkeypatch):
    passes, forward = [], GCN.forward
    monkeypatch.setattr(
        GCN, "forward", lambda self, batch, sizes=(): passes.append(len(sizes)) or forward(self, batch, sizes)
    )
    stack = ModelStack.of(models)
    stack(abreast([{task: task.exam(own, generator(0)) for task in TASKS} for own in graphs]))
    stack.apart(stack.trunks(3), [tuple(graphs)] * 3)
    assert passes == [2, 6]
