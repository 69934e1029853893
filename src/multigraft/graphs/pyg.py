"""The border to PyTorch Geometric: any ``Data``, ``Batch`` or data set in, a ``Batch`` out.

An attribute's name says its table: ``x``, ``node_label`` and all others are columns of nodes, ``edge_NAME`` of edges,
``y`` and ``graph_NAME`` of graphs. Going in, the number of rows decides, and the name where numbers are equal.
"""

import warnings
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs

if TYPE_CHECKING:
    from torch_geometric.data import Batch, Data, Dataset

RESERVED = ("edge_index", "batch", "ptr", "num_nodes")


def to_batch(graphs: PackedGraphs) -> "Batch":
    """All graphs as one PyG ``Batch``, from which ``get_example`` and ``to_data_list`` work.

    Raises:
        InputError: two columns would get the same attribute name.
    """
    from torch_geometric.data import Batch, Data

    batch = Batch(_base_cls=Data)
    starts = torch.zeros(len(graphs), dtype=torch.int64)
    batch.edge_index = graphs.edge_index
    slices, shifts = {"edge_index": graphs.edge_offsets}, {"edge_index": graphs.node_offsets[:-1]}
    graph_offsets = torch.arange(len(graphs) + 1)
    for table, offsets, level in (
        (graphs.nodes, graphs.node_offsets, "node"),
        (graphs.edges, graphs.edge_offsets, "edge"),
        (graphs.graphs, graph_offsets, "graph"),
    ):
        for name, column in table.items():
            attribute = _attribute(name, level)
            if attribute in slices or attribute in RESERVED:
                raise InputError(f"{level} column {name!r} would become the attribute {attribute!r}, which is taken")
            batch[attribute], slices[attribute], shifts[attribute] = column, offsets, starts
    batch.batch, batch.ptr = graphs.node_graph, graphs.node_offsets.to(graphs.device)
    batch._num_graphs, batch._slice_dict, batch._inc_dict = len(graphs), slices, shifts
    batch._origin = graphs.origin  # under a private name, so that it is no attribute of the graphs
    return batch


def _attribute(name: str, level: str) -> str:
    if level == "node":
        return "node_label" if name == "label" else name
    return "y" if (level, name) == ("graph", "label") else f"{level}_{name}"


def from_pyg(data: "Data | Batch | Dataset | Sequence[Data]", *, node_labels: str | None = None) -> PackedGraphs:
    """Pack a PyG ``Data``, ``Batch``, ``Dataset`` or a list of ``Data``.

    Attributes come from ``x``, graph labels from a ``y`` of one integer a graph, node labels from the attribute that
    ``node_labels`` names, else from ``node_label``, else from a ``y`` of one integer a node. The one-hot node labels
    that PyG's ``TUDataset`` has in ``x`` become node labels and leave the inputs. Other tensors with a row a node, edge
    or graph travel along. Labels are numbered 0 .. k-1 by the values that occur. Features become float32.

    Raises:
        InputError: no graphs, graphs with different attributes or widths, NaN or infinity in ``x``, an edge that leaves
            its graph, or ``node_labels`` that is not one integer a node.
    """
    from multigraft.graphs.pyg_columns import pack

    name, sizes, batch = _batched(data)
    return pack(batch, name, sizes, node_labels)


def _batched(data: Any) -> tuple[str, tuple[int, int], Any]:
    """The name, the widths (attributes, node labels) that a ``TUDataset`` has in ``x``, and all graphs as a batch."""
    from torch_geometric.data import Batch, Data, Dataset
    from torch_geometric.datasets import TUDataset

    if isinstance(data, Data) and (isinstance(data, Batch) or data.batch is not None):
        return "unnamed", (0, 0), data
    items = [data] if isinstance(data, Data) else _items(data)
    if not items:
        raise InputError(f"no graphs: the {type(data).__name__} is empty")
    _check_alike(items)
    sizes = (data.num_node_attributes, data.num_node_labels) if isinstance(data, TUDataset) else (0, 0)
    name = str(getattr(data, "name", type(data).__name__)) if isinstance(data, Dataset) else "unnamed"
    return name, sizes, Batch.from_data_list(items)


def _items(data: Any) -> list[Any]:
    from torch_geometric.data import Data

    kind = type(data).__name__
    if not (hasattr(data, "__len__") and hasattr(data, "__getitem__")) or isinstance(data, Tensor | str | dict):
        raise InputError(f"cannot take graphs from a {kind}: pass a PyG Data, Batch, Dataset or a list of Data")
    items = [data[index] for index in range(len(data))]
    for index, item in enumerate(items):
        if not isinstance(item, Data):
            raise InputError(f"item {index} of the {kind} is a {type(item).__name__}: only PyG Data can be packed")
    return items


def _check_alike(items: Sequence["Data"]) -> None:
    """Every graph knows its number of nodes, and has the attributes and widths of the first one."""
    first = {key: _width(key, items[0][key]) for key in items[0].keys()}  # noqa: SIM118 (not a dict)
    for index, item in enumerate(items):
        widths = {key: _width(key, item[key]) for key in item.keys()}  # noqa: SIM118
        if odd := widths.keys() ^ first.keys():
            raise InputError(f"graph {index} and graph 0 differ in whether they have {', '.join(sorted(odd))}")
        for key, width in widths.items():
            if width != first[key]:
                raise InputError(f"{key} has rows of shape {width} in graph {index}, {first[key]} in graph 0")
        if not _knows_its_nodes(item):
            raise InputError(f"graph {index} has neither x nor num_nodes: set num_nodes, so that its nodes are known")


def _width(key: str, value: Any) -> tuple[int, ...] | None:
    """The shape of a row; None for what is not a table of rows."""
    return tuple(value.shape[1:]) if isinstance(value, Tensor) and "index" not in key and value.ndim else None


def _knows_its_nodes(item: "Data") -> bool:
    """Whether PyG finds the number of nodes without guessing from the edges, of which it warns."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return item.num_nodes is not None
        except UserWarning:
            return False
