"""Both sides make whole steps, from the same weights, of the task that is said."""

from functools import partial

import pytest
import torch
from torch.utils.data import DataLoader

from multigraft.bench.races import pretraining
from tests.helpers.coded import molecules

BUILDERS = {"pretrain-masking": pretraining.pretrain_masking, "pretrain-context": pretraining.pretrain_context}


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Few molecules, a narrow GIN, one step at a time in this process."""
    monkeypatch.setattr(pretraining, "molecules", lambda: molecules(400))
    monkeypatch.setattr(pretraining, "training", partial(pretraining.training, dim=8, layers=2))
    monkeypatch.setattr(pretraining, "STEPS", 2)
    monkeypatch.setattr(pretraining, "WORKERS", (0,))


def moved(before, module):
    """Whether any of the weights is another than before."""
    return any(not torch.equal(before[name], weight) for name, weight in module.named_parameters())


@pytest.mark.parametrize("name", BUILDERS)
def test_both_sides_learn(name, monkeypatch):
    made = {}
    for side in ("plain_masking", "plain_context", "training"):
        build = getattr(pretraining, side)

        def kept(*arguments, side=side, build=build):
            made[side] = build(*arguments)
            return made[side]

        monkeypatch.setattr(pretraining, side, kept)
    race = BUILDERS[name]()
    assert (race.name, race.fast_units, race.plain_units) == (name, 1, 2)
    ours = made["training"].model
    before = {name: weight.detach().clone() for name, weight in ours.named_parameters()}
    race.fast()
    assert moved(before, ours)
    [plain] = [made[side] for side in ("plain_masking", "plain_context") if side in made]
    weight = plain.encoder.layers[0].mlp[0].weight
    before = weight.detach().clone()
    race.plain()
    assert not torch.equal(weight, before)
    race.close()


def test_the_loader_is_the_one_that_is_faster(clock, monkeypatch):
    ended, threads, before = [], [], torch.get_num_threads()
    monkeypatch.setattr(pretraining, "usable_cores", lambda: 3)
    monkeypatch.setattr(pretraining, "end_workers", ended.append)
    slow, quick, middle = (DataLoader([seconds] * 2, collate_fn=sum) for seconds in (3, 1, 2))

    def step(seconds):
        threads.append(torch.get_num_threads())
        clock.sleep(seconds)

    assert pretraining.fastest(step, [slow, quick, middle]) is quick
    assert ended == [slow, middle]
    assert set(threads) == {3}
    assert torch.get_num_threads() == before


def test_the_package_trains_with_its_usual_options():
    module = pretraining.training(molecules(400), "am")
    assert (module.options.batch_size, module.options.learning_rate) == (256, 1e-3)
    assert module.model.encoder.kind == "gin"
    assert module.model.training


def test_steps_go_through_the_training_part(monkeypatch):
    module = pretraining.training(molecules(400), "am")
    met = []
    monkeypatch.setattr(type(module), "training_step", lambda self, _, step: met.append(step) or torch.zeros(()))
    monkeypatch.setattr(type(module), "backward", lambda self, loss: None)
    module.options.__dict__["batch_size"] = 100
    step = pretraining.steps(module)
    for _ in range(5):
        step()
    assert met == [0, 1, 0, 1, 0]  # a training part of 280


def test_shape_is_the_papers():
    module = pretraining.training.func(molecules(400), "cp")
    encoder = module.model.encoder
    assert (encoder.hidden, len(encoder.layers), encoder.dropout, encoder.norm) == (300, 5, 0.0, "batch")
    assert len(module.model.heads["cp"].encoder.layers) == 3
