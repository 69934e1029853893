"""One unit of a study's work: an encoder, and every measurement of it that is still missing."""

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from multigraft.errors import InputError, MultigraftError
from multigraft.evaluation.probe import probe
from multigraft.evaluation.table import ProbeTable
from multigraft.graphs.catalog import load
from multigraft.graphs.checksums import identity
from multigraft.graphs.names import EMBEDDED
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split, split_graphs
from multigraft.graphs.texts import smiles_of
from multigraft.models.trained import TrainedEncoder
from multigraft.models.versions import versions
from multigraft.studies.described import Described
from multigraft.studies.encoders import obtain, seconds_before
from multigraft.studies.grid import Run, Training
from multigraft.studies.ledger import BEFORE, SOURCES, Ledger, Record
from multigraft.studies.plugins import load_plugins
from multigraft.studies.sources import Sources, checksum_of, sources_of

History = Mapping[str, Mapping[str, Any]]  # what a record says of the time before an encoder's own training


@dataclass(frozen=True)
class Unit:
    """An encoder and the runs that measure it on a data set; the runs that need no encoder have None.

    ``folders`` are where data sets lie that are not known by name.
    """

    training: Training | None
    runs: tuple[Run, ...]
    dataset: str
    folders: tuple[tuple[str, Path], ...] = ()
    plugins: tuple[Path, ...] = ()

    @property
    def trains(self) -> Training | None:
        """The training that is this unit's to do, and no other's."""
        here = self.training is not None and self.training.dataset == self.dataset
        return self.training if here else None

    @property
    def after(self) -> Training | None:
        """The training that has to be done before."""
        return self.training if self.trains is None else self.trains.start

    @property
    def name(self) -> str:
        """For people: the data, the method and its tasks, the split."""
        method = (
            "baselines" if self.training is None else " ".join([self.training.strategy, ",".join(self.training.tasks)])
        )
        seed = self.runs[0].seed if self.runs else self.training.seed if self.training is not None else 0
        return f"{self.dataset} {method.strip()}, split {seed}"

    def graphs(self, dataset: str, featurization: str = "") -> PackedGraphs:
        """A data set by its name; where that is said, its molecules as an encoder of that featurisation reads them."""
        place = self._place(dataset)
        usual = graphs_of(place)
        molecules = dataset in EMBEDDED or (usual.origin.featurization and "smiles" in usual.attached)
        other = featurization and usual.origin.featurization != featurization and molecules
        return graphs_of(place, featurization) if other else usual

    def sources(self, training: Training, checksum: Callable[[str | Path], str] = checksum_of) -> Sources:
        """The checksums of what a training of this study is made from beside the study's data."""
        return sources_of(training, lambda name: checksum(self._place(name)))

    def _place(self, dataset: str) -> str | Path:
        return dict(self.folders).get(dataset, dataset)


def perform(unit: Unit, path: Path, device: str = "auto") -> None:
    """Train the unit's encoder, or take it from the ledger's, and measure it; every run is written when it is done."""
    load_plugins(unit.plugins)
    ledger = Ledger(path)
    missing = [run for run in unit.runs if ledger.read(run) is None]
    sources = partial(unit.sources, checksum=cache(checksum_of))
    encoder = None if unit.training is None else obtain(unit.training, unit.graphs, ledger.encoders, device, sources)
    if unit.training is not None and missing:
        history = _told({SOURCES: sources(unit.training), BEFORE: seconds_before(unit.training, ledger.encoders)})
    else:
        history = {}
    described = Described(missing)
    for run in missing:
        graphs = unit.graphs(unit.dataset)
        split = split_graphs(graphs, run.split, run.seed)
        if encoder is None:
            _measured(run, graphs, split, None, partial(described, run, graphs, split), history, ledger)
        else:
            read = unit.graphs(unit.dataset, encoder.origin.featurization)
            measured = partial(_probed, run, read, encoder, _carried(split, graphs, read), device)
            _measured(run, graphs, split, encoder, measured, history, ledger)


@lru_cache(maxsize=3)
def graphs_of(source: str | Path, featurization: str | None = None) -> PackedGraphs:
    """A data set, kept for the next unit."""
    return load(source, featurization=featurization)


def _carried(split: Split, graphs: PackedGraphs, read: PackedGraphs) -> Split:
    """The split for the same molecules, read otherwise.

    Raises:
        InputError: they are not the same.
    """
    if read is graphs:
        return split
    if smiles_of(read) != smiles_of(graphs):
        raise InputError(
            f"some molecules of {graphs.origin.name!r} become graphs with featurization "
            f"{graphs.origin.featurization!r} alone, not with {read.origin.featurization!r}: take them out of the data"
        )
    return replace(split, identity="").for_graphs(read)


def _probed(run: Run, graphs: PackedGraphs, encoder: TrainedEncoder, split: Split, device: str) -> ProbeTable:
    return probe(
        encoder, graphs, run.protocol, run.asked, run.seed, device=device, probes=(run.probe,), baselines=False,
        split=split, fuse=(run.fuse,) if run.fuse else (),
    )  # fmt: skip


def _measured(
    run: Run,
    graphs: PackedGraphs,
    split: Split,
    encoder: TrainedEncoder | None,
    measured: Callable[[], ProbeTable],
    history: History,
    ledger: Ledger,
) -> None:
    started = time.monotonic()
    table = measured()
    ledger.write(run, Record(
        run=run.config(),
        scores=table.to_json()["rows"],
        data={"name": graphs.origin.name, "checksum": graphs.origin.checksum, "identity": identity(graphs)},
        split={"kind": split.kind, "seed": split.seed, "digest": _digest(split.to_json())},
        training=None if encoder is None else _training(encoder, history),
        seconds=round(time.monotonic() - started, 3),
        versions=versions(),
        time=datetime.now(UTC).isoformat(timespec="seconds"),
    ))  # fmt: skip


def _training(encoder: TrainedEncoder, history: History) -> dict[str, Any]:
    kept = {name: encoder.metadata.get(name) for name in ("epochs", "best_epoch", "seconds", "validation")}
    return {"fingerprint": encoder.fingerprint, **kept, **history}


def _told(history: History) -> History:
    return {name: value for name, value in history.items() if value}


def _digest(value: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def check_data(units: Iterable[Unit], ledger: Ledger) -> None:
    """Raise an `InputError` where the ledger has results of other data, or from another corpus, of the same name."""
    work = list(units)
    datasets = {unit.dataset: unit for unit in work if unit.dataset and unit.runs}
    held: dict[str, tuple[str, Path]] = {}
    sources: dict[str, tuple[str, Path]] = {}
    for path, record in ledger.records():
        if isinstance(record, Record):
            held.setdefault(record.run["dataset"], (record.data["identity"], path))
            for name, checksum in record.sources.items():
                sources.setdefault(name, (checksum, path))
    for name, unit in datasets.items():
        found = identity(unit.graphs(name))
        if name in held and held[name][0] != found:
            raise InputError(
                f"{held[name][1]} was measured on other data that are called {name!r} as well: "
                "name another --ledger, or rename the folder"
            )
    for name, checksum in _present(work).items():
        if name in sources and sources[name][0] != checksum:
            raise InputError(
                f"the encoder behind {sources[name][1]} was made from other files that are called {name!r} as well "
                "(a corpus, what was taken out of it, or released weights): name another --ledger, or rename the file"
            )


def _present(units: Iterable[Unit]) -> Sources:
    """The checksums of what the units' encoders are made from, where it is there; what is not fails those units."""
    checksum, found = cache(checksum_of), {}
    for training, unit in {unit.training: unit for unit in units if unit.training is not None}.items():
        with contextlib.suppress(MultigraftError):
            found |= unit.sources(training, checksum)
    return found
