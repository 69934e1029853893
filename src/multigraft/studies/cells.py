"""The cells of a study's table: one number each, a mean over splits, with the published number beside it."""

from collections.abc import Mapping
from dataclasses import dataclass

from multigraft.studies.facts import ENOUGH, enough, headline
from multigraft.studies.gains import GAIN, gains
from multigraft.studies.grid import Line, lines
from multigraft.studies.ledger import Ledger
from multigraft.studies.published import published
from multigraft.studies.records import Question, Records
from multigraft.studies.spread import mean_and_std
from multigraft.studies.study import Study


@dataclass(frozen=True)
class Cell:
    """One number of a table.

    Attributes:
        protocol: How it was measured.
        trained: The tasks trained on, separated by commas; empty where nothing is trained.
        task: The task asked; for Delta-m the tasks that it is the mean of.
        model: The study's name for the method.
        dataset: Name of the data.
        probe: What answers, empty for baselines that see no graph.
        metric: Of the score, ``delta_m_percent`` for Delta-m.
        features: What the probe reads.
        headline: Whether tables show it; others are of further metrics and features.
        values: By split; percent as published, errors in the units of the data. Splits that are not there are missing.
        mean: Of the values; for Delta-m that of the tasks' means.
        std: Over splits with ddof 1; for Delta-m propagated from the tasks'. NaN from a single split.
        expected: How many splits the study wants.
        enough: How many it needs to be held against the published number.
        epochs: For how many epochs its encoders were trained.
        published: The paper's number, with its standard deviation.
        architecture: Of its encoder, the same text for the same one; empty without an encoder.
        runs: The names of the runs that have its values.
    """

    protocol: str
    trained: str
    task: str
    model: str
    dataset: str
    probe: str
    metric: str
    features: str
    headline: bool
    values: Mapping[int, float]
    mean: float
    std: float
    expected: int
    enough: int = ENOUGH
    epochs: tuple[int, ...] = ()
    published: float | None = None
    published_std: float | None = None
    architecture: str = ""
    runs: tuple[str, ...] = ()

    @property
    def n(self) -> int:
        """How many splits it is the mean of."""
        return len(self.values)

    @property
    def complete(self) -> bool:
        """Whether no split is missing."""
        return self.n >= self.expected


def cells(study: Study, protocol: str, ledger: Ledger) -> list[Cell]:
    """Every cell of the study under one protocol, in the order of its rows; those without a record as well.

    Raises:
        InputError: records of two versions of the data or of a split, an unknown protocol or published table, or a
            reference of Delta-m that does not answer a task.
    """
    records = Records(study, protocol, ledger)
    if study.score == "delta-m":
        return [
            _cell(study, protocol, records, gain.line, gain.tasks, (GAIN, ""), True, (gain.values, gain.mean, gain.std))
            for gain in gains(study, protocol, records)
        ]
    return [
        cell
        for line in lines(study, protocol)
        for task in line.asked
        for cell in _task_cells(study, protocol, records, line, task)
    ]


def _task_cells(study: Study, protocol: str, records: Records, line: Line, task: str) -> list[Cell]:
    """The headline's cell, then those of further metrics and features."""
    unasked = headline(protocol, task), ""
    found = []
    for place, question in enumerate(records.questions(line, task) or [unasked]):
        values = records.values(line, task, question)
        numbers = (values, *mean_and_std(list(values.values())))
        found.append(_cell(study, protocol, records, line, task, question, place == 0, numbers))
    return found


def _cell(
    study: Study,
    protocol: str,
    records: Records,
    line: Line,
    task: str,
    question: Question,
    headline: bool,
    numbers: tuple[Mapping[int, float], float, float],
) -> Cell:
    trained = line.row.pretrained if study.pretrains else line.trained
    known = headline and line.dataset not in study.folders  # of one's own data that bear the name nothing is printed
    printed = published(study.published, trained, task, line.row.model, line.dataset) if known else None
    values, mean, std = numbers
    return Cell(
        protocol=protocol,
        trained=",".join(line.trained),
        task=task,
        model=line.row.model,
        dataset=line.dataset,
        probe=line.row.probe,
        metric=question[0],
        features=question[1],
        headline=headline,
        values=values,
        mean=mean,
        std=std,
        expected=study.splits,
        enough=enough(study.split),
        epochs=records.epochs(line),
        published=None if printed is None else printed.value,
        published_std=None if printed is None else printed.std,
        architecture=line.architecture,
        runs=tuple(run.key for run in line.runs if run.seed in values),
    )
