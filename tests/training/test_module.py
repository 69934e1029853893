"""Which batch comes when, and how validation is averaged."""

import math

import pytest
import torch

from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import MultigraftError
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.part import Part
from multigraft.strategies.registry import build
from multigraft.tasks.base import Episode
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import resolve
from multigraft.training import module as training
from multigraft.training.module import TrainingModule, _weighted_mean
from multigraft.training.options import TrainOptions
from tests.helpers.training import FakeTrainer, small_graphs


def made(epoch=0, tasks=("gc", "nc"), strategy="esame", **options) -> TrainingModule:
    """A module at the start of an epoch."""
    graphs, values = small_graphs(25), resolve(list(tasks))
    torch.manual_seed(0)
    model = TaskModel(GCN(InputSchema.of(graphs), dim=6, layers=1), values, graphs.origin)
    chosen = TrainOptions(tuple(tasks), {"name": strategy}, **{"batch_size": 8, **options})
    validation = Part(graphs, torch.tensor([1, 4, 7, 9, 12]))
    module = TrainingModule(model, values, build(strategy), Part(graphs, torch.arange(25)), validation, chosen)
    module._trainer = FakeTrainer(current_epoch=epoch)
    return module


def shown(module, step) -> list[PackedGraphs]:
    """What a step asks about, every batch once."""
    asked = module.questions(step).values()
    parts = [part for one in asked for part in ((one.support, one.target) if isinstance(one, Episode) else (one,))]
    return list({id(part.graphs): part.graphs for part in parts}.values())


def seen(module) -> list[torch.Tensor]:
    return [torch.cat([graphs.x for graphs in shown(module, step)]) for step in range(module.steps)]


def test_an_epoch_is_whole_batches_of_distinct_graphs():
    module = made()
    assert module.steps == len(module.train_dataloader()) == 3
    batches = [graphs for step in range(3) for graphs in shown(module, step)]
    firsts = torch.cat([graphs.x[graphs.node_offsets[:-1]] for graphs in batches])
    assert len(firsts) == len(firsts.unique(dim=0)) == 24


def test_what_learns_without_episodes_misses_no_graph():
    module = made(strategy="joint")
    sizes = [len(graphs) for step in range(module.steps) for graphs in shown(module, step)]
    assert sizes == [module.batch_graphs(step) for step in range(module.steps)] == [8, 8, 8, 1]


def test_a_last_batch_that_a_task_cannot_ask_waits_for_another_order(monkeypatch):
    module = made(strategy="joint")
    monkeypatch.setattr(type(module.tasks[0]), "fewest", 2)
    assert module.steps == 3


def test_order_is_new_every_epoch_and_the_same_for_the_same_seed():
    first, again, later, other = (seen(made(**o)) for o in ({}, {}, {"epoch": 1}, {"seed": 1}))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    for different in (later, other):
        assert not all(a.shape == b.shape and torch.equal(a, b) for a, b in zip(first, different, strict=True))


def test_a_task_may_wish_for_an_order(monkeypatch):
    module = made(strategy="joint")
    monkeypatch.setattr(type(module.tasks[1]), "arrangement", lambda self, graphs, part, draws: part.flip(0))
    whole = small_graphs(25)
    for step in range(module.steps):
        (batch,) = shown(module, step)
        numbers = torch.arange(24, -1, -1)[step * 8 : step * 8 + len(batch)]
        assert torch.equal(batch.x, whole.select(numbers).x)


def test_validation_follows_the_order_as_well(monkeypatch):
    module = made(strategy="joint")
    monkeypatch.setattr(
        type(module.tasks[0]), "arrangement", lambda self, graphs, part, draws: part.argsort(descending=True)
    )
    monkeypatch.setattr(training, "MOST_GRAPHS_VALIDATED_AT_ONCE", 3)
    draws = module.options.validation_draws
    chunks = [next(module.validations(chunk * draws))[1] for chunk in (0, 1)]
    assert [len(chunk) for chunk in chunks] == [3, 2]
    assert torch.equal(chunks[0].x, small_graphs(25).select(torch.tensor([12, 9, 7])).x)


def test_fewer_graphs_than_a_batch_make_one_batch():
    module = made(batch_size=100)
    assert module.steps == 1
    assert sum(map(len, shown(module, 0))) == 25


def test_episodes_are_fresh_in_every_step_and_epoch_and_repeat_with_the_seed():
    losses = [float(m.training_step(s, s).detach()) for m in (made(), made(epoch=1)) for s in (0, 1)]
    assert len(set(losses)) == 4
    assert losses[1] == float(made().training_step(1, 1).detach())


def test_validation_asks_the_same_questions_every_time(monkeypatch):
    def validated(epoch):
        module = made(epoch)
        module.on_validation_epoch_start()
        for index in module.val_dataloader():
            module.validation_step(index)
        module.on_validation_epoch_end()
        return module._validated

    first = validated(0)
    assert first == validated(5)
    assert first["validation/sum"] == pytest.approx(first["validation/gc"] + first["validation/nc"])
    monkeypatch.setattr(training, "MOST_GRAPHS_VALIDATED_AT_ONCE", 2)
    assert len(made().val_dataloader()) == 3 * 4
    assert 0 <= validated(0)["validation/nc"] <= 1


def test_scores_are_mean_losses_and_refuse_what_is_no_number():
    module = made()
    for step in range(module.steps):
        module.training_step(step, step)
    scores = module.scores()
    assert set(scores) == {"train/gc", "train/nc"}
    assert all(0 < value < 3 for value in scores.values())
    module._losses["gc"] = torch.tensor(float("nan"))
    with pytest.raises(MultigraftError, match="smaller learning rate"):
        module.scores()


def test_means_are_weighted_by_questions_and_skip_the_undefined():
    assert _weighted_mean([(1.0, 3), (0.0, 1), (math.nan, 9)]) == 0.75
    assert math.isnan(_weighted_mean([(math.nan, 2)]))
    assert math.isnan(_weighted_mean([]))


def test_scores_are_added_in_units_that_can_be(monkeypatch):
    module = made()
    monkeypatch.setattr(type(module.tasks[0]), "unit", 50.0)
    module.on_validation_epoch_start()
    for index in module.val_dataloader():
        module.validation_step(index)
    module.on_validation_epoch_end()
    found = module.scores()
    assert found["validation/sum"] == pytest.approx(found["validation/gc"] / 50 + found["validation/nc"])
