"""What a data set is known by: a digest of its content."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs

CATEGORIES = ("codes", "structure_codes", "types")


def of_files(files: Iterable[Path]) -> str:
    """SHA-256 over the files' names and contents, in the order of their names; 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for path in sorted(files, key=lambda file: file.name):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.name}\0{content}\n".encode())
    return digest.hexdigest()


def identity(graphs: PackedGraphs) -> str:
    """SHA-256 over what is asked and seen: edges, attributes, structure and labels; 64 hexadecimal digits.

    The same for the same graphs in the same order, wherever they come from and in whatever order their edges are
    listed; another for a selection of them, or for another column of labels. Computed once a `PackedGraphs`.
    """
    return graphs.once(_identity)


def _identity(graphs: PackedGraphs) -> str:
    tensors = {"node_offsets": graphs.node_offsets, "edge_index": _in_order(graphs), "x": graphs.x}
    tensors |= {name: graphs.nodes[name] for name in ("structure", "label") if name in graphs.nodes}
    if "label" in graphs.graphs:
        tensors["graph_label"] = graphs.graphs["label"]
    if "codes" in graphs.nodes:
        tensors |= {f"nodes.{name}": graphs.nodes[name] for name in CATEGORIES if name in graphs.nodes}
        tensors |= {f"edges.{name}": graphs.edges[name][_order(graphs)] for name in CATEGORIES if name in graphs.edges}
    if "targets" in graphs.graphs:
        tensors["targets"] = graphs.graphs["targets"]
    return _digest(tensors)


def _order(graphs: PackedGraphs) -> Tensor:
    edges = graphs.edge_index
    return torch.argsort(edges[0] * max(graphs.num_nodes, 1) + edges[1], stable=True)


def _in_order(graphs: PackedGraphs) -> Tensor:
    return graphs.edge_index[:, _order(graphs)]


def of_tensors(graphs: PackedGraphs) -> str:
    """SHA-256 over names, types, shapes and values of all tensors; 64 hexadecimal digits."""
    return _digest(graphs.tensors())


def _digest(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name}\0{tensor.dtype}\0{tuple(tensor.shape)}\0".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().data)
    return digest.hexdigest()
