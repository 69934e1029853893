"""Graphs whose nodes have much in common, and encoders that share it whether or not that pays."""

from contextlib import contextmanager

import pytest
import torch
from hypothesis import strategies as st

from multigraft.encoders import environments, sharing
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.segments import offsets


@contextmanager
def sharing_little():
    """Environments are shared in small batches and narrow layers too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sharing, "WORTH", 0)
        yield


@contextmanager
def always_sharing():
    """Environments are told apart, and shared, even where next to none is met twice."""
    with sharing_little(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(environments, "MOST_APART", 2.0)
        patch.setattr(sharing, "MOST_APART", 2.0)
        yield


def repeating_graphs(seed: int, count: int = 5, masked: bool = False, most_nodes: int = 6) -> PackedGraphs:
    """Molecules of few elements and bonds; edges go one way or both, twice or from a node to itself, or are missing."""
    draws = torch.Generator().manual_seed(seed)
    sizes = torch.randint(1, most_nodes + 1, (count,), generator=draws)
    edges = torch.randint(0, 3 * most_nodes, (count,), generator=draws) // 2
    starts, graph = offsets(sizes)[:-1], torch.repeat_interleave(torch.arange(count), edges)
    ends = (torch.rand(2, len(graph), generator=draws) * sizes[graph]).long() + starts[graph]
    nodes, total = int(sizes.sum()), len(graph)
    columns = {"x": torch.zeros(nodes, 0), "codes": torch.randint(0, 2, (nodes, 2), generator=draws).byte()}
    bonds = {"codes": torch.randint(0, 2, (total, 2), generator=draws).byte()}
    if masked:
        columns["masked"] = torch.rand(nodes, generator=draws) < 0.3
        bonds["masked"] = torch.rand(total, generator=draws) < 0.3
    return PackedGraphs(
        ends, offsets(sizes), offsets(edges), columns, bonds, origin=Origin("made", f"made-{seed}", featurization="hu")
    )


@st.composite
def repeating(draw: st.DrawFn) -> PackedGraphs:
    """Any of `repeating_graphs`."""
    return repeating_graphs(draw(st.integers(0, 2**16)), draw(st.integers(1, 8)), draw(st.booleans()))


def rearranged(graphs: PackedGraphs, draws: torch.Generator) -> tuple[PackedGraphs, torch.Tensor]:
    """Nodes in another order inside each graph, edges too; and where each node went."""
    import dataclasses

    from multigraft.graphs.segments import shuffled

    place = torch.empty_like(graphs.node_graph)
    place[shuffled(graphs.node_graph, draws)] = torch.arange(len(place))
    nodes = {name: torch.empty_like(column).index_copy_(0, place, column) for name, column in graphs.nodes.items()}
    order = shuffled(graphs.edge_graph, draws)
    edges = {name: column[order] for name, column in graphs.edges.items()}
    return dataclasses.replace(graphs, edge_index=place[graphs.edge_index[:, order]], nodes=nodes, edges=edges), place
