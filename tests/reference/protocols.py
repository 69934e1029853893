"""Plain versions of what the protocols ask and how answers are scored: loops over graphs, questions and pairs."""

import itertools
from collections.abc import Sequence

from multigraft.graphs.packed import PackedGraphs

Pair = tuple[int, int]


def edge_lists(graphs: PackedGraphs) -> list[list[Pair]]:
    """The directed edges of each graph as they are stored, in global node numbers."""
    stored = [(u, v) for u, v in graphs.edge_index.T.tolist()]
    ends = graphs.edge_offsets.tolist()
    return [stored[first:last] for first, last in itertools.pairwise(ends)]


def node_pairs(graphs: PackedGraphs, graph: int) -> list[Pair]:
    """The upper triangle of one graph, row by row."""
    first, last = graphs.node_offsets[graph : graph + 2].tolist()
    return list(itertools.combinations(range(first, last), 2))


def paper_questions(graphs: PackedGraphs) -> tuple[list[Pair], list[Pair]]:
    """The edges and the non-edges that protocol ``paper`` asks for, as SAME's release picks them, graph by graph."""
    positives: list[Pair] = []
    negatives: list[Pair] = []
    for graph, stored in enumerate(edge_lists(graphs)):
        edges = [(u, v) for u, v in stored if u < v]
        joined = {frozenset(edge) for edge in stored}
        nonedges = [pair for pair in node_pairs(graphs, graph) if frozenset(pair) not in joined][: len(edges)]
        positives += edges[int(0.9 * len(edges)) :]
        negatives += nonedges[int(0.9 * len(nonedges)) :]
    return positives, negatives


def roc_auc(scores: Sequence[float], answers: Sequence[int], weights: Sequence[float]) -> float:
    """Every positive against every negative, weighted by both, a tie for a half."""
    won = total = 0.0
    for (score, answer, weight), (other, wrong, mass) in itertools.product(
        zip(scores, answers, weights, strict=True), repeat=2
    ):
        if answer == 1 and wrong == 0:
            total += weight * mass
            won += weight * mass * (1.0 if score > other else 0.5 if score == other else 0.0)
    return won / total if total else float("nan")


def balanced_accuracy(predicted: Sequence[int], answers: Sequence[int], weights: Sequence[float]) -> float:
    """The mean of the classes' own accuracies, over the classes that have any weight."""
    shares = []
    for target in set(answers):
        here = [(p == a, w) for p, a, w in zip(predicted, answers, weights, strict=True) if a == target and w > 0]
        if here:
            shares.append(sum(w for right, w in here if right) / sum(w for _, w in here))
    return sum(shares) / len(shares) if shares else float("nan")


def hinge_objective(
    weights: Sequence[float], rows: Sequence[Sequence[float]], signs: Sequence[int], cost: float
) -> float:
    """Half the squared length of the weights, and the cost of what falls short of the margin, squared."""
    short = [
        max(0.0, 1 - sign * sum(w * x for w, x in zip(weights, row, strict=True)))
        for row, sign in zip(rows, signs, strict=True)
    ]
    return sum(w * w for w in weights) / 2 + cost * sum(miss * miss for miss in short)
