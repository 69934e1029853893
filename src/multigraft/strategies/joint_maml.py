"""Classical meta-learning: adapt to all tasks at once, be judged on all tasks at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import functional_call

from multigraft.graphs.packed import PackedGraphs
from multigraft.strategies.base import Losses, Strategy
from multigraft.strategies.same import Parameters, check_inner, descend, trainable
from multigraft.tasks.base import Episode, Examples, Task
from multigraft.tasks.model import TaskModel


@dataclass(frozen=True)
class JointMAML(Strategy):
    """Every task is asked of every graph of the batch; the inner steps lower the sum of all support losses.

    All parameters adapt. The outer loss of a task is that on its target set, with the one set of adapted parameters.

    Source: SAME, appendix C, algorithm 4; Finn et al. 2017.
    """

    episodic: ClassVar[bool] = True

    name: str = "joint-maml"
    inner_steps: int = 1
    inner_lr: float = 0.04
    first_order: bool = False

    def __post_init__(self) -> None:
        check_inner(self.inner_steps, self.inner_lr)

    def losses(
        self, model: TaskModel, tasks: Sequence[Task], graphs: PackedGraphs, generator: torch.Generator
    ) -> Losses:
        episodes = {task: task.episode(graphs, generator) for task in tasks}
        adapted = self._adapted(model, episodes, self.first_order)
        return {
            task.name: task.loss(functional_call(model, adapted, (task, episode.target)), episode.target)
            for task, episode in episodes.items()
        }

    def answer(
        self, model: TaskModel, task: Task, graphs: PackedGraphs, generator: torch.Generator
    ) -> tuple[Float[Tensor, "asked *logits"], Examples]:
        episodes = {known: known.episode(graphs, generator) for known in model.tasks}
        with torch.enable_grad():
            adapted = self._adapted(model, episodes, first_order=True)  # same values, less memory
        target = episodes[task].target
        with torch.no_grad():
            return functional_call(model, adapted, (task, target)), target

    def _adapted(self, model: TaskModel, episodes: Mapping[Task, Episode], first_order: bool) -> Parameters:
        parameters = trainable(model)
        for _ in range(self.inner_steps):
            loss = torch.stack([
                task.loss(functional_call(model, parameters, (task, episode.support)), episode.support)
                for task, episode in episodes.items()
            ]).sum()  # fmt: skip
            parameters = descend(loss, parameters, self.inner_lr, first_order)
        return parameters

    def config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "inner_steps": self.inner_steps,
            "inner_lr": self.inner_lr,
            "first_order": self.first_order,
        }


def joint_maml(inner_steps: int = 1, inner_lr: float = 0.04, first_order: bool = False) -> JointMAML:
    """Adapt to the sum of all tasks."""
    return JointMAML("joint-maml", inner_steps, inner_lr, first_order)
