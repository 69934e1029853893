"""Losses weighed so that all tasks train at similar rates."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.errors import InputError
from multigraft.strategies.balancing.base import Balancer, Balancing
from multigraft.strategies.base import Losses
from multigraft.tasks.base import Task
from multigraft.tasks.model import TaskModel


@dataclass(frozen=True)
class GradNorm(Balancing):
    """Weights w follow the gradient of sum |G_t - mean(G) r_t^alpha|, then are scaled to sum to the number of tasks.

    G_t is the norm of the gradient of w_t L_t in the encoder's last weight matrix, r_t the loss relative to its first
    value, divided by the mean of that over tasks; the target mean(G) r_t^alpha counts as a constant.

    Source: Chen et al. 2018, section 3, eq. 1 and 2, algorithm 1; a step of 0.025 as in their section 5.
    """

    alpha: float = 1.5
    step: float = 0.025
    name: str = "gradnorm"

    def __post_init__(self) -> None:
        if not self.step > 0:
            raise InputError(f"the step of the weights must be positive, got {self.step}")

    def start(self, tasks: Sequence[Task], model: TaskModel) -> Balancer:
        return _GradNorm([task.name for task in tasks], self.alpha, self.step)

    def config(self) -> dict[str, Any]:
        return {"name": self.name, "alpha": self.alpha, "step": self.step}


class _GradNorm(Balancer):
    weights: Float[Tensor, " tasks"]
    first: Float[Tensor, " tasks"]

    def __init__(self, names: Sequence[str], alpha: float, step: float) -> None:
        super().__init__()
        self.names, self.alpha, self.step = list(names), alpha, step
        self.register_buffer("weights", torch.ones(len(names)))
        self.register_buffer("first", torch.full((len(names),), torch.nan))  # losses of the first step, once known

    def backward(self, losses: Losses, model: TaskModel) -> None:
        stacked = torch.stack([losses[name] for name in self.names])
        norms = self._norms(stacked, last_shared(model))
        (self.weights.to(stacked) * stacked).sum().backward()
        self._move(stacked.detach(), norms)

    def _norms(self, losses: Float[Tensor, " tasks"], shared: Tensor) -> Float[Tensor, " tasks"]:
        """The norm of each loss's gradient, weights left out."""
        found = [
            torch.autograd.grad(loss, shared, retain_graph=True, allow_unused=True, materialize_grads=True)[0].norm()
            for loss in losses
        ]
        return torch.stack(found).detach()

    def _move(self, losses: Float[Tensor, " tasks"], norms: Float[Tensor, " tasks"]) -> None:
        """One step of the weights."""
        self.first = torch.where(self.first.isnan(), losses.to(self.first), self.first)
        ratio = losses / self.first.to(losses).clamp_min(torch.finfo(losses.dtype).tiny)
        rate = ratio / ratio.mean()
        weights = self.weights.to(losses)
        weighed = weights * norms
        target = weighed.mean() * rate**self.alpha
        moved = (weights - self.step * torch.sign(weighed - target) * norms).clamp_min(1e-3)
        self.weights = (moved * len(moved) / moved.sum()).to(self.weights)


def last_shared(model: TaskModel) -> Tensor:
    """The encoder's last weight matrix, in the order in which its layers were made.

    Raises:
        InputError: it has none that learns.
    """
    matrices = [parameter for parameter in model.encoder.parameters() if parameter.ndim > 1 and parameter.requires_grad]
    if not matrices:
        raise InputError("GradNorm needs an encoder with a weight matrix that learns")
    return matrices[-1]
