"""The contract of a task: what is asked, which edges may be seen while answering, and how answers are judged."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from jaxtyping import Float, Int64, Shaped
from torch import Tensor, nn
from torch.func import functional_call

from multigraft.encoders.base import Encoder
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.stacking import parted


@dataclass(frozen=True, eq=False)
class Examples:
    """Labelled questions about some graphs.

    ``graphs`` holds exactly the edges that message passing may see. ``queries`` are graph numbers ``[asked]``, node
    numbers ``[asked]`` or node pairs ``[2, asked]``, as the task has it; ``answers`` is ``[asked]``, or has a row of
    answers for each. ``beside`` are other graphs that the head reads by itself.
    """

    graphs: PackedGraphs
    queries: Int64[Tensor, "*arity asked"]
    answers: Shaped[Tensor, "asked *targets"]
    beside: PackedGraphs | None = None

    def __len__(self) -> int:
        return len(self.answers)


@dataclass(frozen=True, eq=False)
class Episode:
    """A small training problem (support) with its small test (target)."""

    support: Examples
    target: Examples


class Head(nn.Module, ABC):
    """The task-specific part of a model: node embeddings and questions in, logits out."""

    @abstractmethod
    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, "asked *logits"]:
        """Logits of every question."""

    def apart(
        self, weights: Mapping[str, Tensor], z: Float[Tensor, "lanes places dim"], examples: Sequence[Examples]
    ) -> Float[Tensor, "total *logits"]:
        """Logits of several batches in turn, the g-th with the g-th of each of the stacked ``weights``, by name.

        Each batch has as many places in ``z`` as the largest has nodes; what stands behind its own means nothing.
        """
        said = []
        for lane, asked in enumerate(examples):
            own = {name: stack[lane] for name, stack in weights.items()}
            said.append(functional_call(self, own, (z[lane, : asked.graphs.num_nodes], asked)))
        return torch.cat(said)


class Task(ABC):
    """A question that can be asked of graphs; a value without state, shared by all strategies.

    Attributes:
        name: Short, for the command line and for files.
        title: What a reader calls it.
        metric_name: What `metric` is.
        pretext: Whether it is asked for the sake of the embeddings alone; such a task is trained only when it is named.
        batch_size: Of training where none is given; of several tasks the largest counts.
        learning_rate: The same of Adam.
        unit: What its score is divided by where scores of several tasks are added.
        fewest: Graphs that it needs to ask anything: two where it tells graphs from each other.
        lockstep: Whether its head and its loss serve several models at once, nothing in them but parameters having a
            state; a subclass says it anew.
        of_head: Those of its options that say what its head is like.
        unsaid: Options that `config` leaves out at these values, so that runs from before there was a choice are known.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    metric_name: ClassVar[str]
    pretext: ClassVar[bool] = False
    batch_size: ClassVar[int] = 16
    learning_rate: ClassVar[float] = 5e-4
    unit: ClassVar[float] = 1.0
    fewest: ClassVar[int] = 1
    lockstep: ClassVar[bool] = False
    of_head: ClassVar[tuple[str, ...]] = ()
    unsaid: ClassVar[tuple[tuple[str, Any], ...]] = ()

    def config(self) -> dict[str, Any]:
        """Its options, the fields of a dataclass, as JSON values."""
        return {name: value for name, value in vars(self).items() if (name, value) not in self.unsaid}

    @abstractmethod
    def obstacle(self, graphs: PackedGraphs) -> str | None:
        """Why ``graphs`` cannot serve this task, or None if they can."""

    @abstractmethod
    def head(self, dim: int, origin: Origin) -> Head:
        """A fresh head for embeddings of width ``dim`` and the classes that ``origin`` names."""

    def grow(self, encoder: Encoder, origin: Origin) -> Head:
        """A fresh head for this encoder; `head`, unless the head needs to know more of it than the width."""
        return self.head(encoder.dim, origin)

    def equipped(self, graphs: PackedGraphs, train: Int64[Tensor, " train"], progress: bool = False) -> PackedGraphs:
        """The graphs with a column of answers, where these have to be computed beforehand; by default as they are.

        What answers are measured by may only come from the graphs numbered ``train``.
        """
        return graphs

    def fitted(self, graphs: PackedGraphs, train: Int64[Tensor, " train"]) -> "Task":
        """The task with what it has to know of the training part, the graphs numbered ``train``; by default itself."""
        return self

    def arrangement(
        self, graphs: PackedGraphs, part: Int64[Tensor, " part"], generator: torch.Generator
    ) -> Int64[Tensor, " part"] | None:
        """Places in ``part``, some of the graphs' numbers, in the order in which an epoch's batches take them.

        None, the default: any will do.
        """
        return None

    @abstractmethod
    def examples(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        """Everything that is labelled, for training without episodes."""

    def examples_each(
        self, graphs: PackedGraphs, batches: Sequence[PackedGraphs], generator: torch.Generator
    ) -> list[Examples]:
        """`examples` of each of several ``batches``, the parts of ``graphs``; at once where that is faster."""
        return [self.examples(batch, generator) for batch in batches]

    @abstractmethod
    def episode(self, graphs: PackedGraphs, generator: torch.Generator) -> Episode:
        """A fresh random support and target set over all of ``graphs``."""

    def episodes(self, graphs: PackedGraphs, counts: Sequence[int], generator: torch.Generator) -> list[Episode]:
        """An `episode` of each of several batches that lie one after the other, ``counts`` graphs each.

        Drawing them at once takes hardly longer than drawing one; a task that can should.
        """
        return [self.episode(batch, generator) for batch in parted(graphs, counts)]

    def exam(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        """What a model that does not adapt is asked when it is judged; `examples`, unless answers could be seen."""
        return self.examples(graphs, generator)

    @abstractmethod
    def loss(self, logits: Float[Tensor, "asked *logits"], examples: Examples) -> Float[Tensor, ""]:
        """Mean loss over the questions; 0 where there are none."""

    def losses(self, logits: Float[Tensor, "total *logits"], examples: Sequence[Examples]) -> Float[Tensor, " lanes"]:
        """The `loss` of every one of several batches, whose logits come in turn."""
        parts = logits.split([len(asked) for asked in examples])
        return torch.stack([self.loss(said, asked) for said, asked in zip(parts, examples, strict=True)])

    @abstractmethod
    def metric(self, logits: Float[Tensor, "asked *logits"], examples: Examples) -> float:
        """The task's score, higher is better; NaN where the questions do not define it.

        Of ``examples`` it may read ``answers`` alone, which can be those of several batches.
        """
