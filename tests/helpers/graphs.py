"""Graphs for tests: drawn by Hypothesis, or made from a seed."""

import random

import torch
from hypothesis import strategies as st
from torch import Tensor

from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.segments import offsets


def pack(
    adjacencies: list[Tensor],
    seed: int = 0,
    *,
    features: int = 4,
    structure: int = 0,
    node_classes: int = 3,
    graph_classes: int = 2,
    degree: bool = False,
    shuffled: bool = False,
) -> PackedGraphs:
    """Undirected graphs from the upper triangles of boolean matrices, with random features and labels.

    Edges come in row-major order inside each graph, or in random order where ``shuffled``.
    """
    generator = torch.Generator().manual_seed(seed)
    starts = offsets(torch.tensor([len(a) for a in adjacencies], dtype=torch.int64))
    edges = []
    for adjacency, start in zip(adjacencies, starts[:-1], strict=True):
        upper = adjacency.bool().triu(1)
        pairs = (upper | upper.T).nonzero().T + start
        edges.append(pairs[:, torch.randperm(pairs.shape[1], generator=generator)] if shuffled else pairs)
    nodes = {"x": torch.randn(int(starts[-1]), features, generator=generator)}
    if structure:
        nodes["structure"] = torch.rand(int(starts[-1]), structure, generator=generator)
    nodes["label"] = torch.randint(node_classes, (int(starts[-1]),), generator=generator)
    return PackedGraphs(
        edge_index=torch.cat([torch.empty(2, 0, dtype=torch.int64), *edges], dim=1),
        node_offsets=starts,
        edge_offsets=offsets(torch.tensor([pairs.shape[1] for pairs in edges], dtype=torch.int64)),
        nodes=nodes,
        graphs={"label": torch.randint(graph_classes, (len(adjacencies),), generator=generator)},
        origin=Origin(
            name="made",
            checksum=f"made-{seed}",
            node_classes=tuple(f"n{c}" for c in range(node_classes)),
            graph_classes=tuple(f"g{c}" for c in range(graph_classes)),
            degree=degree,
        ),
    )


def random_graphs(
    count: int,
    seed: int = 0,
    *,
    least_nodes: int = 1,
    most_nodes: int = 12,
    density: float = 0.3,
    features: int = 4,
    structure: int = 0,
    node_classes: int = 3,
    graph_classes: int = 2,
    degree: bool = False,
    shuffled: bool = False,
) -> PackedGraphs:
    """``count`` random undirected graphs; the same arguments give the same graphs."""
    generator = torch.Generator().manual_seed(seed)
    sizes = torch.randint(least_nodes, most_nodes + 1, (count,), generator=generator).tolist()
    adjacencies = [torch.rand(size, size, generator=generator) < density for size in sizes]
    return pack(
        adjacencies,
        seed,
        features=features,
        structure=structure,
        node_classes=node_classes,
        graph_classes=graph_classes,
        degree=degree,
        shuffled=shuffled,
    )


@st.composite
def adjacencies(draw: st.DrawFn, most_nodes: int = 7) -> Tensor:
    """One graph: a single node, no edges, complete, or anything between (isolated nodes among them)."""
    size = draw(st.integers(1, most_nodes))
    kind = draw(st.sampled_from(["any", "any", "empty", "complete"]))
    if kind != "any":
        return torch.full((size, size), kind == "complete")
    bits = draw(st.lists(st.booleans(), min_size=size * size, max_size=size * size))
    return torch.tensor(bits).view(size, size)


@st.composite
def packed_graphs(
    draw: st.DrawFn,
    *,
    least_graphs: int = 1,
    most_graphs: int = 6,
    most_nodes: int = 7,
    features: int | None = None,
    structure: int = 0,
    node_classes: int = 3,
    graph_classes: int = 2,
    degree: bool = False,
) -> PackedGraphs:
    """Arbitrary packed undirected graphs with features (0 to 3 columns unless told), node and graph labels."""
    shapes = draw(st.lists(adjacencies(most_nodes), min_size=least_graphs, max_size=most_graphs))
    seed, shuffled = draw(st.integers(0, 2**16)), draw(st.booleans())
    width = draw(st.integers(0, 3)) if features is None else features
    state = random.getstate()
    try:
        return pack(
            shapes,
            seed,
            features=width,
            structure=structure,
            node_classes=node_classes,
            graph_classes=graph_classes,
            degree=degree,
            shuffled=shuffled,
        )
    finally:
        # beartype checks a random item of a tuple, and Hypothesis forbids `random` while it draws.
        random.setstate(state)
