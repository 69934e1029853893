"""Whether a study can run, and whether what the ledger holds of it can be believed."""

from collections.abc import Iterable, Sequence

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.studies.encoders import check_options
from multigraft.studies.execution import Unit, graphs_of
from multigraft.studies.grid import Training, runs
from multigraft.studies.ledger import Ledger
from multigraft.studies.sources import checksum_of, weights_file
from multigraft.studies.state import spoilt, unpaired
from multigraft.studies.study import IMPORTED, Study
from multigraft.tasks.registry import resolve


def findings(study: Study, ledger: Ledger) -> list[str]:
    """What is wrong, a sentence each; nothing where all is in order."""
    return [
        *_data(study),
        *_sources(study),
        *_trainings(study),
        *(f"{one.path}: {one.reason}" for one in spoilt(ledger)),
        *unpaired(study, ledger),
    ]


def check_work(work: Iterable[Unit]) -> None:
    """Raise an `InputError` for a unit that must fail: its data cannot serve a task, or nothing takes its options.

    Better now than after the hours that other units take. Each data set is read once.
    """
    measured: dict[str, list[Unit]] = {}
    trainings: dict[Training, None] = {}
    for unit in work:
        if unit.runs:
            measured.setdefault(unit.dataset, []).append(unit)
        if unit.training is not None:
            trainings[unit.training] = None
    found = [*(one for units in measured.values() for one in _unfit(units)), *_refused(trainings)]
    if found:
        raise InputError(
            "; ".join(found) + ": nothing was run; mend the study, or leave data sets out of this call (--datasets)"
        )


def _unfit(units: Sequence[Unit]) -> list[str]:
    """Why the data of some units, which is the same, cannot be divided as they want, or not serve their tasks."""
    name, runs = units[0].dataset, [run for unit in units for run in unit.runs]
    graphs, tasks = units[0].graphs(name), dict.fromkeys(task for run in runs for task in run.asked)
    divided = [one for split in dict.fromkeys(run.split for run in runs) for one in _unsplit(name, graphs, split)]
    return [*divided, *_obstacles(name, graphs, tuple(tasks))]


def _data(study: Study) -> list[str]:
    """Data sets that cannot be read, or not serve the tasks."""
    found = []
    for name in study.datasets:
        try:
            graphs = graphs_of(study.folders.get(name, name))
            found += [*_obstacles(name, graphs, study.tasks), *_unsplit(name, graphs, study.split)]
        except InputError as error:
            found.append(f"{name}: {error}")
    return found


def _sources(study: Study) -> list[str]:
    """Corpora, what is to be taken out of them, and released weights that are not there."""
    found = []
    for name in (*study.corpora, *study.removes):
        try:
            checksum_of(study.places[name])
        except InputError as error:
            found.append(f"{name}: {error}")
    for weights in dict.fromkeys(
        stage.dataset for row in study.rows for stage in row.start if stage.strategy == IMPORTED
    ):
        try:
            if not weights_file(weights).is_file():
                found.append(f"{weights}: there is no file {weights_file(weights)}")
        except InputError as error:
            found.append(str(error))
    return found


def _obstacles(name: str, graphs: PackedGraphs, tasks: tuple[str, ...]) -> list[str]:
    obstacles = [task.obstacle(graphs) for task in resolve(tasks)]
    return [f"{name}: {obstacle}" for obstacle in obstacles if obstacle]


def _unsplit(name: str, graphs: PackedGraphs, split: str) -> list[str]:
    if not split.startswith("scaffold") or "smiles" in graphs.attached:
        return []
    return [f"{name}: a split by scaffold is for molecules that are read from SMILES: name another split in the study"]


def _trainings(study: Study) -> list[str]:
    """Training options that a strategy or the encoder does not take."""
    return _refused(run.training for protocol in study.protocols for run in runs(study, protocol) if run.training)


def _refused(trainings: Iterable[Training]) -> list[str]:
    found: dict[str, None] = {}
    for training in dict.fromkeys(trainings):
        try:
            check_options(training)
        except InputError as error:
            found[f"{training.strategy} on {','.join(training.tasks)}: {error}"] = None
    return list(found)
