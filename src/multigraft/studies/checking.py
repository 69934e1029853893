"""Whether a study can run, and whether what the ledger holds of it can be believed."""

from multigraft.errors import InputError
from multigraft.studies.encoders import check_options
from multigraft.studies.execution import graphs_of
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


def _data(study: Study) -> list[str]:
    """Data sets that cannot be read, or not serve the tasks."""
    found = []
    for name in study.datasets:
        try:
            graphs = graphs_of(study.folders.get(name, name))
            obstacles = [task.obstacle(graphs) for task in resolve(study.tasks)]
            found += [f"{name}: {obstacle}" for obstacle in obstacles if obstacle]
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


def _trainings(study: Study) -> list[str]:
    """Training options that a strategy or the encoder does not take."""
    found: dict[str, None] = {}
    trainings: dict[Training, None] = {
        run.training: None for protocol in study.protocols for run in runs(study, protocol) if run.training is not None
    }
    for training in trainings:
        try:
            check_options(training)
        except InputError as error:
            found[f"{training.strategy} on {','.join(training.tasks)}: {error}"] = None
    return list(found)
