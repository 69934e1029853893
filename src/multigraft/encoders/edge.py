"""The encoders of the pre-training paper: GIN, GCN, GraphSAGE and GAT that read categories of nodes and edges."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, ClassVar, Literal, get_args

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import dropout as drop

from multigraft.encoders.base import Encoder
from multigraft.encoders.distinct import Distinct
from multigraft.encoders.edge_features import edge_features
from multigraft.encoders.edge_layers import EdgeLayer, GATLayer, GCNLayer, GINLayer, SAGELayer, Surroundings
from multigraft.encoders.inputs import InputFeatures, InputSchema, unmasked
from multigraft.encoders.norms import normalisation
from multigraft.encoders.sharing import Sharing, in_tiles
from multigraft.errors import InputError
from multigraft.graphs.packed import Columns, PackedGraphs

Jumping = Literal["last", "concat", "max", "sum"]


class EdgeEncoder(Encoder):
    """Layers of message passing with edge embeddings, a norm, and ReLU but for the last.

    ``jk`` is the jumping knowledge: the embeddings of the ``last`` layer, or all layers' (the input's included) one
    after the other (``concat``, (layers + 1) ``dim`` wide), their maximum or sum. ``dropout`` follows every layer.
    ``norm`` is ``batch``, the paper's; ``layer``, which judges a node by itself and so asks the same of every episode
    (Ba et al. 2016); or ``none``.

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
        norm: str = "batch",
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
        made = [self.layer(schema, dim, **options) for _ in range(layers)]
        self.layers, self.sharing = nn.ModuleList(made), all(layer.shareable for layer in made)
        self.norm, self.norms = norm, nn.ModuleList(normalisation(norm, dim) for _ in range(layers))

    def forward(self, graphs: PackedGraphs) -> Float[Tensor, "nodes dim"]:
        shared = self.environments(graphs)
        if shared is not None:
            return shared.finished().rows if len(shared.rows) == graphs.num_nodes else shared.nodes()
        self.inputs.check(graphs)
        around = self._around(graphs)
        first = self.nodes(graphs.nodes, self.inputs.numbers(graphs))
        return self._jumped(self._passed(first, lambda depth: around), lambda rows, depth: rows)

    def environments(self, graphs: PackedGraphs) -> Distinct | None:
        layers = len(self.layers)
        if not self.sharing or (self.training and self.dropout):
            return None
        self.inputs.check(graphs)
        weights = sum(weight.numel() for weight in self.layers.parameters()) // max(1, layers)
        shared = graphs.once(Sharing(self.inputs, self.layer.weighting, True, weights))
        if shared is None or not shared.pays(layers):
            return None
        first, of = self.nodes(shared.nodes, shared.numbers), shared.environments.after(layers).of
        late = self.jk == "last" and self.norm != "layer" and not self.training
        rows = self._jumped(self._passed(first, shared.around, late), partial(shared.spread, last=layers))
        return Distinct(rows, of, partial(self._ended, layers)) if late else Distinct(rows, of)

    def _passed(
        self, hidden: Tensor, around: Callable[[int], Surroundings], late: bool = False
    ) -> Iterator[Float[Tensor, "rows width"]]:
        """The embeddings that every layer makes, the input's first; where it is ``late``, the last not ended yet."""
        yield hidden
        for depth in range(1, len(self.layers) + 1):
            hidden = self._heard(depth, hidden, around(depth), late and depth == len(self.layers))
            yield hidden

    def _heard(self, depth: int, hidden: Tensor, around: Surroundings, late: bool) -> Float[Tensor, "rows width"]:
        """What the layer of that depth makes of embeddings."""
        layer = self.layers[depth - 1]
        assert isinstance(layer, EdgeLayer)
        said = layer.say(hidden, around)

        def step(part: Surroundings) -> Tensor:
            heard = layer.hear(said, part)
            if late:
                return heard
            found = self._ended(depth, heard, part.counts)
            found = found if depth == len(self.layers) else torch.relu(found)
            return drop(found, self.dropout or 0.0, self.training)

        return step(around) if self.training else in_tiles(step, around)

    def _ended(
        self, depth: int, heard: Float[Tensor, "rows width"], counts: Float[Tensor, " rows"] | None = None
    ) -> Float[Tensor, "rows dim"]:
        """The end of that layer, which without training is affine but for a layer norm."""
        layer, norm = self.layers[depth - 1], self.norms[depth - 1]
        assert isinstance(layer, EdgeLayer)
        return norm(layer.finish(heard), *([counts] if self.norm == "batch" else []))

    def blocks(self) -> dict[str, int]:
        if self.jk != "concat":
            return super().blocks()
        return {"input": self.hidden, **{f"layer {d}": self.hidden for d in range(1, len(self.layers) + 1)}}

    def stages(self) -> list[list[nn.Module]]:
        return [[self.nodes], *([layer, norm] for layer, norm in zip(self.layers, self.norms, strict=True))]

    def config(self) -> dict[str, Any]:
        return {
            "dim": self.hidden, "layers": len(self.layers), "jk": self.jk, "dropout": self.dropout,
            "norm": self.norm, **self.options,
        }  # fmt: skip

    def _around(self, graphs: PackedGraphs) -> Surroundings:
        entries = graphs.once(self.layer.weighting)
        features = edge_features(graphs, self.inputs.schema)
        return Surroundings(entries.adjacency(), entries.sums(features), entries=entries, features=features)

    def _jumped(self, found: Iterable[Tensor], spread: Callable[[Tensor, int], Tensor]) -> Tensor:
        """One embedding from those of all depths, each of which ``spread`` brings to the same rows."""
        if self.jk == "last":
            depth, rows = deque(enumerate(found), maxlen=1).pop()
            return spread(rows, depth)
        all_rows = [spread(rows, depth) for depth, rows in enumerate(found)]
        if self.jk == "concat":
            return torch.cat(all_rows, dim=1)
        stacked = torch.stack(all_rows)
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

    def forward(self, nodes: Columns, numbers: Float[Tensor, "nodes numbers"]) -> Float[Tensor, "nodes dim"]:
        parts = [table(codes) for table, codes in zip(self.tables, self._codes(nodes), strict=True)]
        if self.linear is not None:
            parts.append(self.linear(unmasked(numbers, nodes)))
        return torch.stack(parts).sum(0) if len(parts) > 1 else parts[0]

    def _codes(self, nodes: Columns) -> list[Tensor]:
        """A column of codes for each table; a code that a table does not have counts as 0."""
        schema = self.schema
        named = [name for name in ("codes", "structure_codes") if getattr(schema, name)]
        columns = [column for name in named for column in nodes[name].long().unbind(1)]
        known = [*schema.codes, *schema.structure_codes]
        codes = [torch.where(column < size, column, 0) for column, size in zip(columns, known, strict=True)]
        if "masked" not in nodes or not codes:
            return codes
        token = [schema.codes[0] if schema.codes and place == 0 else 0 for place in range(len(codes))]
        return [torch.where(nodes["masked"], one, column) for one, column in zip(token, codes, strict=True)]


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
