"""Every task is asked of every graph, and the losses are summed; with one task, ordinary supervised training."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.strategies.base import Losses, Strategy
from multigraft.tasks.base import Examples, Task
from multigraft.tasks.model import TaskModel


@dataclass(frozen=True)
class Joint(Strategy):
    """Classical multi-task training, end to end.

    Source: SAME, appendix C, algorithm 3.
    """

    name: str = "joint"

    def losses(
        self, model: TaskModel, tasks: Sequence[Task], graphs: PackedGraphs, generator: torch.Generator
    ) -> Losses:
        asked = {task: task.examples(graphs, generator) for task in tasks}
        embedded: dict[PackedGraphs, Tensor] = {}  # tasks that hide no edges share one pass
        for examples in asked.values():
            if examples.graphs not in embedded:
                embedded[examples.graphs] = model.encoder(examples.graphs)
        return {
            task.name: task.loss(model.heads[task.name](embedded[examples.graphs], examples), examples)
            for task, examples in asked.items()
        }

    def answer(
        self, model: TaskModel, task: Task, graphs: PackedGraphs, generator: torch.Generator
    ) -> tuple[Float[Tensor, "asked *logits"], Examples]:
        exam = task.exam(graphs, generator)
        with torch.no_grad():
            return model(task, exam), exam


@dataclass(frozen=True)
class Single(Joint):
    """One task, end to end: the paper's classical single-task baseline (its "Cl").

    Source: SAME, section 5.
    """

    name: str = "single"

    def check(self, tasks: Sequence[Task], batch_size: int) -> None:
        super().check(tasks, batch_size)
        if len(tasks) != 1:
            named = ", ".join(task.name for task in tasks)
            raise InputError(f"strategy 'single' trains one task, got {named}: use 'joint' or a single task")
