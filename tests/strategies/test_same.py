"""SAME's meta-gradients against the plain version, and what the inner step may and may not touch."""

import copy

import pytest
import torch
from torch import nn
from torch_geometric.nn import GIN, GraphSAGE

from multigraft.encoders.base import ModuleEncoder
from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.strategies.dealing import divide
from multigraft.strategies.registry import build
from multigraft.strategies.same import SAME, esame, isame
from multigraft.tasks.model import TaskModel
from multigraft.tasks.model_stack import ModelStack, abreast
from multigraft.tasks.registry import resolve
from tests.helpers.graphs import random_graphs
from tests.helpers.models import assert_same, double_graphs, double_model, gradients
from tests.reference import same as plain
from tests.reference import strategies as reference

TASKS = resolve(["gc", "nc", "lp"])


def made(encoder: str, graphs):
    """A small double-precision model on ``graphs``."""
    torch.manual_seed(1)
    schema = InputSchema.of(graphs)
    if encoder == "gcn":
        trunk = GCN(schema, dim=6)
    else:
        net = {"sage": GraphSAGE, "gin": GIN}[encoder](schema.width, 6, 2, 5, act="tanh")
        trunk = ModuleEncoder(net, schema)
    return TaskModel(trunk, TASKS, graphs.origin).double()


def encode_with(model: TaskModel):
    """The plain side's encoder: dense for the GCN, an explicit copy with replaced weights for a foreign module."""
    if isinstance(model.encoder, GCN):
        return plain.gcn

    def encode(parameters, x, edges):
        net = copy.deepcopy(model.encoder.module)
        for name, value in parameters.items():
            if name.startswith("encoder.module."):
                *path, leaf = name.removeprefix("encoder.module.").split(".")
                owner: nn.Module = net.get_submodule(".".join(path))
                del owner._parameters[leaf]
                setattr(owner, leaf, value)
        return net(x, edges)

    return encode


def episodes(graphs, seed):
    """The episodes that a strategy draws from the generator of that seed."""
    draws = generator(seed)
    parts = divide(graphs, len(TASKS), draws)
    return {task.name: task.episode(part, draws) for task, part in zip(TASKS, parts, strict=True)}


@pytest.mark.parametrize("encoder", ["gcn", "sage", "gin"])
@pytest.mark.parametrize(
    "strategy",
    [isame(), esame(), isame(inner_steps=3, inner_lr=0.1), esame(inner_steps=2), isame(first_order=True),
     esame(inner_steps=2, first_order=True)],
    ids=["isame", "esame", "isame-3-steps", "esame-2-steps", "isame-first-order", "esame-first-order"],
)  # fmt: skip
def test_meta_gradients_equal_the_plain_version(encoder, strategy):
    graphs = random_graphs(9, seed=3, least_nodes=4, most_nodes=8, density=0.5).double()
    model = made(encoder, graphs)
    losses = strategy.losses(model, TASKS, graphs, generator(7))
    fast = torch.autograd.grad(sum(losses.values()), list(model.parameters()))

    parameters = {name: value.detach().clone().requires_grad_() for name, value in model.named_parameters()}
    total = plain.outer_loss(
        parameters, episodes(graphs, 7), encode_with(model), strategy.adapts_encoder, strategy.inner_steps,
        strategy.inner_lr, strategy.first_order,
    )  # fmt: skip
    slow = torch.autograd.grad(total, list(parameters.values()))

    torch.testing.assert_close(sum(losses.values()), total, rtol=1e-9, atol=1e-12)
    for name, ours, theirs in zip(parameters, fast, slow, strict=True):
        error = float((ours - theirs).norm() / theirs.norm().clamp_min(1e-12))
        assert error < 1e-9, f"{name}: relative error {error:.1e}"


def test_second_order_differs_from_first_order():
    graphs = random_graphs(9, seed=3, least_nodes=4, most_nodes=8, density=0.5).double()
    model = made("gcn", graphs)
    grads = [
        torch.autograd.grad(
            sum(s.losses(model, TASKS, graphs, generator(7)).values()), list(model.encoder.parameters())
        )
        for s in (isame(inner_lr=0.5), isame(inner_lr=0.5, first_order=True))
    ]
    assert any(not torch.allclose(a, b, rtol=1e-3) for a, b in zip(*grads, strict=True))


@pytest.mark.parametrize("strategy", [isame(), esame()], ids=lambda s: s.name)
def test_training_step_leaves_parameters_in_place(strategy):
    graphs = random_graphs(9, seed=1, least_nodes=3)
    model = made("gcn", graphs).float()
    before = copy.deepcopy(model.state_dict())
    strategy.losses(model, TASKS, graphs, generator(0))
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert all(parameter.grad is None for parameter in model.parameters())


def test_only_isame_adapts_the_encoder():
    graphs = random_graphs(6, seed=2, least_nodes=4)
    model, task = made("gcn", graphs).float(), TASKS[1]
    episode = task.episode(graphs, generator(0))
    still = {s.name: s.answers(model, {task: episode})[task] for s in (isame(inner_lr=1.0), esame(inner_lr=1.0))}
    assert not torch.allclose(still["isame"], still["esame"])
    frozen = copy.deepcopy(model)
    for parameter in frozen.encoder.parameters():
        parameter.requires_grad_(False)
    assert torch.allclose(isame(inner_lr=1.0).answers(frozen, {task: episode})[task], still["esame"], atol=1e-6)


def test_adaptation_lowers_the_support_loss():
    graphs = random_graphs(12, seed=4, least_nodes=4)
    model, task = made("gcn", graphs).float(), TASKS[1]
    episode = task.episode(graphs, generator(0))
    seen = type(episode)(episode.support, episode.support)
    losses = [
        task.loss(esame(inner_steps=steps, inner_lr=0.5).answers(model, {task: seen})[task], seen.target).item()
        for steps in (1, 5, 25)
    ]
    assert losses[2] < losses[1] < losses[0]


def test_answer_keeps_no_graph_of_computation_and_works_without_gradients():
    graphs = random_graphs(6, seed=5, least_nodes=3)
    model = made("gcn", graphs).float()
    with torch.no_grad():
        logits, examples = isame().answer(model, TASKS[0], graphs, generator(0))
    assert not logits.requires_grad
    assert len(logits) == len(examples.answers)


@pytest.mark.parametrize(("count", "parts"), [(16, 3), (6, 3), (7, 2), (5, 1)])
def test_divide_deals_every_graph_once_and_evenly(count, parts):
    graphs = random_graphs(count, seed=count)
    dealt = divide(graphs, parts, generator(0))
    sizes = sorted(len(part) for part in dealt)
    assert sum(sizes) == count
    assert sizes[-1] - sizes[0] <= 1
    rows = torch.cat([part.x for part in dealt])
    assert torch.equal(rows.sort(0).values, graphs.x.sort(0).values)


def test_same_generator_same_losses():
    graphs = random_graphs(9, seed=6, least_nodes=3)
    model = made("gcn", graphs).float()
    first, again, other = (esame().losses(model, TASKS, graphs, generator(seed)) for seed in (1, 1, 2))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert any(not torch.equal(first[name], other[name]) for name in first)


@pytest.mark.parametrize("options", [{"inner_steps": 0}, {"inner_lr": 0.0}, {"inner_lr": float("nan")}])
def test_bad_options_are_refused(options):
    with pytest.raises(InputError):
        SAME("isame", True, **options)


def test_batch_too_small_for_the_tasks_is_refused():
    with pytest.raises(InputError, match="must be 6 or more"):
        esame().check(TASKS, 5)
    esame().check(TASKS, 6)


@pytest.mark.parametrize("strategy", ["isame", "esame", "reptile"])
def test_tasks_that_tell_graphs_apart_need_two_on_either_side(strategy):
    tasks = resolve(["am", "im"])
    with pytest.raises(InputError, match="at least 4 graphs each: batch size 7 must be 8 or more"):
        build(strategy).check(tasks, 7)
    build(strategy).check(tasks, 8)


@pytest.mark.parametrize(("strategy", "least"), [("joint", 2), ("joint-maml", 4)])
def test_so_they_do_where_tasks_share_a_batch(strategy, least):
    tasks = resolve(["am", "cp"])
    with pytest.raises(InputError, match=f"task 'cp' needs batches of at least {least} graphs, got {least - 1}"):
        build(strategy).check(tasks, least - 1)
    build(strategy).check(tasks, least)


@pytest.mark.parametrize("adapts_encoder", [True, False], ids=["isame", "esame"])
@pytest.mark.parametrize("steps", [1, 3])
def test_losses_of_all_steps_are_the_plain_ones(adapts_encoder, steps):
    graphs = double_graphs()
    model = double_model(graphs)
    strategy = (isame if adapts_encoder else esame)(steps, 0.1, step_losses=True)
    ours = torch.stack(list(strategy.losses(model, TASKS, graphs, generator(3)).values())).sum()
    theirs = reference.same_step_losses(
        dict(model.named_parameters()), episodes(graphs, 3), plain.gcn, adapts_encoder, steps, 0.1
    )
    assert abs(ours.item() - theirs.item()) < 1e-9
    assert_same(gradients(model, ours), gradients(model, theirs))


def test_the_only_step_is_all_steps():
    graphs = double_graphs()
    model = double_model(graphs)
    for strategy in (isame, esame):
        last, every = (strategy(1, 0.1, step_losses=wanted).losses(model, TASKS, graphs, generator(0))
                       for wanted in (False, True))  # fmt: skip
        assert all(torch.equal(last[name], every[name]) for name in last)


# --- several models side by side -------------------------------------------------------------------------------------

SIDE_BY_SIDE = {
    "isame": isame(), "esame": esame(), "isame-3-steps": isame(inner_steps=3, step_losses=True),
    "esame-3-steps": esame(inner_steps=3, step_losses=True), "isame-first-order": isame(first_order=True),
}  # fmt: skip


@pytest.mark.parametrize("strategy", SIDE_BY_SIDE.values(), ids=SIDE_BY_SIDE.keys())
@pytest.mark.parametrize("frozen", [False, True], ids=["all", "first-layer-frozen"])
def test_several_models_are_judged_as_each_is_alone(strategy, frozen):
    models, questions = several(strategy)
    for model in models:
        model.encoder.layers[0].requires_grad_(not frozen)
    stack = ModelStack.of(models)
    together = strategy.judged(stack, abreast(questions))
    torch.stack(list(together.values())).sum().backward()
    for place, (model, asked) in enumerate(zip(models, questions, strict=True)):
        alone = strategy.judged(model, asked)
        torch.stack(list(alone.values())).sum().backward()
        for name, loss in alone.items():
            torch.testing.assert_close(together[name][place], loss, rtol=1e-9, atol=1e-12)
        own = {name: value.grad[place] for name, value in stack.weights.items() if value.requires_grad}
        assert ("encoder.layers.0.weight" in own) != frozen
        assert_same(own, {name: value.grad for name, value in model.named_parameters() if value.requires_grad})


@pytest.mark.parametrize("strategy", [isame(inner_lr=0.5), esame(inner_lr=0.5)], ids=lambda s: s.name)
def test_several_models_answer_as_each_does_alone(strategy):
    models, _ = several(strategy)
    exams = [
        {task: strategy.exam(task, double_graphs(4 + place, seed=place), generator(place)) for task in TASKS}
        for place in range(len(models))
    ]
    together = strategy.answers(ModelStack.of(models), abreast(exams))
    for task in TASKS:
        alone = [strategy.answers(model, own)[task] for model, own in zip(models, exams, strict=True)]
        torch.testing.assert_close(together[task], torch.cat(alone), rtol=1e-9, atol=1e-12)
        assert not together[task].requires_grad


def several(strategy, count=3):
    """Models with weights of their own, and what each is asked, of graphs of its own."""
    drawn = [double_graphs(12 + place, seed=place) for place in range(count)]
    questions = [
        strategy.questions(TASKS, graphs, [len(graphs)], generator(place))[0] for place, graphs in enumerate(drawn)
    ]
    return [double_model(drawn[0], seed) for seed in range(count)], questions
