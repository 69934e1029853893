"""What the tasks that ask for hidden attributes as numbers have in common."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn.functional import one_hot

from multigraft.encoders.base import Encoder
from multigraft.encoders.inputs import CONSTANT
from multigraft.errors import InputError
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.sampling import chosen
from multigraft.graphs.vocabulary import vocabulary
from multigraft.tasks.base import Episode, Examples, Head, Task
from multigraft.tasks.episodes import halved


@dataclass(frozen=True)
class Reconstruction(Task):
    """Queries are the nodes that are masked, answers ``[asked, width]`` what they were.

    ``rate`` of each graph's nodes, rounded down, and one more are masked, but one is left where there are two.
    Attributes are standardised by ``mean`` and ``deviation``, which `fitted` takes from the training part where they
    are not given: a head that goes on means the same. Of molecules the element is asked for, one-hot.

    Episode: the same graphs, all of what is masked hidden in both; support and target share the questions in halves.
    """

    rate: float = 0.25
    mean: Sequence[float] = ()
    deviation: Sequence[float] = ()

    pretext = True
    batch_size = 256
    learning_rate = 1e-3
    of_head = ("mean", "deviation")

    def __post_init__(self) -> None:
        if not 0 < self.rate < 1:
            raise InputError(f"the rate of masking must lie between 0 and 1, got {self.rate}")
        for field in ("mean", "deviation"):  # JSON knows lists alone
            object.__setattr__(self, field, tuple(getattr(self, field)))

    def obstacle(self, graphs: PackedGraphs) -> str | None:
        if not vocabulary(graphs.origin.featurization).nodes and not graphs.x.shape[1]:
            return f"data set {graphs.origin.name!r} has no attributes that could be masked"
        if graphs.origin.featurization == "protein":
            return f"data set {graphs.origin.name!r} has nodes that are all alike"
        return None

    def head(self, dim: int, origin: Origin) -> Head:
        raise InputError("how many attributes there are is known to the encoder: let the head grow with that")

    def grow(self, encoder: Encoder, origin: Origin) -> Head:
        known = vocabulary(origin.featurization).nodes
        return self.said_by(encoder.dim, known[0] if known else encoder.inputs.schema.attributes)

    @abstractmethod
    def said_by(self, dim: int, width: int) -> Head:
        """A fresh head that says so many numbers of a masked node."""

    def fitted(self, graphs: PackedGraphs, train: Int64[Tensor, " train"]) -> Task:
        if vocabulary(graphs.origin.featurization).nodes:
            return self
        if self.mean or self.deviation:
            if {len(self.mean), len(self.deviation)} != {graphs.x.shape[1]}:
                raise InputError(f"mean and deviation must have {graphs.x.shape[1]} numbers each, one an attribute")
            return self
        wide = graphs.select(train).x.double()
        mean, deviation = wide.mean(0), wide.std(0, correction=0)
        deviation = torch.where(deviation <= CONSTANT * wide.abs().amax(0), 1.0, deviation)
        return replace(self, mean=tuple(mean.tolist()), deviation=tuple(deviation.tolist()))

    def examples(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        counts = graphs.node_counts.to(graphs.device)
        take = torch.minimum((counts * self.rate).long() + 1, (counts - 1).clamp_min(1))
        masked = chosen(counts, take.clamp_max(counts), generator)
        hidden = replace(graphs, nodes={**graphs.nodes, "masked": masked})
        nodes = masked.nonzero()[:, 0]
        return Examples(hidden, nodes, self._were(graphs, nodes))

    def episode(self, graphs: PackedGraphs, generator: torch.Generator) -> Episode:
        asked = self.examples(graphs, generator)
        half = halved(graphs.node_graph[asked.queries], generator)
        support, target = (
            Examples(asked.graphs, asked.queries[part], asked.answers[part]) for part in (half, ~half)
        )  # fmt: skip
        return Episode(support, target)

    def _were(self, graphs: PackedGraphs, nodes: Int64[Tensor, " asked"]) -> Float[Tensor, "asked width"]:
        known = vocabulary(graphs.origin.featurization).nodes
        if known:
            return one_hot(graphs.nodes["codes"][nodes, 0].long(), known[0]).to(graphs.x.dtype)
        x = graphs.x.index_select(0, nodes)
        return (x - x.new_tensor(self.mean)) / x.new_tensor(self.deviation) if self.mean else x
