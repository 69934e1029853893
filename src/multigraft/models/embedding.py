"""Embeddings of many graphs: windows of many, whose distinct environments are computed once, or else batches."""

from collections.abc import Iterator
from dataclasses import replace

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from multigraft.encoders.base import Encoder
from multigraft.encoders.distinct import Distinct
from multigraft.encoders.readout import Readout, readout
from multigraft.graphs.ahead import ahead, depth_for
from multigraft.graphs.packed import PackedGraphs
from multigraft.models.precision import Precision
from multigraft.processes import keep_freed_memory

WINDOW = 2**29  # bytes that embeddings of all nodes of a window would take


def embedded(
    encoder: Encoder,
    graphs: PackedGraphs,
    where: torch.device,
    *,
    level: str = "graph",
    batch_size: int = 256,
    pool: Readout = "mean",
    precision: Precision,
) -> Iterator[Float[Tensor, "rows dim"]]:
    """Embeddings of every graph or node, ``batch_size`` graphs at a time, on the CPU.

    ``encoder`` is on the device ``where``, in evaluation mode. Whether windows pay it says of the first one.
    """

    def some(first: int, last: int) -> PackedGraphs:
        return graphs.select(torch.arange(first, min(last, len(graphs)))).to(where)

    keep_freed_memory()
    precision.measure(encoder, graphs, where)
    first = 0
    while encoder.sharing and first < len(graphs):
        last = _end(graphs, first, batch_size, window_nodes(encoder))
        with torch.no_grad(), precision.products(where):
            found = encoder.environments(some(first, last))
            if found is not None and (level == "node" or "max" in pool or "std" in pool):
                found = found.finished()
        if found is None:
            break
        found = replace(found, rows=_widened(found.rows))
        yield from _read(found, graphs.node_offsets[first : last + 1], level, batch_size, pool)
        del found  # before the next window needs the room
        first = last
    starts = range(first, max(len(graphs), 1), batch_size)
    for batch in ahead(lambda start: some(start, start + batch_size), starts, depth_for(where)):
        with torch.no_grad(), precision.products(where):
            z = encoder(batch)
            rows = readout(_widened(z), batch, pool) if level == "graph" else z
        yield _widened(rows).cpu()


def window_nodes(encoder: Encoder) -> int:
    """How many nodes a window has; none where the encoder has no use for windows."""
    return WINDOW // (4 * encoder.dim) if encoder.sharing else 0


def _widened(rows: Tensor) -> Tensor:
    """What comes out of products in bfloat16 as float32."""
    return rows.float() if rows.dtype == torch.bfloat16 else rows


def _end(graphs: PackedGraphs, first: int, batch_size: int, nodes: int) -> int:
    """Behind which graph a window ends that begins with ``first``: whole batches, at least one, of so many nodes."""
    limit = graphs.node_offsets[first] + max(nodes, 1)
    last = int(torch.searchsorted(graphs.node_offsets, limit, right=True)) - 1
    whole = first + max(1, (last - first) // batch_size) * batch_size
    return len(graphs) if last == len(graphs) else min(whole, len(graphs))


def _read(
    found: Distinct, offsets: Int64[Tensor, " graphs_plus_one"], level: str, batch_size: int, pool: Readout
) -> Iterator[Float[Tensor, "rows dim"]]:
    """Embeddings of a window's graphs or nodes, batch by batch."""
    for start in range(0, len(offsets) - 1, batch_size):
        batch = offsets[start : start + batch_size + 1]
        some = found.some(int(batch[0] - offsets[0]), int(batch[-1] - offsets[0]))
        with torch.no_grad():
            rows = some.pooled(batch.diff(), pool) if level == "graph" else some.nodes()
        yield rows.cpu()
