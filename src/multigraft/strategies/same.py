"""SAME: single-task adaptation for multi-task embeddings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

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


class _Adapted(NamedTuple):
    """The encoder's and the head's parameters after an inner step, and the support's embeddings before it."""

    trunk: Parameters
    graft: Parameters
    z: Tensor


@dataclass(frozen=True)
class SAME(Strategy):
    """For each task: adapt to its support set by gradient descent, then be judged on its target set.

    The outer loss of a task is L(f(theta'), target) with theta' = theta - inner_lr * grad L(f(theta), support),
    repeated ``inner_steps`` times, and is differentiated through the inner steps; with ``first_order`` the inner
    gradient counts as a constant. With ``step_losses`` it is the mean of the losses after each inner step.
    ``adapts_encoder``: iSAME adapts all parameters, eSAME those of the task's head alone.

    Source: SAME, section 4.3, algorithm 1; the first-order form as in Finn et al. 2017, section 5.2; losses of all
    steps as in Antoniou et al. 2019 (MAML++), section 4, with equal weights.
    """

    episodic: ClassVar[bool] = True

    name: str
    adapts_encoder: bool
    inner_steps: int = 1
    inner_lr: float = 0.04
    first_order: bool = False
    step_losses: bool = False

    def __post_init__(self) -> None:
        check_inner(self.inner_steps, self.inner_lr)

    def losses(
        self, model: TaskModel, tasks: Sequence[Task], graphs: PackedGraphs, generator: torch.Generator
    ) -> Losses:
        outer = {}
        for task, part in zip(tasks, divide(graphs, len(tasks), generator), strict=True):
            episode = task.episode(part, generator)
            states = self._adaptations(model, task, episode)
            judged = states if self.step_losses else states[-1:]
            met = [task.loss(self._answers(model, task, episode, state), episode.target) for state in judged]
            outer[task.name] = torch.stack(met).mean() if self.step_losses else met[0]
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
        return self._answers(model, task, episode, self._adaptations(model, task, episode)[-1])

    def _adaptations(self, model: TaskModel, task: Task, episode: Episode) -> list[_Adapted]:
        """What stands after each inner step."""
        encoder, head = model.encoder, model.heads[task.name]
        trunk, graft = trainable(encoder), trainable(head)
        states = []
        z = functional_call(encoder, trunk, (episode.support.graphs,))
        for step in range(self.inner_steps):
            if step and self.adapts_encoder:
                z = functional_call(encoder, trunk, (episode.support.graphs,))
            loss = task.loss(functional_call(head, graft, (z, episode.support)), episode.support)
            trunk, graft = self._descend(loss, trunk, graft)
            states.append(_Adapted(trunk, graft, z))
        return states

    def _answers(
        self, model: TaskModel, task: Task, episode: Episode, state: _Adapted
    ) -> Float[Tensor, "asked *logits"]:
        """Logits of the target's questions; the support's embeddings serve where nothing has changed them."""
        z = state.z
        if self.adapts_encoder or episode.target.graphs is not episode.support.graphs:
            z = functional_call(model.encoder, state.trunk, (episode.target.graphs,))
        return functional_call(model.heads[task.name], state.graft, (z, episode.target))

    def _descend(self, loss: Tensor, trunk: Parameters, graft: Parameters) -> tuple[Parameters, Parameters]:
        """One inner step from the support loss."""
        if not self.adapts_encoder:
            return trunk, descend(loss, graft, self.inner_lr, self.first_order)
        both = {**{("trunk", name): value for name, value in trunk.items()},
                **{("graft", name): value for name, value in graft.items()}}  # fmt: skip
        moved = descend(loss, both, self.inner_lr, self.first_order)
        return {name: moved["trunk", name] for name in trunk}, {name: moved["graft", name] for name in graft}

    def check(self, tasks: Sequence[Task], batch_size: int) -> None:
        super().check(tasks, batch_size)
        self.check_division(tasks, batch_size)

    def config(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "inner_steps": self.inner_steps,
            "inner_lr": self.inner_lr,
            "first_order": self.first_order,
            "step_losses": self.step_losses,
        }


def isame(inner_steps: int = 1, inner_lr: float = 0.04, first_order: bool = False, step_losses: bool = False) -> SAME:
    """Implicit SAME: the inner steps adapt all parameters."""
    return SAME("isame", True, inner_steps, inner_lr, first_order, step_losses)


def esame(inner_steps: int = 1, inner_lr: float = 0.04, first_order: bool = False, step_losses: bool = False) -> SAME:
    """Explicit SAME: the inner steps adapt the task's head, the encoder learns in the outer step alone."""
    return SAME("esame", False, inner_steps, inner_lr, first_order, step_losses)


def check_inner(steps: int, size: float) -> None:
    """Raise an `InputError` for inner steps that cannot be."""
    if steps < 1:
        raise InputError(f"inner steps must be at least 1, got {steps}")
    if not size > 0:
        raise InputError(f"the inner step size must be positive, got {size}")


def descend(
    loss: Float[Tensor, ""], parameters: Mapping[Any, Tensor], size: float, first_order: bool
) -> dict[Any, Tensor]:
    """One step of gradient descent; it can be differentiated unless ``first_order``. Unused parameters stay."""
    if not parameters:
        return {}  # a head with nothing to learn
    gradients = torch.autograd.grad(
        loss, list(parameters.values()), create_graph=not first_order, allow_unused=True, materialize_grads=True
    )
    return {name: old - size * gradient for (name, old), gradient in zip(parameters.items(), gradients, strict=True)}


def divide(graphs: PackedGraphs, parts: int, generator: torch.Generator) -> list[PackedGraphs]:
    """A batch dealt at random to ``parts`` tasks; sizes differ by one at most, and who gets more is random too."""
    order = torch.randperm(len(graphs), generator=generator, device=generator.device).cpu()
    turn = torch.randperm(parts, generator=generator, device=generator.device).tolist()
    return [graphs.select(order[start::parts]) for start in turn]


def trainable(module: torch.nn.Module) -> Parameters:
    """The module's parameters that learn, by name."""
    return {name: parameter for name, parameter in module.named_parameters() if parameter.requires_grad}
