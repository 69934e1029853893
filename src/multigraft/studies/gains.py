"""Delta-m: what a method gains over the study's reference on several tasks, line by line."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from multigraft.errors import InputError
from multigraft.evaluation.delta_m import delta_m
from multigraft.studies.grid import Line, lines, row_lines
from multigraft.studies.records import Records
from multigraft.studies.spread import mean_and_std
from multigraft.studies.study import Study, TaskSet, asked_of

GAIN = "delta_m_percent"
Values = dict[int, float]


@dataclass(frozen=True)
class Gain:
    """Delta-m of one line on some tasks, in percent; ``values`` is that of each split that has all of their scores."""

    line: Line
    tasks: str
    values: Values
    mean: float
    std: float


def gains(study: Study, protocol: str, records: Records) -> Iterator[Gain]:
    """The gains of the study's lines: on their tasks; where nothing is trained, on every task set of the study.

    A gain is that of the means, and its spread is propagated from theirs, over the splits that have all scores of the
    line and of the reference.

    Source: Maninis et al. 2019, Delta_m, as in SAME (ICLR 2021 submission), section 5.

    Raises:
        InputError: the reference does not answer a task.
    """
    assert study.reference is not None
    reference = row_lines(study, study.reference, protocol)
    for line in lines(study, protocol):
        for tasks in [_asked(line)] if line.row.trains else _task_sets(study):
            ours = [_headline(records, line, task) for task in tasks]
            theirs = [_headline(records, _reference(reference, line.dataset, task, study), task) for task in tasks]
            yield Gain(line, ",".join(tasks), *_gain(ours, theirs))


def _gain(ours: list[Values], theirs: list[Values]) -> tuple[Values, float, float]:
    shared = sorted(set.intersection(*(set(values) for values in (*ours, *theirs))))
    by_split = {split: delta_m(_at(ours, split), _at(theirs, split))[0] for split in shared}
    by_split = {split: value for split, value in by_split.items() if not math.isnan(value)}
    spreads = [[mean_and_std([values[split] for split in shared]) for values in side] for side in (ours, theirs)]
    return by_split, *delta_m(*spreads)


def _at(side: list[Values], split: int) -> list[tuple[float, float]]:
    return [(values[split], 0.0) for values in side]


def _headline(records: Records, line: Line, task: str) -> Values:
    questions = records.questions(line, task)
    return records.values(line, task, questions[0]) if questions else {}


def _reference(reference: list[Line], dataset: str, task: str, study: Study) -> Line:
    """The reference's line for a task: the one trained on it alone, if there is one."""
    found = [line for line in reference if line.dataset == dataset and task in line.asked]
    if not found:
        raise InputError(f"study {study.name!r}: its reference does not answer task {task!r}, which Delta-m needs")
    return min(found, key=lambda line: len(line.trained))


def _asked(line: Line) -> TaskSet:
    """The tasks asked, in the order in which the study names them where it trains on them."""
    return line.trained if set(line.trained) == set(line.asked) else line.asked


def _task_sets(study: Study) -> tuple[TaskSet, ...]:
    """The task sets that the study's methods are trained on, in the order in which they are first named."""
    every = dict.fromkeys(asked_of(tasks) for row in study.rows if row.trains for tasks in row.tasks)
    return tuple(tasks for tasks in every if tasks)
