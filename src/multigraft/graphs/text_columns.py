"""Text files with a fixed number of columns, read whole: each column as its different words and who has which.

Files are UTF-8 with tabs between the columns and no quoting; what ends in ``.gz`` is unpacked on the way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from multigraft.errors import InputError

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Column:
    """One column: its different words, and the word of every row."""

    words: Sequence[str]
    codes: Int64[Tensor, " rows"]

    def numbers(self, numbering: Mapping[str, int]) -> Int64[Tensor, " rows"]:
        """What each row's word stands for; -1 where it is not in ``numbering``."""
        return torch.tensor([numbering.get(word, -1) for word in self.words], dtype=torch.int64)[self.codes]


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows of a file that hold anything, their columns by name, and the line of each, counted from 1."""

    path: Path
    lines: Int64[Tensor, " rows"]
    columns: Mapping[str, Column]

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def check(self, fine: Bool[Tensor, " rows"], name: str, complaint: str) -> None:
        """Complain of the first row that is not ``fine``.

        Raises:
            InputError: there is one; the message gives its line, the word in the column ``name``, and ``complaint``.
        """
        if not bool(fine.all()):
            row = int((~fine).int().argmax())
            column = self.columns[name]
            word = column.words[int(column.codes[row])]
            raise InputError(f"{self.path}, line {int(self.lines[row])}: {name} {word!r}: {complaint}")


def existing(folder: Path, name: str) -> Path | None:
    """The file ``name`` or ``name.gz`` in ``folder``; None where neither is there."""
    found = (path for path in (folder / name, folder / f"{name}.gz") if path.is_file())
    return next(found, None)


def read_columns(path: Path, names: Sequence[str], *, header: bool = False) -> Rows:
    """The columns of ``path``, as many as ``names``, which also say how they are headed where there is a ``header``.

    Raises:
        InputError: the file is missing, empty or damaged, is not UTF-8, is headed otherwise, or a line has more or
            fewer columns.
    """
    import pyarrow as pa
    from pyarrow import csv

    words = pa.dictionary(pa.int32(), pa.string())
    try:
        table = csv.read_csv(
            path,
            # One thread, because only then does an error name its row.
            read_options=csv.ReadOptions(column_names=list(names), use_threads=False),
            parse_options=csv.ParseOptions(delimiter="\t", quote_char=False, ignore_empty_lines=False),
            convert_options=csv.ConvertOptions(column_types=dict.fromkeys(names, words), strings_can_be_null=False),
        )
    except (pa.ArrowInvalid, OSError) as error:
        raise InputError(f"{path} cannot be read as {len(names)} columns with tabs between them: {error}") from error
    columns = {name: _column(table.column(name)) for name in names}
    lines = torch.arange(1, table.num_rows + 1)
    if header:
        heads = [column.words[int(column.codes[0])] for column in columns.values()]
        if heads != list(names):
            raise InputError(f"{path}, line 1: columns {', '.join(heads)}; expected {', '.join(names)}")
    blank = torch.stack([column.numbers({"": 0}) == 0 for column in columns.values()]).all(0)
    kept = (~blank).nonzero()[int(header) :, 0]
    kept_columns = {name: Column(column.words, column.codes[kept]) for name, column in columns.items()}
    return Rows(path, lines[kept], kept_columns)


def _column(chunks: "pa.ChunkedArray") -> Column:
    parts = chunks.unify_dictionaries().chunks
    codes = [part.indices.to_numpy(zero_copy_only=False).astype(np.int64) for part in parts]
    return Column(parts[0].dictionary.to_pylist(), torch.from_numpy(np.concatenate(codes)))
