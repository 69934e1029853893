"""Infomax: whether a node belongs to the graph with that summary."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from multigraft.encoders.readout import readout
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.tasks.base import Examples, Head
from multigraft.tasks.discrimination import Discrimination, matched


@dataclass(frozen=True)
class Infomax(Discrimination):
    """Queries are a node and the number of a graph: every node with its own, then every node with the next one.

    Behind the last graph comes the first; a graph that is alone has no other to be confused with, so only true pairs.

    Source: Velickovic et al. 2019, "Deep Graph Infomax", as Hu et al. 2020, section 5, and its release use it.
    """

    name = "im"
    title = "infomax"
    fewest = 2

    def obstacle(self, graphs: PackedGraphs) -> str | None:
        if len(graphs) < 2:
            return f"data set {graphs.origin.name!r} has a single graph, and a node's graph is told from another one"
        return None

    def head(self, dim: int, origin: Origin) -> Head:
        return SummaryHead(dim)

    def examples(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        nodes, own = torch.arange(graphs.num_nodes, device=graphs.device), graphs.node_graph
        true = torch.stack([nodes, own])
        false = torch.stack([nodes, (own + 1) % len(graphs)]) if len(graphs) > 1 else true[:, :0]
        return matched(true, false, graphs)


class SummaryHead(Head):
    """z' W s of a node z and a summary s, the sigmoid of the mean over a graph's nodes.

    Source: Deep Graph Infomax, section 4.2, eq. 3 and 4; W starts uniform within 1 / sqrt(dim), as in the release.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(dim, dim).uniform_(-(dim**-0.5), dim**-0.5))

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, " asked"]:
        node, graph = examples.queries
        asked = torch.sigmoid(readout(z, examples.graphs, "mean")) @ self.weight
        return (z.index_select(0, node) * asked.index_select(0, graph)).sum(1)
