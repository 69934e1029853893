"""Embeddings as a Parquet file: identifiers, then the vector as one fixed-size list column."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from multigraft.files import replacing
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.segments import positions, segment_ids
from multigraft.graphs.texts import texts_at
from multigraft.models.precision import Precision
from multigraft.models.trained import TrainedEncoder, check_batch_size, measure
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
    precision: Precision | None = None,
    progress: bool = False,
) -> int:
    """Write the embedding of every graph or node, batch by batch; returns the number of rows.

    Columns: ``graph`` (int64); of data that was read row by row ``line``, counted from 1, ``id`` and ``smiles``, as far
    as there are such; for nodes ``node`` (int64, number inside its graph) instead of SMILES; ``embedding`` (fixed-size
    list of float32). The schema's metadata names encoder, weights and data.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    check_batch_size(batch_size)
    precision = precision or Precision()
    measure(precision, trained.encoder, graphs, device)
    dim = trained.width(level)
    known = _identifiers(graphs, torch.arange(0), level)
    columns = [pa.field(name, column.type, nullable=False) for name, column in known.items()]
    columns.append(pa.field("embedding", pa.list_(pa.float32(), dim), nullable=False))
    schema = pa.schema(columns, metadata={"multigraft": json.dumps(identity(trained, graphs.origin, level, precision))})
    rows = 0
    batches = trained.batches(graphs, level, batch_size, device, precision)
    units = len(graphs) if level == "graph" else graphs.num_nodes
    with (
        replacing(path) as temporary,
        pq.ParquetWriter(temporary, schema) as writer,
        counting("embedding", units, f"{level}s", progress) as advance,
    ):
        for numbers, z in zip(torch.arange(len(graphs)).split(batch_size), batches, strict=True):
            columns = [*_identifiers(graphs, numbers, level).values(), vectors(z)]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            rows += len(z)
            advance(len(z))
    return rows


def vectors(z: Float[Tensor, "rows dim"]) -> "pa.FixedSizeListArray":
    """Embeddings as one column."""
    import pyarrow as pa

    return pa.FixedSizeListArray.from_arrays(pa.array(z.float().flatten().numpy()), z.shape[1])


def _identifiers(graphs: PackedGraphs, numbers: Int64[Tensor, " some"], level: str) -> "dict[str, pa.Array]":
    """The columns that say which rows those of some graphs, or of their nodes, are."""
    import pyarrow as pa

    counts, attached = graphs.node_counts[numbers], graphs.attached
    each = numbers if level == "graph" else numbers[segment_ids(counts)]
    columns = {"graph": pa.array(each.numpy(), pa.int64())}
    if "row" in graphs.graphs:
        rows = graphs.graphs["row"].cpu()[each]
        if "line" in attached:
            columns["line"] = pa.array(attached["line"][rows].numpy(), pa.int64())
        texts = ("id", "smiles") if level == "graph" else ("id",)
        columns |= {name: pa.array(texts_at(attached, name, rows), pa.string()) for name in texts if name in attached}
    if level == "node":
        columns["node"] = pa.array(positions(counts).numpy(), pa.int64())
    return columns


def identity(trained: TrainedEncoder, data: Origin, level: str, precision: Precision) -> dict[str, Any]:
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
        **precision.told(),
        "versions": trained.metadata.get("versions", {}),
    }
