"""Where the time of a race's fast side goes: by operator of torch, and by Python function."""

import cProfile
import math
import pstats
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multigraft.bench.race import Race
from multigraft.bench.sides import Side, use_threads

SECONDS = 1.0  # that each of the two profiles watches, a call at least,
MOST_CALLS = 100  # and no more than these: every operator is written down
SHOWN = 15


@dataclass(frozen=True)
class Line:
    """One operator or function: its own time, without what it calls."""

    name: str
    share: float  # of all time that was watched
    ms: float  # a unit
    calls: float  # a unit


@dataclass(frozen=True)
class Profile:
    """The operators and functions that take most time. Watching costs time itself: shares count, not times."""

    name: str
    what: str
    fast: float  # milliseconds a unit, not watched
    operators: list[Line]
    functions: list[Line]


def profile(race: Race, fast: Side) -> Profile:
    """Watch the fast side, once with each profiler. What other processes do for it is not seen."""
    use_threads(fast.threads)
    calls = min(MOST_CALLS, max(1, math.ceil(SECONDS / fast.seconds)))
    units = calls * race.fast_units

    def action() -> None:
        for _ in range(calls):
            race.fast()

    return Profile(race.name, race.what, fast.turn() * 1e3, operators(action, units), functions(action, units))


def operators(action: Callable[[], object], units: int) -> list[Line]:
    """Torch's operators, on the processor or, where there is one, on the GPU."""
    from torch.profiler import profile as watch

    with watch() as watched:
        action()
    events = watched.key_averages()
    field = "self_device_time_total" if any(e.self_device_time_total for e in events) else "self_cpu_time_total"
    return _top([(event.key, getattr(event, field) / 1e6, event.count) for event in events], units)


def functions(action: Callable[[], object], units: int) -> list[Line]:
    """Python's functions, and those in other languages that Python calls."""
    watch = cProfile.Profile()
    watch.runcall(action)
    stats: Any = pstats.Stats(watch)
    return _top([(_place(*key), own, count) for key, (_, count, own, _, _) in stats.stats.items()], units)


def _top(found: list[tuple[str, float, int]], units: int) -> list[Line]:
    """The lines with most seconds of their own, from (name, seconds, calls)."""
    total = sum(seconds for _, seconds, _ in found) or 1.0
    ordered = sorted(found, key=lambda one: one[1], reverse=True)[:SHOWN]
    return [Line(name, seconds / total, seconds * 1e3 / units, calls / units) for name, seconds, calls in ordered]


def _place(file: str, line: int, function: str) -> str:
    """Where a function is, short: the last two parts of its file; functions of other languages have none."""
    return function if file == "~" else f"{'/'.join(Path(file).parts[-2:])}:{line} {function}"
