"""One unit of a study's work: an encoder, and every measurement of it that is still missing."""

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.evaluation.probe import measure, probe
from multigraft.evaluation.table import ProbeTable
from multigraft.graphs.catalog import load
from multigraft.graphs.checksums import identity
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split, split_graphs
from multigraft.models.trained import TrainedEncoder
from multigraft.models.versions import versions
from multigraft.studies.encoders import obtain
from multigraft.studies.grid import Run, Training
from multigraft.studies.ledger import Ledger, Record
from multigraft.studies.plugins import load_plugins


@dataclass(frozen=True)
class Unit:
    """An encoder and the runs that measure it; the runs that need no encoder have None.

    ``source`` is where the data come from: a name, or a folder.
    """

    training: Training | None
    runs: tuple[Run, ...]
    source: str | Path
    plugins: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """For people: the data, the method and its tasks, the split."""
        first = self.training or self.runs[0]
        method = (
            "baselines" if self.training is None else " ".join([self.training.strategy, ",".join(self.training.tasks)])
        )
        return f"{first.dataset} {method.strip()}, split {first.seed}"


def perform(unit: Unit, path: Path, device: str = "auto") -> None:
    """Train the unit's encoder, or take it from the ledger's, and measure it; every run is written when it is done."""
    load_plugins(unit.plugins)
    ledger = Ledger(path)
    graphs = graphs_of(unit.source)
    missing = [run for run in unit.runs if ledger.read(run) is None]
    if unit.training is None:
        for run in missing:
            split = split_graphs(graphs, run.split, run.seed)
            _measured(run, graphs, split, None, lambda run=run, split=split: _baselines(run, graphs, split), ledger)
        return
    encoder = obtain(unit.training, graphs, ledger.encoders, device)
    assert encoder.split is not None
    for run in missing:
        _measured(run, graphs, encoder.split, encoder, lambda run=run: _probed(run, graphs, encoder, device), ledger)


@lru_cache(maxsize=2)
def graphs_of(source: str | Path) -> PackedGraphs:
    """A data set, kept for the next unit."""
    return load(source if isinstance(source, str) else str(source))


def _probed(run: Run, graphs: PackedGraphs, encoder: TrainedEncoder, device: str) -> ProbeTable:
    return probe(
        encoder, graphs, run.protocol, run.asked, run.seed, device=device, probes=(run.probe,), baselines=False
    )


def _baselines(run: Run, graphs: PackedGraphs, split: Split) -> ProbeTable:
    return measure({}, graphs, split, run.asked, run.protocol, run.seed)


def _measured(
    run: Run,
    graphs: PackedGraphs,
    split: Split,
    encoder: TrainedEncoder | None,
    measured: Callable[[], ProbeTable],
    ledger: Ledger,
) -> None:
    started = time.monotonic()
    table = measured()
    ledger.write(run, Record(
        run=run.config(),
        scores=table.to_json()["rows"],
        data={"name": graphs.origin.name, "checksum": graphs.origin.checksum, "identity": identity(graphs)},
        split={"kind": split.kind, "seed": split.seed, "digest": _digest(split.to_json())},
        training=None if encoder is None else _training(encoder),
        seconds=round(time.monotonic() - started, 3),
        versions=versions(),
        time=datetime.now(UTC).isoformat(timespec="seconds"),
    ))  # fmt: skip


def _training(encoder: TrainedEncoder) -> dict[str, Any]:
    kept = ("epochs", "best_epoch", "seconds", "validation")
    return {"fingerprint": encoder.fingerprint, **{name: encoder.metadata.get(name) for name in kept}}


def _digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def check_data(units: Iterable[Unit], ledger: Ledger) -> None:
    """Raise an `InputError` where the ledger has results of other data under the same name."""
    sources = {(unit.training or unit.runs[0]).dataset: unit.source for unit in units}
    held: dict[str, tuple[str, Path]] = {}
    for path, record in ledger.records():
        if isinstance(record, Record):
            held.setdefault(record.run["dataset"], (record.data["identity"], path))
    for name, source in sources.items():
        found = identity(graphs_of(source))
        if name in held and held[name][0] != found:
            raise InputError(
                f"{held[name][1]} was measured on other data that are called {name!r} as well: "
                "name another --ledger, or rename the folder"
            )
