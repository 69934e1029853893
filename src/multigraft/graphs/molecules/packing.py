"""Parsed chunks of molecules to the columns of packed graphs, chunk by chunk."""

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from jaxtyping import Int64, Shaped

from multigraft.graphs.molecules.parallel import Parsed
from multigraft.graphs.molecules.reading import Chunk
from multigraft.graphs.texts import Reject, pack_texts

Columns = dict[str, Shaped[np.ndarray, "..."]]  # named as in `PackedGraphs.tensors`


class Packer:
    """Makes the rows that a chunk adds to each column, and counts what it has seen.

    Attributes:
        graphs: Molecules so far.
        rejected: Rows that are none.
        first_reject: The first of them.
    """

    def __init__(self) -> None:
        self.graphs, self.rejected = 0, 0
        self.first_reject: Reject | None = None
        self._nodes, self._edges = 0, 0
        self._ends: dict[str, int] = {}

    def columns(self, chunk: Chunk, parsed: Parsed) -> Columns:
        """The rows for a chunk; to be asked for in the order of the chunks, beginning with an empty one.

        The very first call gives every column its type, and the offsets their zero.
        """
        begun = bool(self._ends)
        features, kept = parsed.features, parsed.kept
        bonds = features.bonds + np.repeat(self._starts(features.node_counts), features.bond_counts)[:, None]
        columns: Columns = {
            "edge_index": np.ascontiguousarray(np.stack([bonds, bonds[:, ::-1]], axis=1).reshape(-1, 2).T),
            "node_offsets": self._nodes + np.cumsum(features.node_counts, dtype=np.int64),
            "edge_offsets": self._edges + np.cumsum(2 * features.bond_counts, dtype=np.int64),
            "nodes.x": np.empty((len(features.node_codes), 0), np.float32),
            "nodes.codes": features.node_codes,
            "edges.codes": np.repeat(features.bond_codes, 2, axis=0),
            "graphs.row": np.arange(self.graphs, self.graphs + len(kept)),
            "attached.line": chunk.lines[kept],
            **self._texts("smiles", parsed.smiles),
            **self._rejects(chunk, parsed.reasons),
        }
        if features.structure_codes.shape[1]:
            columns["nodes.structure_codes"] = features.structure_codes
        if chunk.targets.shape[1]:
            columns["graphs.targets"] = chunk.targets[kept]
        if chunk.ids is not None:
            columns |= self._texts("id", [chunk.ids[place] for place in kept])
        self._nodes += len(features.node_codes)
        self._edges += 2 * len(bonds)
        self.graphs += len(kept)
        if not begun:
            columns |= {name: np.append(0, columns[name]) for name in columns if name.endswith("_offsets")}
        return columns

    def _starts(self, node_counts: Shaped[np.ndarray, " graphs"]) -> Int64[np.ndarray, " graphs"]:
        return self._nodes + np.cumsum(node_counts, dtype=np.int64) - node_counts

    def _texts(self, name: str, texts: Sequence[str]) -> Columns:
        """The bytes of some texts, and where each ends."""
        joined, ends = (tensor.numpy() for tensor in pack_texts(texts))
        start = self._ends.get(name, 0)
        self._ends[name] = start + len(joined)
        return {f"attached.{name}": joined, f"attached.{name}_offsets": start + ends[1:]}

    def _rejects(self, chunk: Chunk, reasons: dict[int, str]) -> Columns:
        lines, shown = chunk.lines[list(reasons)], [chunk.shown[place] for place in reasons]
        if reasons and self.first_reject is None:
            self.first_reject = Reject(int(lines[0]), shown[0], next(iter(reasons.values())))
        self.rejected += len(reasons)
        return {
            "attached.rejected_line": lines,
            **self._texts("rejected_smiles", shown),
            **self._texts("rejected_reason", list(reasons.values())),
        }


def empty_chunk(targets: int, ids: bool) -> Chunk:
    """A chunk without rows, with so many targets, and identifiers or none."""
    return Chunk(np.empty(0, np.int64), [], [], [] if ids else None, np.empty((0, targets), np.float32))


def smiles_chunks(smiles: Sequence[str], size: int) -> Iterator[Chunk]:
    """Chunks of SMILES without anything else, lines counted from 1."""
    for start in range(0, len(smiles), size):
        some = [one.strip() for one in smiles[start : start + size]]
        lines = np.arange(start + 1, start + 1 + len(some))
        yield Chunk(lines, some, some, None, np.empty((len(some), 0), np.float32))


def in_memory(pieces: Iterable[Columns]) -> dict[str, torch.Tensor]:
    """All rows of all columns."""
    gathered: dict[str, list[np.ndarray]] = {}
    for columns in pieces:
        for name, rows in columns.items():
            gathered.setdefault(name, []).append(rows)
    return {
        name: torch.from_numpy(np.concatenate(rows, axis=1 if name == "edge_index" else 0))
        for name, rows in gathered.items()
    }
