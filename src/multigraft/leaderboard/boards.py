"""Results put in order: a board has those of one question, the best first."""

import json
import math
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from multigraft.leaderboard.metrics import METRICS, Metric
from multigraft.leaderboard.results import PUBLISHED, SUBMITTED, UNSTATED, Question, Result

_TASKS = ("gc", "nc", "lp", "gc,nc,lp", "ml", "gr")
_PROTOCOLS = ("strict", "paper")


@dataclass(frozen=True)
class Board:
    """The results of one question, best first; ``headline`` where it is what its task is judged by."""

    question: Question
    results: tuple[Result, ...]
    headline: bool

    @property
    def metric(self) -> Metric:
        """Its metric; of one that is not known nothing but the name."""
        name = self.question.metric
        return METRICS.get(name) or Metric(name, name, -math.inf, math.inf)

    @property
    def baselines(self) -> tuple[Result, ...]:
        """What training has to be better than."""
        return tuple(one for one in self.results if one.baseline)

    @property
    def best(self) -> Result:
        """The first that is no baseline; the first of all where all are."""
        return next((one for one in self.results if not one.baseline), self.results[0])


def boards(results: Iterable[Result], imported: Container[str] = ()) -> list[Board]:
    """All boards: tasks in their usual order, ``strict`` before other protocols, headlines before further metrics.

    A number that a paper prints in two tables stands there once, with both; one with a key among ``imported`` as it is.
    """
    found: dict[Question, list[Result]] = {}
    for one in results:
        found.setdefault(one.question, []).append(one)
    made = [_board(question, _once(every, imported)) for question, every in found.items()]
    return sorted(made, key=_place)


def interval(one: Result) -> tuple[float, float] | None:
    """The 95 % confidence interval of the mean, by Student's t over seeds, within what the metric can be.

    None where spread or seeds are not known. It says how far chance in splits and training reaches, and nothing of
    other data.
    """
    count = len(one.seeds)
    if one.std is None or count < 2:
        return None
    half = student(count - 1) * one.std / math.sqrt(count)
    low, high = one.value - half, one.value + half
    metric = METRICS.get(one.metric)
    if metric is None or not metric.low <= one.value <= metric.high:
        return low, high
    return max(low, metric.low), min(high, metric.high)


@cache
def student(freedom: int) -> float:
    """The 97.5 % quantile of Student's t with so many degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975))


def _board(question: Question, results: Sequence[Result]) -> Board:
    metric = METRICS.get(question.metric)
    sign = 1 if metric is None else metric.sign
    ordered = sorted(results, key=lambda one: (-sign * one.value, one.model, one.trained, one.key))
    settled = [one for one in results if one.source != SUBMITTED] or results  # nobody else says what a task is about
    return Board(question, tuple(ordered), any(one.headline for one in settled))


def _once(results: Iterable[Result], imported: Container[str]) -> list[Result]:
    """Results, of which a paper's number that several of its tables have stands once, with its spread if one has it."""
    found: dict[tuple[object, ...], Result] = {}
    for one in sorted(results, key=lambda one: one.std is None):
        printed = one.source == PUBLISHED and one.table and one.key not in imported
        how = (one.split, one.features, one.seeds, one.probe, one.paper, json.dumps(dict(one.printed)))
        said = (one.model, one.trained, one.value, *how) if printed else (one.key, len(found))
        before = found.get(said)
        if before is not None and one.std not in (None, before.std):
            said = (*said, one.std)
            before = found.get(said)
        found[said] = one if before is None else replace(before, table=", ".join(sorted((before.table, one.table))))
    return list(found.values())


def _place(board: Board) -> tuple[object, ...]:
    asked = board.question
    task = _TASKS.index(asked.task) if asked.task in _TASKS else len(_TASKS)
    protocol = _PROTOCOLS.index(asked.protocol) if asked.protocol in _PROTOCOLS else len(_PROTOCOLS)
    return task, asked.task, not board.headline, protocol + (asked.protocol == UNSTATED), asked
