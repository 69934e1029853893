"""Edge prediction: node embeddings whose inner product says whether an edge joins the nodes."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.pairs import sample_nonedges, undirected_edges
from multigraft.graphs.segments import segment_ids
from multigraft.graphs.splits import LinkSplit, link_split
from multigraft.tasks.base import Episode, Examples, Head
from multigraft.tasks.discrimination import Discrimination, matched
from multigraft.tasks.episodes import halved

HIDDEN_PERCENT = 20


@dataclass(frozen=True)
class EdgePrediction(Discrimination):
    """Queries are node pairs: the edges of the graphs and as many non-edges of each, fewer where there are fewer.

    Plain training asks for all edges, and message passing sees them, as in the release. Whoever is judged should not
    see the answer: the exam asks for 20 % of each graph's edges, which are hidden. So does an episode, in which support
    and target share the graphs, the hidden edges and the non-edges half and half, both hidden in both.

    Source: Hu et al. 2020, and its release; for edges that are judged apart: Kipf & Welling 2016, "Variational
    Graph Auto-Encoders", section 4.
    """

    name = "ep"
    title = "edge prediction"

    def obstacle(self, graphs: PackedGraphs) -> str | None:
        if not bool((graphs.edge_index[0] != graphs.edge_index[1]).any()):
            return f"data set {graphs.origin.name!r} has no edges"
        return None

    def head(self, dim: int, origin: Origin) -> Head:
        return InnerProductHead()

    def examples(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        edges = undirected_edges(graphs)
        return matched(edges.pairs, sample_nonedges(graphs, edges.counts, generator, edges)[0], graphs)

    def exam(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        links, nonedges, _ = _hidden(graphs, generator)
        return matched(links.held_out, nonedges, graphs.keep_edges(links.visible))

    def episode(self, graphs: PackedGraphs, generator: torch.Generator) -> Episode:
        links, nonedges, counts = _hidden(graphs, generator)
        visible = graphs.keep_edges(links.visible)
        true = halved(segment_ids(links.held_out_counts), generator)
        false = halved(segment_ids(counts), generator)
        return Episode(
            matched(links.held_out[:, true], nonedges[:, false], visible),
            matched(links.held_out[:, ~true], nonedges[:, ~false], visible),
        )


def _hidden(graphs: PackedGraphs, generator: torch.Generator) -> tuple[LinkSplit, Tensor, Tensor]:
    """A fifth of the edges apart, as many non-edges, and how many non-edges of each graph."""
    edges = undirected_edges(graphs)
    links = link_split(edges, generator, HIDDEN_PERCENT)
    return links, *sample_nonedges(graphs, links.held_out_counts, generator, edges)


class InnerProductHead(Head):
    """The inner product of the two nodes' embeddings; nothing to learn."""

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, " asked"]:
        first, second = examples.queries
        return (z.index_select(0, first) * z.index_select(0, second)).sum(1)
