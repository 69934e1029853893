"""How far a study is, and whether what the ledger holds can be believed."""

from collections.abc import Sequence
from dataclasses import dataclass

from multigraft.studies.grid import lines, runs
from multigraft.studies.ledger import BEFORE, Ledger, Record, Spoilt
from multigraft.studies.study import Study


@dataclass(frozen=True)
class Progress:
    """Runs done and wanted, and the seconds that the done ones took, for one data set under one protocol."""

    dataset: str
    protocol: str
    done: int
    wanted: int
    seconds: float


def progress_of(study: Study, ledger: Ledger, protocols: Sequence[str] | None = None) -> list[Progress]:
    """How much of the study the ledger holds, data set by data set."""
    found = []
    for protocol in protocols or study.protocols:
        wanted = list(runs(study, protocol))
        records = {run: ledger.read(run) for run in wanted}
        for dataset in study.datasets:
            here = [records[run] for run in wanted if run.dataset == dataset]
            held = [record for record in here if record is not None]
            found.append(Progress(dataset, protocol, len(held), len(here), spent(held)))
    return found


def spoilt(ledger: Ledger) -> list[Spoilt]:
    """The ledger's files that cannot be believed."""
    return [found for _, found in ledger.records() if isinstance(found, Spoilt)]


def unpaired(study: Study, ledger: Ledger) -> list[str]:
    """Where methods of the study did not see the same data or split, so that their differences mean nothing."""
    seen: dict[tuple[str, int], dict[tuple[str, str], str]] = {}
    for protocol in study.protocols:
        for line in lines(study, protocol):
            for run in line.runs:
                record = ledger.read(run)
                if record is not None:
                    key = (record.data["identity"], record.split["digest"])
                    seen.setdefault((run.dataset, run.seed), {}).setdefault(key, ledger.file(run).name)
    return [
        f"{dataset}, split {seed}: {' and '.join(files.values())} are of different data or splits"
        for (dataset, seed), files in seen.items()
        if len(files) > 1
    ]


def spent(records: Sequence[Record]) -> float:
    """Seconds of measuring, and of training each encoder that was measured or that such a one goes on from, once."""
    trained: dict[str, float] = {}
    for one in records:
        if one.training:
            trained |= {one.training["fingerprint"]: one.training["seconds"] or 0.0, **one.training.get(BEFORE, {})}
    return sum((one.seconds for one in records), 0.0) + sum(trained.values())
