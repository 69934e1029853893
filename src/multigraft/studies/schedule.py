"""Which work a study needs, each piece once, in an order that gives every table a rough answer early."""

from collections.abc import Iterable, Sequence

from multigraft.errors import InputError
from multigraft.studies.execution import Unit
from multigraft.studies.grid import Run, Training, runs
from multigraft.studies.ledger import Ledger
from multigraft.studies.study import Study


def units(studies: Sequence[Study], protocols: Sequence[str] | None = None) -> list[Unit]:
    """All work of the studies, shared where they share it: first split first, and within a split data set by data set.

    ``protocols``: those to measure under; None: all that each study names.

    Raises:
        InputError: a protocol that a study does not name.
    """
    found: dict[Training | tuple[str, int], list[Run]] = {}
    homes: dict[Training | tuple[str, int], Study] = {}
    for study in studies:
        for protocol in _wanted(study, protocols):
            for run in runs(study, protocol):
                for needed in _needed(run):
                    found.setdefault(needed, [])
                    homes.setdefault(needed, study)
                found[_place(run)].append(run)
    made = [_unit(place, tuple(dict.fromkeys(asked)), homes[place]) for place, asked in found.items()]
    return sorted(made, key=lambda unit: _first(unit).seed)  # stable: within a split, the order of the studies


def unfinished(work: Iterable[Unit], ledger: Ledger) -> list[Unit]:
    """The units with a run that the ledger lacks, and those whose encoder such a unit starts from."""
    work = list(work)
    lacking = [unit for unit in work if any(ledger.read(run) is None for run in unit.runs)]
    bases = {unit.training.start for unit in lacking if unit.training is not None}
    return [unit for unit in work if unit in lacking or (unit.training is not None and unit.training in bases)]


def _wanted(study: Study, protocols: Sequence[str] | None) -> Sequence[str]:
    for protocol in protocols or ():
        if protocol not in study.protocols:
            raise InputError(f"study {study.name!r} names no protocol {protocol!r}, but {', '.join(study.protocols)}")
    return protocols or study.protocols


def _place(run: Run) -> Training | tuple[str, int]:
    """What a unit is made around: an encoder, or the baselines of a split."""
    return run.training or (run.dataset, run.seed)


def _needed(run: Run) -> list[Training | tuple[str, int]]:
    """The encoders behind a run, the one that it starts from first."""
    if run.training is None or run.training.start is None:
        return [_place(run)]
    return [run.training.start, run.training]


def _unit(place: Training | tuple[str, int], asked: tuple[Run, ...], study: Study) -> Unit:
    training = place if isinstance(place, Training) else None
    dataset = training.dataset if training is not None else asked[0].dataset
    return Unit(training, asked, study.folders.get(dataset, dataset), study.plugins)


def _first(unit: Unit) -> Training | Run:
    return unit.training or unit.runs[0]
