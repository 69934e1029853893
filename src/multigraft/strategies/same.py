"""SAME: single-task adaptation for multi-task embeddings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.func import functional_call

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.strategies.base import Losses, Strategy
from multigraft.tasks.base import Episode, Examples, Task
from multigraft.tasks.model import TaskModel

Parameters = dict[str, Tensor]


@dataclass(frozen=True)
class SAME(Strategy):
    """For each task: adapt to its support set by gradient descent, then be judged on its target set.

    The outer loss of a task is L(f(theta'), target) with theta' = theta - inner_lr * grad L(f(theta), support),
    repeated ``inner_steps`` times, and is differentiated through the inner steps; with ``first_order`` the inner
    gradient counts as a constant. ``adapts_encoder``: iSAME adapts all parameters, eSAME those of the task's head
    alone.

    Source: SAME, section 4.3, algorithm 1; the first-order form as in Finn et al. 2017, section 5.2.
    """

    name: str
    adapts_encoder: bool
    inner_steps: int = 1
    inner_lr: float = 0.04
    first_order: bool = False

    def __post_init__(self) -> None:
        if self.inner_steps < 1:
            raise InputError(f"inner steps must be at least 1, got {self.inner_steps}")
        if not self.inner_lr > 0:
            raise InputError(f"the inner step size must be positive, got {self.inner_lr}")

    def losses(
        self, model: TaskModel, tasks: Sequence[Task], graphs: PackedGraphs, generator: torch.Generator
    ) -> Losses:
        outer = {}
        for task, part in zip(tasks, divide(graphs, len(tasks), generator), strict=True):
            episode = task.episode(part, generator)
            outer[task.name] = task.loss(self.adapted_logits(model, task, episode), episode.target)
        return outer

    def answer(
        self, model: TaskModel, task: Task, graphs: PackedGraphs, generator: torch.Generator
    ) -> tuple[Float[Tensor, "asked *logits"], Examples]:
        episode = task.episode(graphs, generator)
        with torch.enable_grad():
            logits = replace(self, first_order=True).adapted_logits(model, task, episode)  # same values, less memory
        return logits.detach(), episode.target

    def adapted_logits(self, model: TaskModel, task: Task, episode: Episode) -> Float[Tensor, "asked *logits"]:
        """Logits of the target's questions after adaptation to the support set."""
        encoder, head = model.encoder, model.heads[task.name]
        trunk, graft = trainable(encoder), trainable(head)
        z = functional_call(encoder, trunk, (episode.support.graphs,))
        for step in range(self.inner_steps):
            if step and self.adapts_encoder:
                z = functional_call(encoder, trunk, (episode.support.graphs,))
            loss = task.loss(functional_call(head, graft, (z, episode.support)), episode.support)
            trunk, graft = self._descend(loss, trunk, graft)
        if self.adapts_encoder or episode.target.graphs is not episode.support.graphs:
            z = functional_call(encoder, trunk, (episode.target.graphs,))
        return functional_call(head, graft, (z, episode.target))

    def _descend(self, loss: Tensor, trunk: Parameters, graft: Parameters) -> tuple[Parameters, Parameters]:
        """One inner step from the support loss."""
        moving = [*trunk.values(), *graft.values()] if self.adapts_encoder else list(graft.values())
        gradients = torch.autograd.grad(
            loss, moving, create_graph=not self.first_order, allow_unused=True, materialize_grads=True
        )
        moved = [old - self.inner_lr * gradient for old, gradient in zip(moving, gradients, strict=True)]
        split = len(moved) - len(graft)
        new_trunk = dict(zip(trunk, moved[:split], strict=True)) if self.adapts_encoder else trunk
        return new_trunk, dict(zip(graft, moved[split:], strict=True))

    def check(self, tasks: Sequence[Task], batch_size: int) -> None:
        super().check(tasks, batch_size)
        if batch_size < 2 * len(tasks):
            raise InputError(
                f"strategy {self.name!r} divides a batch among {len(tasks)} tasks, at least two graphs each: "
                f"batch size {batch_size} must be {2 * len(tasks)} or more"
            )

    def config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "inner_steps": self.inner_steps,
            "inner_lr": self.inner_lr,
            "first_order": self.first_order,
        }


def isame(inner_steps: int = 1, inner_lr: float = 0.04, first_order: bool = False) -> SAME:
    """Implicit SAME: the inner steps adapt all parameters."""
    return SAME("isame", True, inner_steps, inner_lr, first_order)


def esame(inner_steps: int = 1, inner_lr: float = 0.04, first_order: bool = False) -> SAME:
    """Explicit SAME: the inner steps adapt the task's head, the encoder learns in the outer step alone."""
    return SAME("esame", False, inner_steps, inner_lr, first_order)


def divide(graphs: PackedGraphs, parts: int, generator: torch.Generator) -> list[PackedGraphs]:
    """A batch dealt at random to ``parts`` tasks; sizes differ by one at most, and who gets more is random too."""
    order = torch.randperm(len(graphs), generator=generator, device=generator.device).cpu()
    turn = torch.randperm(parts, generator=generator, device=generator.device).tolist()
    return [graphs.select(order[start::parts]) for start in turn]


def trainable(module: torch.nn.Module) -> Parameters:
    """The module's parameters that learn, by name."""
    return {name: parameter for name, parameter in module.named_parameters() if parameter.requires_grad}
