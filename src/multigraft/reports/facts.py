"""The facts at the head of the report: which data, which encoder, which run."""

import json
from typing import Any

from multigraft.evaluation.table import ProbeTable
from multigraft.graphs.catalog import describe
from multigraft.graphs.packed import PackedGraphs
from multigraft.models.trained import TrainedEncoder

Facts = list[tuple[str, str]]
CHECKSUM_SHOWN = 12


def fact_groups(trained: TrainedEncoder, graphs: PackedGraphs, table: ProbeTable) -> list[tuple[str, Facts]]:
    """Three groups of (term, value), as text."""
    return [("Data", _data(graphs)), ("Encoder", _encoder(trained)), ("Run", _run(trained, table))]


def _data(graphs: PackedGraphs) -> Facts:
    told, origin = describe(graphs), graphs.origin
    facts = [
        ("data set", origin.name),
        ("graphs", f"{len(graphs):,}"),
        ("mean nodes", f"{told['mean_nodes']:.1f}"),
        ("mean edges", f"{told['mean_edges']:.1f} (undirected)"),
        ("graph classes", _classes(origin.graph_classes)),
        ("node classes", _classes(origin.node_classes)),
        *([("targets", f"{_classes(origin.targets)}, {origin.target_kind}")] if origin.targets else []),
    ]
    return [*facts, ("checksum", origin.checksum[:CHECKSUM_SHOWN])] if origin.checksum else facts


def _encoder(trained: TrainedEncoder) -> Facts:
    encoder = trained.encoder
    parameters = sum(parameter.numel() for parameter in encoder.parameters())
    return [
        ("encoder", f"{encoder.kind} ({_listed(encoder.config())})"),
        ("parameters", f"{parameters:,}"),
        ("strategy", _strategy(trained.strategy)),
        ("tasks", ", ".join(trained.tasks)),
        ("weights", trained.fingerprint),
    ]


def _run(trained: TrainedEncoder, table: ProbeTable) -> Facts:
    metadata, split = trained.metadata, trained.split
    facts = [(name, str(metadata[name])) for name in ("epochs", "seed") if name in metadata]
    if split is not None:
        sizes = " / ".join(f"{len(part):,}" for part in (split.train, split.validation, split.test))
        facts.append(("split", f"{split.kind}, {sizes} graphs"))
    facts.append(("measured", f"protocol {table.protocol} (version {table.protocol_version}), seed {table.seed}"))
    versions = metadata.get("versions")
    return (
        [*facts, ("versions", ", ".join(f"{name} {version}" for name, version in versions.items()))]
        if versions
        else facts
    )


def _classes(names: tuple[str, ...]) -> str:
    """How many, and their names where they are few."""
    if not names:
        return "none"
    return f"{len(names)} ({', '.join(names)})" if len(names) <= 4 else str(len(names))


def _strategy(strategy: dict[str, Any]) -> str:
    options = {name: value for name, value in strategy.items() if name != "name"}
    return f"{strategy['name']} ({_listed(options)})" if options else strategy["name"]


def _listed(values: dict[str, Any]) -> str:
    """Names with their values; values that are not text as JSON writes them."""
    return ", ".join(
        f"{name.replace('_', ' ')} {value if isinstance(value, str) else json.dumps(value)}"
        for name, value in values.items()
    )
