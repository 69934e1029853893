"""The contract of loss balancing, and the two ways that need no state: equal and fixed weights."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from multigraft.errors import InputError
from multigraft.strategies.base import Losses
from multigraft.tasks.base import Task
from multigraft.tasks.model import TaskModel


class Balancer(nn.Module, ABC):
    """Balancing at work in one training run. Its parameters are learned with the model's, its buffers are stored."""

    @property
    def forgets(self) -> bool:
        """Whether it has state that is not stored, so that a run can be resumed at the start of an epoch alone."""
        return type(self).begin_epoch is not Balancer.begin_epoch

    @abstractmethod
    def backward(self, losses: Losses, model: TaskModel) -> None:
        """Leave in ``.grad`` of all parameters, its own too, what the optimiser is to follow."""

    def begin_epoch(self) -> None:
        """Forget what is not stored: a run that is resumed at this epoch must go on as if undisturbed."""


class Balancing(ABC):
    """A way to weigh the losses of tasks, a value; for joint losses as for the outer losses of episodes."""

    name: str

    @abstractmethod
    def start(self, tasks: Sequence[Task], model: TaskModel) -> Balancer:
        """A balancer for one run.

        Raises:
            InputError: it cannot balance these tasks.
        """

    def config(self) -> dict[str, Any]:
        """Its name and options as JSON values."""
        return {"name": self.name}


class WeightedSum(Balancer):
    """The sum of the losses, each times a constant."""

    def __init__(self, weights: Mapping[str, float]) -> None:
        super().__init__()
        self.weights = dict(weights)

    def backward(self, losses: Losses, model: TaskModel) -> None:
        total(losses, self.weights).backward()


@dataclass(frozen=True)
class Equal(Balancing):
    """All weights 1, as SAME's paper has it after trying others.

    Source: SAME, appendix B.
    """

    name: str = "equal"

    def start(self, tasks: Sequence[Task], model: TaskModel) -> Balancer:
        return WeightedSum({})


@dataclass(frozen=True)
class Fixed(Balancing):
    """Constant weights by task; a task that is not named has weight 1.

    Source: the coefficients lambda of SAME, section 4.1.
    """

    weights: tuple[tuple[str, float], ...]
    name: str = "fixed"

    def __post_init__(self) -> None:
        for task, weight in self.weights:
            if not 0 <= weight < float("inf"):
                raise InputError(f"the weight of task {task!r} must be a number of 0 or more, got {weight}")

    def start(self, tasks: Sequence[Task], model: TaskModel) -> Balancer:
        weights = dict(self.weights)
        foreign = sorted(weights.keys() - {task.name for task in tasks})
        if foreign:
            raise InputError(f"there is a weight for {foreign[0]!r}, which is not among the tasks that are trained")
        if not any(weights.get(task.name, 1.0) for task in tasks):
            raise InputError("all tasks have weight 0: there would be nothing to learn")
        return WeightedSum(weights)

    def config(self) -> dict[str, Any]:
        return {"name": self.name, "weights": dict(self.weights)}


def total(losses: Losses, weights: Mapping[str, float]) -> Float[Tensor, ""]:
    """The weighted sum of the losses."""
    return torch.stack([loss * weights[name] if name in weights else loss for name, loss in losses.items()]).sum()
