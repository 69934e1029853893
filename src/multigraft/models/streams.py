"""Files of molecules for a trained encoder, piece by piece, so that a file may be larger than memory."""

import gzip
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch

from multigraft.graphs import store
from multigraft.graphs.molecules.formats import ending
from multigraft.graphs.molecules.packing import Packer, empty_chunk, in_memory
from multigraft.graphs.molecules.parallel import Parsed, Reading, in_order, parse
from multigraft.graphs.molecules.reading import Chunk, Table
from multigraft.graphs.packed import Origin
from multigraft.graphs.stacking import stacked
from multigraft.models.row_files import exactly
from multigraft.models.sources import Rows, check_reads_molecules, plain_rows, salts_for
from multigraft.models.trained import TrainedEncoder

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 2000  # rows of a piece: many batches, and little memory
PARTS = ("lines", "cells", "shown")  # of a piece, which have an item for each row


@dataclass(frozen=True, eq=False)
class Piece:
    """Some rows of a file, one after the other, and the graphs that they became.

    Attributes:
        lines: Where each begins, counted from 1.
        cells: Of each row the texts in all columns.
        shown: Of each row what to show of it where it did not become a graph.
        rows: The graphs; rows are counted from the piece's first one.
    """

    lines: Sequence[int]
    cells: Sequence[Sequence[str]]
    shown: Sequence[str]
    rows: Rows


def pieces(encoder: TrainedEncoder, table: Table, strip_salts: bool | None = None) -> Iterator[Piece]:
    """All rows of a file in order, `ROWS` at a time, parsed by several processes where there are many.

    Raises:
        InputError: the encoder was not trained on molecules, or a file that has changed since it was surveyed; as
            `salts_for`.
    """
    check_reads_molecules(encoder)
    strip = salts_for(encoder, strip_salts)
    waiting: deque[list[tuple[int, list[str]]]] = deque()
    place, blocks, featurization = table.smiles, table.layout.mol_blocks, encoder.origin.featurization

    def written() -> Iterator[list[str]]:
        rows = table.layout.rows()
        while some := list(islice(rows, ROWS)):
            waiting.append(some)
            yield [cells[place] if blocks else cells[place].strip() for _, cells in some]

    if featurization:
        work = partial(parse, Reading(featurization, strip, blocks))
        found = (_packed(parsed, featurization) for parsed in in_order(work, written(), table.rows))
    else:
        found = (plain_rows(some, strip, blocks) for some in written())
    for rows in found:
        lines, cells = zip(*waiting.popleft(), strict=True)
        yield Piece(lines, cells, [row[1 if blocks else place].strip() for row in cells], rows)


def gathered(found: Iterable[Piece], nodes: int) -> Iterator[Piece]:
    """The same rows in larger pieces, each of so many nodes or hardly more than one piece."""
    held: list[Piece] = []
    for piece in found:
        held.append(piece)
        if sum(one.rows.graphs.num_nodes for one in held) >= nodes:
            yield _joined(held)
            held = []
    if held:
        yield _joined(held)


def _joined(found: Sequence[Piece]) -> Piece:
    """Several pieces as one."""
    if len(found) == 1:
        return found[0]
    graphs = [piece.rows.graphs for piece in found if len(piece.rows.graphs)] or [found[0].rows.graphs]
    starts = [0, *accumulate(piece.rows.count for piece in found)]
    rows = Rows(
        stacked(graphs),
        torch.cat([piece.rows.kept + start for piece, start in zip(found, starts, strict=False)]),
        starts[-1],
        {
            start + row: why
            for piece, start in zip(found, starts, strict=False)
            for row, why in piece.rows.reasons.items()
        },
        [smiles for piece in found for smiles in piece.rows.smiles],
    )
    lines, cells, shown = ([row for piece in found for row in getattr(piece, part)] for part in PARTS)
    return Piece(lines, cells, shown, rows)


def original_cells(table: Table) -> "Callable[[Piece], pa.Table]":
    """A function from each piece in turn to all columns that its rows have in the file.

    They are texts, and in a Parquet file what they are there. Instead of mol blocks there are SMILES.
    """
    import pyarrow as pa

    layout = table.layout
    if ending(layout.path) == ".parquet":
        typed = exactly(ROWS, _typed(layout.path))
        return lambda piece: next(typed)

    def texts(piece: Piece) -> pa.Table:
        columns = [pa.array(column, pa.string()) for column in zip(*piece.cells, strict=True)]
        names = list(layout.columns)
        if layout.mol_blocks:
            smiles = dict(zip(piece.rows.kept.tolist(), piece.rows.smiles, strict=True))
            columns[0] = pa.array([smiles.get(row) for row in range(len(piece.lines))], pa.string())
            names[0] = "smiles"
        return pa.table(columns, names=names)

    return texts


def _typed(path: Path) -> "Iterator[pa.Table]":
    """The batches of a Parquet file; one that is packed is unpacked first, as it is not read from start to end."""
    import pyarrow as pa
    from pyarrow import parquet

    packed = path.name.lower().endswith(".gz")
    with path.open("rb") if not packed else tempfile.TemporaryFile() as file:
        if packed:
            with gzip.open(path) as content:
                shutil.copyfileobj(content, file)
        for batch in parquet.ParquetFile(file).iter_batches():
            yield pa.Table.from_batches([batch])


def _packed(parsed: Parsed, featurization: str) -> Rows:
    """What was parsed as packed graphs by themselves."""
    packer = Packer()
    count = len(parsed.kept) + len(parsed.reasons)
    chunk = Chunk(np.arange(count), [], [], None, np.empty((count, 0), np.float32))
    nothing = packer.columns(empty_chunk(0, ids=False), parse(Reading(featurization), []))
    columns = packer.columns(chunk, replace(parsed, reasons={}))
    graphs = store.assembled(in_memory([nothing, columns]), Origin("molecules", featurization=featurization))
    return Rows(graphs, torch.from_numpy(parsed.kept), count, parsed.reasons, parsed.smiles)
