"""Graph contrast: which of a batch's graphs is the one that was seen otherwise."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import normalize

from multigraft.encoders.pooling import Pool
from multigraft.errors import InputError
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.stacking import stacked
from multigraft.tasks.base import Episode, Examples, Head, Task
from multigraft.tasks.episodes import divided
from multigraft.tasks.views import VIEWS, view


@dataclass(frozen=True)
class GraphContrast(Task):
    """GraphCL. Queries are graph numbers: every graph is there twice, all as the ``first`` view and then as ``second``.

    Views leave out the share ``rate``: of ``nodes``, of ``edges``, of the ``attributes`` that are shown, or all but a
    ``subgraph``. Logits ``[asked, 3]``: the cosine to the graph's other view over ``temperature``, and the logarithm of
    the summed exponentials, and the largest, of those to the other views of all other graphs. Loss: the mean of the
    second less the first, in both directions, 0 of a graph that is alone. Metric: the share of views whose own other
    view is the nearest.

    Episode: 60 % of the graphs as support, the rest as target.

    Source: You et al. 2020, "Graph Contrastive Learning with Augmentations", eq. 3 and table 1; rate, temperature and
    head are those of its release for molecules.
    """

    first: str = "nodes"
    second: str = "subgraph"
    rate: float = 0.2
    temperature: float = 0.1
    pool: str = "mean"

    name = "cl"
    title = "graph contrast"
    metric_name = "accuracy"
    pretext = True
    batch_size = 256
    learning_rate = 1e-3
    fewest = 2
    of_head = ("pool", "temperature")

    def __post_init__(self) -> None:
        for kind in (self.first, self.second):
            if kind not in VIEWS:
                raise InputError(f"unknown view {kind!r}: choose from {', '.join(VIEWS)}")
        if not 0 < self.rate < 1 or not self.temperature > 0:
            raise InputError(f"rate must lie in (0, 1) and temperature above 0, got {self.rate}, {self.temperature}")

    def obstacle(self, graphs: PackedGraphs) -> str | None:
        if len(graphs) < 2:
            return f"data set {graphs.origin.name!r} has a single graph, and a graph is told from another one"
        if not int(graphs.node_counts.min()):
            return f"data set {graphs.origin.name!r} has graphs without nodes"
        return None

    def head(self, dim: int, origin: Origin) -> Head:
        return ContrastHead(dim, self.pool, self.temperature)

    def examples(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        seen = stacked([view(graphs, kind, self.rate, generator) for kind in (self.first, self.second)])
        number = torch.arange(len(seen), device=graphs.device)
        return Examples(seen, number, number.roll(len(graphs)))

    def episode(self, graphs: PackedGraphs, generator: torch.Generator) -> Episode:
        support, target = divided(graphs, generator)
        return Episode(self.examples(support, generator), self.examples(target, generator))

    def loss(self, logits: Float[Tensor, "asked 3"], examples: Examples) -> Float[Tensor, ""]:
        alone = logits[:, 1].isneginf()
        return torch.where(alone, 0.0, torch.where(alone, 0.0, logits[:, 1]) - logits[:, 0]).mean()

    def metric(self, logits: Float[Tensor, "asked 3"], examples: Examples) -> float:
        others = ~logits[:, 1].isneginf()
        return float((logits[:, 0] > logits[:, 2])[others].double().mean())


class ContrastHead(Head):
    """Two layers on the pooled embedding, and how alike what comes out of them is.

    Source: You et al. 2020, section 3.2, and its release.
    """

    def __init__(self, dim: int, pool: str, temperature: float) -> None:
        super().__init__()
        self.pool, self.temperature = Pool(pool, dim), temperature
        self.project = nn.Sequential(nn.Linear(self.pool.width, dim), nn.ReLU(), nn.Linear(dim, dim))

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, "asked 3"]:
        made = normalize(self.project(self.pool(z, examples.graphs)), dim=1)
        first, second = made.split(len(made) // 2)
        alike = first @ second.T / self.temperature
        own = alike.diagonal()
        others = alike.masked_fill(torch.eye(len(own), dtype=torch.bool, device=z.device), -torch.inf)
        sides = [torch.stack([own, side.logsumexp(1), side.amax(1)], dim=1) for side in (others, others.T)]
        return torch.cat(sides).index_select(0, examples.queries)
