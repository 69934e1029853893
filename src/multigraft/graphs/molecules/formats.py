"""Files of molecules, row by row, each row as texts: CSV, TSV, SMILES lists, Parquet and SDF, all also as .gz."""

import contextlib
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.graphs.molecules.opening import bytes_of, faults, text_of
from multigraft.graphs.molecules.sdf import mol_block, properties, records
from multigraft.graphs.names import ROW_FILES

Row = tuple[int, list[str]]  # a line, counted from 1, and the texts in it, as many as there are columns
ENDINGS = ROW_FILES
MOL_BLOCK = "mol block"  # the first column of an SDF file
TITLE = "_Name"  # RDKit's word for the first line of a mol block
BATCH = 4096
SEPARATORS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}


@dataclass(frozen=True)
class Layout:
    """A file whose columns are known; ``rows()`` reads it from the start, however large it is.

    ``smiles_lists``: whether it is one of SMILES and identifiers, rather than a table. ``notes`` say what is not as
    the file's name says.
    """

    path: Path
    columns: tuple[str, ...]
    rows: Callable[[], Iterator[Row]]
    smiles_lists: bool = False
    notes: tuple[str, ...] = ()

    @property
    def mol_blocks(self) -> bool:
        """Whether the first column holds mol blocks rather than SMILES."""
        return self.columns[:1] == (MOL_BLOCK,)


def ending(path: Path) -> str:
    """The ending that says what a file is, without ``.gz``, in lower case; empty where it is none of `ENDINGS`."""
    name = path.name.lower().removesuffix(".gz")
    return next((one for one in ENDINGS if name.endswith(one)), "")


def stem(path: Path) -> str:
    """The name of a file without its endings."""
    name = path.name[:-3] if path.name.lower().endswith(".gz") else path.name
    return name[: -len(ending(path))] if ending(path) else name


def check_file(path: Path) -> str:
    """The ending of a file of molecules.

    Raises:
        InputError: no such file, a directory, or an ending that is not known.
    """
    if path.is_dir():
        raise InputError(f"{path} is a directory: name a file in it")
    if not path.is_file():
        raise InputError(f"{path} does not exist: check the path")
    kind = ending(path)
    if not kind:
        raise InputError(f"{path} has none of the endings {', '.join(ENDINGS)}, each also with .gz: rename it")
    return kind


def open_layout(path: Path) -> Layout:
    """What columns a file has, and its rows.

    Raises:
        InputError: as `check_file`; also an empty file, or one that cannot be read.
    """
    kind = kind_of(path)
    if kind in (".smi", ".txt"):
        return _smiles_list(path)
    if kind == ".sdf":
        return _sdf(path)
    if kind == ".parquet":
        return _parquet(path)
    return _delimited(path, "," if kind == ".csv" else "\t")


def kind_of(path: Path) -> str:
    """The ending that a file has, or that it should have; errors as `check_file`.

    The release of the pre-training paper writes processed/smiles.csv, a SMILES a line, without a header.
    """
    kind = check_file(path)
    bare = path.parent.name == "processed" and path.name.lower().removesuffix(".gz") == "smiles.csv"
    return ".smi" if bare else kind


# --- CSV and TSV -----------------------------------------------------------------------------------------------------


def _delimited(path: Path, usual: str) -> Layout:
    delimiter = _separator(path, usual)
    header = next(_filled(_cells(path, delimiter)), None)
    if header is None:
        raise InputError(f"{path} is empty: nothing to read")
    columns = tuple(name.strip() for name in header[1])

    def rows() -> Iterator[Row]:
        lines = _cells(path, delimiter)
        next(_filled(lines))
        for line, cells in _filled(lines) if len(columns) > 1 else _with_gaps(lines, [""]):
            if len(cells) != len(columns):
                wanted = f"{len(cells)} cells where the header has {len(columns)}"
                raise InputError(f"{path}, line {line}: {wanted}; cells with a {delimiter!r} inside need quotes")
            yield line, cells

    other = f"its columns are separated by {SEPARATORS[delimiter]}, not by {SEPARATORS[usual]} as its name says"
    return Layout(path, columns, rows, notes=() if delimiter == usual else (other,))


def _separator(path: Path, usual: str) -> str:
    """What separates the columns: the usual one, but where it leaves the header whole the only one that does not.

    Raises:
        InputError: several others could be meant.
    """
    if len(_header(path, usual)) > 1:
        return usual
    others = [one for one in SEPARATORS if one != usual and len(_header(path, one)) > 1]
    if len(others) > 1:
        could = " or ".join(SEPARATORS[one] for one in others)
        raise InputError(f"{path} has no {SEPARATORS[usual]} in its header, but {could}: save it as its ending says")
    return others[0] if others else usual


def _header(path: Path, delimiter: str) -> list[str]:
    """The first row; empty where there is none that can be read."""
    with contextlib.suppress(InputError):  # which is said when the file is read
        return next(_filled(_cells(path, delimiter)), (0, []))[1]
    return []


def _filled(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows that are no blank lines."""
    return (row for row in rows if row[1])


def _with_gaps(rows: Iterator[Row], gap: list[str]) -> Iterator[Row]:
    """``gap`` for every blank line but the last ones: a molecule is missing there, and those below keep place."""
    blank = []
    for line, cells in rows:
        if not cells:
            blank.append(line)
            continue
        yield from ((one, gap) for one in blank)
        blank.clear()
        yield line, cells


def _cells(path: Path, delimiter: str) -> Iterator[Row]:
    """Every row with the line that it begins in, blank lines as rows of nothing; quoted cells may hold line breaks."""
    with text_of(path) as file:
        reader, before = csv.reader(file, delimiter=delimiter, strict=True), 0
        try:
            for cells in reader:
                line, before = before + 1, reader.line_num
                yield line, cells
        except csv.Error as error:
            raise InputError(f"{path}, line {before + 1}: {error}; check the quotes from there on") from error


# --- SMILES, one a line ----------------------------------------------------------------------------------------------


def _smiles_list(path: Path) -> Layout:
    first = next(_filled(_words(path)), None)
    if first is None:
        raise InputError(f"{path} is empty: nothing to read")
    headed = "smiles" in first[1][0].lower()
    columns = (first[1][0] if headed else "smiles", (headed and first[1][1]) or "id")

    def rows() -> Iterator[Row]:
        lines = _words(path)
        if headed:
            next(_filled(lines))
        yield from _with_gaps(lines, ["", ""])

    return Layout(path, columns, rows, smiles_lists=True)


def _words(path: Path) -> Iterator[Row]:
    """The first word of every line, and what follows up to a tab: SMILES and an identifier; nothing of blank lines."""
    with text_of(path) as file:
        for line, text in enumerate(file, start=1):
            words = text.split(None, 1)
            yield line, [words[0], words[1].split("\t")[0].strip() if len(words) > 1 else ""] if words else []


# --- Parquet ---------------------------------------------------------------------------------------------------------


def _parquet(path: Path) -> Layout:
    import pyarrow as pa
    from pyarrow import parquet, types

    with bytes_of(path) as file, faults(path, pa.ArrowException):
        schema = parquet.read_schema(file)
    nested = (types.is_nested, types.is_binary, types.is_large_binary)
    places = [place for place, field in enumerate(schema) if not any(kind(field.type) for kind in nested)]
    columns = tuple(schema.names[place] for place in places)
    chosen = list(columns)
    if len(set(schema.names)) < len(schema):  # then a name does not tell which column is meant, and all are read
        chosen = None
    else:
        places = list(range(len(columns)))

    def rows() -> Iterator[Row]:
        done = 0
        with bytes_of(path) as file, faults(path, pa.ArrowException):
            for batch in parquet.ParquetFile(file).iter_batches(BATCH, columns=chosen):
                texts = [_as_texts(batch.column(place)) for place in places]
                yield from enumerate(map(list, zip(*texts, strict=True)), start=done + 1)
                done += batch.num_rows

    return Layout(path, columns, rows)


def _as_texts(column: Any) -> list[str]:
    """The values of an Arrow column as texts; empty where there is none."""
    import pyarrow as pa

    if pa.types.is_boolean(column.type):
        column = column.cast(pa.int8())
    return column.cast(pa.string()).fill_null("").to_pylist()


# --- SDF --------------------------------------------------------------------------------------------------------------


def _sdf(path: Path) -> Layout:
    names: dict[str, None] = {}
    empty = True
    for _, record in records(path):
        names.update(dict.fromkeys(properties(record)))
        empty = False
    if empty:
        raise InputError(f"{path} is empty: nothing to read")

    def rows() -> Iterator[Row]:
        for line, record in records(path):
            found = properties(record)
            yield line, [mol_block(record), record[0].strip(), *(found.get(name, "") for name in names)]

    return Layout(path, (MOL_BLOCK, TITLE, *names), rows)
