"""Joint and single training: sums over tasks, passes shared, held-out questions when judged."""

import pytest
import torch

from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.graphs.stacking import parted
from multigraft.randomness import generator
from multigraft.strategies.joint import Joint, Single
from multigraft.tasks.link_prediction import LinkPrediction
from multigraft.tasks.model import TaskModel
from multigraft.tasks.model_stack import ModelStack, abreast
from multigraft.tasks.registry import resolve
from tests.helpers.graphs import random_graphs
from tests.helpers.models import assert_same, double_graphs, double_model, gradients
from tests.reference import same as plain

TASKS = resolve(["gc", "nc", "lp"])


@pytest.fixture
def graphs():
    return random_graphs(8, seed=2, least_nodes=3, density=0.5).double()


@pytest.fixture
def model(graphs):
    torch.manual_seed(0)
    return TaskModel(GCN(InputSchema.of(graphs), dim=6), TASKS, graphs.origin).double()


def test_losses_equal_the_plain_version(graphs, model):
    losses = Joint().losses(model, TASKS, graphs, generator(5))
    draws = generator(5)
    parameters = {name: value.detach() for name, value in model.named_parameters()}
    for task in TASKS:
        expected = plain.loss(parameters, task.name, task.examples(graphs, draws), plain.gcn)
        torch.testing.assert_close(losses[task.name].detach(), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("order", ["random", "file"])
def test_several_steps_are_drawn_at_once_and_tasks_share_what_they_see(order):
    graphs = random_graphs(7, seed=3, least_nodes=4, density=0.5)
    gc, nc, lp = [*TASKS[:2], LinkPrediction(order=order)]
    drawn = Joint().questions([gc, nc, lp], graphs, [3, 4], generator(1))
    alone = parted(graphs, [3, 4])
    assert len(drawn) == 2
    for asked, batch in zip(drawn, alone, strict=True):
        assert asked[gc].graphs is asked[nc].graphs
        assert torch.equal(asked[gc].graphs.x, batch.x)
        assert torch.equal(asked[nc].answers, batch.node_labels)
        hidden, whole = edges(asked[lp].queries[:, asked[lp].answers == 1]), edges(batch.edge_index)
        seen = edges(asked[lp].graphs.edge_index)
        assert hidden <= whole
        assert seen < whole
        if order == "random":
            assert hidden | seen == whole
            assert not hidden & seen


def edges(index):
    """Unordered pairs."""
    return {tuple(sorted(pair)) for pair in index.T.tolist()}


def test_every_task_is_asked_of_every_graph(graphs, model, monkeypatch):
    seen = []
    forward = GCN.forward
    monkeypatch.setattr(GCN, "forward", lambda self, batch: seen.append(len(batch)) or forward(self, batch))
    Joint().losses(model, TASKS, graphs, generator(0))
    assert seen == [16]  # one pass: the graphs once for gc and nc, once with the edges that lp leaves visible


def test_answer_is_the_models_own_without_adaptation(graphs, model):
    for task in TASKS:
        logits, exam = Joint().answer(model, task, graphs, generator(1))
        torch.testing.assert_close(logits, model({task: exam})[task].detach())
        assert not logits.requires_grad


def test_link_prediction_is_judged_on_hidden_edges_only(graphs, model):
    _, exam = Joint().answer(model, TASKS[2], graphs, generator(1))
    visible = set(map(tuple, exam.graphs.edge_index.T.tolist()))
    assert not any(tuple(pair) in visible for pair in exam.queries.T.tolist())
    assert 0 < int(exam.answers.sum()) < len(exam.answers)


def test_single_takes_one_task():
    Single().check(TASKS[:1], 1)
    with pytest.raises(InputError, match="gc, nc, lp"):
        Single().check(TASKS, 16)
    with pytest.raises(InputError, match="batch size"):
        Joint().check(TASKS, 0)


def test_single_is_joint_with_one_task(graphs, model):
    one = TASKS[1:2]
    single, joint = (s.losses(model, one, graphs, generator(3)) for s in (Single(), Joint()))
    assert torch.equal(single["nc"], joint["nc"])
    assert Single().config() == {"name": "single"}


def test_several_models_are_judged_and_answer_as_each_does_alone():
    drawn = [double_graphs(6 + place, seed=place) for place in range(3)]
    models = [double_model(drawn[0], seed) for seed in range(3)]
    questions = [Joint().questions(TASKS, own, [len(own)], generator(0))[0] for own in drawn]
    stack = ModelStack.of(models)
    losses, said = Joint().judged(stack, abreast(questions)), Joint().answers(stack, abreast(questions))
    torch.stack(list(losses.values())).sum().backward()
    for task in TASKS:
        alone = [Joint().answers(model, asked)[task] for model, asked in zip(models, questions, strict=True)]
        torch.testing.assert_close(said[task], torch.cat(alone), rtol=1e-9, atol=1e-12)
    for place, (model, asked) in enumerate(zip(models, questions, strict=True)):
        total = torch.stack(list(Joint().judged(model, asked).values())).sum()
        torch.testing.assert_close(sum(loss[place] for loss in losses.values()), total, rtol=1e-9, atol=1e-12)
        assert_same({name: value.grad[place] for name, value in stack.weights.items()}, gradients(model, total))
