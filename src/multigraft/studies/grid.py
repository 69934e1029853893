"""From a study to its runs: what is trained, what is measured, and which runs stand behind each line of a table."""

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from multigraft.evaluation.names import COMBINED
from multigraft.studies.architectures import architecture, stage_options
from multigraft.studies.facts import is_episodic, protocol_version, task_place, trained_as
from multigraft.studies.plugins import digests
from multigraft.studies.study import BASELINES, FROZEN, IMPORTED, UNTRAINED, Row, Stage, Study, TaskSet, asked_of

CORPUS_SPLIT, CORPUS_SEED = "corpus", 0


@dataclass(frozen=True)
class Training:
    """What decides an encoder: one is trained for all runs that agree in it.

    ``options`` are those of `multigraft.train`, and ``task_options`` those of the tasks, as JSON text, so that equal
    ones are equal; ``plugins`` are the digests of the files that may have changed what names mean; molecules of the
    data sets in ``removed`` are taken out before training.
    """

    dataset: str
    split: str
    seed: int
    strategy: str
    tasks: TaskSet
    options: str
    task_options: str = "{}"
    start: "Training | None" = None
    plugins: tuple[str, ...] = ()
    removed: TaskSet = ()

    def config(self) -> dict[str, Any]:
        """All of it as JSON values."""
        found = {
            "dataset": self.dataset, "split": self.split, "seed": self.seed, "strategy": self.strategy,
            "tasks": list(self.tasks), "options": json.loads(self.options),
            "task_options": json.loads(self.task_options),
            "start": None if self.start is None else self.start.config(),
        }  # fmt: skip
        rare = {"plugins": list(self.plugins), "removed": list(self.removed)}
        return found | {name: value for name, value in rare.items() if value}

    @property
    def on_corpus(self) -> bool:
        """Whether it trains on a corpus, or has imported what others trained, rather than on the study's own data."""
        return self.split == CORPUS_SPLIT

    @cached_property
    def key(self) -> str:
        """Sixteen hexadecimal digits that name it."""
        return key_of(self.config())

    def on_split(self, seed: int) -> "Training":
        """The same on another split of the study's data; what happens on a corpus knows of none."""
        start = None if self.start is None else self.start.on_split(seed)
        return dataclasses.replace(self, seed=self.seed if self.on_corpus else seed, start=start)


@dataclass(frozen=True)
class Run:
    """One measurement, a file of the ledger: an encoder, or what needs none, asked some tasks under a protocol."""

    dataset: str
    split: str
    seed: int
    protocol: str
    version: int
    probe: str
    asked: TaskSet
    training: Training | None = None
    plugins: tuple[str, ...] = ()
    fuse: str = ""

    def config(self) -> dict[str, Any]:
        """All of it as JSON values; its digest is the run's name."""
        found = {
            "dataset": self.dataset, "split": self.split, "seed": self.seed,
            "protocol": {"name": self.protocol, "version": self.version}, "probe": self.probe,
            "asked": list(self.asked), "training": None if self.training is None else self.training.config(),
        }  # fmt: skip
        rare = {"plugins": list(self.plugins), "fuse": self.fuse}
        return found | {name: value for name, value in rare.items() if value}

    @cached_property
    def key(self) -> str:
        """Sixteen hexadecimal digits that name it, and its file in the ledger."""
        return key_of(self.config())


@dataclass(frozen=True)
class Line:
    """A method trained on one task set of one data set, with its runs: one a split, in their order.

    ``trained`` is what tells the methods of a table apart: what they were trained for, on a corpus where they were.
    """

    row: Row
    dataset: str
    trained: TaskSet
    asked: TaskSet
    runs: tuple[Run, ...]

    @property
    def architecture(self) -> str:
        """Of its encoder, see `multigraft.studies.architectures.architecture`; empty without one."""
        first = self.runs[0].training
        while first is not None and first.start is not None:
            first = first.start
        return "" if first is None else architecture(first.strategy, json.loads(first.options), first.dataset)


def lines(study: Study, protocol: str) -> list[Line]:
    """The lines behind the study's table under one protocol, row by row."""
    return [line for row in study.rows for line in row_lines(study, row, protocol)]


def row_lines(study: Study, row: Row, protocol: str) -> list[Line]:
    """One method's lines, for each task set and data set."""
    return [
        Line(row, dataset, _trained(study, row, tasks), asked, _runs(study, row, dataset, tasks, asked, protocol))
        for tasks in row.tasks
        for asked in _asked(study, row, tasks)
        for dataset in study.datasets
    ]


def runs(study: Study, protocol: str) -> Iterator[Run]:
    """Every run of the study under one protocol, each once; those of the reference too."""
    rows = study.rows if study.reference is None else (study.reference, *study.rows)
    every = (run for row in rows for line in row_lines(study, row, protocol) for run in line.runs)
    yield from dict.fromkeys(every)


def key_of(config: dict[str, Any]) -> str:
    """The name of a configuration: the head of its SHA-256."""
    text = json.dumps(config, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _asked(study: Study, row: Row, tasks: TaskSet) -> list[TaskSet]:
    """What an encoder of the row is asked, if anything."""
    asked = {
        "trained": asked_of(tasks),
        "unseen": tuple(task for task in study.tasks if task not in tasks),
        "every": study.tasks,
    }[row.asks]
    return [tuple(sorted(asked, key=_place))] if asked else []


def _runs(study: Study, row: Row, dataset: str, tasks: TaskSet, asked: TaskSet, protocol: str) -> tuple[Run, ...]:
    """One a split."""
    version, plugins = protocol_version(protocol), digests(study.plugins)
    training = None if row.strategy in BASELINES else _training(study, row, dataset, tasks, protocol)
    together = row.strategy in BASELINES and row.probe not in COMBINED  # they are one measurement
    probe = "" if together else row.probe
    trained = ((seed, training and training.on_split(seed)) for seed in range(study.splits))
    return tuple(
        Run(dataset, study.split, seed, protocol, version, probe, asked, made, plugins, row.fuse)
        for seed, made in trained
    )


def _trained(study: Study, row: Row, tasks: TaskSet) -> TaskSet:
    return row.begun if study.pretrains else tasks


def _training(study: Study, row: Row, dataset: str, tasks: TaskSet, protocol: str) -> Training:
    """The encoder of a row on the first split and, before it, those that it starts from."""
    begun = None
    own = () if row.strategy == FROZEN else (Stage(row.strategy, tasks),)
    for stage in (*row.start, *own):
        ordered = tuple(sorted(stage.tasks, key=_place))
        place = (stage.dataset, CORPUS_SPLIT, CORPUS_SEED) if stage.dataset else (dataset, study.split, 0)
        removed = study.removes if stage.dataset and stage.strategy != IMPORTED else ()
        begun = Training(
            *place, stage.strategy, ordered, _text(stage_options(study, row, stage, dataset)),
            _text(_task_options(stage.strategy, ordered, protocol)), begun, digests(study.plugins), removed,
        )  # fmt: skip
    assert begun is not None
    return begun


def _place(task: str) -> tuple[int, str]:
    """Tasks in the order of their registry, so that the order in which a study names them changes no result."""
    return task_place(task), task


def _task_options(strategy: str, tasks: TaskSet, protocol: str) -> dict[str, Any]:
    """How tasks differ from themselves where the protocol wants end-to-end models trained otherwise."""
    if strategy in (UNTRAINED, IMPORTED) or is_episodic(strategy) is not False:
        return {}
    return {task: dict(options) for task in tasks if (options := trained_as(protocol, task))}


def _text(values: dict[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), allow_nan=False)
