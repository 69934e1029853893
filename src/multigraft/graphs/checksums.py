"""What a data set is known by: a digest of its content."""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs

# What is asked and seen of graphs with categories.
NODE_COLUMNS = ("structure", "label", "codes", "structure_codes")
EDGE_COLUMNS = ("codes", "types")
GRAPH_COLUMNS = ("label", "targets", "centre")
ANSWERS = ("label", "nodes.label", "graph_label", "graphs.label", "graphs.targets")  # as the digests name them
CHUNK = 50_000


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

    Categories and targets count as well. The same for the same graphs in the same order, wherever they come from and in
    whatever order their edges are listed; another for a selection of them, or for another column of labels. Computed
    once a `PackedGraphs`.
    """
    return graphs.once(_identities)[0]


def identity_without_answers(graphs: PackedGraphs) -> str:
    """SHA-256 over what is seen alone: the same for the same graphs, whichever labels and targets they are read with.

    Computed together with `identity`.
    """
    return graphs.once(_identities)[1]


def _identities(graphs: PackedGraphs) -> tuple[str, str]:
    """With answers, and without."""
    if "codes" in graphs.nodes:
        return _identities_of_codes(graphs)
    tensors = {"node_offsets": graphs.node_offsets, "edge_index": _in_order(graphs), "x": graphs.x}
    tensors |= {name: graphs.nodes[name] for name in ("structure", "label") if name in graphs.nodes}
    if "label" in graphs.graphs:
        tensors["graph_label"] = graphs.graphs["label"]
    return _digest(tensors), _digest(_seen(tensors))


def _identities_of_codes(graphs: PackedGraphs) -> tuple[str, str]:
    """Chunk by chunk, as a corpus may be larger than memory."""
    digest, without = hashlib.sha256(), hashlib.sha256()
    for first in range(0, len(graphs), CHUNK):
        some = graphs.select(torch.arange(first, min(first + CHUNK, len(graphs))))
        order = torch.argsort(some.edge_index[0] * max(some.num_nodes, 1) + some.edge_index[1], stable=True)
        tensors = {"node_offsets": some.node_offsets, "edge_index": some.edge_index[:, order], "x": some.x}
        tensors |= {f"nodes.{name}": some.nodes[name] for name in NODE_COLUMNS if name in some.nodes}
        tensors |= {f"edges.{name}": some.edges[name][order] for name in EDGE_COLUMNS if name in some.edges}
        tensors |= {f"graphs.{name}": some.graphs[name] for name in GRAPH_COLUMNS if name in some.graphs}
        digest.update(_digest(tensors).encode())
        without.update(_digest(_seen(tensors)).encode())
    return digest.hexdigest(), without.hexdigest()


def _seen(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {name: tensor for name, tensor in tensors.items() if name not in ANSWERS}


def _in_order(graphs: PackedGraphs) -> Tensor:
    edges = graphs.edge_index
    return edges[:, torch.argsort(edges[0] * max(graphs.num_nodes, 1) + edges[1])]


def of_tensors(graphs: PackedGraphs) -> str:
    """SHA-256 over names, types, shapes and values of all tensors; 64 hexadecimal digits."""
    return _digest(graphs.tensors())


def _digest(tensors: Mapping[str, Tensor]) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name}\0{tensor.dtype}\0{tuple(tensor.shape)}\0".encode())
        digest.update(tensor.detach().cpu().contiguous().numpy().data)
    return digest.hexdigest()
