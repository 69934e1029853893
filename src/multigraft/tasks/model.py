"""One encoder with a head for each task."""

from collections.abc import Mapping, Sequence

from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call

from multigraft.encoders.base import Encoder
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.tasks.base import Examples, Task

Parameters = dict[str, Tensor]


class TaskModel(nn.Module):
    """The trunk and its grafts: parameters are named ``encoder.*`` and ``heads.TASK.*``.

    What a strategy asks of it, `multigraft.tasks.model_stack.ModelStack` does for several models at once.
    """

    def __init__(self, encoder: Encoder, tasks: Sequence[Task], origin: Origin) -> None:
        super().__init__()
        self.encoder = encoder
        self.tasks = tuple(tasks)
        self.heads = nn.ModuleDict({task.name: task.grow(encoder, origin) for task in tasks})

    def forward(self, asked: Mapping[Task, Examples]) -> dict[Task, Float[Tensor, "asked *logits"]]:
        """Logits of every task's questions; tasks that see the same graphs share an encoder pass."""
        z = self.embedded([examples.graphs for examples in asked.values()])
        return {task: self.heads[task.name](z[examples.graphs], examples) for task, examples in asked.items()}

    def embedded(self, batches: Sequence[PackedGraphs]) -> dict[PackedGraphs, Float[Tensor, "nodes dim"]]:
        """Node embeddings of several batches, each that is named more than once computed once."""
        distinct = list(dict.fromkeys(batches))
        return dict(zip(distinct, self.encoder.together(distinct), strict=True))

    def trunks(self, copies: int) -> Parameters:
        """What learns of the encoder, stacked so many times."""
        return {name: value.expand(copies, *value.shape) for name, value in trainable(self.encoder).items()}

    def graft(self, task: Task) -> Parameters:
        """What learns of a task's head."""
        return trainable(self.heads[task.name])

    def apart(self, trunks: Parameters, batches: Sequence[PackedGraphs]) -> list[Float[Tensor, "nodes dim"]]:
        """Node embeddings of several batches, each by its own of the stacked ``trunks``."""
        return self.encoder.apart(trunks, batches)

    def said(
        self, task: Task, graft: Parameters, z: Float[Tensor, "nodes dim"], examples: Examples
    ) -> Float[Tensor, "asked *logits"]:
        """What the task's head says with other parameters."""
        return functional_call(self.heads[task.name], graft, (z, examples))

    def loss(self, task: Task, logits: Float[Tensor, "asked *logits"], examples: Examples) -> Float[Tensor, ""]:
        """The task's loss."""
        return task.loss(logits, examples)


def trainable(module: nn.Module) -> Parameters:
    """The module's parameters that learn, by name."""
    return {name: parameter for name, parameter in module.named_parameters() if parameter.requires_grad}
