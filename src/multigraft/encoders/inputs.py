"""From the columns of a batch to the input features of an encoder."""

from dataclasses import dataclass
from typing import Literal, get_args

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import one_hot

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs

Scaling = Literal["rows", "standard", "none"]
MOST_DEGREES = 32


@dataclass(frozen=True)
class InputSchema:
    """Which features an encoder reads: attribute columns, structural columns, and degrees one-hot.

    ``degrees`` is the number of one-hot places, 0 for none; larger degrees share the last place. ``scaling`` is how
    attributes are normalised: ``rows`` as SAME's release does it, ``standard`` by the training part's mean and
    deviation, or ``none``.
    """

    attributes: int
    structure: int = 0
    degrees: int = 0
    scaling: str = "rows"

    def __post_init__(self) -> None:
        if self.scaling not in get_args(Scaling):
            raise InputError(f"unknown scaling {self.scaling!r}: choose from {', '.join(get_args(Scaling))}")

    @property
    def width(self) -> int:
        return self.attributes + self.structure + self.degrees

    @classmethod
    def of(cls, graphs: PackedGraphs, scaling: str = "rows") -> "InputSchema":
        """The schema that reads everything ``graphs`` offers."""
        degrees = 0
        if graphs.origin.degree:
            most = int(_degrees(graphs).max()) if graphs.num_nodes else 0
            degrees = min(most + 1, MOST_DEGREES)
        return cls(graphs.x.shape[1], graphs.structure.shape[1], degrees, scaling)


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
        if self.schema.scaling == "standard":
            self.mean.copy_(graphs.x.mean(0))
            self.deviation.copy_(graphs.x.std(0, correction=0).clamp_min(1e-8))

    def forward(self, graphs: PackedGraphs) -> Float[Tensor, "nodes width"]:
        self._check(graphs)
        parts = [self._scaled(graphs), graphs.structure]
        if self.schema.degrees:
            places = self.schema.degrees
            parts.append(one_hot(_degrees(graphs).clamp_max(places - 1), places).to(graphs.x.dtype))
        return torch.cat(parts, dim=1)

    def _scaled(self, graphs: PackedGraphs) -> Tensor:
        if self.schema.scaling == "standard":
            return (graphs.x - self.mean) / self.deviation
        if self.schema.scaling == "rows" and graphs.x.shape[1]:
            return row_normalised(graphs)
        return graphs.x

    def _check(self, graphs: PackedGraphs) -> None:
        has = (graphs.x.shape[1], graphs.structure.shape[1])
        wants = (self.schema.attributes, self.schema.structure)
        if has != wants:
            raise InputError(
                f"the encoder reads {wants[0]} attributes and {wants[1]} structural features a node, "
                f"data set {graphs.origin.name!r} has {has[0]} and {has[1]}: embed data like its training data"
            )


def row_normalised(graphs: PackedGraphs) -> Float[Tensor, "nodes features"]:
    """Subtract each graph's smallest value, then divide each row by its sum, clamped at 1.

    Source: PyG's ``NormalizeFeatures``, as the SAME release applies it graph by graph.
    """
    lowest = graphs.x.amin(1) if graphs.x.shape[1] else graphs.x.new_zeros(graphs.num_nodes)
    lows = graphs.x.new_full((len(graphs),), torch.inf).scatter_reduce(0, graphs.node_graph, lowest, "amin")
    shifted = graphs.x - lows[graphs.node_graph, None]
    return shifted / shifted.sum(1, keepdim=True).clamp_min(1)


def _degrees(graphs: PackedGraphs) -> Tensor:
    counts = torch.zeros(graphs.num_nodes, dtype=torch.int64, device=graphs.device)
    return counts.index_add_(0, graphs.edge_index[1], torch.ones_like(graphs.edge_index[1]))
