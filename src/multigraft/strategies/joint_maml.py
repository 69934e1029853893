"""Classical meta-learning: adapt to all tasks at once, be judged on all tasks at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import functional_call

from multigraft.graphs.packed import PackedGraphs
from multigraft.strategies.base import Losses, Questions, Strategy
from multigraft.strategies.same import check_inner, descend
from multigraft.tasks.base import Episode, Examples, Task
from multigraft.tasks.model import Parameters, TaskModel, trainable


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

    def questions(
        self, tasks: Sequence[Task], graphs: PackedGraphs, counts: Sequence[int], generator: torch.Generator
    ) -> list[Questions]:
        drawn = [task.episodes(graphs, counts, generator) for task in tasks]
        return [dict(zip(tasks, episodes, strict=True)) for episodes in zip(*drawn, strict=True)]

    def judged(self, model: TaskModel, questions: Questions) -> Losses:
        adapted = self._adapted(model, questions, self.first_order)
        targets = {task: episode.target for task, episode in questions.items()}
        said = functional_call(model, adapted, (targets,))
        return {task.name: task.loss(said[task], target) for task, target in targets.items()}

    def answer(
        self, model: TaskModel, task: Task, graphs: PackedGraphs, generator: torch.Generator
    ) -> tuple[Float[Tensor, "asked *logits"], Examples]:
        episodes = {known: known.episode(graphs, generator) for known in model.tasks}
        with torch.enable_grad():
            adapted = self._adapted(model, episodes, first_order=True)  # same values, less memory
        target = episodes[task].target
        with torch.no_grad():
            return functional_call(model, adapted, ({task: target},))[task], target

    def _adapted(self, model: TaskModel, episodes: Mapping[Task, Episode], first_order: bool) -> Parameters:
        parameters = trainable(model)
        support = {task: episode.support for task, episode in episodes.items()}
        for _ in range(self.inner_steps):
            said = functional_call(model, parameters, (support,))
            loss = torch.stack([task.loss(said[task], examples) for task, examples in support.items()]).sum()
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
