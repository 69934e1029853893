"""Reptile: move towards where a few steps of gradient descent on each task lead."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import functional_call

from multigraft.graphs.packed import PackedGraphs
from multigraft.strategies.base import Losses, Questions, Strategy
from multigraft.strategies.dealing import dealt_episodes
from multigraft.strategies.same import check_inner, descend, isame
from multigraft.tasks.base import Episode, Examples, Task
from multigraft.tasks.model import TaskModel, trainable


@dataclass(frozen=True)
class Reptile(Strategy):
    """For each task: some steps on its support and target set in turn, from theta to phi; then theta moves to phi.

    A task's loss has the mean of the losses on the way as its value, and (theta - phi) / inner_lr as its gradient: the
    sum of the gradients on the way. Parameters adapt as in iSAME; no second derivatives are taken. The two sets serve
    as Reptile's mini-batches, so two steps are the fewest that differ from joint training.

    Source: Nichol, Achiam & Schulman 2018, algorithm 2, with Adam outside as in their section 3; a batch is divided
    among the tasks as in SAME.
    """

    episodic: ClassVar[bool] = True

    name: str = "reptile"
    inner_steps: int = 2
    inner_lr: float = 0.04

    def __post_init__(self) -> None:
        check_inner(self.inner_steps, self.inner_lr)

    def questions(
        self, tasks: Sequence[Task], graphs: PackedGraphs, counts: Sequence[int], generator: torch.Generator
    ) -> list[Questions]:
        return dealt_episodes(tasks, graphs, counts, generator)

    def judged(self, model: TaskModel, questions: Questions) -> Losses:
        return {task.name: self._pull(model, task, episode) for task, episode in questions.items()}

    def answer(
        self, model: TaskModel, task: Task, graphs: PackedGraphs, generator: torch.Generator
    ) -> tuple[Float[Tensor, "asked *logits"], Examples]:
        """After the same number of steps on the support set alone: the target's answers must not be seen."""
        return isame(self.inner_steps, self.inner_lr).answer(model, task, graphs, generator)

    def _pull(self, model: TaskModel, task: Task, episode: Episode) -> Float[Tensor, ""]:
        encoder = {f"encoder.{name}": value for name, value in trainable(model.encoder).items()}
        head = {f"heads.{task.name}.{name}": value for name, value in trainable(model.heads[task.name]).items()}
        theta = {**encoder, **head}
        phi, met = theta, []
        for step in range(self.inner_steps):
            examples = episode.target if step % 2 else episode.support
            loss = task.loss(functional_call(model, phi, ({task: examples},))[task], examples)
            met.append(loss.detach())
            phi = descend(loss, phi, self.inner_lr, first_order=True)
        away = [(theta[name].detach() - phi[name].detach()) / self.inner_lr for name in theta]
        pull = torch.stack([(value * d).sum() for value, d in zip(theta.values(), away, strict=True)]).sum()
        return pull - pull.detach() + torch.stack(met).mean()

    def check(self, tasks: Sequence[Task], batch_size: int) -> None:
        super().check(tasks, batch_size)
        self.check_division(tasks, batch_size)

    def config(self) -> dict[str, Any]:
        return {"name": self.name, "inner_steps": self.inner_steps, "inner_lr": self.inner_lr}


def reptile(inner_steps: int = 2, inner_lr: float = 0.04) -> Reptile:
    """Move towards the ends of short paths of gradient descent, a path a task."""
    return Reptile("reptile", inner_steps, inner_lr)
