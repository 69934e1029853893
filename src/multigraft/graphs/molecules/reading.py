"""Files of molecules, checked as a whole before anything is made of them, then read in chunks.

A file is read twice: the first time decides which columns are targets and finds what is wrong, line by line, in a small
part of the time that parsing molecules takes; the second time yields the chunks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Int64

from multigraft.errors import InputError
from multigraft.graphs.molecules.columns import id_place, left_out, repeated, smiles_place, target_places
from multigraft.graphs.molecules.formats import Layout, Row, open_layout
from multigraft.graphs.molecules.numbers import Doubt, Summary, fault, numbers

KINDS = ("binary", "real")
CHUNK = 1000  # rows: enough for arrays to pay, few enough for a bar that moves
SHOWN = 5  # columns that a note names


@dataclass(frozen=True)
class Table:
    """A file of molecules and what was found out about it.

    ``smiles`` and ``ids`` are places of columns, ``targets`` names and places; ``kind`` is that of the targets;
    ``notes`` say what was chosen where nothing was said.
    """

    layout: Layout
    smiles: int
    ids: int | None
    targets: dict[str, int]
    kind: str = ""
    rows: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Chunk:
    """Some rows: ``written`` are SMILES or mol blocks, ``shown`` what to show of a row that does not parse."""

    lines: Int64[np.ndarray, " rows"]
    written: list[str]
    shown: list[str]
    ids: list[str] | None
    targets: Float32[np.ndarray, "rows targets"]


def survey(
    path: Path,
    smiles_column: str | None = None,
    targets: Sequence[str] | None = None,
    id_column: str | None = None,
    kind: str | None = None,
    keep_constant: bool = False,
) -> Table:
    """What is in the file at ``path``; see `multigraft.graphs.molecules.load.load_table` for the options.

    Raises:
        InputError: a file that cannot be read or has no rows, a column that is not there, no column of SMILES, a target
            with text in it or with one value only, one that is not binary though ``kind`` says so, or two rows with one
            identifier.
    """
    if kind is not None and kind not in KINDS:
        raise InputError(f"unknown kind of targets {kind!r}: choose from {', '.join(KINDS)}")
    layout = open_layout(path)
    smiles = smiles_place(layout, smiles_column)
    ids = id_place(layout, id_column, smiles)
    table = Table(layout, smiles, ids, target_places(layout, targets, (smiles, ids)))
    seen = _Seen(table, named=targets is not None, kind=kind, keep_constant=keep_constant)
    for rows in _batches(layout.rows()):
        seen.add(rows)
    return seen.table()


def chunks(table: Table) -> Iterator[Chunk]:
    """The rows of a file that was surveyed, `CHUNK` at a time."""
    for rows in _batches(table.layout.rows()):
        cells = [row for _, row in rows]
        written = [row[table.smiles] for row in cells]
        if not table.layout.mol_blocks:
            written = [one.strip() for one in written]
        columns = [numbers([row[place] for row in cells]) for place in table.targets.values()]
        yield Chunk(
            lines=np.array([line for line, _ in rows], dtype=np.int64),
            written=written,
            shown=[row[1] for row in cells] if table.layout.mol_blocks else written,  # a mol block's title
            ids=None if table.ids is None else [row[table.ids].strip() for row in cells],
            targets=np.array(columns, dtype=np.float32).reshape(-1, len(rows)).T,
        )


class _Seen:
    """What a survey has found so far; ``named``: whether the targets are named, and must therefore be good."""

    def __init__(self, table: Table, named: bool, kind: str | None, keep_constant: bool) -> None:
        self._table, self._named, self._kind, self._keep_constant = table, named, kind, keep_constant
        self._path = table.layout.path
        self._rows = 0
        self._columns = {name: Summary() for name in table.targets}
        self._doubts: dict[str, Doubt] = {}
        self._hashes: list[np.ndarray] = []

    def add(self, rows: list[Row]) -> None:
        """Take account of some more rows."""
        self._rows += len(rows)
        if self._table.ids is not None:
            names = (cells[self._table.ids].strip() for _, cells in rows)
            self._hashes.append(np.array([hash(name) for name in names if name], dtype=np.int64))
        for name in list(self._columns):
            cells = [row[self._table.targets[name]] for _, row in rows]
            values = numbers(cells)
            if values is not None:
                self._columns[name].add(values)
                if self._kind == "binary" and not self._columns[name].binary:
                    place = int(np.flatnonzero(~np.isin(values, (0, 1)) & ~np.isnan(values))[0])
                    raise self._wrong(rows[place][0], cells[place], name, "is neither 0 nor 1: its kind is not binary")
            elif self._named:
                place, reason = fault(cells) or (0, "is not a number")
                raise self._wrong(rows[place][0], cells[place], name, reason)
            else:
                place, reason = fault(cells) or (0, "is not a number")
                self._doubts[name] = Doubt(rows[place][0], cells[place], reason, self._columns.pop(name).count)
        for name, doubt in list(self._doubts.items()):
            doubt.add([row[self._table.targets[name]] for _, row in rows])
            if doubt.text:
                del self._doubts[name]

    def table(self) -> Table:
        """The table, with the targets that are some; errors as `survey`."""
        if not self._rows:
            raise InputError(f"{self._path} has no rows below its header: nothing to read")
        self._check_ids()
        found = {} if self._keep_constant else {name: column.useless for name, column in self._columns.items()}
        useless = {name: reason for name, reason in found.items() if reason}
        if useless and self._named:
            name, reason = next(iter(useless.items()))
            raise InputError(f"{self._path}: target {name!r} {reason}, so nothing can be learnt from it: leave it out")
        counting = [] if self._named else [name for name, column in self._columns.items() if column.numbers_rows]
        left = {*useless, *counting}
        chosen = {name: self._table.targets[name] for name in self._columns if name not in left}
        binary = all(self._columns[name].binary for name in chosen)
        return replace(
            self._table,
            targets=chosen,
            kind=(self._kind or ("binary" if binary else "real")) if chosen else "",
            rows=self._rows,
            notes=tuple(self._notes(list(chosen), useless, counting)),
        )

    def _notes(self, chosen: list[str], useless: dict[str, str], counting: list[str]) -> Iterator[str]:
        if chosen and not self._named:
            yield f"targets: every column of numbers, which are {_some(chosen)}"
        yield from _doubted(self._doubts)
        indices = [] if self._named else left_out(self._table.layout, (self._table.smiles, self._table.ids))
        if indices:
            yield f"no targets unless named, as they are called like numbers of rows or molecules: {_some(indices)}"
        if counting:
            yield f"no targets unless named, as they number the rows: {_some(counting)}"
        real = [name for name in chosen if not self._columns[name].binary]
        if self._kind is None and 0 < len(real) < len(chosen):
            yield f"targets are numbers, as not all are 0 or 1: {_some(real)}; choose others for the task ml"
        if useless:
            yield f"no targets, as they have one value or none: {_some(list(useless))}"
        yield from self._table.layout.notes
        if twice := repeated(self._table.layout):
            yield f"of several columns of one name the first counts: {_some(twice)}"

    def _check_ids(self) -> None:
        """Raise where two rows have one identifier; hashes, as all texts may be more than memory holds."""
        hashes, counts = np.unique(np.concatenate([np.empty(0, np.int64), *self._hashes]), return_counts=True)
        suspects = set(hashes[counts > 1].tolist())
        lines: dict[str, int] = {}
        for line, cells in self._table.layout.rows() if suspects else ():
            name = cells[self._table.ids or 0].strip()
            if hash(name) in suspects and lines.setdefault(name, line) != line:
                column = self._table.layout.columns[self._table.ids or 0]
                raise InputError(
                    f"{self._path}, lines {lines[name]} and {line}: both have the identifier {name!r} (column "
                    f"{column!r}): give each row its own, or name another id_column ('' for none)"
                )

    def _wrong(self, line: int, cell: str, name: str, reason: str) -> InputError:
        return InputError(f"{self._path}, line {line}: {cell.strip()!r} in the target {name!r} {reason}")


def _doubted(doubts: dict[str, Doubt]) -> Iterator[str]:
    """Notes on columns that may have been meant as targets."""
    classes = {name: doubt for name, doubt in doubts.items() if doubt.of_classes}
    for name, doubt in islice(classes.items(), SHOWN):
        more = f"; {len(classes)} columns are so" if len(classes) > SHOWN else ""
        words = ", ".join(sorted(doubt.words))
        yield f"no target, as it holds words: {name} ({words}); to learn it, write them as 1 and 0{more}"
    numbers = {name: doubt for name, doubt in doubts.items() if not doubt.of_words}
    for name, doubt in islice(numbers.items(), SHOWN):
        more = f"; {len(numbers)} columns are so" if len(numbers) > SHOWN else ""
        first = f"line {doubt.line}: {doubt.cell!r} {doubt.reason}"
        yield f"no target, though most of it is numbers: {name} ({first}){more}"


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, CHUNK)):
        yield batch


def _some(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
