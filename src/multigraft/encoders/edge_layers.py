"""The layers of the edge encoders: GIN, GCN, GraphSAGE and GAT with edge embeddings in the messages.

Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", appendix A, and its release.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, linear, normalize

from multigraft.encoders.edge_features import EdgeEmbedding
from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.neighbourhoods import Entries, Weighting, averaged, normalised, summed
from multigraft.encoders.propagation import Adjacency

SLOPE = 0.2


@dataclass(frozen=True, eq=False)
class Surroundings:
    """What a layer needs of a batch. Its rows are nodes, or environments where these are shared.

    Attributes:
        adjacency: The weights of what every row hears, as a sparse matrix.
        sums: Weighted sums of the features over every row's entries.
        counts: How many nodes a row stands for; None: one.
        own: Which row of those that are heard every row itself was, where environments are shared.
        widens: Whether there are many more rows than there are to hear.
        entries: Edges and loops with their weights, where rows are nodes.
        features: Of every entry, where rows are nodes.
    """

    adjacency: Adjacency
    sums: Float[Tensor, "rows places"]
    counts: Float[Tensor, " rows"] | None = None
    own: Int64[Tensor, " rows"] | None = None
    widens: bool = False
    entries: Entries | None = None
    features: Float[Tensor, "entries places"] | None = None


class EdgeLayer(nn.Module, ABC):
    """From node embeddings ``[nodes, dim]`` to the next.

    Attributes:
        weighting: The weights of messages.
        shareable: Whether all it reads is what it is said, the adjacency and the sums: then rows can be environments.
    """

    weighting: ClassVar[Weighting] = staticmethod(summed)
    shareable: bool = True

    def forward(self, hidden: Float[Tensor, "nodes dim"], around: Surroundings) -> Float[Tensor, "rows dim"]:
        """Embeddings after hearing the neighbours."""
        return self.finish(self.hear(self.say(hidden, around), around))

    def say(self, hidden: Float[Tensor, "nodes dim"], around: Surroundings) -> Float[Tensor, "nodes width"]:
        """What every node tells those who hear it."""
        return hidden

    @abstractmethod
    def hear(self, said: Float[Tensor, "nodes width"], around: Surroundings) -> Float[Tensor, "rows wide"]:
        """What every row makes of what was said around it, up to an affine map."""

    def finish(self, heard: Float[Tensor, "rows wide"]) -> Float[Tensor, "rows dim"]:
        """Embeddings: that map."""
        return heard


class GINLayer(EdgeLayer):
    """MLP(sum over neighbours and oneself of (h_j + e_ij)), the MLP ``dim`` to 2 ``dim`` to ``dim``.

    With ``concat`` the message is h_j and e_ij one after the other, and the MLP has a batch norm: the release's network
    for proteins.

    Source: Xu et al. 2019, eq. 4.1, with edge embeddings.
    """

    def __init__(self, schema: InputSchema, dim: int, concat: bool = False) -> None:
        super().__init__()
        self.concat = concat
        self.shareable = not concat  # its batch norm counts rows
        self.edges = EdgeEmbedding(schema, dim)
        between = [nn.BatchNorm1d(2 * dim)] if concat else []
        self.mlp = nn.Sequential(
            nn.Linear(2 * dim if concat else dim, 2 * dim), *between, nn.ReLU(), nn.Linear(2 * dim, dim)
        )

    def say(self, hidden: Float[Tensor, "nodes dim"], around: Surroundings) -> Float[Tensor, "nodes width"]:
        return linear(hidden, self._first().weight) if around.widens else hidden  # A (H W') in place of (A H) W'

    def hear(self, said: Float[Tensor, "nodes width"], around: Surroundings) -> Float[Tensor, "rows wide"]:
        heard = around.adjacency @ said
        if around.widens:
            first = self._first()
            return self.mlp[1:-1](heard + linear(around.sums, first.weight @ self.edges.weight, first.bias))
        edges = self.edges(around.sums)
        return self.mlp[:-1](torch.cat([heard, edges], dim=1) if self.concat else heard + edges)

    def finish(self, heard: Float[Tensor, "rows wide"]) -> Float[Tensor, "rows dim"]:
        return self.mlp[-1](heard)

    def _first(self) -> nn.Linear:
        first = self.mlp[0]
        assert isinstance(first, nn.Linear)
        return first


class GCNLayer(EdgeLayer):
    """Sum over neighbours and oneself of (W h_j + b + e_ij) / sqrt(d_i d_j).

    Source: Kipf & Welling 2017, eq. 2, with edge embeddings.
    """

    weighting: ClassVar[Weighting] = staticmethod(normalised)

    def __init__(self, schema: InputSchema, dim: int) -> None:
        super().__init__()
        self.edges = EdgeEmbedding(schema, dim)
        self.linear = nn.Linear(dim, dim)

    def say(self, hidden: Float[Tensor, "nodes dim"], around: Surroundings) -> Float[Tensor, "nodes dim"]:
        return self.linear(hidden)

    def hear(self, said: Float[Tensor, "nodes dim"], around: Surroundings) -> Float[Tensor, "rows dim"]:
        return around.adjacency @ said + self.edges(around.sums)


class SAGELayer(EdgeLayer):
    """Mean over neighbours and oneself of (W h_j + b + e_ij), scaled to length 1.

    Source: Hamilton et al. 2017, algorithm 1, with edge embeddings.
    """

    weighting: ClassVar[Weighting] = staticmethod(averaged)

    def __init__(self, schema: InputSchema, dim: int) -> None:
        super().__init__()
        self.edges = EdgeEmbedding(schema, dim)
        self.linear = nn.Linear(dim, dim)

    def say(self, hidden: Float[Tensor, "nodes dim"], around: Surroundings) -> Float[Tensor, "nodes dim"]:
        return self.linear(hidden)

    def hear(self, said: Float[Tensor, "nodes dim"], around: Surroundings) -> Float[Tensor, "rows dim"]:
        return normalize(around.adjacency @ said + self.edges(around.sums), dim=1)


class GATLayer(EdgeLayer):
    """Messages m_ij = W h_j + b + e_ij, weighted by softmax_j(LeakyReLU(a [W h_i + b, m_ij])); the mean of the heads.

    Source: Veličković et al. 2018, eq. 3 and 6, with edge embeddings.
    """

    shareable = False

    def __init__(self, schema: InputSchema, dim: int, heads: int = 2) -> None:
        super().__init__()
        self.heads = heads
        self.edges = EdgeEmbedding(schema, heads * dim)
        self.linear = nn.Linear(dim, heads * dim)
        self.attention = nn.Parameter(nn.init.xavier_uniform_(torch.empty(1, heads, 2 * dim)))
        self.bias = nn.Parameter(torch.zeros(dim))

    def say(self, hidden: Float[Tensor, "nodes dim"], around: Surroundings) -> Float[Tensor, "nodes width"]:
        return self.linear(hidden)

    def hear(self, said: Float[Tensor, "nodes width"], around: Surroundings) -> Float[Tensor, "rows dim"]:
        assert around.entries is not None
        assert around.features is not None
        source, target = around.entries.edges
        present = around.entries.weights > 0
        own = said.unflatten(1, (self.heads, -1))
        messages = own.index_select(0, source) + self.edges(around.features).unflatten(1, (self.heads, -1))
        pairs = torch.cat([own.index_select(0, target), messages], dim=2)
        scores = leaky_relu((pairs * self.attention).sum(2), SLOPE).masked_fill(~present[:, None], -torch.inf)
        weights = segment_softmax(scores, target, len(said))
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
