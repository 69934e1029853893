"""Graph classification: the class of a graph."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from multigraft.encoders.readout import Readout, pooled, pooled_width, readout
from multigraft.errors import InputError
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.tasks.base import Episode, Examples, Head
from multigraft.tasks.classification import Classification, missing_classes
from multigraft.tasks.episodes import each_divided
from multigraft.tasks.lanes import linear, placed, rows
from multigraft.tasks.normed import check_norm, normed


@dataclass(frozen=True)
class GraphClassification(Classification):
    """Queries are graph numbers. Episode: 60 % of the graphs as support, the rest as target.

    ``pool`` is the head's readout: SAME's paper takes the mean, its release the sum. ``hidden``: whether the head has a
    layer on every node before it, as SAME's has; without one it is as linear as the probes that come later. ``norm``:
    what the embedding goes through first, see `multigraft.tasks.normed.NormedHead`.

    Source: SAME, section 4.2 and appendix A, algorithm 2.
    """

    pool: str = "mean"
    hidden: bool = True
    norm: str = "none"

    unsaid = (("hidden", True), ("norm", "none"))
    name = "gc"
    title = "graph classification"
    lockstep = True
    of_head = ("pool", "hidden", "norm")

    def __post_init__(self) -> None:
        if self.pool not in get_args(Readout):
            known = ", ".join(get_args(Readout))
            raise InputError(f"unknown readout {self.pool!r} for task 'gc': choose from {known}")
        check_norm(self.norm, self.name)

    def obstacle(self, graphs: PackedGraphs) -> str | None:
        return missing_classes("graph", graphs.origin.name, graphs.origin.graph_classes)

    def head(self, dim: int, origin: Origin) -> Head:
        kind = GraphHead if self.hidden else LinearGraphHead
        head = kind(dim, len(origin.graph_classes), self.pool)  # ty: ignore[invalid-argument-type]
        return normed(head, self.norm, dim)

    def examples(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        return Examples(graphs, torch.arange(len(graphs), device=graphs.device), graphs.graph_labels)

    def episode(self, graphs: PackedGraphs, generator: torch.Generator) -> Episode:
        return self.episodes(graphs, [len(graphs)], generator)[0]

    def episodes(self, graphs: PackedGraphs, counts: Sequence[int], generator: torch.Generator) -> list[Episode]:
        return [
            Episode(self.examples(support, generator), self.examples(target, generator))
            for support, target in each_divided(graphs, counts, generator)
        ]


class GraphHead(Head):
    """Linear and ReLU on every node, pooled over each graph, linear to the classes.

    Source: SAME, section 4.2.
    """

    def __init__(self, dim: int, classes: int, pool: Readout) -> None:
        super().__init__()
        self.pool: Readout = pool
        self.node = nn.Linear(dim, dim)
        self.graph = nn.Linear(pooled_width(self.pool, dim), classes)

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, "asked classes"]:
        whole = readout(torch.relu(self.node(z)), examples.graphs, self.pool)
        return self.graph(whole.index_select(0, examples.queries))

    def apart(
        self, weights: Mapping[str, Tensor], z: Float[Tensor, "lanes places dim"], examples: Sequence[Examples]
    ) -> Float[Tensor, "total classes"]:
        batches = [each.graphs for each in examples]
        places = max(len(batch) for batch in batches)  # of graphs in a lane
        owner = placed([batch.node_graph for batch in batches], places)
        counts = pad_sequence([batch.node_counts for batch in batches], batch_first=True)
        nodes = rows(torch.relu(linear(z, weights, "node")), [batch.num_nodes for batch in batches])
        whole = pooled(nodes, owner, counts.flatten(), self.pool).unflatten(0, (len(batches), places))
        asked = placed([each.queries for each in examples], places)
        return linear(whole, weights, "graph").flatten(0, 1).index_select(0, asked)


class LinearGraphHead(Head):
    """Pooled over each graph, brought to mean 0 and deviation 1 row by row, linear to the classes.

    Sums over graphs of different sizes differ by orders of magnitude: hence the layer norm (Ba et al. 2016), which
    looks at a graph alone.
    """

    def __init__(self, dim: int, classes: int, pool: Readout) -> None:
        super().__init__()
        self.pool: Readout = pool
        width = pooled_width(pool, dim)
        self.norm = nn.LayerNorm(width, elementwise_affine=False)
        self.graph = nn.Linear(width, classes)

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, "asked classes"]:
        whole = self.norm(readout(z, examples.graphs, self.pool))
        return self.graph(whole.index_select(0, examples.queries))
