"""What cannot all be true of a leaderboard's results."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from multigraft.leaderboard.metrics import METRICS, same_but_rounded
from multigraft.leaderboard.results import Result


@dataclass(frozen=True)
class Contradiction:
    """What is wrong, in a sentence, and with which results."""

    says: str
    results: tuple[Result, ...]


def contradictions(results: Iterable[Result]) -> list[Contradiction]:
    """All that are found."""
    found = list(results)
    return [*(bad for one in found for bad in _alone(one)), *_together(found)]


def _alone(one: Result) -> Iterator[Contradiction]:
    def bad(says: str) -> Contradiction:
        return Contradiction(f"{one.model} on {one.dataset}, {one.task}, {one.metric}: {says}", (one,))

    metric = METRICS.get(one.metric)
    if metric is None:
        yield bad("nobody knows this metric, nor which way is better")
        return
    if not math.isfinite(one.value):
        yield bad("its value is no number")
    elif not metric.low <= one.value <= metric.high:
        turned = metric.better == "lower" and one.value < 0
        hint = "; an error is better the lower it is, and is not turned round" if turned else ""
        yield bad(f"{one.value:g} is out of range, {metric.low:g} to {metric.high:g}{hint}")
    if one.std is not None and not one.std >= 0:
        yield bad(f"a standard deviation of {one.std:g} cannot be")
    if one.values and set(one.values) != set(one.seeds):
        yield bad("its values are of other seeds than it names")
    mean = math.fsum(value / len(one.values) for value in one.values.values()) if one.values else one.value
    if one.values and one.metric != "delta_m_percent" and not same_but_rounded(mean, one.value, metric):
        yield bad(f"its value {one.value:g} is not the mean of its values, {mean:g}")


def _together(found: Iterable[Result]) -> Iterator[Contradiction]:
    """The same thing said twice: by name, or by the runs in the ledger behind it."""
    claims: dict[tuple[object, ...], list[Result]] = {}
    for one in found:
        said = (*one.question, one.split, one.features, one.model, one.trained, one.probe, one.seeds, one.headline)
        claims.setdefault(("the same claim", *said, one.source, one.paper, one.study), []).append(one)
        if one.runs:
            behind = (*one.question, one.features, one.runs, one.model, one.probe)
            claims.setdefault(("the same runs", *behind), []).append(one)
    for (kind, *_), same in claims.items():
        values = sorted({one.value for one in same})
        if len(values) > 1 and not _same(values[0], values[-1], same[0].metric):
            told = ", ".join(f"{value:g}" for value in values)
            first = same[0]
            yield Contradiction(
                f"{first.model} on {first.dataset}, {first.task}, {first.metric}: {kind} has the values {told}",
                tuple(same),
            )


def _same(one: float, other: float, metric: str) -> bool:
    known = METRICS.get(metric)
    return one == other if known is None else same_but_rounded(one, other, known)
