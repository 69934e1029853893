"""Files of weights in the layout of the pre-training paper's release, with random numbers in them."""

import torch
from torch import Tensor


def released(kind: str, proteins: bool = False, dim: int = 6, layers: int = 3, seed: int = 0) -> dict[str, Tensor]:
    """Weights by the release's names; chemistry has three chirality tags, proteins have no batch norm."""
    draws = torch.Generator().manual_seed(seed)

    def some(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=draws)

    wide = 2 * dim if kind == "gat" else dim
    found = {} if proteins else {"x_embedding1.weight": some(120, dim), "x_embedding2.weight": some(3, dim)}
    for layer in range(layers):
        own: dict[str, Tensor] = {}
        if proteins:
            own |= {"edge_encoder.weight": some(wide, 9), "edge_encoder.bias": some(wide)}
            if layer == 0:
                own["input_node_embeddings.weight"] = some(2, dim)
        else:
            own |= {"edge_embedding1.weight": some(6, wide), "edge_embedding2.weight": some(3, wide)}
            own_norm = {"weight": some(dim), "bias": some(dim), "running_mean": some(dim)}
            own_norm |= {"running_var": some(dim).abs() + 0.5, "num_batches_tracked": torch.tensor(7)}
            found |= {f"batch_norms.{layer}.{name}": value for name, value in own_norm.items()}
        own |= PARTS[kind](some, dim)
        found |= {f"gnns.{layer}.{name}": value for name, value in own.items()}
    return found


def _linear(some, dim):
    return {"linear.weight": some(dim, dim), "linear.bias": some(dim)}


def _gin(some, dim):
    first = {"mlp.0.weight": some(2 * dim, dim), "mlp.0.bias": some(2 * dim)}
    return first | {"mlp.2.weight": some(dim, 2 * dim), "mlp.2.bias": some(dim)}


def _gat(some, dim):
    linear = {"weight_linear.weight": some(2 * dim, dim), "weight_linear.bias": some(2 * dim)}
    return linear | {"att": some(1, 2, 2 * dim), "bias": some(dim)}


PARTS = {"gin": _gin, "gcn": _linear, "graphsage": _linear, "gat": _gat}
