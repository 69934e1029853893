"""The encoders of the pre-training paper, node by node, from weights under the names of the authors' release.

Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", appendix A; PROTOCOLS B2.
"""

import math

import torch
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs

LOOP = 4  # the category of a node's own loop among bond types; 7 among the types of proteins
EPSILON = 1e-5


def embeddings(weights: dict[str, Tensor], kind: str, graphs: PackedGraphs) -> Tensor:
    """Embeddings of all nodes, in evaluation mode, jumping knowledge ``last``."""
    proteins = "gnns.0.input_node_embeddings.weight" in weights
    layers = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("gnns."))
    hidden = [_input(weights, codes, proteins) for codes in graphs.nodes["codes"].tolist()]
    neighbours = _neighbours(graphs, proteins)
    for layer in range(layers):
        own = {name.removeprefix(f"gnns.{layer}."): value for name, value in weights.items()
               if name.startswith(f"gnns.{layer}.")}  # fmt: skip
        hidden = LAYERS[kind](own, hidden, neighbours)
        if f"batch_norms.{layer}.weight" in weights:
            hidden = [_normed(weights, f"batch_norms.{layer}.", row) for row in hidden]
        if layer < layers - 1:
            hidden = [row.clamp_min(0) for row in hidden]
    return torch.stack(hidden)


def _input(weights: dict[str, Tensor], codes: list[int], proteins: bool) -> Tensor:
    if proteins:
        return weights["gnns.0.input_node_embeddings.weight"][codes[0]]
    return weights["x_embedding1.weight"][codes[0]] + weights["x_embedding2.weight"][codes[1]]


def _neighbours(graphs: PackedGraphs, proteins: bool) -> list[list[tuple[int, list[int]]]]:
    """For each node its neighbours and itself, each with what is known of the edge."""
    found: list[list[tuple[int, list[int]]]] = [[] for _ in range(graphs.num_nodes)]
    known = graphs.edges["types" if proteins else "codes"].tolist()
    for (source, target), edge in zip(graphs.edge_index.T.tolist(), known, strict=True):
        found[target].append((source, [*edge, 0, 0] if proteins else edge))
    for node, heard in enumerate(found):
        heard.append((node, [0] * 7 + [1, 0] if proteins else [LOOP, 0]))
    return found


def _edge(own: dict[str, Tensor], edge: list[int]) -> Tensor:
    if "edge_encoder.weight" in own:
        return (
            own["edge_encoder.weight"] @ torch.tensor(edge, dtype=own["edge_encoder.weight"].dtype)
            + own["edge_encoder.bias"]
        )
    return own["edge_embedding1.weight"][edge[0]] + own["edge_embedding2.weight"][edge[1]]


def _linear(own: dict[str, Tensor], name: str, row: Tensor) -> Tensor:
    return own[f"{name}.weight"] @ row + own[f"{name}.bias"]


def gin(own, hidden, neighbours):
    found = []
    for heard in neighbours:
        total = sum(hidden[other] + _edge(own, edge) for other, edge in heard)
        found.append(_linear(own, "mlp.2", _linear(own, "mlp.0", total).clamp_min(0)))
    return found


def gcn(own, hidden, neighbours):
    return [
        sum(
            (_linear(own, "linear", hidden[other]) + _edge(own, edge)) / math.sqrt(len(heard) * len(neighbours[other]))
            for other, edge in heard
        )
        for heard in neighbours
    ]


def graphsage(own, hidden, neighbours):
    found = []
    for heard in neighbours:
        mean = sum(_linear(own, "linear", hidden[other]) + _edge(own, edge) for other, edge in heard) / len(heard)
        found.append(mean / mean.norm().clamp_min(1e-12))
    return found


def gat(own, hidden, neighbours):
    heads, width = own["att"].shape[1], own["att"].shape[2] // 2
    wide = [_linear(own, "weight_linear", row).view(heads, width) for row in hidden]
    found = []
    for node, heard in enumerate(neighbours):
        total = torch.zeros(heads, width, dtype=wide[0].dtype)
        messages = [wide[other] + _edge(own, edge).view(heads, width) for other, edge in heard]
        for head in range(heads):
            scores = torch.stack([own["att"][0, head] @ torch.cat([wide[node][head], m[head]]) for m in messages])
            scores = torch.where(scores > 0, scores, 0.2 * scores)
            for weight, message in zip(scores.softmax(0), messages, strict=True):
                total[head] += weight * message[head]
        found.append(total.mean(0) + own["bias"])
    return found


LAYERS = {"gin": gin, "gcn": gcn, "graphsage": graphsage, "gat": gat}


def _normed(weights: dict[str, Tensor], name: str, row: Tensor) -> Tensor:
    scale = (weights[f"{name}running_var"] + EPSILON).sqrt()
    return (row - weights[f"{name}running_mean"]) / scale * weights[f"{name}weight"] + weights[f"{name}bias"]
