"""SAME, plainly: graph by graph, dense adjacency matrices, an explicit adapted copy of the parameters for each task.

Algorithm 1 of the paper with the model of section 4.2, in whatever precision the parameters have.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs
from multigraft.tasks.base import Episode, Examples

Parameters = dict[str, Tensor]
Encode = Callable[[Parameters, Tensor, Tensor], Tensor]


def features(x: Tensor) -> Tensor:
    """One graph's attributes, row-normalised: minus the graph's smallest, over the row's sum (at least 1)."""
    x = x - x.min()
    return torch.stack([row / max(float(row.sum()), 1.0) for row in x])


def gcn(parameters: Parameters, x: Tensor, edges: Tensor) -> Tensor:
    """Three layers: ReLU(A H W + b), plus H from the second on, each row to unit length."""
    adjacency = torch.eye(len(x), dtype=x.dtype)
    for u, v in edges.T.tolist():
        adjacency[v, u] = 1
    degree = adjacency.sum(1)
    adjacency = adjacency / torch.sqrt(degree[:, None] * degree[None, :])
    hidden, layer = x, 0
    while f"encoder.layers.{layer}.weight" in parameters:
        weight, bias = parameters[f"encoder.layers.{layer}.weight"], parameters[f"encoder.layers.{layer}.bias"]
        update = torch.relu(adjacency @ (hidden @ weight.T) + bias)
        hidden = update if layer == 0 else update + hidden
        hidden = hidden / hidden.norm(dim=1, keepdim=True).clamp_min(1e-12)
        layer += 1
    return hidden


def embeddings(parameters: Parameters, graphs: PackedGraphs, encode: Encode) -> list[Tensor]:
    """Node embeddings of each graph, one graph at a time."""
    made = []
    for number in range(len(graphs)):
        first, last = graphs.node_offsets[number : number + 2].tolist()
        start, stop = graphs.edge_offsets[number : number + 2].tolist()
        edges = graphs.edge_index[:, start:stop] - first
        made.append(encode(parameters, features(graphs.x[first:last]), edges))
    return made


def loss(parameters: Parameters, task: str, examples: Examples, encode: Encode) -> Tensor:
    """The task's mean loss over its questions, from section 4.2's heads."""

    def linear(name: str, value: Tensor) -> Tensor:
        return value @ parameters[f"heads.{task}.{name}.weight"].T + parameters[f"heads.{task}.{name}.bias"]

    z = embeddings(parameters, examples.graphs, encode)
    if task == "gc":
        logits = [linear("graph", torch.relu(linear("node", z[g])).mean(0)) for g in examples.queries.tolist()]
        return cross_entropy(logits, examples.answers)
    nodes = torch.cat(z)
    if task == "nc":
        return cross_entropy([linear("node", nodes[v]) for v in examples.queries.tolist()], examples.answers)
    terms = []
    for (u, v), answer in zip(examples.queries.T.tolist(), examples.answers.tolist(), strict=True):
        both = torch.cat([torch.relu(linear("node", nodes[u])), torch.relu(linear("node", nodes[v]))])
        probability = torch.sigmoid(linear("pair", both))[0]
        terms.append(-torch.log(probability if answer else 1 - probability))
    return sum(terms) / max(1, len(terms))


def cross_entropy(logits: list[Tensor], answers: Tensor) -> Tensor:
    """Mean negative log of the softmax at the answer."""
    terms = [-torch.log(torch.exp(row[a]) / torch.exp(row).sum()) for row, a in zip(logits, answers, strict=True)]
    return sum(terms) / max(1, len(terms))


def outer_loss(
    parameters: Parameters,
    episodes: dict[str, Episode],
    encode: Encode,
    adapts_encoder: bool,
    steps: int,
    rate: float,
    first_order: bool = False,
) -> Tensor:
    """Algorithm 1: for each task adapt a copy on the support set, then add its loss on the target set."""
    total = torch.zeros((), dtype=next(iter(parameters.values())).dtype)
    for task, episode in episodes.items():
        adapted = dict(parameters)
        moving = [name for name in parameters if name.startswith(f"heads.{task}.")]
        moving += [name for name in parameters if name.startswith("encoder.") and adapts_encoder]
        for _ in range(steps):
            inner = loss(adapted, task, episode.support, encode)
            gradients = torch.autograd.grad(inner, [adapted[n] for n in moving], create_graph=not first_order)
            for name, gradient in zip(moving, gradients, strict=True):
                adapted[name] = adapted[name] - rate * gradient
        total = total + loss(adapted, task, episode.target, encode)
    return total
