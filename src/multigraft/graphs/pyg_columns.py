"""From the attributes of a PyG batch to the columns of packed graphs."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs import checksums
from multigraft.graphs.labels import first_one_hot, occurring, trailing_one_hot
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.segments import offsets, segment_ids

NOT_COLUMNS = ("x", "edge_index", "batch", "ptr", "num_nodes")
LEVELS = ("nodes", "edges", "graphs")


@dataclass(eq=False)
class _Packing:
    """Columns on the way from a batch to packed graphs, and what is to be said about them."""

    rows: dict[str, int]
    tables: dict[str, dict[str, Tensor]] = field(default_factory=lambda: {level: {} for level in LEVELS})
    notes: list[str] = field(default_factory=list)


def pack(batch: Any, name: str, sizes: tuple[int, int], node_labels: str | None) -> PackedGraphs:
    """`from_pyg` for a ``Batch``, or a ``Data`` with a vector ``batch``.

    ``sizes`` are the widths (attributes, node labels) in the ``x`` of a ``TUDataset``, zeros for all else.
    """
    node_counts = _node_counts(batch)
    edge_index, edge_graph, order = _edges(batch, node_counts)
    edge_counts = torch.bincount(edge_graph, minlength=len(node_counts)).cpu()
    packing = _Packing({"nodes": int(node_counts.sum()), "edges": edge_index.shape[1], "graphs": len(node_counts)})
    _sort_columns(batch, packing)
    packing.tables["edges"] = {key: column[order] for key, column in packing.tables["edges"].items()}
    known: Origin | None = getattr(batch, "_origin", None)
    _node_columns(batch, packing, sizes, node_labels, known)
    classes = {level: _number_labels(packing.tables[level], level, known) for level in ("nodes", "graphs")}
    attributes = packing.tables["nodes"]["x"].shape[1]
    if known is None and not attributes:
        packing.notes.append("no node attributes: node degrees are the input")
    graphs = PackedGraphs(
        edge_index=edge_index,
        node_offsets=offsets(node_counts),
        edge_offsets=offsets(edge_counts),
        **packing.tables,
        origin=Origin(
            name=known.name if known else name,
            node_classes=classes["nodes"],
            graph_classes=classes["graphs"],
            degree=known.degree if known else not attributes,
            notes=(*(known.notes if known else ()), *packing.notes),
        ),
    )
    return dataclasses.replace(graphs, origin=dataclasses.replace(graphs.origin, checksum=checksums.of_tensors(graphs)))


def _node_counts(batch: Any) -> Tensor:
    if batch.edge_index is None:
        raise InputError("the graphs have no edge_index: give one of shape [2, edges]")
    if getattr(batch, "ptr", None) is not None:
        counts = batch.ptr.diff().cpu()
    else:
        if bool((batch.batch.diff() < 0).any()):
            raise InputError("the nodes of the batch are not sorted by graph: its vector `batch` must not descend")
        counts = torch.bincount(batch.batch).cpu()
    if int(counts.sum()) != batch.num_nodes:
        raise InputError(
            f"the graphs of the batch have {int(counts.sum())} nodes in all, its columns {batch.num_nodes}"
        )
    if not len(counts):
        raise InputError("no graphs: the batch is empty")
    return counts


def _edges(batch: Any, node_counts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Edges sorted by graph, the graph of each, and their places in the batch."""
    edges: Tensor = batch.edge_index
    nodes = int(node_counts.sum())
    node_graph = segment_ids(node_counts.to(edges.device))
    edges = edges.long()
    outside = ((edges < 0) | (edges >= nodes)).any(0)
    inside = edges.clamp(0, max(nodes - 1, 0))
    slices = getattr(batch, "_slice_dict", {}).get("edge_index")
    if slices is not None:
        edge_graph = segment_ids(slices.diff().to(edges.device))
    else:
        edge_graph = node_graph[inside[0]] if nodes else inside[0]
    wrong = outside | (node_graph[inside] != edge_graph).any(0) if nodes else outside
    if bool(wrong.any()):
        first = int(wrong.int().argmax())
        graph = int(edge_graph[first])
        start, last = int(node_counts[:graph].sum()), int(node_counts[graph]) - 1
        ends = " - ".join(str(int(end) - start) for end in edges[:, first])
        raise InputError(f"edge {ends} leaves graph {graph}, whose nodes are 0..{last}: correct its edge_index")
    order = torch.argsort(edge_graph, stable=True)
    return edges[:, order], edge_graph[order], order


def _sort_columns(batch: Any, packing: _Packing) -> None:
    """Put every tensor with a row a node, edge or graph into its table, and say which attributes were left out."""
    left_out = []
    for key, value in batch.to_dict().items():
        level = None if key in NOT_COLUMNS else _level(key, value, packing.rows)
        name = _column_name(key, value, level) if level else key
        labels = name == "label" and level != "edges"
        if level and name not in packing.tables[level] and (not labels or _is_labels(value)):
            packing.tables[level][name] = value.reshape(-1).long() if labels else value
        elif key not in NOT_COLUMNS:
            left_out.append(key)
    if left_out:
        packing.notes.append(
            f"left out, as they are no column of nodes, edges or graphs: {', '.join(sorted(left_out))}"
        )
    if "y" in packing.tables["graphs"] and "label" not in packing.tables["graphs"]:
        packing.notes.append("y is not one integer a graph: it travels as the column y, there are no graph labels")


def _column_name(key: str, value: Tensor, level: str) -> str:
    if level == "graphs" and key == "y" and _is_labels(value):
        return "label"
    return key if level == "nodes" else key.removeprefix(f"{level[:-1]}_")


def _level(key: str, value: object, rows: dict[str, int]) -> str | None:
    """The table that an attribute belongs to: by its number of rows, and by its name where numbers are equal."""
    numbered = "index" in key or key == "face" or key.endswith(("_batch", "_ptr"))
    if not isinstance(value, Tensor) or value.layout != torch.strided or not value.ndim or numbered:
        return None
    fitting = [level for level in LEVELS if rows[level] == len(value)]
    if key == "y" or key.startswith("graph_"):
        fitting.reverse()
    elif "edge" in key:
        fitting.sort(key=lambda level: level != "edges")
    return fitting[0] if fitting else None


def _node_columns(
    batch: Any, packing: _Packing, sizes: tuple[int, int], wanted: str | None, known: Origin | None
) -> None:
    """The node columns ``x`` and ``label``."""
    nodes = packing.tables["nodes"]
    x, one_hot = _attributes(batch, packing, sizes, known)
    key = wanted or next((key for key in ("node_label", "label", "y") if _is_labels(nodes.get(key))), None)
    if wanted and not _is_labels(nodes.get(wanted)):
        raise InputError(f"node_labels={wanted!r} is not an attribute of one integer a node: {_known(nodes)}")
    if key and (wanted or one_hot is None):
        nodes["label"] = nodes.pop(key).reshape(-1).long()
    elif one_hot is not None:
        nodes["label"] = one_hot
    packing.tables["nodes"] = {"x": x, **nodes}


def _attributes(
    batch: Any, packing: _Packing, sizes: tuple[int, int], known: Origin | None
) -> tuple[Tensor, Tensor | None]:
    """Attributes without the node labels that a ``TUDataset`` puts among them, and those labels."""
    attributes, labels = sizes
    x: Tensor | None = batch.x
    if x is None:
        return torch.zeros(packing.rows["nodes"], 0, device=batch.edge_index.device), None
    x = x.reshape(len(x), -1).to(torch.float32)
    _check_finite(x)
    if labels:
        return _split(x, attributes, labels, packing)
    if known is None and (width := trailing_one_hot(x)):
        packing.notes.append(
            f"the last {width} columns of x are one-hot: if they are node labels, they are among the inputs; "
            "pass PyG's TUDataset itself, or give labels as node_label and drop these columns"
        )
    return x, None


def _split(x: Tensor, attributes: int, labels: int, packing: _Packing) -> tuple[Tensor, Tensor]:
    """A ``TUDataset``'s ``x``: attributes, which it holds with ``use_node_attr`` only, then one-hot node labels."""
    if x.shape[1] not in (labels, attributes + labels):
        raise InputError(
            f"x has {x.shape[1]} columns, but the TUDataset {attributes} attributes and {labels} one-hot node labels: "
            "pass the data set without a transform, so that labels can be told from attributes"
        )
    here = x.shape[1] - labels
    classes = first_one_hot(x[:, here:])
    if classes is None:
        raise InputError("the node labels in the TUDataset's x are not one-hot: pass the data set without a transform")
    packing.notes.append(f"the last {labels} columns of x are one-hot node labels: taken out of the inputs")
    if here < attributes:
        packing.notes.append(f"its {attributes} node attributes were left out by PyG: ask for use_node_attr=True")
    return x[:, :here], classes


def _check_finite(x: Tensor) -> None:
    bad = ~torch.isfinite(x)
    if bool(bad.any()):
        row, column = bad.nonzero()[0].tolist()
        raise InputError(
            f"x is {x[row, column].item()} at node {row}, column {column}: attributes must be finite numbers"
        )


def _number_labels(table: dict[str, Tensor], level: str, known: Origin | None) -> tuple[str, ...]:
    """Number the classes 0 .. k-1 in place, unless the data comes from us and has them so; their names."""
    if "label" not in table:
        return ()
    if known is not None:
        classes = known.node_classes if level == "nodes" else known.graph_classes
        if not classes or not len(table["label"]) or int(table["label"].max()) < len(classes):
            return classes
    table["label"], names = occurring(table["label"])
    return names


def _is_labels(column: Tensor | None) -> bool:
    """One integer a row."""
    if column is None or column.numel() != len(column):
        return False
    return not column.is_floating_point() and not column.is_complex()


def _known(nodes: dict[str, Tensor]) -> str:
    return f"the node attributes are {', '.join(sorted(nodes)) or 'none'}"
