"""The contract of a strategy."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.tasks.base import Examples, Task
from multigraft.tasks.model import TaskModel
from multigraft.tasks.model_stack import ModelStack

Losses = dict[str, Float[Tensor, "*models"]]  # by task: a number, or of several models one of each
Questions = Mapping[Task, Any]  # what a strategy asks in a step: an `Episode` of each task, or `Examples`
Models = TaskModel | ModelStack  # where a stack is asked, its questions are `multigraft.tasks.model_stack.abreast`


class Strategy(ABC):
    """A way to find parameters. It says what the outer optimiser minimises; loop and optimiser are everybody's.

    Attributes:
        episodic: Whether it learns from episodes; else from `Task.examples`, and its heads answer as they stand.
        continues: Whether it can only go on from an encoder that is trained already.
        lockstep: Whether it is `SideBySide`; a subclass says it anew.
    """

    name: str
    episodic: ClassVar[bool] = False
    continues: ClassVar[bool] = False
    lockstep: ClassVar[bool] = False

    @abstractmethod
    def questions(
        self, tasks: Sequence[Task], graphs: PackedGraphs, counts: Sequence[int], generator: torch.Generator
    ) -> list[Questions]:
        """What is asked in each of several steps, drawn at once.

        The steps' batches lie one after the other in ``graphs``, ``counts`` graphs each.
        """

    @abstractmethod
    def judged(self, model: TaskModel, questions: Questions) -> Losses:
        """The loss of each task in a step, by task name; their sum is minimised."""

    def losses(
        self, model: TaskModel, tasks: Sequence[Task], graphs: PackedGraphs, generator: torch.Generator
    ) -> Losses:
        """The loss of each task on a single batch."""
        return self.judged(model, self.questions(tasks, graphs, [len(graphs)], generator)[0])

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


class SideBySide(Strategy):
    """A strategy that trains several models as it trains one: `judged` and `answers` take a `ModelStack` as well."""

    @abstractmethod
    def judged(self, model: Models, questions: Questions) -> Losses: ...

    @abstractmethod
    def exam(self, task: Task, graphs: PackedGraphs, generator: torch.Generator) -> Any:
        """What a model is asked when it is judged."""

    @abstractmethod
    def answers(self, model: Models, exams: Questions) -> dict[Task, Float[Tensor, "_ *logits"]]:
        """Logits of what is asked in the exams of several tasks; of a stack model by model."""

    @abstractmethod
    def asked(self, exam: Any) -> Any:
        """The examples that an exam judges by, `Examples` or `Abreast`."""

    def answer(
        self, model: TaskModel, task: Task, graphs: PackedGraphs, generator: torch.Generator
    ) -> tuple[Float[Tensor, "asked *logits"], Examples]:
        exam = self.exam(task, graphs, generator)
        return self.answers(model, {task: exam})[task], self.asked(exam)
