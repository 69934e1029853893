"""The graph convolutional network of SAME."""

from itertools import pairwise
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import linear, normalize

from multigraft.encoders.base import Encoder
from multigraft.encoders.inputs import InputFeatures, InputSchema
from multigraft.encoders.propagation import normalised_adjacency
from multigraft.graphs.packed import PackedGraphs


class GCN(Encoder):
    """Graph convolutions with ReLU, residual from the second layer on, unit-length rows after every layer.

    Layer: H' = normalise(ReLU(Â H W + b) [+ H]) with Â = D^-1/2 (A + I) D^-1/2.

    Source: Kipf & Welling 2017, eq. 2; SAME (ICLR 2021 submission), section 4.2 and appendix B.
    """

    kind = "gcn"

    def __init__(self, schema: InputSchema, dim: int = 256, layers: int = 3) -> None:
        super().__init__()
        self.inputs = InputFeatures(schema)
        self.dim = dim
        widths = [schema.width, *[dim] * layers]
        linears = [nn.Linear(a, b) for a, b in pairwise(widths)]
        for layer in linears:
            nn.init.xavier_uniform_(layer.weight)  # Glorot, as Kipf & Welling initialise
            nn.init.zeros_(layer.bias)
        self.layers = nn.ModuleList(linears)

    def forward(self, graphs: PackedGraphs) -> Float[Tensor, "nodes dim"]:
        hidden = self.inputs(graphs)
        adjacency = graphs.once(normalised_adjacency)
        for depth, layer in enumerate(self.layers):
            assert isinstance(layer, nn.Linear)
            update = torch.relu(adjacency @ linear(hidden, layer.weight) + layer.bias)
            hidden = normalize(update if depth == 0 else update + hidden, dim=1)
        return hidden

    def stages(self) -> list[list[nn.Module]]:
        return [[], *([layer] for layer in self.layers)]

    def config(self) -> dict[str, Any]:
        return {"dim": self.dim, "layers": len(self.layers)}
