"""Texts beside the graphs, such as SMILES: all of them in one tensor of bytes, so that they map from disk as well.

The texts ``NAME`` of a data set are ``attached["NAME"]``, their UTF-8 bytes one after the other, and
``attached["NAME_offsets"]``, where each begins. ``graphs["row"]`` says which of them belongs to a graph.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Int64, UInt8
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.segments import offsets


@dataclass(frozen=True)
class Reject:
    """A row of a source that became no graph: its line, counted from 1, what is written there, and why."""

    line: int
    smiles: str
    reason: str


def pack_texts(texts: Sequence[str]) -> tuple[UInt8[Tensor, " bytes"], Int64[Tensor, " texts_plus_one"]]:
    """The UTF-8 bytes of all texts, and where each begins."""
    encoded = [text.encode() for text in texts]
    lengths = torch.tensor([len(one) for one in encoded], dtype=torch.int64)
    joined = np.frombuffer(b"".join(encoded), dtype=np.uint8).copy()
    return torch.from_numpy(joined), offsets(lengths)


def attached_texts(**texts: Sequence[str]) -> dict[str, Tensor]:
    """The entries of `PackedGraphs.attached` for these texts by name."""
    entries = {}
    for name, written in texts.items():
        entries[name], entries[f"{name}_offsets"] = pack_texts(written)
    return entries


def texts_at(attached: Mapping[str, Tensor], name: str, rows: Int64[Tensor, " rows"]) -> list[str]:
    """The texts ``name`` of those rows."""
    joined, starts = attached[name].numpy(), attached[f"{name}_offsets"]
    bounds = zip(starts[rows].tolist(), starts[rows + 1].tolist(), strict=True)
    return [joined[first:last].tobytes().decode() for first, last in bounds]


def all_texts(attached: Mapping[str, Tensor], name: str) -> list[str]:
    """All texts ``name``."""
    return texts_at(attached, name, torch.arange(len(attached[f"{name}_offsets"]) - 1))


def smiles_of(graphs: PackedGraphs) -> list[str]:
    """The SMILES of every graph, as its source has it.

    Raises:
        InputError: the data did not come from SMILES.
    """
    return _of(graphs, "smiles", "SMILES")


def ids_of(graphs: PackedGraphs) -> list[str]:
    """The identifier of every graph.

    Raises:
        InputError: the source has no column of identifiers.
    """
    return _of(graphs, "id", "identifiers")


def lines_of(graphs: PackedGraphs) -> Int64[Tensor, " graphs"]:
    """The line of the source, counted from 1, that every graph comes from.

    Raises:
        InputError: the data did not come from a file of rows.
    """
    if "line" not in graphs.attached:
        raise InputError(f"data set {graphs.origin.name!r} was not read from rows of a file: its graphs have no line")
    return graphs.attached["line"][_rows(graphs)]


def rejects(graphs: PackedGraphs) -> list[Reject]:
    """The rows of the source that became no graph, in their order."""
    if "rejected_line" not in graphs.attached:
        return []
    written, reasons = (all_texts(graphs.attached, f"rejected_{name}") for name in ("smiles", "reason"))
    lines = graphs.attached["rejected_line"].tolist()
    return [Reject(*one) for one in zip(lines, written, reasons, strict=True)]


def count_rejects(graphs: PackedGraphs) -> int:
    """How many rows of the source became no graph."""
    return len(graphs.attached["rejected_line"]) if "rejected_line" in graphs.attached else 0


def _of(graphs: PackedGraphs, name: str, what: str) -> list[str]:
    if name not in graphs.attached:
        raise InputError(f"data set {graphs.origin.name!r} has no {what}")
    return texts_at(graphs.attached, name, _rows(graphs))


def _rows(graphs: PackedGraphs) -> Tensor:
    return graphs.graphs["row"].cpu()
