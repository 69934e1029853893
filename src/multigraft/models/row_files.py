"""Tables that are written row by row, whole or not at all: CSV, TSV or Parquet, as the name of the file says."""

import csv
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from multigraft.errors import InputError
from multigraft.files import replacing

if TYPE_CHECKING:
    import pyarrow as pa

DELIMITERS = {".csv": ",", ".tsv": "\t"}
KINDS = (*DELIMITERS, ".parquet")


@contextmanager
def writing(path: Path) -> "Generator[Callable[[pa.Table], None]]":
    """A function that writes the rows of a table below those before; ``path`` is there when the block has ended well.

    Raises:
        InputError: a name with another ending, or a file that cannot be written.
    """
    check_name(path)
    write = _parquet if path.suffix.lower() == ".parquet" else _text
    with replacing(path) as temporary, write(path, temporary) as add:
        yield add


def check_name(path: Path) -> None:
    """Raise an `InputError` where the ending of a file's name does not say how to write it."""
    if path.suffix.lower() not in KINDS:
        raise InputError(f"cannot tell how to write {path}: let its name end in {', '.join(KINDS)}")


def check_apart(source: Path, *written: Path) -> None:
    """Raise an `InputError` where one of the files that are to be written is the one that is read."""
    for path in written:
        if path.exists() and source.exists() and path.samefile(source):
            raise InputError(f"{path} is what is read: write to another file")


@contextmanager
def _text(path: Path, temporary: Path) -> "Generator[Callable[[pa.Table], None]]":
    with temporary.open("w", encoding="utf-8", newline="") as file:
        writer: Any = csv.writer(_Lines(file), delimiter=DELIMITERS[path.suffix.lower()])
        yield lambda table: _add_text(file, writer, table)


class _Lines:
    """Takes rows that end as ``csv`` has it, so that it quotes all line breaks in cells; ends them by a plain one."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, row: str) -> int:
        return self._file.write(row.removesuffix("\r\n") + "\n")


def _add_text(file: IO[str], writer: Any, table: "pa.Table") -> None:
    if not file.tell():
        writer.writerow(table.column_names)
    writer.writerows(zip(*(_texts(column) for column in table.columns), strict=True))


def _texts(column: "pa.ChunkedArray") -> Iterable[Any]:
    """The values of a column; numbers of 32 bits with as many digits as those have, and nothing where there is none."""
    import pyarrow as pa

    if not pa.types.is_float32(column.type):
        return ("" if value is None else value for value in column.to_pylist())
    numbers = column.to_numpy()
    return ("" if np.isnan(value) else str(value) for value in numbers)


@contextmanager
def _parquet(path: Path, temporary: Path) -> "Generator[Callable[[pa.Table], None]]":
    from pyarrow import parquet

    writers: list[parquet.ParquetWriter] = []  # none before the columns are known

    def add(table: "pa.Table") -> None:
        if not writers:
            _check_columns(path, table.column_names)
            writers.append(parquet.ParquetWriter(temporary, table.schema))
        writers[0].write_table(table)

    try:
        yield add
    finally:
        for writer in writers:
            writer.close()


def _check_columns(path: Path, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f"{path}: a Parquet file cannot have two columns of one name ({twice[0]!r}): write .csv")


def exactly(rows: int, tables: "Iterable[pa.Table]") -> "Iterator[pa.Table]":
    """The same rows, ``rows`` at a time; the last table may have fewer."""
    import pyarrow as pa

    held: list[pa.Table] = []
    for table in tables:
        held.append(table)
        while sum(map(len, held)) >= rows:
            whole = pa.concat_tables(held)
            yield whole.slice(0, rows)
            held = [whole.slice(rows)]
    if sum(map(len, held)):
        yield pa.concat_tables(held)
