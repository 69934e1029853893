"""Which work a study needs, each piece once, in an order that gives every table a rough answer early."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from multigraft.errors import InputError
from multigraft.studies.execution import Unit
from multigraft.studies.grid import Run, Training, runs
from multigraft.studies.ledger import Ledger
from multigraft.studies.sources import checksum_of
from multigraft.studies.study import Study

Place = tuple[str, Training | int]


def units(studies: Sequence[Study], protocols: Sequence[str] | None = None) -> list[Unit]:
    """All work of the studies, shared where they share it: first split first, and within a split data set by data set.

    ``protocols``: those to measure under; None: all that each study names.

    Raises:
        InputError: a protocol that a study does not name, or different data that two of them call the same.
    """
    _check_names(studies)
    found: dict[Place, list[Run]] = {}
    homes: dict[Place, Study] = {}
    for study in studies:
        for protocol in _wanted(study, protocols):
            for run in runs(study, protocol):
                for needed in _needed(run):
                    found.setdefault(needed, [])
                    homes.setdefault(needed, study)
                found[_place(run)].append(run)
    made = [_unit(place, tuple(dict.fromkeys(asked)), homes[place]) for place, asked in found.items()]
    return sorted(made, key=_split)  # stable: within a split, the order of the studies


def unfinished(work: Iterable[Unit], ledger: Ledger) -> list[Unit]:
    """The units with a run that the ledger lacks, and those whose encoder such a unit starts from."""
    work = list(work)
    lacking = [unit for unit in work if any(ledger.read(run) is None for run in unit.runs)]
    bases = {start for unit in lacking for start in (unit.after, *_chain(unit.training)) if start is not None}
    return [unit for unit in work if unit in lacking or unit.trains in bases]


def _check_names(studies: Sequence[Study]) -> None:
    """Raise where one name stands for two files or folders whose contents differ: runs are told apart by names."""
    seen: dict[str, tuple[str | Path, Study]] = {}
    for study in studies:
        for name, place in study.places.items():
            before, first = seen.setdefault(name, (place, study))
            if str(before) != str(place) and checksum_of(before) != checksum_of(place):
                raise InputError(
                    f"studies {first.name!r} and {study.name!r} have different data that both call {name!r}: run them "
                    "in two calls with a --ledger each, or rename one"
                )


def _wanted(study: Study, protocols: Sequence[str] | None) -> Sequence[str]:
    for protocol in protocols or ():
        if protocol not in study.protocols:
            raise InputError(f"study {study.name!r} names no protocol {protocol!r}, but {', '.join(study.protocols)}")
    return protocols or study.protocols


def _place(run: Run) -> Place:
    """What a unit is made around: an encoder on the data that it is measured on, or the baselines of a split."""
    return run.dataset, run.training or run.seed


def _needed(run: Run) -> list[Place]:
    """What has to be done for a run, first to last: the encoders that its own starts from, and itself."""
    trained = [] if run.training is None else [*reversed(_chain(run.training)), run.training]
    return list(dict.fromkeys([*((one.dataset, one) for one in trained), _place(run)]))


def _chain(training: Training | None) -> list[Training]:
    """The trainings that one starts from, last to first."""
    start = None if training is None else training.start
    return [] if start is None else [start, *_chain(start)]


def _unit(place: Place, asked: tuple[Run, ...], study: Study) -> Unit:
    dataset, training = place
    folders = tuple(sorted(study.folders.items()))
    return Unit(training if isinstance(training, Training) else None, asked, dataset, folders, study.plugins)


def _split(unit: Unit) -> int:
    """The split that a unit belongs to; trainings on a corpus come with the first."""
    if unit.runs:
        return unit.runs[0].seed
    return unit.training.seed if unit.training is not None else 0
