"""SAME with PyG as a researcher writes it today; what ours is raced against.

A list of `Data`, made an episode by the loader, whose questions are drawn graph by graph; `GCNConv` layers, which
normalise the adjacency of whatever batch they are given; for each task, one after the other, ``functional_call`` with
parameters that ``autograd.grad(create_graph=True)`` has adapted, and support and target each passed through the whole
model, as algorithm 1 reads; ``torch.optim.Adam``. In each step also losses and accuracies on the target sets, which
SAME's release prints. Attributes are normalised once, before training. It computes in the precision of its data.
"""

from collections import defaultdict
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, normalize
from torch_geometric.nn import GCNConv, global_mean_pool

from multigraft.bench.plain.episodes import Episode, Questions


class GCN(nn.Module):
    """Graph convolutions with ReLU, residual from the second layer on, unit-length rows after every layer.

    Source: SAME, section 4.2 and appendix B.
    """

    def __init__(self, features: int, dim: int, layers: int) -> None:
        super().__init__()
        widths = pairwise([features, *[dim] * layers])
        self.layers = nn.ModuleList(GCNConv(a, b) for a, b in widths)  # ty: ignore[abstract-class-instantiation]

    def forward(self, x: Tensor, edge_index: Tensor) -> Tensor:
        for depth, layer in enumerate(self.layers):
            update = torch.relu(layer(x, edge_index))
            x = normalize(update + x if depth else update, dim=1)
        return x


class GraphHead(nn.Module):
    """Linear and ReLU on every node, mean over each graph, linear to the classes."""

    def __init__(self, dim: int, classes: int) -> None:
        super().__init__()
        self.node = nn.Linear(dim, dim)
        self.graph = nn.Linear(dim, classes)

    def forward(self, z: Tensor, questions: Questions) -> Tensor:
        batch = questions.graphs
        return self.graph(global_mean_pool(torch.relu(self.node(z)), batch.batch, batch.num_graphs))


class NodeHead(nn.Module):
    """One linear layer."""

    def __init__(self, dim: int, classes: int) -> None:
        super().__init__()
        self.node = nn.Linear(dim, classes)

    def forward(self, z: Tensor, questions: Questions) -> Tensor:
        return self.node(z[questions.asked])


class PairHead(nn.Module):
    """Linear and ReLU on every node, both nodes' results one after the other, linear to one logit."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.node = nn.Linear(dim, dim)
        self.pair = nn.Linear(2 * dim, 1)

    def forward(self, z: Tensor, questions: Questions) -> Tensor:
        h = torch.relu(self.node(z))
        first, second = questions.asked
        return self.pair(torch.cat([h[first], h[second]], dim=1)).squeeze(1)


class Model(nn.Module):
    """One encoder with a head for each task."""

    def __init__(self, features: int, node_classes: int, graph_classes: int, dim: int = 256, layers: int = 3) -> None:
        super().__init__()
        self.encoder = GCN(features, dim, layers)
        self.heads = nn.ModuleDict({
            "gc": GraphHead(dim, graph_classes), "nc": NodeHead(dim, node_classes), "lp": PairHead(dim)
        })  # fmt: skip

    def forward(self, task: str, questions: Questions) -> Tensor:
        z = self.encoder(questions.graphs.x, questions.graphs.edge_index)
        return self.heads[task](z, questions)


class SAME:
    """The training of a model by SAME: iSAME, or eSAME where the inner step adapts the head alone.

    Source: SAME, section 4.3, algorithm 1.
    """

    def __init__(self, model: Model, adapts_encoder: bool, inner_lr: float = 0.04, outer_lr: float = 5e-4) -> None:
        self.model = model
        self.inner_lr = inner_lr
        self.optimizer = torch.optim.Adam(model.parameters(), lr=outer_lr)
        self.parameters = dict(model.named_parameters())
        trunk = ["encoder."] if adapts_encoder else []
        self.adapts = {
            task: [name for name in self.parameters if name.startswith((f"heads.{task}.", *trunk))]
            for task in model.heads
        }
        self.steps = 0
        self.scores: defaultdict[str, float] = defaultdict(float)

    def step(self, episode: Episode) -> None:
        """One step of the outer optimiser; losses and accuracies are added to ``scores``."""
        self.optimizer.zero_grad()
        outer = self.outer_loss(episode)
        outer.backward()
        self.optimizer.step()
        self.steps += 1

    def outer_loss(self, episode: Episode) -> Tensor:
        """The sum over the tasks of the loss on the target set, with parameters adapted to the support set."""
        losses = []
        for task, (support, target) in episode.items():
            logits = functional_call(self.model, self._adapted(task, support), (task, target))
            losses.append(loss(task, logits, target))
            self.scores[f"{task} loss"] += losses[-1].item()
            self.scores[f"{task} accuracy"] += accuracy(task, logits, target)
        return torch.stack(losses).sum()

    def _adapted(self, task: str, support: Questions) -> dict[str, Tensor]:
        """All parameters after one inner step of gradient descent."""
        moving = {name: self.parameters[name] for name in self.adapts[task]}
        inner = loss(task, self.model(task, support), support)
        gradients = torch.autograd.grad(inner, list(moving.values()), create_graph=True)
        moved = zip(moving.items(), gradients, strict=True)
        return {**self.parameters, **{name: old - self.inner_lr * gradient for (name, old), gradient in moved}}


def loss(task: str, logits: Tensor, questions: Questions) -> Tensor:
    """Mean cross entropy over the questions."""
    if task == "lp":
        return binary_cross_entropy_with_logits(logits, questions.answers.to(logits.dtype))
    return cross_entropy(logits, questions.answers)


def accuracy(task: str, logits: Tensor, questions: Questions) -> float:
    """The share of right answers."""
    said = (logits > 0).long() if task == "lp" else logits.argmax(1)
    return (said == questions.answers).float().mean().item()
