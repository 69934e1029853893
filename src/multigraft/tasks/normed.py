"""A norm between the embedding and the head that reads it."""

from jaxtyping import Float
from torch import Tensor

from multigraft.encoders.norms import NORMS, normalisation
from multigraft.errors import InputError
from multigraft.tasks.base import Examples, Head


class NormedHead(Head):
    """A head that reads node embeddings normalised.

    Embeddings whose columns have scales of their own, sums beside shares, are read slowly by a layer that starts with
    equal weights for all: a batch norm (Ioffe & Szegedy 2015) brings every column to mean 0 and deviation 1 first.
    """

    def __init__(self, head: Head, norm: str, dim: int) -> None:
        super().__init__()
        self.norm = normalisation(norm, dim)
        self.head = head

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, "asked *logits"]:
        return self.head(self.norm(z), examples)


def normed(head: Head, norm: str, dim: int) -> Head:
    """The head behind a norm of embeddings that are ``dim`` wide; itself where that is ``none``."""
    return head if norm == "none" else NormedHead(head, norm, dim)


def check_norm(norm: str, task: str) -> None:
    """Refuse a norm that is not known.

    Raises:
        InputError: an unknown name.
    """
    if norm not in NORMS:
        raise InputError(f"unknown norm {norm!r} for task {task!r}: choose from {', '.join(NORMS)}")
