"""A measurement kept beside its encoder, with all that it depends on, so that it is never taken for another."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from multigraft.evaluation.kinds import KINDS
from multigraft.evaluation.names import DEFAULT_PROBES
from multigraft.evaluation.protocols import resolve
from multigraft.evaluation.table import ProbeTable
from multigraft.files import write_json
from multigraft.graphs.checksums import identity
from multigraft.graphs.packed import PackedGraphs
from multigraft.models.trained import TrainedEncoder
from multigraft.models.versions import versions

LONGEST = 120  # characters of a file's name that data, tasks and targets may take


def record_path(
    directory: Path,
    dataset: str,
    protocol: str,
    seed: int,
    probes: Sequence[str] | None = None,
    fuse: Sequence[str] = (),
    asked: Sequence[str] = (),
) -> Path:
    """Where a measurement of the encoder in ``directory`` is kept.

    Probes that were asked for by name are named, what was fused with its embeddings, and the tasks and targets that
    were ``asked`` for where these were not all.
    """
    name = _in_short(re.sub(r"[^\w.-]+", "_", "-".join((dataset, *asked))))
    others = "" if probes is None or tuple(probes) == DEFAULT_PROBES else f"-{'-'.join(probes)}"
    others += "".join(f"+{name.replace('+', '-')}" for name in fuse)
    return directory / "probes" / f"{name}-{protocol}-seed{seed}{others}.json"


def _in_short(name: str) -> str:
    """A name that a file can bear: of a long one the beginning and a digest."""
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def write_record(
    path: Path,
    table: ProbeTable,
    encoder: TrainedEncoder,
    graphs: PackedGraphs,
    tasks: Sequence[str] | None,
    options: Mapping[str, Any],
) -> None:
    """Keep ``table`` with weights, data, versions and time, and the ``options`` of the call that made it.

    ``tasks`` are those asked for, None where all were.
    """
    record = {
        "verb": "probe",
        "options": dict(options),
        "subject": _subject(encoder, graphs, table.protocol, table.seed, tasks) | _readers(table),
        "versions": versions(),
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "table": table.to_json(),
    }
    write_json(path, record)


def read_record(
    path: Path, encoder: TrainedEncoder, graphs: PackedGraphs, protocol: str, seed: int
) -> ProbeTable | None:
    """The table in ``path`` if it is of these weights, graphs, protocol and seed, with all tasks and the usual probe.

    None otherwise.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        same = record["subject"] == _subject(encoder, graphs, protocol, seed, None)
        return ProbeTable.from_json(record["table"]) if same else None
    except (OSError, ValueError, KeyError, TypeError):
        return None  # a missing or spoilt record is no record: what it held can be measured again


def _readers(table: ProbeTable) -> dict[str, Any]:
    """Which probes read the embeddings; nothing for the usual ones alone."""
    readers = _of_embeddings(table)
    usual = {(task, title) for task, _ in readers for title in _usual(table, task)}
    return {} if readers and set(readers) == usual else {"probes": probes_of(table)}


def probes_of(table: ProbeTable) -> list[str]:
    """What read embeddings, each once."""
    return list(dict.fromkeys(probe for _, probe in _of_embeddings(table)))


def _of_embeddings(table: ProbeTable) -> list[tuple[str, str]]:
    """Task and probe of all rows of embeddings."""
    rows = (row for row in table.rows if not row.baseline)
    return [(row.task, row.probe) for row in rows]


def _usual(table: ProbeTable, task: str) -> list[str]:
    """What tables call the probes that are asked where none is named."""
    kind = KINDS[resolve(table.protocol).recipes[task].kind]
    return [kind.title(probe) for probe in kind.usual]


def _subject(
    encoder: TrainedEncoder, graphs: PackedGraphs, protocol: str, seed: int, tasks: Sequence[str] | None
) -> dict[str, Any]:
    """What a measurement is of: equal subjects give equal tables."""
    recipe = resolve(protocol)
    return {
        "encoder": encoder.fingerprint,
        "untrained": encoder.untrained().fingerprint,
        "data": {"name": graphs.origin.name, "checksum": graphs.origin.checksum, "identity": identity(graphs)},
        "split": encoder.split.to_json() if encoder.split else None,
        "protocol": {"name": recipe.name, "version": recipe.version},
        "seed": seed,
        "tasks": None if tasks is None else list(tasks),
    }
