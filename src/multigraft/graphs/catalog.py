"""From the name of a data set, a folder, a file of molecules, or an object of PyG to packed graphs."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs import cache
from multigraft.graphs.duplicates import duplicates
from multigraft.graphs.findings import findings
from multigraft.graphs.named_proteins import ProteinOptions
from multigraft.graphs.named_tables import TableOptions
from multigraft.graphs.names import ALIASES, PUBLIC_HOME
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.pairs import undirected_edges
from multigraft.graphs.sources import Options, Source, find
from multigraft.graphs.texts import count_rejects
from multigraft.graphs.thresholds import binarised

AT_ONCE = 20_000  # graphs


def load(
    source: Any,
    *,
    node_label_column: int = 0,
    featurization: str | None = None,
    smiles_column: str | None = None,
    targets: Sequence[str] | None = None,
    id_column: str | None = None,
    strip_salts: bool = False,
    threshold: float | None = None,
    hops: int | None = None,
    largest: int | None = None,
    home: str = PUBLIC_HOME,
    progress: bool = False,
    processes: int | None = None,
) -> PackedGraphs:
    """The graphs of ``source``.

    ``source`` is a name of the catalog, a folder in TU layout, a file of molecules (CSV, TSV, Parquet, SDF, or SMILES
    one a line; each also with ``.gz``), packed graphs (returned as they are), or a PyG ``Data``, ``Batch``, ``Dataset``
    or list of ``Data``. A name is looked for among the embedded sets, then below ``MULTIGRAFT_DATA``, in the cache, and
    last at its public home, which for sets in TU layout is ``home/NAME.zip``; a folder that has a name of the catalog
    is meant when it is written as a path, ``./NAME``.

    Args:
        source: The data.
        node_label_column: Which of several columns of node labels, which data in TU layout can have.
        featurization: How molecules become graphs, ``hu`` or ``ogb``; by default ``hu``, but for the embedded sets,
            which then have features of their own.
        smiles_column: The column of SMILES in a table; by default the one of that name.
        targets: The columns of a table that were measured; by default those that the published set has, else all that
            hold numbers. For protein networks: which of their terms.
        id_column: The column that names the molecules of a table.
        strip_salts: Whether only the fragment of a molecule with the most heavy atoms is kept.
        threshold: Real targets become binary: 1 where the value is at least this.
        hops: For protein networks: how far an ego-network reaches.
        largest: For protein networks: how many proteins an ego-network may have, 0 for no limit.
        home: Where sets in TU layout are downloaded from.
        progress: Whether bars are drawn while molecules are read.
        processes: How many processes read molecules; by default one a core where they are many.

    Raises:
        InputError: an unknown name, files that are missing or wrong, no network, or an option that is for other data.
        MissingExtraError: molecules without RDKit.
    """
    if isinstance(targets, str):
        raise InputError(f"targets is a list of columns, [{targets!r}] for instance, got the text {targets!r}")
    columns = None if targets is None else tuple(targets)
    table = TableOptions(featurization, smiles_column, columns, id_column, strip_salts, threshold)
    options = Options(node_label_column, table, ProteinOptions(hops, largest), home, progress, processes)
    if not isinstance(source, str | Path):
        if node_label_column:
            raise InputError("node_label_column is for data in TU layout: name node labels with from_pyg(node_labels=)")
        options.only(("threshold",), "these are graphs already")
        graphs = source if isinstance(source, PackedGraphs) else _from_pyg(source)
    else:
        graphs = _read(find(source, options))
    return graphs if threshold is None else binarised(graphs, threshold)


def check(source: str | Path, *, home: str = PUBLIC_HOME) -> list[str]:
    """What is unusual about a data set, one sentence each; empty where nothing is.

    Raises:
        InputError: as `load`; also where a data set of the catalog is not what it was when it was first used.
    """
    found = find(source, Options(home=home))
    was = cache.recorded_checksum(found.name, found.checksum) if found.checksum else ""
    if was != found.checksum:
        raise InputError(cache.mismatch(found.name, was, found.checksum))
    graphs = _read(found)
    return [*findings(graphs), *duplicates(graphs), *found.remarks(graphs)]


def _read(found: Source) -> PackedGraphs:
    graphs = found.load()
    was = cache.recorded_checksum(found.name, found.checksum) if found.checksum else ""
    if was != found.checksum:
        graphs = cache.with_note(graphs, cache.mismatch(found.name, was, found.checksum))
    if found.checksum and found.name in ALIASES:
        note = f"{found.name} means {ALIASES[found.name]}, as in SAME; for the other set of that name give its folder"
        graphs = cache.with_note(graphs, note)
        graphs = dataclasses.replace(graphs, origin=dataclasses.replace(graphs.origin, name=found.name))
    return graphs


def describe(graphs: PackedGraphs) -> dict[str, Any]:
    """Name, sizes and classes as plain values; ``mean_edges`` counts an edge and its reverse once, self loops not.

    ``node_features`` are attribute and structure columns; degrees, where they are an input, are said in ``notes``. For
    graphs with a featurisation also how many ``targets`` they have, which share of those is ``missing`` (None without
    targets), and how many rows of their source were ``rejected``.
    """
    origin, count = graphs.origin, max(len(graphs), 1)
    return {
        "name": origin.name,
        "graphs": len(graphs),
        "node_features": graphs.x.shape[1] + graphs.structure.shape[1],
        "node_classes": _classes(graphs.nodes, origin.node_classes),
        "graph_classes": _classes(graphs.graphs, origin.graph_classes),
        "mean_nodes": graphs.num_nodes / count,
        "mean_edges": _pairs(graphs) / count,
        **(_measured(graphs) if origin.featurization else {}),
        "checksum": origin.checksum,
        "notes": list(origin.notes),
    }


def _pairs(graphs: PackedGraphs) -> int:
    """Unordered pairs of nodes that an edge joins; of few graphs at a time, as a corpus may be larger than memory."""
    if len(graphs) <= AT_ONCE:
        return int(undirected_edges(graphs).counts.sum())
    bare = dataclasses.replace(graphs, nodes={}, edges={}, graphs={})
    parts = torch.arange(len(graphs)).split(AT_ONCE)
    return sum(int(undirected_edges(bare.select(part)).counts.sum()) for part in parts)


def _measured(graphs: PackedGraphs) -> dict[str, Any]:
    """What is said of molecules and proteins beside their sizes."""
    origin = graphs.origin
    targets = graphs.graphs.get("targets")
    return {
        "featurization": origin.featurization,
        "targets": 0 if targets is None else targets.shape[1],
        "target_kind": origin.target_kind,
        "metric": origin.metric,
        "missing": None if targets is None or not targets.numel() else _missing(targets),
        "rejected": count_rejects(graphs),
    }


def _missing(targets: Float[Tensor, "graphs targets"]) -> float:
    """The share of NaN; of few graphs at a time, as above."""
    return sum(int(part.isnan().count_nonzero()) for part in targets.split(AT_ONCE)) / targets.numel()


def _classes(table: Any, names: tuple[str, ...]) -> int:
    if "label" not in table or not len(table["label"]):
        return 0
    return len(names) or int(table["label"].max()) + 1


def _from_pyg(data: Any) -> PackedGraphs:
    from multigraft.graphs.pyg import from_pyg

    return from_pyg(data)
