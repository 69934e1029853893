"""The layers of the edge encoders: GIN, GCN, GraphSAGE and GAT with edge embeddings in the messages.

Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", appendix A, and its release.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, normalize

from multigraft.encoders.edge_features import EdgeEmbedding
from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.neighbourhoods import Entries, Weighting, averaged, normalised, summed
from multigraft.encoders.propagation import Adjacency

SLOPE = 0.2


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What every layer needs of a batch: computed once a pass.

    Attributes:
        entries: Edges and loops with their weights.
        adjacency: The same as a sparse matrix.
        features: Of every entry.
        sums: Weighted sums of the features over every node's entries.
    """

    entries: Entries
    adjacency: Adjacency
    features: Float[Tensor, "entries places"]
    sums: Float[Tensor, "nodes places"]


class EdgeLayer(nn.Module, ABC):
    """From node embeddings ``[nodes, dim]`` to the next."""

    weighting: ClassVar[Weighting] = staticmethod(summed)

    @abstractmethod
    def forward(self, hidden: Float[Tensor, "nodes dim"], around: Surroundings) -> Float[Tensor, "nodes dim"]:
        """Embeddings after hearing the neighbours."""


class GINLayer(EdgeLayer):
    """MLP(sum over neighbours and oneself of (h_j + e_ij)), the MLP ``dim`` to 2 ``dim`` to ``dim``.

    With ``concat`` the message is h_j and e_ij one after the other, and the MLP has a batch norm: the release's network
    for proteins.

    Source: Xu et al. 2019, eq. 4.1, with edge embeddings.
    """

    def __init__(self, schema: InputSchema, dim: int, concat: bool = False) -> None:
        super().__init__()
        self.concat = concat
        self.edges = EdgeEmbedding(schema, dim)
        between = [nn.BatchNorm1d(2 * dim)] if concat else []
        self.mlp = nn.Sequential(
            nn.Linear(2 * dim if concat else dim, 2 * dim), *between, nn.ReLU(), nn.Linear(2 * dim, dim)
        )

    def forward(self, hidden: Float[Tensor, "nodes dim"], around: Surroundings) -> Float[Tensor, "nodes dim"]:
        heard, edges = around.adjacency @ hidden, self.edges(around.sums)
        return self.mlp(torch.cat([heard, edges], dim=1) if self.concat else heard + edges)


class GCNLayer(EdgeLayer):
    """Sum over neighbours and oneself of (W h_j + b + e_ij) / sqrt(d_i d_j).

    Source: Kipf & Welling 2017, eq. 2, with edge embeddings.
    """

    weighting: ClassVar[Weighting] = staticmethod(normalised)

    def __init__(self, schema: InputSchema, dim: int) -> None:
        super().__init__()
        self.edges = EdgeEmbedding(schema, dim)
        self.linear = nn.Linear(dim, dim)

    def forward(self, hidden: Float[Tensor, "nodes dim"], around: Surroundings) -> Float[Tensor, "nodes dim"]:
        return around.adjacency @ self.linear(hidden) + self.edges(around.sums)


class SAGELayer(EdgeLayer):
    """Mean over neighbours and oneself of (W h_j + b + e_ij), scaled to length 1.

    Source: Hamilton et al. 2017, algorithm 1, with edge embeddings.
    """

    weighting: ClassVar[Weighting] = staticmethod(averaged)

    def __init__(self, schema: InputSchema, dim: int) -> None:
        super().__init__()
        self.edges = EdgeEmbedding(schema, dim)
        self.linear = nn.Linear(dim, dim)

    def forward(self, hidden: Float[Tensor, "nodes dim"], around: Surroundings) -> Float[Tensor, "nodes dim"]:
        return normalize(around.adjacency @ self.linear(hidden) + self.edges(around.sums), dim=1)


class GATLayer(EdgeLayer):
    """Messages m_ij = W h_j + b + e_ij, weighted by softmax_j(LeakyReLU(a [W h_i + b, m_ij])); the mean of the heads.

    Source: Veličković et al. 2018, eq. 3 and 6, with edge embeddings.
    """

    def __init__(self, schema: InputSchema, dim: int, heads: int = 2) -> None:
        super().__init__()
        self.heads = heads
        self.edges = EdgeEmbedding(schema, heads * dim)
        self.linear = nn.Linear(dim, heads * dim)
        self.attention = nn.Parameter(nn.init.xavier_uniform_(torch.empty(1, heads, 2 * dim)))
        self.bias = nn.Parameter(torch.zeros(dim))

    def forward(self, hidden: Float[Tensor, "nodes dim"], around: Surroundings) -> Float[Tensor, "nodes dim"]:
        source, target = around.entries.edges
        present = around.entries.weights > 0
        own = self.linear(hidden).unflatten(1, (self.heads, -1))
        messages = own.index_select(0, source) + self.edges(around.features).unflatten(1, (self.heads, -1))
        pairs = torch.cat([own.index_select(0, target), messages], dim=2)
        scores = leaky_relu((pairs * self.attention).sum(2), SLOPE).masked_fill(~present[:, None], -torch.inf)
        weights = segment_softmax(scores, target, len(hidden))
        heard = messages.new_zeros(own.shape).index_add(0, target, messages * weights[:, :, None])
        return heard.mean(1) + self.bias


def segment_softmax(
    scores: Float[Tensor, "entries heads"], segments: Tensor, count: int
) -> Float[Tensor, "entries heads"]:
    """The softmax over the entries of each segment."""
    lowest = scores.new_full((count, scores.shape[1]), -torch.inf)
    places = segments[:, None].expand_as(scores)
    largest = lowest.scatter_reduce(0, places, scores.detach(), "amax")  # a constant shift: no gradient is needed
    weights = (scores - largest.index_select(0, segments)).exp()
    totals = scores.new_zeros(count, scores.shape[1]).index_add(0, segments, weights)
    return weights / totals.index_select(0, segments)
