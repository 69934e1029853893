"""What a training run consists of, checked before anything is written."""

import copy
from dataclasses import dataclass

import torch
from torch import nn

from multigraft.encoders.base import Encoder, ModuleEncoder
from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.graphs.checksums import identity
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split, split_graphs
from multigraft.models.trained import TrainedEncoder, evaluating, pick_device
from multigraft.randomness import seed_of
from multigraft.strategies.balancing.base import Balancing, Equal
from multigraft.strategies.base import Strategy
from multigraft.tasks.base import Task
from multigraft.tasks.model import TaskModel
from multigraft.training.options import TrainOptions

EQUAL = Equal()


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
    start: TrainedEncoder | None = None
    balancing: Balancing = EQUAL


def prepare(
    graphs: PackedGraphs,
    tasks: list[Task],
    strategy: Strategy,
    options: TrainOptions,
    encoder: nn.Module | None,
    shape: dict[str, int | None],
    split: str | Split,
    start: TrainedEncoder | None = None,
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
    _check_start(strategy, start, encoder, shape)
    pick_device(options.device)
    if start is not None and start.split is not None and start.split.identity == identity(graphs):
        split = start.split  # its test graphs must stay unseen
    parts = split.for_graphs(graphs) if isinstance(split, Split) else split_graphs(graphs, split, options.seed)
    train = graphs.select(parts.train)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(options.seed, "initial weights"))
        trunk = _encoder(train, encoder, options.scaling, shape) if start is None else copy.deepcopy(start.encoder)
        if start is None and not isinstance(encoder, Encoder):
            trunk.inputs.fit(train)
        with evaluating(trunk, "cpu"), torch.no_grad():
            trunk(train.select([0]))  # says now, not in the first step, that encoder and data do not fit
        model = TaskModel(trunk, tasks, graphs.origin)
    if start is None:
        return Run(graphs, parts, tasks, strategy, model, copy.deepcopy(trunk), options)
    _take_heads(model, start)
    return Run(graphs, parts, tasks, strategy, model, copy.deepcopy(start.initial), options, start)


def _check_start(
    strategy: Strategy, start: TrainedEncoder | None, encoder: nn.Module | None, shape: dict[str, int | None]
) -> None:
    if start is None and strategy.continues:
        raise InputError(
            f"strategy {strategy.name!r} goes on from a trained encoder: train one for all tasks first "
            "(strategy joint, for instance), and name it as start"
        )
    if start is not None and (encoder is not None or any(value is not None for value in shape.values())):
        raise InputError("training starts from the encoder in start: leave out what would describe another")


def _take_heads(model: TaskModel, start: TrainedEncoder) -> None:
    """The start's heads for the tasks that it shares, where they fit; the others stay fresh."""
    for name, head in model.heads.items():
        if name in start.model.heads:
            try:
                head.load_state_dict(start.model.heads[name].state_dict())
            except RuntimeError as error:
                raise InputError(f"the head for {name!r} of the start does not fit these data: {error}") from error


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
