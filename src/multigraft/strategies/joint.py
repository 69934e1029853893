"""Every task is asked of every graph, and the losses are summed; with one task, ordinary supervised training."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.stacking import parted
from multigraft.strategies.base import Losses, Models, Questions, SideBySide
from multigraft.tasks.base import Examples, Task


@dataclass(frozen=True)
class Joint(SideBySide):
    """Classical multi-task training, end to end.

    Source: SAME, appendix C, algorithm 3.
    """

    lockstep: ClassVar[bool] = True

    name: str = "joint"

    def questions(
        self, tasks: Sequence[Task], graphs: PackedGraphs, counts: Sequence[int], generator: torch.Generator
    ) -> list[Questions]:
        batches = parted(graphs, counts)
        drawn = [task.examples_each(graphs, batches, generator) for task in tasks]
        return [dict(zip(tasks, examples, strict=True)) for examples in zip(*drawn, strict=True)]

    def judged(self, model: Models, questions: Questions) -> Losses:
        said = model(questions)
        return {task.name: model.loss(task, said[task], examples) for task, examples in questions.items()}

    def exam(self, task: Task, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        return task.exam(graphs, generator)

    def answers(self, model: Models, exams: Questions) -> dict[Task, Float[Tensor, "_ *logits"]]:
        with torch.no_grad():
            return model(exams)

    def asked(self, exam: Any) -> Any:
        return exam


@dataclass(frozen=True)
class Single(Joint):
    """One task, end to end: the paper's classical single-task baseline (its "Cl").

    Source: SAME, section 5.
    """

    lockstep: ClassVar[bool] = True

    name: str = "single"

    def check(self, tasks: Sequence[Task], batch_size: int) -> None:
        super().check(tasks, batch_size)
        if len(tasks) != 1:
            named = ", ".join(task.name for task in tasks)
            raise InputError(f"strategy 'single' trains one task, got {named}: use 'joint' or a single task")
