"""Gradients of tasks brought together by TorchJD's aggregators, where sums would let tasks undo each other's steps."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.errors import InputError
from multigraft.strategies.balancing.base import Balancer, Balancing
from multigraft.strategies.balancing.names import AGGREGATOR_NAMES
from multigraft.strategies.base import Losses
from multigraft.tasks.base import Task
from multigraft.tasks.model import TaskModel


@dataclass(frozen=True)
class Aggregation(Balancing):
    """The encoder follows an aggregate of the tasks' gradients; every head follows its own task's.

    Source: TorchJD (Quinton & Rey 2024), which names the paper behind each aggregator.
    """

    name: str

    def __post_init__(self) -> None:
        if self.name not in AGGREGATOR_NAMES:
            raise InputError(f"unknown aggregator {self.name!r}: choose from {', '.join(AGGREGATOR_NAMES)}")

    def start(self, tasks: Sequence[Task], model: TaskModel) -> Balancer:
        return _Aggregator(_make(self.name, len(tasks)))


class _Aggregator(Balancer):
    def __init__(self, aggregator: Any) -> None:
        super().__init__()
        self.aggregator = aggregator

    @property
    def forgets(self) -> bool:
        return hasattr(self.aggregator, "reset")

    def begin_epoch(self) -> None:
        if self.forgets:
            self.aggregator.reset()

    def aggregate(self, jacobian: Float[Tensor, "tasks parameters"]) -> Float[Tensor, " parameters"]:
        """One gradient from a row a task."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # solvers say how they solve; a gradient is used as it is
            return self.aggregator(jacobian)

    def backward(self, losses: Losses, model: TaskModel) -> None:
        shared = _learning(model.encoder)
        own = _learning(model.heads)
        rows = []
        for loss in losses.values():
            gradients = torch.autograd.grad(
                loss, [*shared, *own], retain_graph=True, allow_unused=True, materialize_grads=True
            )
            rows.append(torch.cat([gradient.flatten() for gradient in gradients[: len(shared)]]))
            for parameter, gradient in zip(own, gradients[len(shared) :], strict=True):
                _add(parameter, gradient)
        together = self.aggregate(torch.stack(rows))
        sizes = [parameter.numel() for parameter in shared]
        for parameter, gradient in zip(shared, together.split(sizes), strict=True):
            _add(parameter, gradient.view_as(parameter))


def _learning(module: torch.nn.Module) -> list[Tensor]:
    return [parameter for parameter in module.parameters() if parameter.requires_grad]


def _add(parameter: Tensor, gradient: Tensor) -> None:
    parameter.grad = gradient.detach().clone() if parameter.grad is None else parameter.grad + gradient.detach()


def _make(name: str, tasks: int) -> Any:
    try:
        from torchjd import aggregation as a
    except ImportError as error:
        raise InputError(_missing(name)) from error
    makers: dict[str, Callable[[], Any]] = {
        "pcgrad": a.PCGrad,
        "upgrad": a.UPGrad,
        "mgda": a.MGDA,
        "nash-mtl": lambda: a.NashMTL(tasks),
        "cagrad": lambda: a.CAGrad(c=0.5),
        "imtl-g": a.IMTLG,
        "aligned-mtl": a.AlignedMTL,
        "dualproj": a.DualProj,
        "config": a.ConFIG,
        "fairgrad": lambda: a.FairGrad(alpha=1.0),
    }
    try:
        return makers[name]()
    except ImportError as error:
        raise InputError(_missing(name)) from error


def _missing(name: str) -> str:
    return f"balancing {name!r} needs TorchJD with its solvers: pip install 'multigraft[balancing]'"
