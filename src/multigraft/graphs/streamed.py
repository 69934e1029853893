"""Packed graphs written column by column, so that what is packed never has to be in memory as a whole.

Every column grows in a file of its own, without a name, beside the target: it vanishes with the process, whatever ends
it. When all is there, the columns are copied into one safetensors file, as `multigraft.graphs.store` writes it.
"""

import json
import struct
import tempfile
import zlib
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import numpy as np
from jaxtyping import Shaped

from multigraft.files import replacing
from multigraft.graphs import store
from multigraft.graphs.packed import Origin

# NumPy's names for what columns hold and safetensors' for it, in the order in which its files have them.
TYPES = {"int64": "I64", "float64": "F64", "float32": "F32", "int32": "I32", "uint8": "U8", "bool": "BOOL"}


@dataclass(eq=False)
class _Column:
    """A column so far: its type, the shape of a row, its rows, and the files that they are in."""

    kind: str
    shape: tuple[int, ...]
    wide: bool
    rows: int = 0
    files: list[IO[bytes]] = field(default_factory=list)

    @property
    def whole_shape(self) -> list[int]:
        return [len(self.files), self.rows] if self.wide else [self.rows, *self.shape]

    @property
    def size(self) -> int:
        return int(np.prod(self.whole_shape)) * np.dtype(self.kind).itemsize


class ColumnFiles:
    """Columns that grow in files in ``folder``, which must exist; to be used in a ``with`` block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._columns: dict[str, _Column] = {}
        self._open = ExitStack()

    def __enter__(self) -> "ColumnFiles":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def append(self, columns: Mapping[str, Shaped[np.ndarray, "..."]]) -> None:
        """Add rows to columns, named as in `PackedGraphs.tensors`; ``edge_index`` grows in its second axis."""
        for name, rows in columns.items():
            wide = name == "edge_index"
            column = self._columns.get(name)
            if column is None:
                column = self._columns[name] = _Column(str(rows.dtype), rows.shape[1:], wide)
                column.files = [self._file() for _ in range(len(rows) if wide else 1)]
            column.rows += rows.shape[1] if wide else len(rows)
            for file, part in zip(column.files, rows if wide else [rows], strict=True):
                file.write(np.ascontiguousarray(part).data)

    def write(self, path: Path, origin: Origin) -> None:
        """Write everything to ``path``, whole or not at all: the same bytes as `store.save` writes for these graphs."""
        names = sorted(self._columns, key=lambda name: (list(TYPES).index(self._columns[name].kind), name))
        with replacing(path) as temporary, temporary.open("wb") as target:
            crcs = dict.fromkeys(names, 0)
            target.write(self._header(names, origin, crcs))
            for name in names:
                for file in self._columns[name].files:
                    crcs[name] = _copy(file, target, crcs[name])
            target.seek(0)  # the checksum is known now, and as long as the one in its place
            target.write(self._header(names, origin, crcs))

    def _header(self, names: list[str], origin: Origin, crcs: Mapping[str, int]) -> bytes:
        entries: dict[str, Any] = {"__metadata__": store.metadata(origin, crcs)}
        end = 0
        for name in names:
            column, start = self._columns[name], end
            end += column.size
            entries[name] = {"dtype": TYPES[column.kind], "shape": column.whole_shape, "data_offsets": [start, end]}
        text = json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        return struct.pack("<Q", len(text)) + text

    def _file(self) -> IO[bytes]:
        return self._open.enter_context(tempfile.TemporaryFile(dir=self._folder))


def _copy(source: IO[bytes], target: IO[bytes], crc: int) -> int:
    source.seek(0)
    while block := source.read(store.BLOCK):
        crc = zlib.crc32(block, crc)
        target.write(block)
    return crc
