"""The rows of a source that became no graph, as a file for whoever wants to mend them."""

import csv
from pathlib import Path

from multigraft.files import replacing
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.texts import rejects


def write_rejects(graphs: PackedGraphs, path: Path) -> int:
    """Write line, SMILES and reason of every row that became no graph as CSV; how many those are.

    Lines are those of the source, counted from 1. Without rejects the file holds its heading alone.

    Raises:
        InputError: ``path`` cannot be written.
    """
    rows = rejects(graphs)
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("line", "smiles", "reason"))
        writer.writerows((row.line, row.smiles, row.reason) for row in rows)
    return len(rows)
