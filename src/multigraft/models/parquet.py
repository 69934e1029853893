"""Embeddings as a Parquet file: identifiers, then the vector as one fixed-size list column."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.files import replacing
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.segments import positions, segment_ids
from multigraft.models.trained import TrainedEncoder
from multigraft.progress import counting

if TYPE_CHECKING:
    import pyarrow as pa


def write_embeddings(
    trained: TrainedEncoder,
    graphs: PackedGraphs,
    path: Path,
    level: str = "graph",
    batch_size: int = 256,
    device: str = "auto",
    progress: bool = False,
) -> int:
    """Write the embedding of every graph or node, batch by batch; returns the number of rows.

    Columns: ``graph`` (int64), for nodes also ``node`` (int64, number inside its graph), ``embedding``
    (fixed-size list of float32). The schema's metadata names encoder, weights and data.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    dim = trained.encoder.dim
    keys = ["graph"] if level == "graph" else ["graph", "node"]
    columns = [pa.field(key, pa.int64(), nullable=False) for key in keys]
    columns.append(pa.field("embedding", pa.list_(pa.float32(), dim), nullable=False))
    schema = pa.schema(columns, metadata={"multigraft": json.dumps(identity(trained, graphs.origin, level))})
    rows = 0
    batches = trained.batches(graphs, level, batch_size, device)
    units = len(graphs) if level == "graph" else graphs.num_nodes
    with (
        replacing(path) as temporary,
        pq.ParquetWriter(temporary, schema) as writer,
        counting("embedding", units, f"{level}s", progress) as advance,
    ):
        for z, ids in zip(batches, _identifiers(graphs, level, batch_size), strict=True):
            columns = [*(pa.array(i.numpy()) for i in ids), vectors(z)]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            rows += len(z)
            advance(len(z))
    return rows


def vectors(z: Float[Tensor, "rows dim"]) -> "pa.FixedSizeListArray":
    """Embeddings as one column."""
    import pyarrow as pa

    return pa.FixedSizeListArray.from_arrays(pa.array(z.float().flatten().numpy()), z.shape[1])


def _identifiers(graphs: PackedGraphs, level: str, batch_size: int) -> Iterator[list[Tensor]]:
    for first in range(0, max(len(graphs), 1), batch_size):
        numbers = torch.arange(first, min(first + batch_size, len(graphs)))
        if level == "graph":
            yield [numbers]
        else:
            counts = graphs.node_counts[numbers]
            yield [numbers[segment_ids(counts)], positions(counts)]


def identity(trained: TrainedEncoder, data: Origin, level: str) -> dict[str, Any]:
    """What a file of embeddings says of the encoder, its weights and the data, as JSON values."""
    return {
        "encoder": trained.encoder.kind,
        "fingerprint": trained.fingerprint,
        "strategy": trained.strategy,
        "tasks": list(trained.tasks),
        "readout": trained.readout if level == "graph" else None,
        "level": level,
        "trained_on": {"name": trained.origin.name, "checksum": trained.origin.checksum},
        "data": {"name": data.name, "checksum": data.checksum},
        "versions": trained.metadata.get("versions", {}),
    }
