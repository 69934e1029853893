"""Our own encoder: attributes and structure side by side, a voice of their own for nodes, nothing thrown away."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import dropout as drop

from multigraft.encoders.base import Encoder
from multigraft.encoders.bins import PiecewiseLinear
from multigraft.encoders.edge_features import EdgeEmbedding, edge_features
from multigraft.encoders.edge_layers import Surroundings
from multigraft.encoders.fourier import RandomFourier
from multigraft.encoders.inputs import InputFeatures, InputSchema, unmasked
from multigraft.encoders.neighbourhoods import summed
from multigraft.encoders.norms import normalisation
from multigraft.encoders.periods import Periodic
from multigraft.encoders.spectrum import leading_eigenvectors
from multigraft.encoders.walks import return_probabilities
from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.stacking import stacked

NORMS = ("layer", "none")  # a batch norm would let graphs of a batch look at each other


class Graft(Encoder):
    """Layers in which a node's own embedding has weights of its own; the embedding is everything, side by side.

    Input: what the schema reads, attributes standardised; the logarithm of the degree; ``walks`` return probabilities;
    each attribute in ``bins`` pieces; ``fourier`` random waves of the attributes together, and of each by itself waves
    of ``periods`` lengths. Layer, over neighbours and oneself with edge embeddings e:

        h' = ReLU(norm(W [h_i, mean_j (h_j + e_ij), sum_j (h_j + e_ij)] + b)) [+ h, from the second layer on]

    Embedding: the input where ``carry``, ``spectrum`` leading eigenvectors, and what every layer made, or the last one
    alone where ``jk`` is ``last``. Without ``own`` the h_i is left out of the layers. The eigenvectors are no input: as
    each is only known up to its sign, they mean something in products of two nodes' embeddings alone.

    All structure is computed from the edges that the batch shows, so an edge that is hidden is hidden everywhere.

    Source: Hamilton et al. 2017 (own weights for a node); Corso et al. 2020 (several aggregators); Xu et al. 2018
    (jumping knowledge); see `return_probabilities`, `leading_eigenvectors`, `PiecewiseLinear`, `RandomFourier` and
    `Periodic`.
    """

    kind = "graft"
    scaling: ClassVar[str] = "standard"

    def __init__(
        self,
        schema: InputSchema,
        dim: int = 128,
        layers: int = 3,
        walks: int = 16,
        spectrum: int = 16,
        bins: int = 16,
        fourier: int = 64,
        degree: bool = True,
        own: bool = True,
        carry: bool = True,
        jk: str = "concat",
        norm: str = "layer",
        dropout: float = 0.0,
        periods: int = 0,
    ) -> None:
        super().__init__()
        counts = {"walks": walks, "spectrum": spectrum, "bins": bins, "fourier": fourier, "periods": periods}
        _check(jk, norm, dropout, counts)
        self.inputs = InputFeatures(schema)
        self.hidden, self.walks, self.spectrum, self.degree = dim, walks, spectrum, degree
        self.own, self.carry, self.jk, self.norm, self.dropout = own, carry, jk, norm, dropout
        self.bins, self.fourier, self.periods = (bins, fourier, periods) if schema.attributes else (0, 0, 0)
        self.pieces = PiecewiseLinear(schema.attributes, self.bins)
        self.waves = RandomFourier(schema.attributes, self.fourier)
        self.periodic = Periodic(self.periods)
        self.width = sum(self._input().values())
        self.layers = nn.ModuleList(GraftLayer(schema, dim if d else self.width, dim, own) for d in range(layers))
        self.norms = nn.ModuleList(normalisation(norm, dim) for _ in range(layers))
        self.dim = carry * self.width + spectrum + dim * (layers if jk == "concat" else 1)

    def forward(self, graphs: PackedGraphs) -> Float[Tensor, "nodes dim"]:
        first = self._read(graphs)
        made, around = [first], _around(graphs, self.inputs.schema)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            update = drop(torch.relu(norm(layer(made[-1], around))), self.dropout or 0.0, self.training)
            made.append(update if len(made) == 1 else update + made[-1])
        parts = [first] if self.carry else []
        if self.spectrum:
            parts.append(leading_eigenvectors(graphs, self.spectrum).to(first.dtype))
        return torch.cat([*parts, *(made[1:] if self.jk == "concat" else made[-1:])], dim=1)

    def fit(self, graphs: PackedGraphs) -> None:
        super().fit(graphs)
        self.pieces.fit(self._attributes(self.inputs.numbers(graphs)))

    def fit_as(self, other: Encoder) -> None:
        super().fit_as(other)
        assert isinstance(other, Graft)
        self.pieces.load_state_dict(other.pieces.state_dict())

    def blocks(self) -> dict[str, int]:
        read = self._input() if self.carry else {}
        depths = range(1, len(self.layers) + 1) if self.jk == "concat" else [len(self.layers)]
        made = {f"layer {depth}": self.hidden for depth in depths}
        return {name: width for name, width in {**read, "spectrum": self.spectrum, **made}.items() if width}

    def together(self, batches: Sequence[PackedGraphs]) -> list[Float[Tensor, "nodes dim"]]:
        return list(self(stacked(batches)).split([batch.num_nodes for batch in batches]))

    def stages(self) -> list[list[nn.Module]]:
        return [[], *([layer, norm] for layer, norm in zip(self.layers, self.norms, strict=True))]

    def config(self) -> dict[str, Any]:
        return {
            "dim": self.hidden, "layers": len(self.layers), "walks": self.walks, "spectrum": self.spectrum,
            "bins": self.bins, "fourier": self.fourier, "degree": self.degree, "own": self.own, "carry": self.carry,
            "jk": self.jk, "norm": self.norm, "dropout": self.dropout,
            **({"periods": self.periods} if self.periods else {}),  # encoders from before there were any know none
        }  # fmt: skip

    def _read(self, graphs: PackedGraphs) -> Float[Tensor, "nodes width"]:
        """The input of the first layer."""
        given = self.inputs(graphs)
        parts = [given]
        if self.degree:
            parts.append(graphs.once(summed).counts().log().to(given.dtype)[:, None])
        if self.walks:
            parts.append(return_probabilities(graphs, self.walks).to(given.dtype))
        if self.bins:
            parts.append(unmasked(self.pieces(self._attributes(given)), graphs.nodes))
        if self.fourier:
            parts.append(self.waves(self._attributes(given)))
        if self.periods:
            parts.append(self.periodic(self._attributes(given)))
        return torch.cat(parts, dim=1)

    def _attributes(self, given: Float[Tensor, "nodes _"]) -> Float[Tensor, "nodes attributes"]:
        """The attributes, scaled: the first of all columns."""
        return given[:, : self.inputs.schema.attributes]

    def _input(self) -> dict[str, int]:
        """The parts of the input of the first layer, and how wide each is."""
        attributes = self.inputs.schema.attributes
        own = {"input": self.inputs.schema.width, "degree": int(self.degree), "walks": self.walks}
        waves = {"fourier": self.fourier, "periods": 2 * self.periods * attributes}
        return {**own, "bins": self.bins * attributes, **waves}


class GraftLayer(nn.Module):
    """W [h_i, mean, sum] + b; mean and sum are over neighbours and oneself, of h_j + e_ij."""

    def __init__(self, schema: InputSchema, width: int, dim: int, own: bool) -> None:
        super().__init__()
        self.own = own
        self.edges = EdgeEmbedding(schema, width) if schema.edge_codes or schema.edge_types else None
        self.linear = nn.Linear((3 if own else 2) * width, dim)

    def forward(self, hidden: Float[Tensor, "nodes width"], around: Surroundings) -> Float[Tensor, "nodes dim"]:
        """The layer before its norm."""
        assert around.counts is not None
        total = around.adjacency @ hidden
        if self.edges is not None:
            total = total + self.edges(around.sums)
        mean = total / around.counts[:, None].to(total.dtype)
        return self.linear(torch.cat([*([hidden] if self.own else []), mean, total], dim=1))


def _around(graphs: PackedGraphs, schema: InputSchema) -> Surroundings:
    """Who hears whom, and how many each node hears, itself included."""
    entries = graphs.once(summed)
    return Surroundings(entries.adjacency(), entries.sums(edge_features(graphs, schema)), entries.counts())


def _check(jk: str, norm: str, dropout: float, widths: dict[str, int]) -> None:
    for name, value, known in (("jumping knowledge", jk, ("concat", "last")), ("norm", norm, NORMS)):
        if value not in known:
            raise InputError(f"unknown {name} {value!r} for encoder 'graft': choose from {', '.join(known)}")
    if not 0 <= dropout < 1:
        raise InputError(f"dropout must be at least 0 and below 1, got {dropout}")
    for name, width in widths.items():
        if width < 0:
            raise InputError(f"{name} must be at least 0, got {width}")
