"""Data sets in TU layout, written to disk."""

from pathlib import Path

import torch

from multigraft.graphs.packed import PackedGraphs


def write_tudataset(
    folder: Path, name: str, graphs: PackedGraphs, *, label_columns: int = 1, graph_labels: bool = True
) -> Path:
    """Write ``graphs`` as text; further label columns count up from the first. Attributes where there are any."""
    folder.mkdir(parents=True, exist_ok=True)
    write = {
        "A": graphs.edge_index.T + 1,
        "graph_indicator": graphs.node_graph[:, None] + 1,
    }
    if label_columns:
        steps = torch.arange(label_columns)
        write["node_labels"] = graphs.node_labels[:, None] + steps
    if graph_labels:
        write["graph_labels"] = graphs.graph_labels[:, None]
    if graphs.x.shape[1]:
        write["node_attributes"] = graphs.x
    if "label" in graphs.edges:
        write["edge_labels"] = graphs.edges["label"][:, None]
    for part, table in write.items():
        lines = [", ".join(map(str, row)) for row in table.tolist()]
        (folder / f"{name}_{part}.txt").write_text("\n".join(lines) + "\n" * bool(lines))
    return folder
