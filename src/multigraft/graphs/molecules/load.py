"""Files and lists of molecules to packed graphs; files through a packed copy, which is mapped into memory."""

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.graphs import cache, checksums, store
from multigraft.graphs.molecules.columns import likely_smiles
from multigraft.graphs.molecules.formats import kind_of, stem
from multigraft.graphs.molecules.packing import Columns, Packer, empty_chunk, in_memory, smiles_chunks
from multigraft.graphs.molecules.parallel import Reading, in_order, parse
from multigraft.graphs.molecules.reading import CHUNK, Chunk, Table, chunks, survey
from multigraft.graphs.molecules.smiles import require_rdkit
from multigraft.graphs.names import FEATURIZATIONS
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.streamed import ColumnFiles
from multigraft.graphs.texts import Reject
from multigraft.progress import counting


def load_table(
    path: str | Path,
    *,
    featurization: str = "hu",
    smiles_column: str | None = None,
    targets: Sequence[str] | None = None,
    id_column: str | None = None,
    strip_salts: bool = False,
    kind: str | None = None,
    keep_constant: bool = False,
    progress: bool = False,
    processes: int | None = None,
) -> PackedGraphs:
    """The molecules in a file: CSV, TSV, Parquet, SDF, or SMILES one a line (.smi, .txt); each may end in .gz as well.

    Rows that do not parse are counted and kept as rejects, see `multigraft.graphs.texts`; lines are counted from 1,
    rows of Parquet files likewise. The packed copy of a file is made chunk by chunk, so neither needs to fit in memory.

    Args:
        path: The file.
        featurization: ``hu`` or ``ogb``.
        smiles_column: The column of SMILES; by default the one of that name.
        targets: The columns to learn from, an empty cell being a missing value. By default all columns that hold
            numbers or nothing, but for those with a single value; ``()`` for none.
        id_column: The column of identifiers, of which no two may be equal; by default one called ``id``, ``mol_id``,
            ``molecule_id`` or ``compound_id``, what stands behind SMILES in lists of them, the title in SDF files;
            an empty text for none.
        strip_salts: Whether only the fragment with the most heavy atoms is kept; its SMILES is then RDKit's own.
        kind: ``binary`` or ``real``; by default ``binary`` where all values of all targets are 0 or 1.
        keep_constant: Whether targets with a single value, or none, are kept rather than left out or refused.
        progress: Whether a bar is drawn.
        processes: How many parse; by default one a core, if the molecules are many.

    Raises:
        InputError: a file that cannot be read, or is not as the options say; see
            `multigraft.graphs.molecules.reading.survey`. Also where none of its rows is a molecule.
        MissingExtraError: RDKit is not installed.
    """
    path = Path(path).expanduser()
    require_rdkit(f"reading {path}")
    laid_out = kind_of(path)
    from rdkit import __version__ as rdkit_version  # which molecules parse depends on it

    choices = (smiles_column, None if targets is None else tuple(targets), id_column, kind, keep_constant)
    checksum = checksums.of_files([path])
    file = _File(path, Reading(_checked(featurization), strip_salts), choices, checksum, processes, progress)
    key = ("molecules", rdkit_version, featurization, str(strip_salts), repr(choices), laid_out)
    return cache.packed(file.in_memory, checksum, *key, write=file.write)


@dataclass(frozen=True)
class _File:
    """A file of molecules and how it is read; ``choices`` are the arguments of `survey`."""

    path: Path
    reading: Reading
    choices: tuple[Any, ...]
    checksum: str
    processes: int | None
    progress: bool

    @cached_property
    def table(self) -> Table:
        """The file, checked."""
        return survey(self.path, *self.choices)

    def in_memory(self) -> PackedGraphs:
        """The graphs, without a copy on disk."""
        packer = Packer()
        tensors = in_memory(self._pieces(packer))
        return store.assembled(tensors, self._origin(packer))

    def write(self, target: Path) -> None:
        """Write the graphs to a packed copy, chunk by chunk."""
        packer = Packer()
        with ColumnFiles(target.parent) as columns:
            for piece in self._pieces(packer):
                columns.append(piece)
            columns.write(target, self._origin(packer))

    def _pieces(self, packer: Packer) -> Iterator[Columns]:
        table = self.table
        reading = replace(self.reading, mol_blocks=table.layout.mol_blocks)
        given = chain([empty_chunk(len(table.targets), table.ids is not None)], chunks(table))
        return _pieces(given, table.rows, reading, packer, self.processes, self.progress)

    def _origin(self, packer: Packer) -> Origin:
        """What is to be said of the graphs; raises where there are none."""
        table = self.table
        if not packer.graphs:
            raise no_molecule(table, packer.first_reject)
        return Origin(
            name=stem(self.path),
            checksum=self.checksum,
            notes=(*table.notes, *_notes(packer, table.rows)),
            featurization=self.reading.featurization,
            targets=tuple(table.targets),
            target_kind=table.kind,
            strip_salts=self.reading.strip_salts,
        )


def pack_smiles(
    smiles: Sequence[str],
    featurization: str = "hu",
    strip_salts: bool = False,
    *,
    progress: bool = False,
    processes: int | None = None,
) -> PackedGraphs:
    """The molecules in a list of SMILES; those that do not parse are rejects, whose lines count the list from 1.

    ``lines_of`` says likewise which of the list each graph is. All may be rejects, or the list be empty.

    Raises:
        InputError: an unknown featurisation, or something in the list that is no text.
        MissingExtraError: RDKit is not installed.
    """
    require_rdkit("reading SMILES")
    reading = Reading(_checked(featurization), strip_salts)
    if isinstance(smiles, str):
        raise InputError(f"{smiles!r} is one SMILES: give a list of them")
    for place, one in enumerate(smiles, start=1):
        if not isinstance(one, str):
            raise InputError(f"number {place} of the SMILES is {one!r}, which is no text")
    packer = Packer()
    given = chain([empty_chunk(0, False)], smiles_chunks(smiles, CHUNK))
    tensors = in_memory(_pieces(given, len(smiles), reading, packer, processes, progress))
    digest = hashlib.sha256("\n".join(smiles).encode()).hexdigest()
    notes = _notes(packer, len(smiles))
    origin = Origin("SMILES", digest, notes=notes, featurization=featurization, strip_salts=strip_salts)
    return store.assembled(tensors, origin)


def _pieces(
    given: Iterable[Chunk], count: int, reading: Reading, packer: Packer, processes: int | None, progress: bool
) -> Iterator[Columns]:
    """The columns of every chunk; of ``count`` molecules in all."""
    waiting: deque[Chunk] = deque()

    def written() -> Iterator[list[str]]:
        for chunk in given:
            waiting.append(chunk)
            yield chunk.written

    with counting("reading molecules", count, "molecules", progress) as advance:
        for parsed in in_order(partial(parse, reading), written(), count, processes):
            chunk = waiting.popleft()
            yield packer.columns(chunk, parsed)
            advance(len(chunk.lines))


def _checked(featurization: str) -> str:
    if featurization not in FEATURIZATIONS:
        raise InputError(f"unknown featurization {featurization!r}: choose from {', '.join(FEATURIZATIONS)}")
    return featurization


def _notes(packer: Packer, rows: int) -> tuple[str, ...]:
    """How many rows became no graph, if any."""
    first = packer.first_reject
    if first is None:
        return ()
    shown = f"the first is line {first.line}, '{first.smiles}': {first.reason}"
    return (f"{packer.rejected} of {rows} rows are no molecules that RDKit can read, and are left out; {shown}",)


def no_molecule(table: Table, first: Reject | None) -> InputError:
    """What is wrong with a table of which no row is a molecule; ``first``: the first of them, if any."""
    path = table.layout.path
    reason = f"line {first.line}, {first.smiles!r}: {first.reason}" if first else "it has no rows"
    guess = likely_smiles(table.layout)
    hint = f"; column {table.layout.columns[guess]!r} looks like SMILES" if guess not in (None, table.smiles) else ""
    return InputError(f"{path}: none of its {table.rows} rows is a molecule that RDKit can read ({reason}){hint}")
