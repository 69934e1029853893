"""One encoder with a head for each task."""

from collections.abc import Sequence

from jaxtyping import Float
from torch import Tensor, nn

from multigraft.encoders.base import Encoder
from multigraft.graphs.packed import Origin
from multigraft.tasks.base import Examples, Task


class TaskModel(nn.Module):
    """The trunk and its grafts: parameters are named ``encoder.*`` and ``heads.TASK.*``."""

    def __init__(self, encoder: Encoder, tasks: Sequence[Task], origin: Origin) -> None:
        super().__init__()
        self.encoder = encoder
        self.tasks = tuple(tasks)
        self.heads = nn.ModuleDict({task.name: task.grow(encoder, origin) for task in tasks})

    def forward(self, task: Task, examples: Examples) -> Float[Tensor, "asked *logits"]:
        """Logits of the task's questions."""
        return self.heads[task.name](self.encoder(examples.graphs), examples)
