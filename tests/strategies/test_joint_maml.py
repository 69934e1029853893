import pytest
import torch

from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.strategies.joint_maml import joint_maml
from tests.helpers.models import TASKS, assert_same, double_graphs, double_model, gradients
from tests.reference import same as plain
from tests.reference import strategies as reference


def episodes(graphs, seed):
    draws = generator(seed)
    return {task.name: task.episode(graphs, draws) for task in TASKS}


@pytest.mark.parametrize("first_order", [False, True], ids=["second", "first"])
@pytest.mark.parametrize("steps", [1, 2])
def test_meta_gradient_is_the_plain_one(steps, first_order):
    graphs = double_graphs()
    model = double_model(graphs)
    losses = joint_maml(steps, 0.1, first_order).losses(model, TASKS, graphs, generator(3))
    theirs = reference.joint_maml(
        dict(model.named_parameters()), episodes(graphs, 3), plain.gcn, steps, 0.1, first_order
    )
    ours = torch.stack(list(losses.values())).sum()
    assert abs(ours.item() - theirs.item()) < 1e-9
    assert_same(gradients(model, ours), gradients(model, theirs))


def test_every_task_is_asked_of_every_graph(monkeypatch):
    graphs, seen = double_graphs(9), []
    for task in TASKS:
        real = type(task).episodes

        def spy(self, part, counts, draws, real=real):
            seen.append((self.name, len(part)))
            return real(self, part, counts, draws)

        monkeypatch.setattr(type(task), "episodes", spy)
    joint_maml().losses(double_model(graphs), TASKS, graphs, generator(0))
    assert sorted(seen) == [("gc", 9), ("lp", 9), ("nc", 9)]


def test_every_head_and_the_encoder_adapt():
    graphs = double_graphs()
    model = double_model(graphs)
    found = joint_maml()._adapted(model, {task: task.episode(graphs, generator(0)) for task in TASKS}, True)
    before = dict(model.named_parameters())
    assert found.keys() == before.keys()
    changed = {name.rsplit(".", 1)[0] for name in found if not torch.equal(found[name], before[name])}
    assert {"encoder.layers.0", "heads.gc.graph", "heads.nc.node", "heads.lp.pair"} <= changed


def test_answers_come_after_adaptation_to_all_tasks_and_change_nothing():
    graphs = double_graphs()
    model = double_model(graphs)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    strategy = joint_maml(2, 0.5)
    logits, target = strategy.answer(model, TASKS[0], graphs, generator(4))
    drawn = {task: task.episode(graphs, draws) for draws in [generator(4)] for task in model.tasks}
    adapted = strategy._adapted(model, drawn, False)
    expected = torch.func.functional_call(model, adapted, ({TASKS[0]: drawn[TASKS[0]].target},))[TASKS[0]]
    torch.testing.assert_close(logits, expected.detach())
    assert torch.equal(target.queries, drawn[TASKS[0]].target.queries)
    assert not logits.requires_grad
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())


def test_no_inner_step_size_worth_speaking_of_is_joint_training_on_the_target_sets():
    graphs = double_graphs()
    model = double_model(graphs)
    losses = joint_maml(1, 1e-12).losses(model, TASKS, graphs, generator(3))
    for task in TASKS:
        target = episodes(graphs, 3)[task.name].target
        torch.testing.assert_close(losses[task.name], task.loss(model({task: target})[task], target))


@pytest.mark.parametrize(
    ("options", "message"),
    [({"inner_steps": 0}, "inner steps must be at least 1"), ({"inner_lr": 0.0}, "step size must be positive")],
    ids=["steps", "size"],
)
def test_options_that_cannot_be(options, message):
    with pytest.raises(InputError, match=message):
        joint_maml(**options)


def test_config_builds_the_same_again():
    config = joint_maml(3, 0.2, True).config()
    assert config.pop("name") == "joint-maml"
    assert joint_maml(**config) == joint_maml(3, 0.2, True)
