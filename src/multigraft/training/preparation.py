"""What a training run consists of, checked before anything is written."""

import copy
from dataclasses import dataclass

import torch
from torch import nn

from multigraft.encoders.base import Encoder, ModuleEncoder
from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split, split_graphs
from multigraft.models.trained import evaluating, pick_device
from multigraft.randomness import seed_of
from multigraft.strategies.base import Strategy
from multigraft.tasks.base import Task
from multigraft.tasks.model import TaskModel
from multigraft.training.options import TrainOptions


@dataclass(frozen=True, eq=False)
class Run:
    """Everything one training run consists of, checked and ready."""

    graphs: PackedGraphs
    split: Split
    tasks: list[Task]
    strategy: Strategy
    model: TaskModel
    initial: Encoder
    options: TrainOptions


def prepare(
    graphs: PackedGraphs,
    tasks: list[Task],
    strategy: Strategy,
    options: TrainOptions,
    encoder: nn.Module | None,
    shape: dict[str, int | None],
    split: str | Split,
) -> Run:
    """Check everything that can be checked before a file is written, and build what is trained.

    Raises:
        InputError: a task that the data cannot serve, a split or an encoder that does not fit it, bad sizes.
    """
    if not tasks:
        raise InputError(f"data set {graphs.origin.name!r} can serve no task: it has neither labels nor edges")
    for task in tasks:
        obstacle = task.obstacle(graphs)
        if obstacle:
            raise InputError(f"task {task.name!r} is not possible: {obstacle}")
    strategy.check(tasks, options.batch_size)
    pick_device(options.device)
    parts = split.for_graphs(graphs) if isinstance(split, Split) else split_graphs(graphs, split, options.seed)
    train = graphs.select(parts.train)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(options.seed, "initial weights"))
        trunk = _encoder(train, encoder, options.scaling, shape)
        if not isinstance(encoder, Encoder):
            trunk.inputs.fit(train)
        with evaluating(trunk, "cpu"), torch.no_grad():
            trunk(train.select([0]))  # says now, not in the first step, that encoder and data do not fit
        model = TaskModel(trunk, tasks, graphs.origin)
    return Run(graphs, parts, tasks, strategy, model, copy.deepcopy(trunk), options)


def _encoder(
    train: PackedGraphs, given: nn.Module | None, scaling: str | None, shape: dict[str, int | None]
) -> Encoder:
    """The encoder to train; which features it reads, and how many places degrees have, the training part decides."""
    sizes = {name: value for name, value in shape.items() if value is not None}
    if given is not None and sizes:
        raise InputError(f"{', '.join(sizes)} belong to the built-in encoder: leave them out when you pass one")
    for name, value in sizes.items():
        if value < 1:
            raise InputError(f"{name} must be at least 1, got {value}")
    if isinstance(given, Encoder):
        if scaling is not None:
            raise InputError("an Encoder brings its own input schema: leave scaling out when you pass one")
        return copy.deepcopy(given)
    schema = InputSchema.of(train, scaling or "rows")
    return GCN(schema, **sizes) if given is None else ModuleEncoder(copy.deepcopy(given), schema)
