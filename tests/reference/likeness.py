"""Weisfeiler and Lehman's colours as nested tuples, in which nothing is hashed and nothing can collide."""

from collections import Counter

from multigraft.graphs.packed import PackedGraphs


def likeness(graphs: PackedGraphs, rounds: int) -> list[tuple]:
    """The multiset of node colours of each graph after so many rounds."""
    return [_of(graphs.select([number]), rounds) for number in range(len(graphs))]


def _of(graph: PackedGraphs, rounds: int) -> tuple:
    shown = [graph.x, *([graph.nodes["codes"]] if "codes" in graph.nodes else [])]
    colours = [tuple(value for table in shown for value in table[node].tolist()) for node in range(graph.num_nodes)]
    kinds = [graph.edges[name] for name in ("codes", "types") if name in graph.edges]
    between = [tuple(value for table in kinds for value in table[edge].tolist()) for edge in range(graph.num_edges)]
    for _ in range(rounds):
        heard = [Counter() for _ in colours]
        for (source, target), edge in zip(graph.edge_index.T.tolist(), between, strict=True):
            heard[target][colours[source], edge] += 1
        colours = [(own, _sorted(others)) for own, others in zip(colours, heard, strict=True)]
    return _sorted(Counter(colours))


def _sorted(counted: Counter) -> tuple:
    return tuple(sorted(counted.items(), key=repr))
