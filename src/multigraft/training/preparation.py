"""What a training run consists of, checked before anything is written."""

import copy
import dataclasses
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import torch
from torch import nn

from multigraft.encoders.base import Encoder, ModuleEncoder
from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.readout import Readout
from multigraft.encoders.registry import ENCODERS
from multigraft.errors import InputError
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.splits import Split, split_graphs
from multigraft.models.seen import check_unseen, own_split
from multigraft.models.trained import TrainedEncoder, evaluating, pick_device
from multigraft.randomness import seed_of
from multigraft.strategies.balancing.base import Balancing, Equal
from multigraft.strategies.base import Strategy
from multigraft.tasks.base import Task
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import resolve
from multigraft.training.groups import frozen_modules
from multigraft.training.options import TrainOptions

EQUAL = Equal()
SHAPE = ("dim", "layers", "jk", "norm", "dropout", "heads")  # options of encoders that `train` passes on


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
    readout: Readout = "mean"


def prepare(
    graphs: PackedGraphs,
    tasks: list[Task],
    strategy: Strategy,
    options: TrainOptions,
    encoder: nn.Module | str | None,
    shape: Mapping[str, Any],
    split: str | Split,
    start: TrainedEncoder | None = None,
    pool: str = "mean",
    progress: bool = False,
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
    if start is not None and not isinstance(split, Split):
        split = own_split(start, graphs) or split  # its test graphs must stay unseen
    parts = split.for_graphs(graphs) if isinstance(split, Split) else split_graphs(graphs, split, options.seed)
    if start is not None:
        check_unseen(start, graphs, parts)
    for task in tasks:
        graphs = task.equipped(graphs, parts.train, progress)
    tasks = [task.fitted(graphs, parts.train) for task in tasks]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(options.seed, "initial weights"))
        trunk = _trunk(graphs, parts, encoder, options.scaling, shape, start)
        with evaluating(trunk, "cpu"), torch.no_grad():
            trunk(graphs.select(parts.train[:1]))  # says now, not in the first step, that encoder and data do not fit
        model = TaskModel(trunk, tasks, graphs.origin).train()  # a start may come as it was judged
    frozen_modules(trunk, options.freeze)
    pooled: Readout = pool if pool in get_args(Readout) else "mean"  # ty: ignore[invalid-assignment]
    if start is None:
        return Run(graphs, parts, tasks, strategy, model, copy.deepcopy(trunk), options, readout=pooled)
    _take_heads(model, start, graphs.origin)
    initial = copy.deepcopy(start.initial)
    return Run(graphs, parts, tasks, strategy, model, initial, options, start, readout=pooled)


def _check_start(
    strategy: Strategy, start: TrainedEncoder | None, encoder: nn.Module | str | None, shape: Mapping[str, Any]
) -> None:
    if start is None and strategy.continues:
        raise InputError(
            f"strategy {strategy.name!r} goes on from a trained encoder: train one for all tasks first "
            "(strategy joint, for instance), and name it as start"
        )
    given = {"encoder": encoder, **shape, "dropout": None}  # dropout may change
    described = [name for name, value in given.items() if value is not None]
    if start is not None and described:
        raise InputError(
            f"training starts from a trained encoder: leave out {', '.join(described)}, which would describe another"
        )


def _take_heads(model: TaskModel, start: TrainedEncoder, origin: Origin) -> None:
    """The start's heads for the tasks that it shares and that ask the same; the others stay fresh."""
    for task in model.tasks:
        if task.name not in start.model.heads or not (task.pretext or _classes(origin) == _classes(start.origin)):
            continue
        try:
            model.heads[task.name].load_state_dict(start.model.heads[task.name].state_dict())
        except RuntimeError as error:
            raise InputError(
                f"the start's head for task {task.name!r} is built otherwise than these options ask for: leave them "
                f"out, or start from the encoder without its heads (multigraft release)"
            ) from error


def _classes(origin: Origin) -> tuple[tuple[str, ...], ...]:
    return origin.node_classes, origin.graph_classes, origin.targets


def _trunk(
    graphs: PackedGraphs,
    parts: Split,
    given: nn.Module | str | None,
    scaling: str | None,
    shape: Mapping[str, Any],
    start: TrainedEncoder | None,
) -> Encoder:
    """The encoder to train; which features it reads, and how many places degrees have, the training part decides."""
    if start is not None:
        return _with_dropout(copy.deepcopy(start.encoder), shape.get("dropout"))
    sizes = _sizes(given, shape)
    if isinstance(given, Encoder):
        if scaling is not None:
            raise InputError("an Encoder brings its own input schema: leave scaling out when you pass one")
        return copy.deepcopy(given)
    kind = given if given is None or isinstance(given, str) else ModuleEncoder.kind
    kind = kind or default_encoder(graphs)
    scaling = scaling or usual_scaling(kind)
    fitting = graphs.origin.degree or scaling == "standard" or ENCODERS.get(kind, Encoder).fit is not Encoder.fit
    train = graphs.select(parts.train if fitting else parts.train[:1])
    schema = InputSchema.of(train, scaling)
    if isinstance(given, nn.Module):
        built: Encoder = ModuleEncoder(copy.deepcopy(given), schema)
    else:
        built = named_encoder(kind, schema, sizes)
    built.fit(train)
    return built


def usual_strategy(tasks: int) -> str:
    """The name of the strategy for so many tasks where none is given."""
    return "single" if tasks == 1 else "esame"


def usual_options(tasks: Sequence[Task]) -> dict[str, Any]:
    """The batch size and the learning rate that are usual for the tasks; of several, the largest."""
    return {
        "batch_size": max((task.batch_size for task in tasks), default=Task.batch_size),
        "learning_rate": max((task.learning_rate for task in tasks), default=Task.learning_rate),
    }


def pooling(tasks: Sequence[Task], readout: str | None) -> list[Task]:
    """The tasks with that readout, where they pool graphs; None: as they are."""
    if readout is None:
        return list(tasks)
    return [
        dataclasses.replace(task, pool=readout) if "pool" in task.config() else task  # ty: ignore[invalid-argument-type]
        for task in tasks
    ]


def as_begun(tasks: Sequence[str | Task], start: TrainedEncoder | None) -> list[Task]:
    """The tasks; those that are named have heads like the start's, as the task's values say it in `Task.of_head`."""
    before = {} if start is None else {task.name: task for task in start.model.tasks}
    found = []
    for given, task in zip(tasks, resolve(tasks), strict=True):
        own = before.get(task.name)
        if isinstance(given, str) and own is not None and type(own) is type(task):
            task = type(task)(**task.config() | {name: getattr(own, name) for name in task.of_head})
        found.append(task)
    return found


def with_options(tasks: Sequence[Task], options: Mapping[str, Mapping[str, Any]]) -> list[Task]:
    """The tasks with other options than their usual ones.

    Raises:
        InputError: options of a task that is not among them, or that it does not have, or that it refuses.
    """
    if unasked := [name for name in options if name not in {task.name for task in tasks}]:
        raise InputError(f"options are given for task {unasked[0]!r}, which is not trained")
    return [_with(task, options[task.name]) if task.name in options else task for task in tasks]


def _with(task: Task, options: Mapping[str, Any]) -> Task:
    known = inspect.signature(type(task)).parameters
    for name, value in options.items():
        if name not in known:
            named = f"choose from {', '.join(known)}" if known else "it has none"
            raise InputError(f"task {task.name!r} has no option {name!r}: {named}")
        _check_kind(f"option {name!r} of task {task.name!r}", value, known[name].default)
    return type(task)(**task.config() | dict(options))


def shaped(named: Mapping[str, Any], further: Mapping[str, Any] | None) -> dict[str, Any]:
    """All options that shape an encoder, from those that training names itself and those of the encoder at hand.

    Raises:
        InputError: an option that is given twice.
    """
    further = dict(further or {})
    if twice := [name for name in further if named.get(name) is not None]:
        raise InputError(f"{twice[0]} is given twice: leave it out of the encoder's options")
    return {**named, **further}


def _check_kind(what: str, value: Any, usual: Any) -> None:
    """Raise an `InputError` where a value is of another kind than the usual one; whole numbers are numbers too."""
    numbers = isinstance(usual, float) and isinstance(value, int) and not isinstance(value, bool)
    if usual is not inspect.Parameter.empty and not (numbers or type(value) is type(usual)):
        raise InputError(f"{what} is like {usual!r}, got {value!r}")


def default_encoder(graphs: PackedGraphs) -> str:
    """The name of the encoder that is trained where none is given: ``gin`` for molecules and proteins, else ``gcn``."""
    return "gin" if graphs.origin.featurization else "gcn"


def usual_scaling(kind: str) -> str:
    """How attributes are normalised for an encoder of that kind where nothing is said."""
    return ENCODERS.get(kind, Encoder).scaling


def named_encoder(kind: str, schema: InputSchema, options: Mapping[str, Any]) -> Encoder:
    """A fresh encoder of that kind.

    Raises:
        InputError: an unknown kind, or an option that it does not have.
    """
    if kind not in ENCODERS:
        raise InputError(f"unknown encoder {kind!r}: choose from {', '.join(ENCODERS)}")
    taken = {name for one in ENCODERS[kind].__mro__ if "__init__" in vars(one) for name in _parameters(one)}
    taken |= _parameters(getattr(ENCODERS[kind], "layer", object))
    taken -= {"self", "schema", "args", "kwargs"}
    if foreign := [name for name in options if name not in taken]:
        raise InputError(f"encoder {kind!r} has no option {foreign[0]!r}: choose from {', '.join(sorted(taken))}")
    signature = inspect.signature(ENCODERS[kind]).parameters
    for name, value in options.items():
        if name in signature:
            _check_kind(f"option {name!r} of encoder {kind!r}", value, signature[name].default)
    return ENCODERS[kind](schema, **options)


def _parameters(kind: type) -> set[str]:
    return set(inspect.signature(kind).parameters) if kind is not object else set()


def _sizes(given: nn.Module | str | None, shape: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a built-in encoder that were given, checked."""
    sizes = {name: value for name, value in shape.items() if value is not None}
    if isinstance(given, nn.Module) and sizes:
        raise InputError(f"{', '.join(sizes)} belong to the built-in encoder: leave them out when you pass one")
    for name in ("dim", "layers", "heads"):
        if isinstance(sizes.get(name), int) and sizes[name] < 1:
            raise InputError(f"{name} must be at least 1, got {sizes[name]}")
    return sizes


def _with_dropout(encoder: Encoder, dropout: float | None) -> Encoder:
    """The encoder with another dropout, where one is given."""
    if dropout is None:
        return encoder
    if encoder.dropout is None:
        raise InputError(f"encoder {encoder.kind!r} has no dropout: leave it out")
    if not 0 <= dropout < 1:
        raise InputError(f"dropout must be at least 0 and below 1, got {dropout}")
    encoder.dropout = dropout
    return encoder
