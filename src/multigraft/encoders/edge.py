"""The encoders of the pre-training paper: GIN, GCN, GraphSAGE and GAT that read categories of nodes and edges."""

from typing import Any, ClassVar, Literal, get_args

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import dropout as drop

from multigraft.encoders.base import Encoder
from multigraft.encoders.edge_features import edge_features
from multigraft.encoders.edge_layers import EdgeLayer, GATLayer, GCNLayer, GINLayer, SAGELayer, Surroundings
from multigraft.encoders.inputs import InputFeatures, InputSchema, unmasked
from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs

Jumping = Literal["last", "concat", "max", "sum"]


class NodeNorm(nn.BatchNorm1d):
    """Batch norm over nodes; a batch of a single one, which has no spread, is judged by what was met before."""

    def forward(self, input: Float[Tensor, "nodes dim"]) -> Float[Tensor, "nodes dim"]:
        if self.training and len(input) < 2:
            known = self.running_mean, self.running_var
            return nn.functional.batch_norm(input, *known, self.weight, self.bias, eps=self.eps)
        return super().forward(input)


class EdgeEncoder(Encoder):
    """Layers of message passing with edge embeddings, batch norm, and ReLU but for the last.

    ``jk`` is the jumping knowledge: the embeddings of the ``last`` layer, or all layers' (the input's included) one
    after the other (``concat``, (layers + 1) ``dim`` wide), their maximum or sum. ``dropout`` follows every layer.

    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", section 5 and appendix A; Xu et al.
    2018 for jumping knowledge.
    """

    layer: ClassVar[type[EdgeLayer]]

    def __init__(
        self,
        schema: InputSchema,
        dim: int = 300,
        layers: int = 5,
        jk: str = "last",
        dropout: float = 0.0,
        batch_norm: bool = True,
        **options: Any,
    ) -> None:
        super().__init__()
        if jk not in get_args(Jumping):
            raise InputError(f"unknown jumping knowledge {jk!r}: choose from {', '.join(get_args(Jumping))}")
        if not 0 <= dropout < 1:
            raise InputError(f"dropout must be at least 0 and below 1, got {dropout}")
        self.inputs = InputFeatures(schema)
        self.hidden, self.jk, self.dropout, self.options = dim, jk, dropout, options
        self.dim = dim * (layers + 1) if jk == "concat" else dim
        self.nodes = NodeEmbedding(schema, dim)
        self.layers = nn.ModuleList(self.layer(schema, dim, **options) for _ in range(layers))
        self.norms = nn.ModuleList(NodeNorm(dim) if batch_norm else nn.Identity() for _ in range(layers))
        self.batch_norm = batch_norm

    def forward(self, graphs: PackedGraphs) -> Float[Tensor, "nodes dim"]:
        self.inputs.check(graphs)
        around = self._around(graphs)
        found = [self.nodes(graphs, self.inputs.numbers(graphs))]
        for depth, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True), start=1):
            hidden = norm(layer(found[-1], around))
            hidden = hidden if depth == len(self.layers) else torch.relu(hidden)
            found.append(drop(hidden, self.dropout, self.training))
        return self._jumped(found)

    def stages(self) -> list[list[nn.Module]]:
        return [[self.nodes], *([layer, norm] for layer, norm in zip(self.layers, self.norms, strict=True))]

    def config(self) -> dict[str, Any]:
        return {
            "dim": self.hidden, "layers": len(self.layers), "jk": self.jk, "dropout": self.dropout,
            "batch_norm": self.batch_norm, **self.options,
        }  # fmt: skip

    def _around(self, graphs: PackedGraphs) -> Surroundings:
        entries = graphs.once(self.layer.weighting)
        features = edge_features(graphs, self.inputs.schema)
        return Surroundings(entries, entries.adjacency(), features, entries.sums(features))

    def _jumped(self, found: list[Tensor]) -> Tensor:
        if self.jk == "last":
            return found[-1]
        if self.jk == "concat":
            return torch.cat(found, dim=1)
        stacked = torch.stack(found)
        return stacked.amax(0) if self.jk == "max" else stacked.sum(0)


class NodeEmbedding(nn.Module):
    """The input of the first layer: sums of table rows for a node's categories, and a linear map of its numbers.

    A masked node has a category of its own in the first table and the first one in all others; its numbers are blank.
    """

    def __init__(self, schema: InputSchema, dim: int) -> None:
        super().__init__()
        if not schema.width:
            raise InputError("nodes without attributes, structure, degrees or categories give nothing to read")
        self.schema = schema
        sizes = [*schema.codes, *schema.structure_codes]
        if schema.codes:
            sizes[0] += 1  # the mask's
        self.tables = nn.ModuleList(nn.Embedding(size, dim) for size in sizes)
        for table in self.tables:
            assert isinstance(table, nn.Embedding)
            nn.init.xavier_uniform_(table.weight)
        self.linear = nn.Linear(schema.numbers, dim) if schema.numbers else None

    def forward(self, graphs: PackedGraphs, numbers: Float[Tensor, "nodes numbers"]) -> Float[Tensor, "nodes dim"]:
        parts = [table(codes) for table, codes in zip(self.tables, self._codes(graphs), strict=True)]
        if self.linear is not None:
            parts.append(self.linear(unmasked(numbers, graphs.nodes)))
        return torch.stack(parts).sum(0) if len(parts) > 1 else parts[0]

    def _codes(self, graphs: PackedGraphs) -> list[Tensor]:
        """A column of codes for each table; a code that a table does not have counts as 0."""
        schema = self.schema
        named = [name for name in ("codes", "structure_codes") if getattr(schema, name)]
        columns = [column for name in named for column in graphs.nodes[name].long().unbind(1)]
        known = [*schema.codes, *schema.structure_codes]
        codes = [torch.where(column < size, column, 0) for column, size in zip(columns, known, strict=True)]
        if "masked" not in graphs.nodes or not codes:
            return codes
        token = [schema.codes[0] if schema.codes and place == 0 else 0 for place in range(len(codes))]
        return [torch.where(graphs.nodes["masked"], one, column) for one, column in zip(token, codes, strict=True)]


class GIN(EdgeEncoder):
    """Graph isomorphism network; see `EdgeEncoder` and `GINLayer`."""

    kind = "gin"
    layer = GINLayer


class EdgeGCN(EdgeEncoder):
    """Graph convolutions that hear edges, unlike SAME's; see `EdgeEncoder` and `GCNLayer`."""

    kind = "edge-gcn"
    layer = GCNLayer


class GraphSAGE(EdgeEncoder):
    """Mean aggregation; see `EdgeEncoder` and `SAGELayer`."""

    kind = "graphsage"
    layer = SAGELayer


class GAT(EdgeEncoder):
    """Attention; see `EdgeEncoder` and `GATLayer`."""

    kind = "gat"
    layer = GATLayer
