"""What training in lockstep changes, a row a run: weights, the best weights so far, and what Adam remembers.

Adam acts on every number by itself, so on stacked parameters it acts on each run as on that run alone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from multigraft.tasks.model import Parameters, TaskModel
from multigraft.tasks.model_stack import ModelStack
from multigraft.training.groups import parameter_groups
from multigraft.training.module import FUSED
from multigraft.training.options import TrainOptions

Memory = Mapping[str, Mapping[str, Tensor]]  # of Adam: by parameter, by what is remembered of it


class Stacks:
    """The models of several runs, stacked, and the optimiser that learns them all.

    Attributes:
        models: With the weights as they are.
        best: The weights that did best in validation, by name.
        optimizer: Adam, as a run alone has it.
    """

    def __init__(
        self, models: ModelStack, best: Parameters, options: TrainOptions, memory: Memory | None = None
    ) -> None:
        self.models, self.best, self._options = models, best, options
        self.optimizer = _adam(models, options)
        for name, kept in (memory or {}).items():
            self.optimizer.state[models.weights[name]] = dict(kept)

    @classmethod
    def of(cls, model: TaskModel, models: Sequence[TaskModel], options: TrainOptions, device: torch.device) -> "Stacks":
        """Those of fresh ``models`` of the architecture of ``model``."""
        stack = ModelStack(model, ModelStack.of(models, device).weights)
        return cls(stack, {name: value.detach().clone() for name, value in stack.weights.items()}, options)

    def remember(self, rows: Sequence[int]) -> None:
        """The weights of these runs are their best so far."""
        if rows:
            for name, best in self.best.items():
                best[list(rows)] = self.models.weights[name].detach()[list(rows)]

    def keep(self, rows: Sequence[int]) -> "Stacks":
        """Those of some of the runs."""
        chosen = torch.tensor(rows, dtype=torch.int64)
        stored = _mapped(self.state_dict(), lambda value: value[chosen.to(value.device)] if value.ndim else value)
        return self.restored(self.models.model, self._options, stored)

    def state_dict(self) -> dict[str, Any]:
        """All that `restored` needs; the tensors are not copied."""
        weights = self.models.weights
        memory = {name: dict(self.optimizer.state[value]) for name, value in weights.items() if value.requires_grad}
        return {"weights": {name: value.detach() for name, value in weights.items()}, "best": self.best, "adam": memory}

    @classmethod
    def restored(
        cls, model: TaskModel, options: TrainOptions, stored: dict[str, Any], device: torch.device | None = None
    ) -> "Stacks":
        """From what `state_dict` gave, for models of the architecture of ``model``."""
        held = stored if device is None else _mapped(stored, lambda value: value.to(device))
        learns = {name: value.requires_grad for name, value in model.named_parameters()}
        weights = {name: value.detach().requires_grad_(learns[name]) for name, value in held["weights"].items()}
        return cls(ModelStack(model, weights), held["best"], options, held["adam"])


def _adam(models: ModelStack, options: TrainOptions) -> torch.optim.Optimizer:
    names = {id(parameter): name for name, parameter in models.model.named_parameters()}
    groups = parameter_groups(models.model, options.learning_rate, options.layer_decay)
    for group in groups:
        group["params"] = [models.weights[names[id(parameter)]] for parameter in group["params"]]
    fused = next(iter(models.weights.values())).device.type in FUSED
    return torch.optim.Adam(groups, lr=options.learning_rate, fused=fused)


def _mapped(stored: Any, change: Any) -> Any:
    """Nested tables of tensors with each tensor changed."""
    if isinstance(stored, Tensor):
        return change(stored)
    return {name: _mapped(value, change) for name, value in stored.items()}
