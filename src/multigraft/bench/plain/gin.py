"""The pre-training paper's GIN as a PyG module."""

import torch
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing
from torch_geometric.utils import add_self_loops

from multigraft.encoders import edge

ELEMENTS, BOND_TYPES = 120, 6  # 119 and the mask; four, the loop and the mask
LOOP = 4


class GINConv(MessagePassing):
    """MLP(sum of h_j + e_ij over neighbours and oneself), e_ij the sum of two table rows.

    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", appendix A, and its release.
    """

    def __init__(self, dim: int, directions: int) -> None:
        super().__init__(aggr="add")
        self.types = nn.Embedding(BOND_TYPES, dim)
        self.directions = nn.Embedding(directions, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 2 * dim), nn.ReLU(), nn.Linear(2 * dim, dim))

    def forward(self, h: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        edges = self.types(edge_attr[:, 0]) + self.directions(edge_attr[:, 1])
        return self.mlp(self.propagate(edge_index, h=h, edges=edges))

    def message(self, h_j: Tensor, edges: Tensor) -> Tensor:
        return h_j + edges


class GIN(nn.Module):
    """Embeddings of atoms ``[atoms, dim]``: two tables, then layers with batch norm, and ReLU but for the last.

    Loops are added once for all layers; the release does it in each.

    Source: ``GNN`` in the release of Hu et al. 2020, without dropout and with jumping knowledge ``last``.
    """

    def __init__(self, dim: int = 300, layers: int = 5, chiralities: int = 4, directions: int = 3) -> None:
        super().__init__()
        self.elements = nn.Embedding(ELEMENTS, dim)
        self.chiralities = nn.Embedding(chiralities, dim)
        self.layers = nn.ModuleList(GINConv(dim, directions) for _ in range(layers))  # ty: ignore[abstract-class-instantiation]
        self.norms = nn.ModuleList(nn.BatchNorm1d(dim) for _ in range(layers))

    def forward(self, x: Tensor, edge_index: Tensor, edge_attr: Tensor) -> Tensor:
        h = self.elements(x[:, 0]) + self.chiralities(x[:, 1])
        loop = torch.tensor([LOOP, 0], device=x.device)
        edge_index, edge_attr = add_self_loops(edge_index, edge_attr, fill_value=loop, num_nodes=len(x))
        for layer, norm in zip(self.layers[:-1], self.norms[:-1], strict=True):
            h = torch.relu(norm(layer(h, edge_index, edge_attr)))
        return self.norms[-1](self.layers[-1](h, edge_index, edge_attr))


def gin_like(encoder: nn.Module) -> GIN:
    """A GIN with the weights of the package's, in their precision and mode."""
    assert isinstance(encoder, edge.GIN)
    schema = encoder.inputs.schema
    made = GIN(encoder.hidden, len(encoder.layers), schema.codes[1], schema.edge_codes[1])
    made.to(next(encoder.parameters()).dtype)
    weights: dict[str, Tensor] = {}
    for name, value in encoder.state_dict().items():
        own = name.replace("nodes.tables.0.", "elements.").replace("nodes.tables.1.", "chiralities.")
        if own.endswith("edges.weight"):  # both tables side by side, a column a category
            types, directions = value.T.split([BOND_TYPES, schema.edge_codes[1]])
            layer = own.removesuffix("edges.weight")
            weights |= {f"{layer}types.weight": types, f"{layer}directions.weight": directions}
        else:
            weights[own] = value
    made.load_state_dict(weights)
    return made.train(encoder.training)
