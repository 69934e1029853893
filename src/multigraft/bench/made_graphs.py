"""Random graphs of a chosen size, for curves in which one size grows and the others stay."""

import torch

from multigraft.errors import InputError
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.segments import offsets
from multigraft.randomness import generator

CLASSES = 3  # of nodes, and of graphs
FEATURES = 18  # as many as the attributes of a graph of ENZYMES


def made_graphs(count: int, nodes: int, degree: int = 4, features: int = FEATURES, seed: int = 0) -> PackedGraphs:
    """``count`` random graphs of ``nodes`` nodes with ``degree`` neighbours each; attributes and labels are random.

    Which nodes are joined: those that lie so many steps apart on a ring, ``degree / 2`` random numbers of steps a
    graph; where a node is on the ring is random as well. So there are as many edges as asked for, made without a loop.

    Raises:
        InputError: a degree that is odd, or as large as the number of nodes.
    """
    steps, half = (nodes - 1) // 2, degree // 2
    if degree < 2 or degree % 2 or half > steps:
        raise InputError(f"graphs of {nodes} nodes can have an even degree of 2 to {2 * steps}, got {degree}")
    draws = generator(seed, "made graphs")
    apart = torch.rand(count, steps, generator=draws).argsort(1)[:, :half] + 1
    names = torch.rand(count, nodes, generator=draws).argsort(1)
    ring = torch.arange(nodes)
    first = names[:, None, :].expand(-1, half, -1)
    second = names.gather(1, ((ring + apart[:, :, None]) % nodes).view(count, -1)).view(count, half, nodes)
    starts = (torch.arange(count) * nodes)[:, None, None]
    pairs = torch.stack([first + starts, second + starts]).view(2, -1)
    return PackedGraphs(
        edge_index=torch.stack([pairs, pairs.flip(0)], dim=2).view(2, -1),
        node_offsets=offsets(torch.full((count,), nodes)),
        edge_offsets=offsets(torch.full((count,), nodes * degree)),
        nodes={
            "x": torch.randn(count * nodes, features, generator=draws),
            "label": torch.randint(CLASSES, (count * nodes,), generator=draws),
        },
        graphs={"label": torch.randint(CLASSES, (count,), generator=draws)},
        origin=Origin(
            name=f"made, {nodes} nodes",
            node_classes=tuple(f"n{number}" for number in range(CLASSES)),
            graph_classes=tuple(f"g{number}" for number in range(CLASSES)),
        ),
    )
