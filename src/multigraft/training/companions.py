"""Which runs can be trained side by side."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from multigraft.encoders.norms import NodeNorm
from multigraft.graphs.part import Part
from multigraft.strategies.balancing.base import WeightedSum
from multigraft.strategies.base import SideBySide
from multigraft.training.module import TrainingModule
from multigraft.training.preparation import Run


def obstacle(runs: Sequence[Run]) -> str | None:
    """Why runs cannot be trained in lockstep; None where they can."""
    return next((reason for check in CHECKS if (reason := check(runs)) is not None), None)


def _strategy(runs: Sequence[Run]) -> str | None:
    strategy = runs[0].strategy
    if not (isinstance(strategy, SideBySide) and _says(strategy)):
        return f"strategy {strategy.name!r} trains one model at a time"
    return _differing(runs, "strategies", lambda run: run.strategy)


def _encoder(runs: Sequence[Run]) -> str | None:
    encoder = runs[0].model.encoder
    if not _says(encoder):
        return f"encoder {encoder.kind!r} does not pass several models at once"
    return _differing(runs, "encoders", lambda run: (run.model.encoder.config(), run.model.encoder.inputs.schema))


def _tasks(runs: Sequence[Run]) -> str | None:
    heads = runs[0].model.heads
    alone = next((task.name for task in runs[0].tasks if not _says(task) or _remembers(heads[task.name])), None)
    if alone is not None:
        return f"task {alone!r} has a head or a loss for one model at a time"
    return _differing(runs, "tasks", lambda run: run.tasks)


def _balancing(runs: Sequence[Run]) -> str | None:
    first = runs[0]
    if not isinstance(first.balancing.start(first.tasks, first.model), WeightedSum):
        return f"balancing {first.balancing.name!r} looks at one model's gradients"
    return _differing(runs, "balancings", lambda run: run.balancing)


def _options(runs: Sequence[Run]) -> str | None:
    if runs[0].options.precision != "32":
        return f"precision is {runs[0].options.precision}, not 32"
    return _differing(runs, "options", lambda run: {**run.options.to_json(), "seed": 0})


def _weights(runs: Sequence[Run]) -> str | None:
    def shapes(run: Run) -> dict[str, Any]:
        return {name: tuple(value.shape) for name, value in run.model.named_parameters()}

    first = dict(runs[0].model.named_buffers())
    for run in runs:
        own = dict(run.model.named_buffers())
        if own.keys() != first.keys() or any(not torch.equal(value, first[name]) for name, value in own.items()):
            return "they normalise attributes differently"
    return _differing(runs, "shapes of parameters", shapes)


def _steps(runs: Sequence[Run]) -> str | None:
    """Runs with other steps an epoch, or other chunks of validation, would have to wait for each other."""

    def rhythm(run: Run) -> tuple[int, int]:
        parts = Part(run.graphs, run.split.train), Part(run.graphs, run.split.validation)
        module = TrainingModule(run.model, run.tasks, run.strategy, *parts, run.options, run.balancing)
        return module.steps, len(module.val_dataloader())

    return _differing(runs, "numbers of steps an epoch", rhythm)


CHECKS: tuple[Callable[[Sequence[Run]], str | None], ...] = (
    _strategy, _encoder, _tasks, _balancing, _options, _weights, _steps,
)  # fmt: skip


def _says(thing: object) -> bool:
    """Whether the class of ``thing`` itself says that it goes in lockstep: a subclass may change what matters."""
    return bool(vars(type(thing)).get("lockstep", False))


def _remembers(head: nn.Module) -> bool:
    """Whether a head keeps, beside what learns, statistics of the batches it has met."""
    return any(isinstance(part, NodeNorm) for part in head.modules())


def _differing(runs: Sequence[Run], what: str, of: Callable[[Run], Any]) -> str | None:
    first = of(runs[0])
    return f"they have different {what}" if any(of(run) != first for run in runs[1:]) else None
