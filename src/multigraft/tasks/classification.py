"""What the tasks that choose one of several classes have in common."""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import cross_entropy

from multigraft.tasks.base import Examples, Task
from multigraft.tasks.lanes import means


class Classification(Task):
    """Softmax over classes: cross entropy as loss, accuracy as metric."""

    metric_name = "accuracy"

    def loss(self, logits: Float[Tensor, "asked classes"], examples: Examples) -> Float[Tensor, ""]:
        return cross_entropy(logits, examples.answers, reduction="sum") / max(1, len(examples.answers))

    def losses(self, logits: Float[Tensor, "total classes"], examples: Sequence[Examples]) -> Float[Tensor, " lanes"]:
        answers = torch.cat([asked.answers for asked in examples])
        return means(cross_entropy(logits, answers, reduction="none"), [len(asked) for asked in examples])

    def metric(self, logits: Float[Tensor, "asked classes"], examples: Examples) -> float:
        if not len(examples.answers):
            return float("nan")
        return float((logits.argmax(1) == examples.answers).double().mean())


def missing_classes(level: str, name: str, classes: tuple[str, ...]) -> str | None:
    """Why labels of that level cannot be learned, or None if they can."""
    if not classes:
        return f"data set {name!r} has no {level} labels"
    if len(classes) < 2:
        return f"data set {name!r} has a single {level} class, {classes[0]!r}"
    return None
