"""Whole steps of pre-training GIN, 5 layers of width 300, on 256 molecules: data, losses, gradients, Adam.

The plain side's loader makes batches in a process of its own, or between the steps, whatever is faster: its first call
finds out. It also takes the accuracy of every step, as the release does; that is less than a thousandth of its time.
"""

import copy
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from itertools import cycle
from typing import Any

import torch
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
from multigraft.bench.sides import seconds_of, use_threads
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.part import Part
from multigraft.processes import usable_cores
from multigraft.randomness import generator
from multigraft.strategies.registry import build
from multigraft.tasks.registry import resolve
from multigraft.training.options import TrainOptions
from multigraft.training.preparation import prepare

Step = Callable[[Any], None]  # on a batch of the loader's

STEPS = 8  # of the plain side in one go, so that it does not wait often for its loader to begin
WORKERS = (0, 1)  # processes of the loader that are tried


def pretrain_masking() -> Race:
    """Attribute masking, 15 % of the atoms."""
    module = training(molecules(), "am")
    plain = plain_masking(module)
    mask = MaskAtoms(generator(0, "plain masking"))
    return _race("pretrain-masking", module, plain.step, _loaders(module, mask, Batch.from_data_list))


def pretrain_context() -> Race:
    """Context prediction, radii 5, 4 and 7, the mean of the anchors, one negative."""
    module = training(molecules(), "cp")
    plain = plain_context(module)
    extract = SubstructureAndContext(generator(0, "plain context"))
    return _race("pretrain-context", module, lambda made: plain.step(*made), _loaders(module, extract, collate))


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


def take_steps(step: Step, batches: Iterable[Any]) -> None:
    """A step on every batch."""
    for batch in batches:
        step(batch)


def fastest(step: Step, loaders: Sequence[DataLoader]) -> DataLoader:
    """The loader with which the steps take least time on all cores; the processes of the others are ended."""
    before = torch.get_num_threads()
    use_threads(usable_cores())
    step(next(iter(loaders[0])))
    seconds = [seconds_of(partial(take_steps, step, batches), 1) for batches in loaders]
    use_threads(before)
    best = loaders[seconds.index(min(seconds))]
    for batches in loaders:
        if batches is not best:
            end_workers(batches)
    return best


def _loaders(module: Training, transform: Callable[[Any], Any], collate: Callable[[list], Any]) -> list[DataLoader]:
    part = module.training_part
    data = Transformed(data_list(part.graphs.select(part.numbers)), transform)
    return [loader(data, collate, STEPS, generator(0, "plain order"), workers) for workers in WORKERS]


def _race(name: str, module: Training, step: Step, loaders: list[DataLoader]) -> Race:
    @cache
    def batches() -> DataLoader:
        return fastest(step, loaders)

    def close() -> None:
        for some in loaders:
            end_workers(some)

    graphs = module.training_part.graphs
    return Race(
        name=name,
        fast=steps(module),
        plain=lambda: take_steps(step, batches()),
        what=f"a step on 256 of {len(module.training_part)} molecules of {graphs.origin.name}, {module.tasks[0].title}",
        plain_units=STEPS,
        close=close,
    )
