"""The text layout of the TUDataset collection: ``NAME_A.txt``, ``NAME_graph_indicator.txt`` and their companions.

Source: Morris et al. 2020, "TUDataset: a collection of benchmark datasets for learning with graphs".
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs import checksums
from multigraft.graphs.findings import one_way
from multigraft.graphs.labels import occurring
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.segments import offsets
from multigraft.graphs.tables import read_integers, read_numbers

PARTS = (
    "A",
    "graph_indicator",
    "graph_labels",
    "node_labels",
    "node_attributes",
    "edge_labels",
    "edge_attributes",
    "graph_attributes",
)


@dataclass(frozen=True)
class RawFiles:
    """The files of one data set: ``prefix_PART.txt`` in ``directory``."""

    directory: Path
    prefix: str

    def __getitem__(self, part: str) -> Path:
        return self.directory / f"{self.prefix}_{part}.txt"

    def __contains__(self, part: str) -> bool:
        return self[part].is_file()

    def checksum(self) -> str:
        """SHA-256 over names and contents of the files that are there."""
        return checksums.of_files(self[part] for part in PARTS if part in self)


def find_files(folder: str | Path) -> RawFiles:
    """The data set in ``folder`` or its ``raw``; where there are several, the one that bears the folder's name.

    Raises:
        InputError: no such folder, no ``NAME_A.txt`` or ``NAME_graph_indicator.txt`` in it, or several data sets.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder: give one that holds NAME_A.txt and NAME_graph_indicator.txt")
    for directory in (folder, folder / "raw"):
        prefixes = sorted(path.name.removesuffix("_A.txt") for path in directory.glob("*_A.txt"))
        if folder.name in prefixes:
            prefixes = [folder.name]
        if len(prefixes) > 1:
            raise InputError(f"{directory} holds several data sets ({', '.join(prefixes)}): give each its own folder")
        if prefixes:
            files = RawFiles(directory, prefixes[0])
            if "graph_indicator" not in files:
                raise InputError(f"{files['graph_indicator']} is missing: it says which graph each node belongs to")
            return files
    raise InputError(f"{folder} holds no *_A.txt, nor does its raw/: a data set in TU layout needs NAME_A.txt")


def read_tudataset(folder: str | Path, *, node_label_column: int = 0) -> PackedGraphs:
    """Read the data set in ``folder`` or its ``raw``.

    Node attributes become ``x``, labels the classes 0 .. k-1 that occur (the names in the origin are those in the
    files), edge labels the column ``label`` of edges as they are. Edges are sorted by graph and keep the order of the
    file inside a graph. Without attributes ``x`` has no columns, and the origin asks for node degrees as input.

    Raises:
        InputError: a file that is missing, of the wrong length, ragged or no numbers; an edge to a node that does not
            exist or of another graph; nodes not sorted by graph; a ``node_label_column`` that is not there.
    """
    files = find_files(folder)
    node_graph, node_counts = _read_indicator(files["graph_indicator"])
    edge_index, edge_graph = _read_edges(files["A"], node_graph)
    order = torch.argsort(edge_graph, stable=True)
    x = torch.zeros(len(node_graph), 0)
    if "node_attributes" in files:
        x = torch.from_numpy(read_numbers(files["node_attributes"])).float()
        _check_length(files["node_attributes"], len(x), len(node_graph), "nodes")
    notes = _notes(files, x.shape[1])
    if one_sided := int(one_way(edge_index, len(node_graph)).sum()):
        notes.append(
            f"{one_sided} of {len(order)} edges are there in one direction alone, and messages take that one: list "
            "every edge in both where that is not meant"
        )
    nodes, node_classes = _read_node_labels(files, len(node_graph), node_label_column, notes)
    graphs, graph_classes = _read_graph_labels(files, len(node_counts))
    origin = Origin(
        name=files.prefix,
        checksum=files.checksum(),
        node_classes=node_classes,
        graph_classes=graph_classes,
        degree=x.shape[1] == 0,
        notes=tuple(notes),
    )
    return PackedGraphs(
        edge_index=edge_index[:, order],
        node_offsets=offsets(node_counts),
        edge_offsets=offsets(torch.bincount(edge_graph, minlength=len(node_counts))),
        nodes={"x": x, **nodes},
        edges={name: column[order] for name, column in _read_edge_labels(files, len(order)).items()},
        graphs=graphs,
        origin=origin,
    )


def _read_indicator(path: Path) -> tuple[Int64[Tensor, " nodes"], Int64[Tensor, " graphs"]]:
    """The graph of every node, from 0, and the number of nodes of every graph."""
    graph = _column(path, read_integers(path), "the number of its graph")
    if not len(graph):
        raise InputError(f"{path} is empty: a data set needs at least one graph with one node")
    if graph[0] != 1:
        raise InputError(f"{path}, line 1: graph {graph[0]}; graphs are numbered from 1")
    steps = np.diff(graph)
    wrong = np.flatnonzero((steps < 0) | (steps > 1))
    if len(wrong):
        line, before, here = int(wrong[0]) + 2, graph[wrong[0]], graph[wrong[0] + 1]
        reason = "sort the nodes by graph" if here < before else "graphs must be numbered without gaps"
        raise InputError(f"{path}, line {line}: graph {here} after graph {before}; {reason}")
    node_graph = torch.from_numpy(graph - 1)
    return node_graph, torch.bincount(node_graph)


def _read_edges(
    path: Path, node_graph: Int64[Tensor, " nodes"]
) -> tuple[Int64[Tensor, "2 edges"], Int64[Tensor, " edges"]]:
    """Edges in node numbers from 0, in the order of the file, and the graph of each."""
    table = read_integers(path)
    if len(table) and table.shape[1] != 2:
        raise InputError(f"{path}, line 1: {table.shape[1]} values; an edge is two node numbers")
    edges = torch.from_numpy(table).reshape(-1, 2).T - 1
    nodes = len(node_graph)
    outside = ((edges < 0) | (edges >= nodes)).any(0)
    if bool(outside.any()):
        line = int(outside.int().argmax())
        first, second = (edges[:, line] + 1).tolist()
        raise InputError(f"{path}, line {line + 1}: edge {first}, {second}; the nodes are 1..{nodes}, correct the edge")
    start, end = node_graph[edges]
    if bool((start != end).any()):
        line = int((start != end).int().argmax())
        graphs = f"{int(start[line]) + 1} and {int(end[line]) + 1}"
        raise InputError(f"{path}, line {line + 1}: this edge joins graphs {graphs}; edges must stay inside a graph")
    return edges.contiguous(), start


def _read_node_labels(
    files: RawFiles, nodes: int, column: int, notes: list[str]
) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    path = files["node_labels"]
    if "node_labels" not in files:
        if column:
            raise InputError(f"node label column {column} was asked for, but {path} does not exist")
        return {}, ()
    table = read_integers(path)
    _check_length(path, len(table), nodes, "nodes")
    columns = table.shape[1]
    if not 0 <= column < columns:
        raise InputError(f"{path} has the node label columns 0..{columns - 1}: there is no column {column}")
    if columns > 1:
        others = ", ".join(str(other) for other in range(columns) if other != column)
        notes.append(f"node labels: column {column} of {columns} is used; node_label_column chooses another ({others})")
    labels, names = occurring(torch.from_numpy(table[:, column].copy()))
    return {"label": labels}, names


def _read_graph_labels(files: RawFiles, graphs: int) -> tuple[dict[str, Tensor], tuple[str, ...]]:
    path = files["graph_labels"]
    if "graph_labels" not in files:
        return {}, ()
    values = _column(path, read_integers(path), "the label of its graph")
    _check_length(path, len(values), graphs, "graphs")
    labels, names = occurring(torch.from_numpy(values))
    return {"label": labels}, names


def _read_edge_labels(files: RawFiles, edges: int) -> dict[str, Tensor]:
    if "edge_labels" not in files:
        return {}
    table = read_integers(files["edge_labels"])
    _check_length(files["edge_labels"], len(table), edges, "edges")
    labels = torch.from_numpy(table)
    return {"label": labels[:, 0] if labels.shape[1] == 1 else labels}


def _notes(files: RawFiles, attributes: int) -> list[str]:
    """What a user should hear about what the data has and has not."""
    notes = [] if attributes else ["no node attributes: node degrees are the input"]
    notes += [f"no {part.replace('_', ' ')}" for part in ("node_labels", "graph_labels") if part not in files]
    unread = [files[part].name for part in ("edge_attributes", "graph_attributes") if part in files]
    return notes + ([f"not read: {', '.join(unread)}"] if unread else [])


def _column(path: Path, table: Int64[np.ndarray, "lines columns"], meaning: str) -> Int64[np.ndarray, " lines"]:
    if table.shape[1] != 1:
        raise InputError(f"{path}, line 1: {table.shape[1]} values; a line is one number, {meaning}")
    return table[:, 0]


def _check_length(path: Path, found: int, wanted: int, what: str) -> None:
    if found != wanted:
        raise InputError(f"{path} has {found} lines, but there are {wanted} {what}: one line each is needed")
