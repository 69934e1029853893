"""Link prediction: whether two nodes are joined by an edge that cannot be seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from multigraft.errors import InputError
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.pairs import file_order, first_nonedges, random_orientation, sample_nonedges, undirected_edges
from multigraft.graphs.sampling import chosen
from multigraft.graphs.segments import positions, segment_ids
from multigraft.graphs.splits import link_split, share_of
from multigraft.tasks.base import Episode, Examples, Head, Task
from multigraft.tasks.episodes import each_episode
from multigraft.tasks.lanes import linear, means, placed
from multigraft.tasks.normed import check_norm, normed

HIDDEN_PERCENT = 20
ORDERS = ("random", "file")
PAIRS = ("concat", "hadamard")


@dataclass(frozen=True)
class LinkPrediction(Task):
    """Queries are node pairs ``[2, asked]``, answers 1 for an edge and 0 for a non-edge.

    Episode: 20 % of each graph's edges are hidden from message passing, in support and target alike. Support asks for
    the edges left and 80 % of as many non-edges, target for the hidden edges and the other non-edges. The two nodes
    of a pair come in random order.

    ``relu``: whether the head has a ReLU on its node layer, as SAME's paper says; the release has none.

    ``pair``: what the head makes of two nodes, one of `PAIRS`. ``concat``: SAME's, which adds up a score of either node
    and so cannot tell whether they are alike; ``hadamard``: a linear function of the products of their embeddings.
    ``norm``: what these go through first, see `multigraft.tasks.normed.NormedHead`.

    ``order``: what plain training and its exam ask. ``random``: as an episode has it. ``file``: always the same, as in
    SAME's release; edges in file order and as many non-edges in order of rank, of which the first 80 % of the edges can
    be seen, all pairs are trained on, and the last 20 % of either list are the exam.

    Source: SAME, section 4.2 and appendix A, algorithm 2; the release's end-to-end link prediction for ``file``.
    """

    relu: bool = True
    order: str = "random"
    pair: str = "concat"
    norm: str = "none"

    unsaid = (("pair", "concat"), ("norm", "none"))
    name = "lp"
    title = "link prediction"
    metric_name = "roc_auc"
    lockstep = True
    of_head = ("relu", "pair", "norm")

    def __post_init__(self) -> None:
        if self.order not in ORDERS:
            raise InputError(f"order must be one of {', '.join(ORDERS)}, got {self.order!r}")
        if self.pair not in PAIRS:
            raise InputError(f"pair must be one of {', '.join(PAIRS)}, got {self.pair!r}")
        check_norm(self.norm, self.name)

    def obstacle(self, graphs: PackedGraphs) -> str | None:
        if not bool((graphs.edge_index[0] != graphs.edge_index[1]).any()):
            return f"data set {graphs.origin.name!r} has no edges"
        return None

    def head(self, dim: int, origin: Origin) -> Head:
        head = ProductHead(dim) if self.pair == "hadamard" else PairHead(dim, self.relu)
        return normed(head, self.norm, dim)

    def examples(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        """A fresh fifth of the edges, hidden from message passing, and as many non-edges.

        Edges that can be seen are not asked for: a model would learn that two nodes with few edges in sight are not
        joined, which is the opposite of what hiding edges makes true.
        """
        return _listed(graphs, exam=False) if self.order == "file" else self.episode(graphs, generator).target

    def examples_each(
        self, graphs: PackedGraphs, batches: Sequence[PackedGraphs], generator: torch.Generator
    ) -> list[Examples]:
        if self.order == "file":
            return super().examples_each(graphs, batches, generator)
        return [episode.target for episode in self.episodes(graphs, [len(batch) for batch in batches], generator)]

    def exam(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        return _listed(graphs, exam=True) if self.order == "file" else self.examples(graphs, generator)

    def episode(self, graphs: PackedGraphs, generator: torch.Generator) -> Episode:
        return self.episodes(graphs, [len(graphs)], generator)[0]

    def episodes(self, graphs: PackedGraphs, counts: Sequence[int], generator: torch.Generator) -> list[Episode]:
        edges = undirected_edges(graphs)
        links = link_split(edges, generator, HIDDEN_PERCENT)
        visible = graphs.keep_edges(links.visible)
        nonedges, found = sample_nonedges(graphs, edges.counts, generator, edges)
        asked_later = chosen(found, share_of(found, HIDDEN_PERCENT), generator)
        drawn = Episode(
            _asked(visible, links.kept, nonedges[:, ~asked_later], generator),
            _asked(visible, links.held_out, nonedges[:, asked_later], generator),
        )
        return each_episode(drawn, counts)

    def loss(self, logits: Float[Tensor, " asked"], examples: Examples) -> Float[Tensor, ""]:
        answers = examples.answers.to(logits.dtype)
        return binary_cross_entropy_with_logits(logits, answers, reduction="sum") / max(1, len(answers))

    def losses(self, logits: Float[Tensor, " total"], examples: Sequence[Examples]) -> Float[Tensor, " lanes"]:
        answers = torch.cat([asked.answers for asked in examples]).to(logits.dtype)
        terms = binary_cross_entropy_with_logits(logits, answers, reduction="none")
        return means(terms, [len(asked) for asked in examples])

    def metric(self, logits: Float[Tensor, " asked"], examples: Examples) -> float:
        from torchmetrics.functional.classification import binary_auroc

        if examples.answers.unique().numel() < 2:
            return float("nan")
        return float(binary_auroc(logits.double(), examples.answers))


def _asked(graphs: PackedGraphs, edges: Tensor, nonedges: Tensor, generator: torch.Generator) -> Examples:
    answers = torch.ones(edges.shape[1] + nonedges.shape[1], dtype=torch.int64, device=graphs.device)
    answers[edges.shape[1] :] = 0
    return Examples(graphs, random_orientation(torch.cat([edges, nonedges], dim=1), generator), answers)


def _listed(graphs: PackedGraphs, exam: bool) -> Examples:
    """The pairs of the ``file`` order: all, or those of the exam; over the edges that the exam does not ask for."""
    edges = undirected_edges(graphs)
    order = file_order(graphs, edges)
    late = _last_fifth(edges.counts)
    hidden = torch.zeros_like(late).index_put_((order,), late)
    visible = edges.edge_pair < 0  # self loops
    visible[~visible] = ~hidden[edges.edge_pair[~visible]]
    nonedges, counts = first_nonedges(graphs, edges.counts, edges)
    positives, negatives = edges.pairs[:, order], nonedges
    if exam:
        positives, negatives = positives[:, late], negatives[:, _last_fifth(counts)]
    answers = torch.ones(positives.shape[1] + negatives.shape[1], dtype=torch.int64, device=graphs.device)
    answers[positives.shape[1] :] = 0
    return Examples(graphs.keep_edges(visible), torch.cat([positives, negatives], dim=1), answers)


def _last_fifth(counts: Tensor) -> Tensor:
    """A mask of the places from int(0.8 * count) on, of lists one after the other."""
    return positions(counts) >= (counts * 8 // 10)[segment_ids(counts)]


class PairHead(Head):
    """Linear (and ReLU) on every node, both nodes' results one after the other, linear to one logit.

    Source: SAME, section 4.2; its release leaves out the ReLU.
    """

    def __init__(self, dim: int, relu: bool) -> None:
        super().__init__()
        self.relu = relu
        self.node = nn.Linear(dim, dim)
        self.pair = nn.Linear(2 * dim, 1)

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, " asked"]:
        h = self.node(z)
        if self.relu:
            h = torch.relu(h)
        first, second = examples.queries
        # w [h_u, h_v] = w1 h_u + w2 h_v: two numbers a node instead of two rows a pair.
        as_first, as_second = (h @ self.pair.weight.unflatten(1, (2, -1))[0].T).unbind(1)
        return as_first.index_select(0, first) + as_second.index_select(0, second) + self.pair.bias

    def apart(
        self, weights: Mapping[str, Tensor], z: Float[Tensor, "lanes places dim"], examples: Sequence[Examples]
    ) -> Float[Tensor, " total"]:
        h = linear(z, weights, "node")
        if self.relu:
            h = torch.relu(h)
        either = weights["pair.weight"].unflatten(2, (2, -1)).squeeze(1)
        as_first, as_second = torch.bmm(h, either.transpose(1, 2)).unbind(2)
        first, second = placed([asked.queries for asked in examples], z.shape[1])
        biased = (as_first + weights["pair.bias"]).flatten()
        return biased.index_select(0, first) + as_second.flatten().index_select(0, second)


class ProductHead(Head):
    """Linear on the entrywise product of both nodes' embeddings, whatever their order.

    Source: Grover & Leskovec 2016, table 1 (the Hadamard operator).
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.pair = nn.Linear(dim, 1)

    def forward(self, z: Float[Tensor, "nodes dim"], examples: Examples) -> Float[Tensor, " asked"]:
        first, second = examples.queries
        return self.pair(z.index_select(0, first) * z.index_select(0, second)).squeeze(1)
