"""Graph classification: the class of a graph."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from multigraft.encoders.readout import Readout, readout
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.tasks.base import Episode, Examples, Head
from multigraft.tasks.classification import Classification, missing_classes
from multigraft.tasks.episodes import divided


@dataclass(frozen=True)
class GraphClassification(Classification):
    """Queries are graph numbers. Episode: 60 % of the graphs as support, the rest as target.

    ``pool`` is the head's readout: SAME's paper takes the mean, its release the sum.

    Source: SAME, section 4.2 and appendix A, algorithm 2.
    """

    pool: Readout = "mean"

    name = "gc"
    title = "graph classification"

    def obstacle(self, graphs: PackedGraphs) -> str | None:
        return missing_classes("graph", graphs.origin.name, graphs.origin.graph_classes)

    def head(self, dim: int, origin: Origin) -> Head:
        return GraphHead(dim, len(origin.graph_classes), self.pool)

    def examples(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        return Examples(graphs, torch.arange(len(graphs), device=graphs.device), graphs.graph_labels)

    def episode(self, graphs: PackedGraphs, generator: torch.Generator) -> Episode:
        support, target = divided(graphs, generator)
        return Episode(self.examples(support, generator), self.examples(target, generator))


class GraphHead(Head):
    """Linear and ReLU on every node, pooled over each graph, linear to the classes.

    Source: SAME, section 4.2.
    """

    def __init__(self, dim: int, classes: int, pool: Readout) -> None:
        super().__init__()
        self.pool: Readout = pool
        self.node = nn.Linear(dim, dim)
        self.graph = nn.Linear(dim, classes)

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, "asked classes"]:
        pooled = readout(torch.relu(self.node(z)), examples.graphs, self.pool)
        return self.graph(pooled.index_select(0, examples.queries))
