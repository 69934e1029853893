"""Batches gathered out of packed graphs: index arithmetic for all graphs at once, then one pass over each column."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Int64

from multigraft.errors import InputError
from multigraft.graphs.arrays import Array, Arrays, arrays

if TYPE_CHECKING:
    from multigraft.graphs.packed import Columns, PackedGraphs


@dataclass(frozen=True, eq=False)
class Places:
    """Where graphs lie in a data set, on the host.

    ``starts``: the offsets of nodes and of edges. ``block``: edges that are gathered as one: 2 where every graph has an
    even number, as where both directions of each are stored; that halves the index arithmetic.
    """

    starts: Int64[np.ndarray, "2 graphs_plus_one"]
    block: int


def places(graphs: "PackedGraphs") -> Places:
    """The places of all graphs; ask `PackedGraphs.once` for them."""
    starts = np.stack([graphs.node_offsets.numpy(), graphs.edge_offsets.numpy()])
    return Places(starts, 1 if (starts[1] & 1).any() else 2)


def selected(graphs: "PackedGraphs", picked: Int64[np.ndarray, " picked"]) -> "PackedGraphs":
    """The graphs with these numbers, in that order.

    Raises:
        InputError: there is no graph of such a number.
    """
    if len(picked) and picked.view(np.uint64).max() >= len(graphs):  # a negative one is a large one there
        raise InputError(f"graph indices must lie in 0..{len(graphs) - 1}, got {picked.min()}..{picked.max()}")
    on, found = arrays(graphs.device), graphs.once(places)
    starts = found.starts.take(picked, axis=1)
    counts = found.starts.take(picked + 1, axis=1) - starts
    offsets = np.zeros((2, len(picked) + 1), np.int64)
    counts.cumsum(axis=1, out=offsets[:, 1:])
    num_nodes, num_edges = offsets[:, -1].tolist()
    shifts, sizes = on.sent(starts - offsets[:, :-1]), on.sent(counts)
    nodes = on.repeat(shifts[0], sizes[0], num_nodes) + on.arange(num_nodes)
    blocks = num_edges // found.block
    edges = on.repeat(shifts[1] // found.block, sizes[1] // found.block, blocks) + on.arange(blocks)
    ends = on.of(graphs.edge_index).reshape(2, graphs.num_edges // found.block, found.block)
    edge_index = on.take(ends, edges, axis=1).reshape(2, num_edges)
    edge_index -= on.repeat(shifts[0], sizes[1], num_edges)
    return type(graphs)(
        on.tensor(edge_index),
        torch.from_numpy(offsets[0]),
        torch.from_numpy(offsets[1]),
        nodes=_rows(graphs.nodes, nodes, on),
        edges=_rows(graphs.edges, edges, on, found.block),
        graphs=_rows(graphs.graphs, on.sent(picked), on),
        origin=graphs.origin,
        attached=graphs.attached,
    )


def _rows(table: "Columns", rows: Array, on: Arrays, block: int = 1) -> "Columns":
    """Rows of every column, ``block`` of them at a time."""
    return {name: on.rows(column, rows, block) for name, column in table.items()}
