"""From the name of a data set, a folder, or an object of PyG to packed graphs."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.graphs import cache
from multigraft.graphs.findings import findings
from multigraft.graphs.names import ALIASES, EMBEDDED, PUBLIC_HOME, TUDATASETS, local_folders, nearest
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.pairs import undirected_edges
from multigraft.graphs.tudataset import find_files, read_tudataset


@dataclass(frozen=True)
class _Source:
    """A data set that can be read: its checksum before it is read, and the reading itself."""

    name: str
    checksum: str
    read: Callable[[], PackedGraphs]
    key: tuple[str | int, ...]
    catalogued: bool


def load(source: Any, *, node_label_column: int = 0, home: str = PUBLIC_HOME) -> PackedGraphs:
    """The graphs of ``source``.

    ``source`` is a name of the catalog, a folder in TU layout, packed graphs (returned as they are), or a PyG ``Data``,
    ``Batch``, ``Dataset`` or list of ``Data``. A name is looked for among the embedded sets, then in
    ``MULTIGRAFT_DATA/tudataset/NAME``, in the cache, and last at its public home, ``home/NAME.zip``; a folder that has
    a name of the catalog is meant when it is written as a path, ``./NAME``.

    ``node_label_column`` chooses among several columns of node labels, which data in TU layout can have.

    Raises:
        InputError: an unknown name, files that are missing or wrong, no network, or a ``node_label_column`` that the
            data has not.
        MissingExtraError: an embedded set without RDKit.
    """
    if not isinstance(source, str | Path):
        if node_label_column:
            raise InputError("node_label_column is for data in TU layout: name node labels with from_pyg(node_labels=)")
        return source if isinstance(source, PackedGraphs) else _from_pyg(source)
    found = _find(source, node_label_column, home)
    graphs = cache.packed(found.read, found.checksum, *found.key)
    was = cache.recorded_checksum(found.name, found.checksum) if found.catalogued else found.checksum
    if was != found.checksum:
        graphs = cache.with_note(graphs, cache.mismatch(found.name, was, found.checksum))
    if found.catalogued and found.name in ALIASES:
        note = f"{found.name} means {ALIASES[found.name]}, as in SAME; for the other set of that name give its folder"
        graphs = cache.with_note(graphs, note)
        graphs = dataclasses.replace(graphs, origin=dataclasses.replace(graphs.origin, name=found.name))
    return graphs


def check(source: str | Path, *, home: str = PUBLIC_HOME) -> list[str]:
    """What is unusual about a data set, one sentence each; empty where nothing is.

    Raises:
        InputError: as `load`; also where a data set of the catalog is not what it was when it was first used.
    """
    found = _find(source, 0, home)
    was = cache.recorded_checksum(found.name, found.checksum) if found.catalogued else found.checksum
    if was != found.checksum:
        raise InputError(cache.mismatch(found.name, was, found.checksum))
    return findings(load(source, home=home))


def describe(graphs: PackedGraphs) -> dict[str, Any]:
    """Name, sizes and classes as plain values; ``mean_edges`` counts an edge and its reverse once, self loops not.

    ``node_features`` are attribute and structure columns; degrees, where they are an input, are said in ``notes``.
    """
    origin, count = graphs.origin, max(len(graphs), 1)
    return {
        "name": origin.name,
        "graphs": len(graphs),
        "node_features": graphs.x.shape[1] + graphs.structure.shape[1],
        "node_classes": _classes(graphs.nodes, origin.node_classes),
        "graph_classes": _classes(graphs.graphs, origin.graph_classes),
        "mean_nodes": graphs.num_nodes / count,
        "mean_edges": int(undirected_edges(graphs).counts.sum()) / count,
        "checksum": origin.checksum,
        "notes": list(origin.notes),
    }


def _classes(table: Any, names: tuple[str, ...]) -> int:
    if "label" not in table or not len(table["label"]):
        return 0
    return len(names) or int(table["label"].max()) + 1


def _find(source: str | Path, column: int, home: str) -> _Source:
    name, folder = str(source), Path(source).expanduser()
    written_as_path = isinstance(source, Path) or "/" in name or "\\" in name
    if not written_as_path and name in EMBEDDED:
        return _embedded(name, column)
    if not written_as_path and (name in TUDATASETS or name in local_folders()):
        return _tudataset(name, _folder_of(ALIASES.get(name, name), home), column, catalogued=True)
    if written_as_path or folder.is_dir():
        return _tudataset(name, folder, column, catalogued=False)
    guesses = ", ".join(nearest(name))
    meant = f"did you mean {guesses}?" if guesses else "`multigraft data list` shows the names."
    raise InputError(f"unknown data set {name!r}: {meant} A folder in TU layout is given by its path")


def _embedded(name: str, column: int) -> _Source:
    from multigraft.graphs.molecules import embedded_checksum, read_embedded

    if column:
        raise InputError(f"node_label_column is for data in TU layout: {name} has one column of node labels, 0")
    checksum = embedded_checksum(name)  # says what to install where RDKit is missing
    from rdkit import __version__ as rdkit_version  # which molecules parse depends on it

    return _Source(name, checksum, lambda: read_embedded(name), (name, rdkit_version), True)


def _tudataset(name: str, folder: Path, column: int, catalogued: bool) -> _Source:
    files = find_files(folder)

    def read() -> PackedGraphs:
        return read_tudataset(folder, node_label_column=column)

    return _Source(name, files.checksum(), read, ("tudataset", files.prefix, column), catalogued)


def _folder_of(name: str, home: str) -> Path:
    folders = local_folders()
    if name in folders:
        return folders[name]
    from multigraft.graphs.download import download

    return download(name, home=home)


def _from_pyg(data: Any) -> PackedGraphs:
    from multigraft.graphs.pyg import from_pyg

    return from_pyg(data)
