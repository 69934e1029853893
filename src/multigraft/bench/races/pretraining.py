"""Whole steps of pre-training GIN, 5 layers of width 300, on 256 molecules: data, losses, gradients, Adam.

The plain side, whose loader makes batches in a process of its own, also takes the accuracy of every step, as the
release does; that is less than a thousandth of its time.
"""

import copy
from collections.abc import Callable
from itertools import cycle
from typing import Any

from torch.utils.data import DataLoader
from torch_geometric.data import Batch

from multigraft.bench.plain.context import SubstructureAndContext, collate
from multigraft.bench.plain.gin import gin_like
from multigraft.bench.plain.masking import MaskAtoms
from multigraft.bench.plain.molecules import Transformed, data_list, end_workers, loader
from multigraft.bench.plain.pretraining import Context, Masking
from multigraft.bench.race import Race
from multigraft.bench.races.data import BATCH, molecules
from multigraft.bench.races.same import Training
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.part import Part
from multigraft.randomness import generator
from multigraft.strategies.registry import build
from multigraft.tasks.registry import resolve
from multigraft.training.options import TrainOptions
from multigraft.training.preparation import prepare

STEPS = 8  # of the plain side in one go, so that it does not wait often for its loader to begin
WORKERS = 1


def pretrain_masking() -> Race:
    """Attribute masking, 15 % of the atoms."""
    graphs = molecules()
    module = training(graphs, "am")
    plain = plain_masking(module)
    mask = MaskAtoms(generator(0, "plain masking"))
    batches = _loader(module, mask, Batch.from_data_list)
    return _race("pretrain-masking", module, plain.step, batches)


def pretrain_context() -> Race:
    """Context prediction, radii 5, 4 and 7, the mean of the anchors, one negative."""
    module = training(molecules(), "cp")
    plain = plain_context(module)
    extract = SubstructureAndContext(generator(0, "plain context"))
    batches = _loader(module, extract, collate)
    return _race("pretrain-context", module, lambda made: plain.step(*made), batches)


def training(graphs: PackedGraphs, task: str, **shape: Any) -> Training:
    """The package's training of a fresh GIN for one task, with the options that are usual for it."""
    tasks, strategy = resolve([task]), build("single")
    options = TrainOptions((task,), strategy.config(), batch_size=BATCH, learning_rate=tasks[0].learning_rate)
    run = prepare(graphs, tasks, strategy, options, "gin", {"dropout": 0.0, **shape}, "random")
    parts = Part(graphs, run.split.train), Part(graphs, run.split.validation)
    return Training(run.model, run.tasks, run.strategy, *parts, options)


def steps(module: Training) -> Callable[[], None]:
    """A function that makes one step after the other, all on whole batches, as the loop of training does."""
    optimizer = module.configure_optimizers()
    numbers = cycle(range(len(module.training_part) // module.options.batch_size))

    def step() -> None:
        number = next(numbers)
        module.epoch += number == 0
        loss = module.training_step(number, number)
        optimizer.zero_grad()
        module.backward(loss)
        optimizer.step()

    return step


def plain_masking(module: Training) -> Masking:
    """The plain training with the weights that the package's has now."""
    head = copy.deepcopy(module.model.heads["am"].get_submodule("atom"))
    return Masking(gin_like(module.model.encoder), head, module.options.learning_rate)


def plain_context(module: Training) -> Context:
    """The plain training with the weights that the package's has now."""
    around = module.model.heads["cp"].get_submodule("encoder")
    return Context(gin_like(module.model.encoder), gin_like(around), module.options.learning_rate)


def _loader(module: Training, transform: Callable[[Any], Any], collate: Callable[[list], Any]) -> DataLoader:
    part = module.training_part
    data = Transformed(data_list(part.graphs.select(part.numbers)), transform)
    return loader(data, collate, STEPS, generator(0, "plain order"), WORKERS)


def _race(name: str, module: Training, step: Callable[[Any], None], batches: DataLoader) -> Race:
    def plain() -> None:
        for batch in batches:
            step(batch)

    graphs = module.training_part.graphs
    return Race(
        name=name,
        fast=steps(module),
        plain=plain,
        what=f"a step on 256 of {len(module.training_part)} molecules of {graphs.origin.name}, {module.tasks[0].title}",
        plain_units=STEPS,
        close=lambda: end_workers(batches),
    )
