"""Node classification: the class of a node."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.segments import ranks
from multigraft.tasks.base import Episode, Examples, Head
from multigraft.tasks.classification import Classification, missing_classes
from multigraft.tasks.episodes import each_episode
from multigraft.tasks.lanes import linear, placed
from multigraft.tasks.normed import check_norm, normed

LABELLED_PERCENT = 30


@dataclass(frozen=True)
class NodeClassification(Classification):
    """Queries are node numbers. Episode: the same graphs twice, 30 % of each graph's nodes as support, the rest target.

    ``norm``: what the embedding goes through before the head, see `multigraft.tasks.normed.NormedHead`.

    Source: SAME, section 4.2 and appendix A, algorithm 2; the norms are ours.
    """

    norm: str = "none"

    unsaid = (("norm", "none"),)
    name = "nc"
    title = "node classification"
    lockstep = True
    of_head = ("norm",)

    def __post_init__(self) -> None:
        check_norm(self.norm, self.name)

    def obstacle(self, graphs: PackedGraphs) -> str | None:
        return missing_classes("node", graphs.origin.name, graphs.origin.node_classes)

    def head(self, dim: int, origin: Origin) -> Head:
        return normed(NodeHead(dim, len(origin.node_classes)), self.norm, dim)

    def examples(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        return Examples(graphs, torch.arange(graphs.num_nodes, device=graphs.device), graphs.node_labels)

    def episode(self, graphs: PackedGraphs, generator: torch.Generator) -> Episode:
        return self.episodes(graphs, [len(graphs)], generator)[0]

    def episodes(self, graphs: PackedGraphs, counts: Sequence[int], generator: torch.Generator) -> list[Episode]:
        labelled = labelled_nodes(graphs, generator)
        return each_episode(Episode(_asked(graphs, labelled), _asked(graphs, ~labelled)), counts)


def labelled_nodes(graphs: PackedGraphs, generator: torch.Generator) -> Bool[Tensor, " nodes"]:
    """The nodes whose label the support set shows: 30 % of each graph, rounded down, at least one.

    Drawn in rounds: each takes one random node of every class that has any left, so classes are as even as they can
    be; the order of the classes within a round is random.

    Source: SAME, appendix A, algorithm 2.
    """
    classes = len(graphs.origin.node_classes)
    rounds = ranks(graphs.node_graph * classes + graphs.node_labels, generator)
    order = _by_graph_then_round(graphs, rounds, generator)
    take = (graphs.node_counts * LABELLED_PERCENT // 100).clamp_min(1).to(graphs.device)
    starts = graphs.node_offsets[:-1].to(graphs.device)
    place = torch.empty_like(order)
    place[order] = torch.arange(len(order), device=graphs.device) - starts[graphs.node_graph]
    return place < take[graphs.node_graph]


def _by_graph_then_round(graphs: PackedGraphs, rounds: Tensor, generator: torch.Generator) -> Tensor:
    """Node numbers ordered by graph, then round, then at random; graphs stay in their places."""
    most = int(graphs.node_counts.max()) if len(graphs) else 0
    noise = torch.rand(graphs.num_nodes, generator=generator, device=graphs.device, dtype=torch.float64)
    return torch.argsort(graphs.node_graph * most + rounds + noise)


def _asked(graphs: PackedGraphs, mask: Tensor) -> Examples:
    asked = mask.nonzero()[:, 0]
    return Examples(graphs, asked, graphs.node_labels.index_select(0, asked))


class NodeHead(Head):
    """One linear layer.

    Source: SAME, section 4.2.
    """

    def __init__(self, dim: int, classes: int) -> None:
        super().__init__()
        self.node = nn.Linear(dim, classes)

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, "asked classes"]:
        return self.node(z.index_select(0, examples.queries))

    def apart(
        self, weights: Mapping[str, Tensor], z: Float[Tensor, "lanes places dim"], examples: Sequence[Examples]
    ) -> Float[Tensor, "total classes"]:
        asked = placed([each.queries for each in examples], z.shape[1])
        return linear(z, weights, "node").flatten(0, 1).index_select(0, asked)
