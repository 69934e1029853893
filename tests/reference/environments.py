"""Environments node by node: colours are what they say, so that nothing can collide."""

from collections import Counter

from multigraft.graphs.packed import PackedGraphs


def colours(graphs: PackedGraphs, rounds: int, weights: list[float], degrees: bool = False) -> list[list[int]]:
    """The colour of every node after each round, from 0 on, numbered in the order in which they are met.

    ``weights``: of every edge and then of every node's loop. A node starts with its codes and whether it is masked.
    """
    hidden = graphs.nodes["masked"].tolist() if "masked" in graphs.nodes else [False] * graphs.num_nodes
    start = [
        (mask, () if mask else tuple(row)) for mask, row in zip(hidden, graphs.nodes["codes"].tolist(), strict=True)
    ]
    if degrees:
        heard = Counter(graphs.edge_index[1].tolist())
        start = [(*one, 0 if one[0] else heard[node]) for node, one in enumerate(start)]
    found = [_numbered(start)]
    kinds = _kinds(graphs)
    for _ in range(rounds):
        before = found[-1]
        around = [Counter() for _ in before]
        for edge, (source, target) in enumerate(graphs.edge_index.T.tolist()):
            around[target][before[source], kinds[edge], weights[edge]] += 1
        loops = weights[graphs.num_edges :]
        found.append(
            _numbered([(before[node], loops[node], frozenset(one.items())) for node, one in enumerate(around)])
        )
    return found


def _kinds(graphs: PackedGraphs) -> list[tuple[bool, tuple[int, ...]]]:
    count = graphs.num_edges
    hidden = graphs.edges["masked"].tolist() if "masked" in graphs.edges else [False] * count
    rows = graphs.edges["codes"].tolist() if "codes" in graphs.edges else [()] * count
    return [(mask, () if mask else tuple(row)) for mask, row in zip(hidden, rows, strict=True)]


def _numbered(things: list) -> list[int]:
    known: dict = {}
    return [known.setdefault(thing, len(known)) for thing in things]
