"""What the tasks that ask for several targets of a graph, some of them missing, have in common."""

import shlex
from abc import abstractmethod

import torch
from jaxtyping import Float
from torch import Tensor, nn

from multigraft.encoders.norms import normalisation
from multigraft.encoders.pooling import POOLS, Pool
from multigraft.errors import InputError
from multigraft.files import csv_line
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.tasks.base import Episode, Examples, Head, Task
from multigraft.tasks.episodes import divided
from multigraft.tasks.normed import check_norm


class GraphTargets(Task):
    """Queries are graph numbers, answers ``[asked, targets]`` with NaN where nothing was measured.

    ``pool`` is the head's readout, a kind of `multigraft.encoders.pooling.Pool`, ``norm`` what comes between that and
    the linear layer, see `TargetsHead`. Episode: 60 % of the graphs as support, the rest as target.
    """

    pool: str = "mean"
    norm: str = "none"
    batch_size = 32
    learning_rate = 1e-3
    of_head = ("pool", "norm")

    def __post_init__(self) -> None:
        check_head(self.pool, self.norm, self.name)

    def head(self, dim: int, origin: Origin) -> Head:
        return TargetsHead(dim, len(origin.targets), self.pool, self.norm)

    def examples(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        return Examples(graphs, torch.arange(len(graphs), device=graphs.device), graphs.targets)

    def episode(self, graphs: PackedGraphs, generator: torch.Generator) -> Episode:
        support, target = divided(graphs, generator)
        return Episode(self.examples(support, generator), self.examples(target, generator))

    @abstractmethod
    def predictions(self, logits: Float[Tensor, "asked targets"]) -> Float[Tensor, "asked targets"]:
        """What the logits say of every target: a probability, or a number in the target's own units."""


class TargetsHead(Head):
    """One linear layer on the pooled embedding.

    ``norm``: ``none``, as in the paper; ``batch`` brings every column to mean 0 and deviation 1 first, as a probe does
    that reads the embedding later: sums are a hundred times as large as means, and drown them at first; ``layer``.

    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", section 5.2; the norms are ours.
    """

    def __init__(self, dim: int, targets: int, pool: str, norm: str = "none") -> None:
        super().__init__()
        self.pool = Pool(pool, dim)
        self.norm = normalisation(norm, self.pool.width)
        self.graph = nn.Linear(self.pool.width, targets)

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, "asked targets"]:
        return self.graph(self.norm(self.pool(z, examples.graphs)).index_select(0, examples.queries))


def check_head(pool: str, norm: str, task: str) -> None:
    """Refuse what a `TargetsHead` of the task could not be made of.

    Raises:
        InputError: an unknown readout or norm.
    """
    if pool not in POOLS:
        raise InputError(f"unknown readout {pool!r} for task {task!r}: choose from {', '.join(POOLS)}")
    check_norm(norm, task)


def missing_targets(graphs: PackedGraphs, kind: str, other: str) -> str | None:
    """Why graphs have no targets of that kind, or None if they have; ``other``: the task for the other kind."""
    origin = graphs.origin
    if not origin.targets or "targets" not in graphs.graphs:
        return f"data set {origin.name!r} has no targets"
    if origin.target_kind != kind:
        what = f"the targets of data set {origin.name!r} are {origin.target_kind}, not {kind}: use task {other!r}"
        binary = _binary(graphs) if kind == "binary" else ""
        return f"{what}, or choose those that are binary: --targets {binary}" if binary else what
    return None


def _binary(graphs: PackedGraphs) -> str:
    """The names of the targets with both classes and no other value, as a command takes them; empty without any."""
    targets = graphs.targets
    zero, one = targets == 0, targets == 1
    chosen = (zero | one | targets.isnan()).all(0) & zero.any(0) & one.any(0)
    if not bool(chosen.any()):
        return ""
    names = [name for name, each in zip(graphs.origin.targets, chosen.tolist(), strict=True) if each]
    return shlex.quote(csv_line(names))
