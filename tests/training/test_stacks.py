"""Stacked weights and Adam: row by row what each model and its own Adam would be."""

import io

import pytest
import torch

from multigraft.training.groups import parameter_groups
from multigraft.training.options import TrainOptions
from multigraft.training.stacks import Stacks
from tests.helpers.models import double_graphs, double_model

CPU = torch.device("cpu")


def options(**changes):
    return TrainOptions(("gc", "nc", "lp"), {"name": "joint"}, learning_rate=0.01, **changes)


@pytest.fixture
def models():
    graphs = double_graphs()
    return [double_model(graphs, seed) for seed in range(3)]


def gradient(name, value, step):
    """A gradient that depends on all three."""
    return torch.sin(value + step + len(name))


def step_together(stacks, step):
    for name, value in stacks.models.weights.items():
        value.grad = gradient(name, value.detach(), step) if value.requires_grad else None
    stacks.optimizer.step()


def step_alone(model, optimizer, step):
    for name, value in model.named_parameters():
        value.grad = gradient(name, value.detach(), step) if value.requires_grad else None
    optimizer.step()


def assert_row(stacks, row, model):
    for name, value in model.named_parameters():
        torch.testing.assert_close(stacks.models.weights[name][row], value.detach(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("decay", [1.0, 0.5])
def test_adam_learns_every_model_as_alone_also_after_others_have_left(models, decay):
    for model in models:
        model.encoder.layers[0].requires_grad_(False)
    given = options(layer_decay=decay)
    stacks = Stacks.of(models[0], models, given, CPU)
    alone = [torch.optim.Adam(parameter_groups(model, 0.01, decay), lr=0.01, fused=True) for model in models]
    for step in range(3):
        step_together(stacks, step)
    stacks = stacks.keep([0, 2])
    assert len(stacks.models) == 2
    for step in range(3, 6):
        step_together(stacks, step)
    for model, optimizer in zip(models, alone, strict=True):
        for step in range(6):
            step_alone(model, optimizer, step)
    assert_row(stacks, 0, models[0])
    assert_row(stacks, 1, models[2])


def test_what_was_stored_goes_on(models):
    stacks = Stacks.of(models[0], models, options(), CPU)
    step_together(stacks, 0)
    stacks.remember([1])
    file = io.BytesIO()
    torch.save(stacks.state_dict(), file)
    file.seek(0)
    again = Stacks.restored(models[0], options(), torch.load(file, weights_only=True), CPU)
    for step in (1, 2):
        step_together(stacks, step)
        step_together(again, step)
    for name, value in stacks.models.weights.items():
        assert torch.equal(again.models.weights[name], value)
        assert again.models.weights[name].requires_grad
        assert torch.equal(again.best[name], stacks.best[name])


def test_best_weights_are_kept_row_by_row(models):
    stacks = Stacks.of(models[0], models, options(), CPU)
    before = {name: value.clone() for name, value in stacks.best.items()}
    step_together(stacks, 0)
    stacks.remember([])
    assert all(torch.equal(value, before[name]) for name, value in stacks.best.items())
    stacks.remember([0, 2])
    for name, value in stacks.best.items():
        now = stacks.models.weights[name].detach()
        assert torch.equal(value, torch.stack([now[0], before[name][1], now[2]]))
    kept = stacks.keep([1, 2])
    step_together(kept, 1)
    assert all(torch.equal(value, stacks.best[name][1:]) for name, value in kept.best.items())
