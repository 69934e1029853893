"""Several models of one architecture, side by side over stacked parameters: what `TaskModel` does, for all at once.

Their parameters are disjoint, so the gradient of the sum of their losses holds the gradient of each.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs
from multigraft.tasks.base import Episode, Examples, Head, Task
from multigraft.tasks.model import Parameters, TaskModel

Batches = tuple[PackedGraphs, ...]  # one a model


@dataclass(frozen=True, eq=False)
class Abreast:
    """What several models are asked of one task: the examples of each."""

    examples: tuple[Examples, ...]

    @cached_property
    def graphs(self) -> Batches:
        """What each model sees."""
        return tuple(asked.graphs for asked in self.examples)


class Episodes(NamedTuple):
    """The support and the target sets of several models."""

    support: Abreast
    target: Abreast


class ModelStack:
    """Models of the architecture of ``model``, the g-th with the g-th of each of the stacked ``weights``, by name.

    ``weights`` are all that the architecture has, also what does not learn.
    """

    def __init__(self, model: TaskModel, weights: Mapping[str, Tensor]) -> None:
        self.model = model
        self.weights = dict(weights)

    @classmethod
    def of(cls, models: Sequence[TaskModel], device: torch.device | str = "cpu") -> "ModelStack":
        """The models' parameters in new stacks on a device; what learns in the first, learns."""
        each = [dict(model.named_parameters()) for model in models]
        weights = {}
        for name, first in each[0].items():
            stack = torch.stack([parameters[name].detach() for parameters in each]).to(device)
            weights[name] = stack.requires_grad_(first.requires_grad)
        return cls(models[0], weights)

    def __len__(self) -> int:
        return len(next(iter(self.weights.values())))

    def __call__(self, asked: Mapping[Task, Abreast]) -> dict[Task, Float[Tensor, "total *logits"]]:
        """Logits of every task's questions, model by model."""
        z = self.embedded([several.graphs for several in asked.values()])
        return {task: self.said(task, self.graft(task), z[one.graphs], one) for task, one in asked.items()}

    def embedded(self, batches: Sequence[Batches]) -> dict[Batches, Float[Tensor, "models places dim"]]:
        """Node embeddings of several batches a model, each that is named more than once computed once."""
        distinct = list(dict.fromkeys(batches))
        return dict(zip(distinct, self._passed(self._of("encoder."), distinct), strict=True))

    def trunks(self, copies: int) -> Parameters:
        """What learns of the encoders, so many copies of each in a row."""
        return _repeated(self._learning("encoder."), copies)

    def graft(self, task: Task) -> Parameters:
        """What learns of a task's heads."""
        return self._learning(f"heads.{task.name}.")

    def apart(self, trunks: Parameters, batches: Sequence[Batches]) -> list[Float[Tensor, "models places dim"]]:
        """Node embeddings of several batches a model, each by its own of the stacked ``trunks``."""
        still = {name: stack for name, stack in self._of("encoder.").items() if name not in trunks}
        return self._passed({**_repeated(still, len(batches)), **trunks}, batches)

    def said(
        self, task: Task, graft: Parameters, z: Float[Tensor, "models places dim"], several: Abreast
    ) -> Float[Tensor, "total *logits"]:
        """What the task's heads say with other parameters, model by model."""
        weights = {**self._of(f"heads.{task.name}."), **graft}
        head = self.model.heads[task.name]
        assert isinstance(head, Head)
        return head.apart(weights, z, several.examples)

    def loss(self, task: Task, logits: Float[Tensor, "total *logits"], several: Abreast) -> Float[Tensor, " models"]:
        """The task's loss, that of each model."""
        return task.losses(logits, several.examples)

    def _passed(self, weights: Parameters, batches: Sequence[Batches]) -> list[Float[Tensor, "models places dim"]]:
        """One pass over all batches, which come model by model."""
        flat = [batch for own in zip(*batches, strict=True) for batch in own]
        z = self.model.encoder.abreast(weights, flat)
        return list(z.unflatten(0, (len(self), len(batches))).unbind(1))

    def _of(self, root: str) -> Parameters:
        """The weights below a name, by what is left of theirs."""
        return {name.removeprefix(root): stack for name, stack in self.weights.items() if name.startswith(root)}

    def _learning(self, root: str) -> Parameters:
        return {name: stack for name, stack in self._of(root).items() if stack.requires_grad}


def abreast(questions: Sequence[Mapping[Task, Any]]) -> dict[Task, Any]:
    """What each model is asked, as what several are asked: `Abreast` for `Examples`, `Episodes` for an `Episode`."""
    return {task: _abreast([asked[task] for asked in questions]) for task in questions[0]}


def _abreast(asked: Sequence[Any]) -> Abreast | Episodes:
    if isinstance(asked[0], Episode):
        return Episodes(*(Abreast(tuple(getattr(one, half) for one in asked)) for half in ("support", "target")))
    return Abreast(tuple(asked))


def _repeated(weights: Parameters, copies: int) -> Parameters:
    return {name: stack.repeat_interleave(copies, 0) for name, stack in weights.items()}
