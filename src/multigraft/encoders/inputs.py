"""From the columns of a batch to the input features of an encoder."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.nn.functional import one_hot

from multigraft.errors import InputError
from multigraft.graphs.classes import bits
from multigraft.graphs.packed import Columns, PackedGraphs
from multigraft.graphs.vocabulary import vocabulary

Scaling = Literal["rows", "standard", "none"]
MOST_DEGREES = 32
CONSTANT = 1e-6  # deviation, relative to the largest value, under which a column is constant but for rounding


@dataclass(frozen=True)
class InputSchema:
    """Which features an encoder reads: attribute columns, structural columns, degrees one-hot, and categories.

    ``degrees`` is the number of one-hot places, 0 for none; larger degrees share the last place. ``scaling`` is how
    attributes are normalised: ``rows`` as SAME's release does it, ``standard`` by the training part's mean and
    deviation, or ``none``. ``codes``, ``structure_codes`` and ``edge_codes`` say how many categories each column of
    codes has, ``edge_types`` how many columns of types: see `multigraft.graphs.vocabulary`.
    """

    attributes: int
    structure: int = 0
    degrees: int = 0
    scaling: str = "rows"
    codes: tuple[int, ...] = ()
    structure_codes: tuple[int, ...] = ()
    edge_codes: tuple[int, ...] = ()
    edge_types: int = 0

    def __post_init__(self) -> None:
        if self.scaling not in get_args(Scaling):
            raise InputError(f"unknown scaling {self.scaling!r}: choose from {', '.join(get_args(Scaling))}")

    @property
    def numbers(self) -> int:
        """How many of the features are numbers, or count as such: all but the categories."""
        return self.attributes + self.structure + self.degrees

    @property
    def width(self) -> int:
        """All features with categories one-hot, and one place for nodes that are masked."""
        categories = sum(self.codes) + sum(self.structure_codes)
        return self.numbers + (categories + 1 if categories else 0)

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "InputSchema":
        """The schema whose fields were stored as JSON, which knows lists alone."""
        fields: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
        }
        return cls(**fields)

    @classmethod
    def of(cls, graphs: PackedGraphs, scaling: str = "rows") -> "InputSchema":
        """The schema that reads everything ``graphs`` offers."""
        degrees = 0
        if graphs.origin.degree:
            most = int(node_degrees(graphs).max()) if graphs.num_nodes else 0
            degrees = min(most + 1, MOST_DEGREES)
        known = vocabulary(graphs.origin.featurization)
        return cls(
            graphs.x.shape[1], graphs.structure.shape[1], degrees, scaling, known.nodes, known.structure, known.edges,
            known.types,
        )  # fmt: skip


class InputFeatures(nn.Module):
    """Input features ``[nodes, schema.width]`` of a packed batch.

    Degrees are counted on the edges of the batch at hand: an edge that is hidden from message passing is hidden here.

    Raises:
        InputError: a schema without any feature, or data that has not the columns that the schema names.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, schema: InputSchema) -> None:
        super().__init__()
        if not schema.width:
            raise InputError("nodes without attributes, structure or degrees give an encoder nothing to read")
        self.schema = schema
        if schema.scaling == "standard":
            self.register_buffer("mean", torch.zeros(schema.attributes))
            self.register_buffer("deviation", torch.ones(schema.attributes))

    def fit(self, graphs: PackedGraphs) -> None:
        """Take the scaling's statistics from ``graphs``, the training part; other scalings need none."""
        if self.schema.scaling == "standard" and self.schema.attributes:
            wide = graphs.x.double()
            mean, deviation = wide.mean(0), wide.std(0, correction=0)
            constant = deviation <= CONSTANT * wide.abs().amax(0)
            self.mean.copy_(mean)
            self.deviation.copy_(torch.where(constant, 1.0, deviation))

    def forward(self, graphs: PackedGraphs) -> Float[Tensor, "nodes width"]:
        """All features; categories as one-hot columns."""
        self.check(graphs)
        return self.joined(graphs.nodes, self.numbers(graphs))

    def joined(self, nodes: Columns, numbers: Float[Tensor, "nodes numbers"]) -> Float[Tensor, "nodes width"]:
        """All features of some nodes, whose `numbers` are known."""
        schema, parts = self.schema, [numbers]
        for name, sizes in (("codes", schema.codes), ("structure_codes", schema.structure_codes)):
            if sizes:
                parts.append(one_hot_codes(nodes[name].long(), sizes).to(numbers.dtype))
        features = torch.cat(parts, dim=1)
        if not (schema.codes or schema.structure_codes):
            return unmasked(features, nodes)
        mask = nodes.get("masked", torch.zeros(len(features), dtype=torch.bool, device=features.device))
        return torch.cat([unmasked(features, nodes), mask[:, None].to(features.dtype)], dim=1)

    def columns(self, nodes: Columns, numbers: Float[Tensor, "nodes numbers"]) -> list[Int64[Tensor, " nodes"]]:
        """What the features follow from as whole numbers, the bits of `numbers` among them: at least one column."""
        schema = self.schema
        hidden = nodes.get("masked", torch.zeros(len(numbers), dtype=torch.bool, device=numbers.device))
        found = [hidden.long(), *map(bits, unmasked(numbers, nodes).unbind(1))]
        for name, sizes in (("codes", schema.codes), ("structure_codes", schema.structure_codes)):
            for size, codes in zip(sizes, nodes[name].long().unbind(1) if sizes else (), strict=True):
                found.append(torch.where(hidden | (codes >= size), 0, codes))
        return found

    def numbers(self, graphs: PackedGraphs) -> Float[Tensor, "nodes numbers"]:
        """The features that are not categories: attributes, structure, degrees."""
        parts = [self._scaled(graphs), graphs.structure]
        if self.schema.degrees:
            places = self.schema.degrees
            parts.append(one_hot(node_degrees(graphs).clamp_max(places - 1), places).to(graphs.x.dtype))
        return torch.cat(parts, dim=1)

    def _scaled(self, graphs: PackedGraphs) -> Tensor:
        if self.schema.scaling == "standard":
            return (graphs.x - self.mean) / self.deviation
        if self.schema.scaling == "rows" and graphs.x.shape[1]:
            return row_normalised(graphs)
        return graphs.x

    def check(self, graphs: PackedGraphs) -> None:
        """Raise an `InputError` where the data has not the columns that the schema names."""
        schema, name = self.schema, graphs.origin.name
        has = (graphs.x.shape[1], graphs.structure.shape[1])
        wants = (schema.attributes, schema.structure)
        if has != wants:
            raise InputError(
                f"the encoder reads {wants[0]} attributes and {wants[1]} structural features a node, "
                f"data set {name!r} has {has[0]} and {has[1]}: embed data like its training data"
            )
        _check_codes(schema, graphs)


def _check_codes(schema: InputSchema, graphs: PackedGraphs) -> None:
    wanted = [
        ("node categories", len(schema.codes), _columns(graphs.nodes, "codes")),
        ("structural node categories", len(schema.structure_codes), _columns(graphs.nodes, "structure_codes")),
        ("edge categories", len(schema.edge_codes), _columns(graphs.edges, "codes")),
        ("edge types", schema.edge_types, _columns(graphs.edges, "types")),
    ]
    for what, wants, has in wanted:
        if wants != has:
            raise InputError(
                f"the encoder reads {wants} columns of {what}, data set {graphs.origin.name!r} has {has}: "
                "load the data with the featurization of its training data"
            )


def _columns(table: Columns, name: str) -> int:
    return table[name].shape[1] if name in table else 0


def one_hot_codes(codes: Int64[Tensor, "rows kinds"], sizes: Sequence[int]) -> Int64[Tensor, "rows places"]:
    """Every column's categories one-hot, one column after the other; a code outside its column's size counts as 0."""
    limits = torch.tensor(sizes, device=codes.device)
    starts = limits.cumsum(0) - limits
    places = torch.where(codes < limits, codes, 0) + starts
    return codes.new_zeros(len(codes), sum(sizes)).scatter_(1, places, 1)


def unmasked(features: Float[Tensor, "nodes width"], nodes: Columns) -> Float[Tensor, "nodes width"]:
    """The features with those of masked nodes blanked."""
    return features if "masked" not in nodes else features * ~nodes["masked"][:, None]


def row_normalised(graphs: PackedGraphs) -> Float[Tensor, "nodes features"]:
    """Subtract each graph's smallest value, then divide each row by its sum, clamped at 1; masked nodes say nothing.

    Source: PyG's ``NormalizeFeatures``, as the SAME release applies it graph by graph.
    """
    lowest = graphs.x.amin(1) if graphs.x.shape[1] else graphs.x.new_zeros(graphs.num_nodes)
    if "masked" in graphs.nodes:
        lowest = torch.where(graphs.nodes["masked"], torch.inf, lowest)
    lows = graphs.x.new_full((len(graphs),), torch.inf).scatter_reduce(0, graphs.node_graph, lowest, "amin")
    lows = torch.where(lows.isinf(), 0.0, lows)  # a graph of which nothing is shown
    shifted = graphs.x - lows[graphs.node_graph, None]
    return shifted / shifted.sum(1, keepdim=True).clamp_min(1)


def node_degrees(graphs: PackedGraphs) -> Int64[Tensor, " nodes"]:
    """How many edges lead to each node, of those that are shown."""
    counts = torch.zeros(graphs.num_nodes, dtype=torch.int64, device=graphs.device)
    return counts.index_add_(0, graphs.edge_index[1], torch.ones_like(graphs.edge_index[1]))
