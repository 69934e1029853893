"""The contract of a strategy."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.tasks.base import Examples, Task
from multigraft.tasks.model import TaskModel

Losses = dict[str, Float[Tensor, ""]]


class Strategy(ABC):
    """A way to find parameters. It says what the outer optimiser minimises; loop and optimiser are everybody's.

    Attributes:
        episodic: Whether it learns from episodes; else from `Task.examples`, and its heads answer as they stand.
        continues: Whether it can only go on from an encoder that is trained already.
    """

    name: str
    episodic: ClassVar[bool] = False
    continues: ClassVar[bool] = False

    @abstractmethod
    def losses(
        self, model: TaskModel, tasks: Sequence[Task], graphs: PackedGraphs, generator: torch.Generator
    ) -> Losses:
        """The loss of each task on this batch, by task name; their sum is minimised."""

    @abstractmethod
    def answer(
        self, model: TaskModel, task: Task, graphs: PackedGraphs, generator: torch.Generator
    ) -> tuple[Float[Tensor, "asked *logits"], Examples]:
        """What the model says about graphs it is judged on, after whatever adaptation the strategy makes."""

    def check(self, tasks: Sequence[Task], batch_size: int) -> None:
        """Raise an `InputError` where the strategy cannot train these tasks in batches of that size."""
        if batch_size < 1:
            raise InputError(f"batch size must be at least 1, got {batch_size}")
        for task in tasks:
            least = task.fewest * (2 if self.episodic and task.fewest > 1 else 1)
            if batch_size < least:
                raise InputError(f"task {task.name!r} needs batches of at least {least} graphs, got {batch_size}")

    def check_division(self, tasks: Sequence[Task], batch_size: int) -> None:
        """As `check`, where every task has its own share of a batch, which becomes a support and a target set."""
        each = 2 * max((task.fewest for task in tasks), default=1)
        if batch_size < each * len(tasks):
            raise InputError(
                f"strategy {self.name!r} divides a batch among {len(tasks)} tasks, at least {each} graphs each: "
                f"batch size {batch_size} must be {each * len(tasks)} or more"
            )

    def config(self) -> dict[str, Any]:
        """Its name and options as JSON values."""
        return {"name": self.name}
