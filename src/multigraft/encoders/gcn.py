"""The graph convolutional network of SAME."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import normalize

from multigraft.encoders.base import Encoder
from multigraft.encoders.distinct import Distinct
from multigraft.encoders.edge_layers import Surroundings
from multigraft.encoders.gcn_passes import Passes, gcn_pass
from multigraft.encoders.inputs import InputFeatures, InputSchema
from multigraft.encoders.neighbourhoods import normalised
from multigraft.encoders.propagation import normalised_adjacency
from multigraft.encoders.sharing import Sharing, in_tiles
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.stacking import levelled, stacked


class GCN(Encoder):
    """Graph convolutions with ReLU, residual from the second layer on, unit-length rows after every layer.

    Layer: H' = normalise(ReLU(Â H W + b) [+ H]) with Â = D^-1/2 (A + I) D^-1/2. What a graph becomes depends on no
    other graph, so several batches can pass as one, each with weights of its own.

    Source: Kipf & Welling 2017, eq. 2; SAME (ICLR 2021 submission), section 4.2 and appendix B.
    """

    kind = "gcn"
    lockstep = True
    sharing = True

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

    def forward(self, graphs: PackedGraphs, sizes: Sequence[int] = ()) -> Float[Tensor, "nodes dim"]:
        """Node embeddings; where weights are stacked, ``sizes`` says how many nodes each of them is for."""
        adjacency, hidden = graphs.once(normalised_adjacency), self.inputs(graphs)
        if _mixed(graphs):
            for depth in range(1, len(self.layers) + 1):
                hidden = self._updated(depth, adjacency @ hidden, hidden)
            return hidden
        sizes = tuple(sizes) or (graphs.num_nodes,)
        return gcn_pass(adjacency @ hidden, Passes(adjacency, sizes), self._weights(len(sizes)))

    def _weights(self, groups: int) -> list[Tensor]:
        """W and b of each layer in turn, stacked for so many groups; those that are not stacked all groups share."""
        found: list[Tensor] = []
        for layer in self.layers:
            assert isinstance(layer, nn.Linear)
            weight, bias = layer.weight, layer.bias
            found.append(weight if weight.ndim == 3 else weight.expand(groups, *weight.shape))
            found.append(bias if bias.ndim == 2 else bias.expand(groups, *bias.shape))
        return found

    def together(self, batches: Sequence[PackedGraphs]) -> list[Float[Tensor, "nodes dim"]]:
        return list(self(stacked(batches)).split([batch.num_nodes for batch in batches]))

    def apart(self, weights: Mapping[str, Tensor], batches: Sequence[PackedGraphs]) -> list[Float[Tensor, "nodes dim"]]:
        if _mixed(batches[0]):
            return super().apart(weights, batches)
        sizes = [batch.num_nodes for batch in batches]
        return list(functional_call(self, dict(weights), (stacked(batches), sizes)).split(sizes))

    def abreast(
        self, weights: Mapping[str, Tensor], batches: Sequence[PackedGraphs]
    ) -> Float[Tensor, "batches places dim"]:
        if _mixed(batches[0]):
            return super().abreast(weights, batches)
        whole, groups = levelled(batches), max((len(stack) for stack in weights.values()), default=1)
        sizes = [whole.num_nodes // groups] * groups
        return functional_call(self, dict(weights), (whole, sizes)).unflatten(0, (len(batches), -1))

    def environments(self, graphs: PackedGraphs) -> Distinct | None:
        self.inputs.check(graphs)
        shared = graphs.once(Sharing(self.inputs, normalised, False, self.dim**2)) if self.sharing else None
        if shared is None or not shared.pays(len(self.layers)):
            return None
        hidden = self.inputs.joined(shared.nodes, shared.numbers)
        for depth in range(1, len(self.layers) + 1):
            hidden = in_tiles(partial(self._heard, depth, hidden), shared.around(depth))
        return Distinct(hidden, shared.environments.after(len(self.layers)).of)

    def _heard(self, depth: int, hidden: Tensor, around: Surroundings) -> Float[Tensor, "rows dim"]:
        """What the layer of that depth makes of the embeddings of environments."""
        assert around.own is not None
        return self._updated(depth, around.adjacency @ hidden, hidden.index_select(0, around.own))

    def _updated(
        self, depth: int, heard: Float[Tensor, "rows _"], before: Float[Tensor, "rows _"]
    ) -> Float[Tensor, "rows dim"]:
        """The layer of that depth, by PyTorch's own operations; only its product may be in lower precision."""
        update = torch.relu(self.layers[depth - 1](heard)).to(heard.dtype)
        return normalize(update if depth == 1 else update + before, dim=1)

    def stages(self) -> list[list[nn.Module]]:
        return [[], *([layer] for layer in self.layers)]

    def config(self) -> dict[str, Any]:
        return {"dim": self.dim, "layers": len(self.layers)}


def _mixed(graphs: PackedGraphs) -> bool:
    """Whether products are taken in lower precision, which PyTorch's own operations alone do by themselves."""
    return torch.is_autocast_enabled(graphs.device.type)
