"""SAME: single-task adaptation for multi-task embeddings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.strategies.base import Losses, Models, Questions, SideBySide
from multigraft.strategies.dealing import dealt_episodes
from multigraft.tasks.base import Episode, Task
from multigraft.tasks.model import Parameters


class _Adapted(NamedTuple):
    """What stands after an inner step: the encoder's parameters, stacked by model and task, and those of the heads."""

    trunks: Parameters
    grafts: list[Parameters]


@dataclass(frozen=True)
class SAME(SideBySide):
    """For each task: adapt to its support set by gradient descent, then be judged on its target set.

    The outer loss of a task is L(f(theta'), target) with theta' = theta - inner_lr * grad L(f(theta), support),
    repeated ``inner_steps`` times, and is differentiated through the inner steps; with ``first_order`` the inner
    gradient counts as a constant. With ``step_losses`` it is the mean of the losses after each inner step.
    ``adapts_encoder``: iSAME adapts all parameters, eSAME those of the task's head alone.

    All tasks adapt side by side: their parameters are apart, so one gradient of the sum of their support losses holds
    that of each. eSAME's encoder stays, so support and target of all tasks are embedded in one pass.

    Source: SAME, section 4.3, algorithm 1; the first-order form as in Finn et al. 2017, section 5.2; losses of all
    steps as in Antoniou et al. 2019 (MAML++), section 4, with equal weights.
    """

    episodic: ClassVar[bool] = True
    lockstep: ClassVar[bool] = True

    name: str
    adapts_encoder: bool
    inner_steps: int = 1
    inner_lr: float = 0.04
    first_order: bool = False
    step_losses: bool = False

    def __post_init__(self) -> None:
        check_inner(self.inner_steps, self.inner_lr)

    def questions(
        self, tasks: Sequence[Task], graphs: PackedGraphs, counts: Sequence[int], generator: torch.Generator
    ) -> list[Questions]:
        return dealt_episodes(tasks, graphs, counts, generator)

    def judged(self, model: Models, questions: Questions) -> Losses:
        states, whole = self._adaptations(model, questions)
        judged = states if self.step_losses else states[-1:]
        targets = [episode.target for episode in questions.values()]
        met = [_losses(model, questions, self._answers(model, questions, state, whole), targets) for state in judged]
        means = torch.stack([torch.stack(losses) for losses in met]).mean(0) if self.step_losses else met[0]
        return {task.name: loss for task, loss in zip(questions, means, strict=True)}

    def exam(self, task: Task, graphs: PackedGraphs, generator: torch.Generator) -> Episode:
        return task.episode(graphs, generator)

    def answers(self, model: Models, exams: Questions) -> dict[Task, Float[Tensor, "_ *logits"]]:
        """Logits of the targets' questions after adaptation to the support sets."""
        with torch.enable_grad():
            states, whole = replace(self, first_order=True)._adaptations(model, exams)  # same values, less memory
        with torch.no_grad():
            return dict(zip(exams, self._answers(model, exams, states[-1], whole), strict=True))

    def asked(self, exam: Any) -> Any:
        return exam.target

    def _adaptations(self, model: Models, questions: Questions) -> tuple[list[_Adapted], Mapping[Any, Tensor]]:
        """What stands after each inner step, and the embeddings that no inner step changes."""
        tasks, supports = list(questions), [episode.support for episode in questions.values()]
        whole = {} if self.adapts_encoder else model.embedded(_graphs(questions))
        trunks = model.trunks(len(tasks)) if self.adapts_encoder else {}
        grafts = [model.graft(task) for task in tasks]
        states = []
        for _ in range(self.inner_steps):
            z = self._embedded(model, trunks, supports, whole)
            losses = _losses(model, tasks, _said(model, tasks, grafts, z, supports), supports)
            trunks, grafts = self._descend(torch.stack(losses).sum(), trunks, grafts)
            states.append(_Adapted(trunks, grafts))
        return states, whole

    def _answers(
        self, model: Models, questions: Questions, state: _Adapted, whole: Mapping[Any, Tensor]
    ) -> list[Float[Tensor, "_ *logits"]]:
        """Logits of every task's target questions."""
        targets = [episode.target for episode in questions.values()]
        z = self._embedded(model, state.trunks, targets, whole)
        return _said(model, list(questions), state.grafts, z, targets)

    def _embedded(
        self, model: Models, trunks: Parameters, examples: Sequence[Any], whole: Mapping[Any, Tensor]
    ) -> list[Float[Tensor, "*models nodes dim"]]:
        if self.adapts_encoder:
            return model.apart(trunks, [asked.graphs for asked in examples])
        return [whole[asked.graphs] for asked in examples]

    def _descend(
        self, loss: Tensor, trunks: Parameters, grafts: Sequence[Parameters]
    ) -> tuple[Parameters, list[Parameters]]:
        """One inner step of all tasks, from the sum of their support losses."""
        held: dict[Any, Tensor] = {("trunk", name): value for name, value in trunks.items()}
        held |= {(place, name): value for place, graft in enumerate(grafts) for name, value in graft.items()}
        moved = descend(loss, held, self.inner_lr, self.first_order)
        return (
            {name: moved["trunk", name] for name in trunks},
            [{name: moved[place, name] for name in graft} for place, graft in enumerate(grafts)],
        )

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
    return {
        name: torch.sub(old, gradient, alpha=size)
        for (name, old), gradient in zip(parameters.items(), gradients, strict=True)
    }


def _said(
    model: Models, tasks: Sequence[Task], grafts: Sequence[Parameters], z: Sequence[Tensor], examples: Sequence[Any]
) -> list[Float[Tensor, "_ *logits"]]:
    """Every task's logits by its own head's parameters."""
    return [model.said(*lane) for lane in zip(tasks, grafts, z, examples, strict=True)]


def _losses(model: Models, tasks: Iterable[Task], logits: Sequence[Tensor], examples: Sequence[Any]) -> list[Tensor]:
    return [model.loss(*lane) for lane in zip(tasks, logits, examples, strict=True)]


def _graphs(questions: Questions) -> list[Any]:
    return [half.graphs for episode in questions.values() for half in (episode.support, episode.target)]
