import pytest
import torch

from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.strategies.dealing import divide
from multigraft.strategies.reptile import reptile
from multigraft.strategies.same import isame
from tests.helpers.models import TASKS, assert_same, double_graphs, double_model, gradients
from tests.reference import same as plain
from tests.reference import strategies as reference


def episodes(graphs, seed):
    draws = generator(seed)
    parts = divide(graphs, len(TASKS), draws)
    return {task.name: task.episode(part, draws) for task, part in zip(TASKS, parts, strict=True)}


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_gradient_and_value_are_the_plain_ones(steps):
    graphs = double_graphs()
    model = double_model(graphs)
    losses = reptile(steps, 0.1).losses(model, TASKS, graphs, generator(3))
    gradient, values = reference.reptile_gradient(
        dict(model.named_parameters()), episodes(graphs, 3), plain.gcn, steps, 0.1
    )
    assert losses.keys() == values.keys()
    for task, value in values.items():
        assert abs(losses[task].item() - value) < 1e-9
    assert_same(gradients(model, torch.stack(list(losses.values())).sum()), gradient)


def test_one_step_is_joint_training_on_the_support_sets():
    graphs = double_graphs()
    model = double_model(graphs)
    ours = torch.stack(list(reptile(1, 0.3).losses(model, TASKS, graphs, generator(3)).values())).sum()
    drawn = episodes(graphs, 3)
    theirs = torch.stack([
        task.loss(model({task: drawn[task.name].support})[task], drawn[task.name].support) for task in TASKS
    ]).sum()  # fmt: skip
    assert_same(gradients(model, ours), gradients(model, theirs))


def test_two_steps_are_the_gradient_there_and_the_gradient_after_it():
    graphs = double_graphs()
    model = double_model(graphs)
    task = TASKS[1]
    ours = gradients(model, reptile(2, 0.2).losses(model, [task], graphs, generator(3))["nc"])
    draws = generator(3)
    (part,) = divide(graphs, 1, draws)
    episode = task.episode(part, draws)
    first = gradients(model, task.loss(model({task: episode.support})[task], episode.support))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter -= 0.2 * first[name]
    second = gradients(model, task.loss(model({task: episode.target})[task], episode.target))
    assert_same(ours, {name: first[name] + second[name] for name in first})


def test_no_second_derivatives_are_kept():
    graphs = double_graphs()
    model = double_model(graphs)
    loss = reptile().losses(model, TASKS, graphs, generator(0))["gc"]
    first = torch.autograd.grad(loss, list(model.encoder.parameters()), create_graph=True)
    assert not any(gradient.requires_grad for gradient in first)


def test_answers_learn_from_the_support_set_alone():
    graphs = double_graphs()
    model = double_model(graphs)
    for task in TASKS:
        ours, target = reptile(2, 0.1).answer(model, task, graphs, generator(1))
        theirs, same = isame(2, 0.1).answer(model, task, graphs, generator(1))
        assert torch.equal(ours, theirs)
        assert torch.equal(target.queries, same.queries)


def test_batches_that_are_too_small_and_options_that_cannot_be():
    with pytest.raises(InputError, match="batch size 5 must be 6 or more"):
        reptile().check(TASKS, 5)
    reptile().check(TASKS, 6)
    with pytest.raises(InputError, match="inner steps must be at least 1, got 0"):
        reptile(0)
    with pytest.raises(InputError, match="step size must be positive"):
        reptile(1, -1.0)


def test_config_builds_the_same_again():
    config = reptile(3, 0.2).config()
    assert config.pop("name") == "reptile"
    assert reptile(**config) == reptile(3, 0.2)
