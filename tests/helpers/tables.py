"""Small tables of molecules, written where published ones lie."""

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from multigraft.graphs.names import TABLES


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """A CSV file, packed where its name ends in ``.gz``; None becomes an empty cell. Without columns no heading."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([columns] if columns else [])
    writer.writerows(["" if cell is None else cell for cell in row] for row in rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = text.getvalue().encode()
    path.write_bytes(gzip.compress(content) if path.name.endswith(".gz") else content)
    return path


def put_table(root: Path, name: str, file: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Path:
    """The file of a set that is known by name, below the directory of raw data; ``file`` is ``raw/...``, say."""
    return write_csv(root / TABLES[name] / file, columns, rows)
