"""Embeddings of a file of molecules: each with the line that it stands in, its identifier and its SMILES."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from multigraft.files import replacing
from multigraft.graphs import checksums
from multigraft.graphs.molecules.formats import check_file, stem
from multigraft.graphs.molecules.load import no_molecule
from multigraft.graphs.molecules.reading import Table, survey
from multigraft.graphs.molecules.smiles import require_rdkit
from multigraft.graphs.packed import Origin
from multigraft.graphs.segments import positions, segment_ids
from multigraft.graphs.texts import Reject
from multigraft.models.embedding import window_nodes
from multigraft.models.parquet import identity, vectors
from multigraft.models.precision import Precision
from multigraft.models.row_files import check_apart, writing
from multigraft.models.sources import check_reads_molecules
from multigraft.models.streams import Piece, gathered, pieces
from multigraft.models.trained import TrainedEncoder, embed_batches, measure
from multigraft.progress import counting

if TYPE_CHECKING:
    import pyarrow as pa


def rejects_file(out: Path) -> Path:
    """Where the rows are listed that became no embedding in ``out``: ``z.rejects.csv`` for ``z.parquet``."""
    return out.with_name(f"{out.stem}.rejects.csv")


def write_molecule_embeddings(
    trained: TrainedEncoder,
    source: Path,
    out: Path,
    level: str = "graph",
    *,
    smiles_column: str | None = None,
    id_column: str | None = None,
    strip_salts: bool | None = None,
    batch_size: int = 256,
    device: str = "auto",
    precision: Precision | None = None,
    progress: bool = False,
) -> tuple[int, int]:
    """Embed the molecules of a file, piece by piece, so that it may be larger than memory; how many rows, and rejects.

    Columns: ``line`` of ``source``, counted from 1, ``id`` where it has one; ``smiles``, or for nodes ``node``, the
    number inside the molecule; ``embedding``. The rows that do not parse go to `rejects_file`: line, SMILES, reason.

    Raises:
        InputError: a file that cannot be read, two molecules with one identifier, no column of SMILES, an encoder that
            reads no molecules, no row that is a molecule, or an option that cannot be.
        MissingExtraError: RDKit is not installed.
    """
    import pyarrow.parquet as pq

    check_reads_molecules(trained)
    require_rdkit(f"reading {source}")
    check_file(source)
    check_apart(source, out, rejects_file(out))
    table = survey(source, smiles_column, targets=(), id_column=id_column)
    origin = Origin(stem(source), checksums.of_files([source]))
    precision = precision or Precision()
    found = gathered(pieces(trained, table, strip_salts), window_nodes(trained.encoder))
    first = list(islice(found, 1)) if precision.bf16 else []
    for piece in first:
        measure(precision, trained.encoder, piece.rows.graphs, device)
    schema = _schema(trained, table, origin, level, precision)
    how = {"level": level, "batch_size": batch_size, "device": device, "precision": precision}
    rows, rejected, bad = 0, 0, None
    with ExitStack() as stack:
        temporary = stack.enter_context(replacing(out))
        reject = stack.enter_context(writing(rejects_file(out)))
        writer = stack.enter_context(pq.ParquetWriter(temporary, schema))
        advance = stack.enter_context(counting("embedding", table.rows, "molecules", progress))
        for piece in chain(first, found):
            reject(_rejects(piece))
            for columns in _columns(trained, piece, table, how):
                writer.write_table(columns.cast(schema))
                rows += len(columns)
            rejected += len(piece.rows.reasons)
            bad = bad or _first_reject(piece)
            advance(piece.rows.count)
        if bad is not None and not rows:
            raise no_molecule(table, bad)
    return rows, rejected


def _schema(trained: TrainedEncoder, table: Table, origin: Origin, level: str, precision: Precision) -> "pa.Schema":
    import pyarrow as pa

    columns: list[tuple[str, Any]] = [("line", pa.int64())]
    columns += [] if table.ids is None else [("id", pa.string())]
    columns += [("smiles", pa.string())] if level == "graph" else [("node", pa.int64())]
    columns += [("embedding", pa.list_(pa.float32(), trained.width(level)))]
    fields = [pa.field(name, kind, nullable=False) for name, kind in columns]
    return pa.schema(fields, metadata={"multigraft": json.dumps(identity(trained, origin, level, precision))})


def _columns(trained: TrainedEncoder, piece: Piece, table: Table, how: dict[str, Any]) -> "Iterator[pa.Table]":
    """The columns for the molecules of a piece, batch by batch."""
    import pyarrow as pa

    graphs, kept = piece.rows.graphs, piece.rows.kept.tolist()
    level, batch_size, start = how["level"], how["batch_size"], 0
    for z in embed_batches(trained.encoder, graphs, pool=trained.readout, **how):
        numbers = torch.arange(start, min(start + batch_size, len(graphs)))
        counts = graphs.node_counts[numbers]
        each = numbers if level == "graph" else numbers[segment_ids(counts)]
        columns: dict[str, Any] = {"line": [piece.lines[kept[number]] for number in each.tolist()]}
        if table.ids is not None:
            columns["id"] = [piece.cells[kept[number]][table.ids].strip() for number in each.tolist()]
        if level == "graph":
            columns["smiles"] = [piece.rows.smiles[number] for number in each.tolist()]
        else:
            columns["node"] = positions(counts).numpy()
        yield pa.table({**columns, "embedding": vectors(z)})
        start += batch_size


def _first_reject(piece: Piece) -> Reject | None:
    row = min(piece.rows.reasons, default=None)
    return None if row is None else Reject(piece.lines[row], piece.shown[row], piece.rows.reasons[row])


def _rejects(piece: Piece) -> "pa.Table":
    import pyarrow as pa

    found = sorted(piece.rows.reasons)
    columns = {
        "line": pa.array([piece.lines[row] for row in found], pa.int64()),
        "smiles": pa.array([piece.shown[row] for row in found], pa.string()),
        "reason": pa.array([piece.rows.reasons[row] for row in found], pa.string()),
    }
    return pa.table(columns)
