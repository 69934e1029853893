"""How time and memory grow with the size of what is done: measured curves, each with a fitted exponent."""

import math
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from multigraft.bench.sides import TURN, seconds_of, use_threads

ROUNDS, SECONDS = 7, 15.0  # of a curve: no more rounds than this, and none begun after so long
FEWEST = 2

Measure = Callable[[], float]


@dataclass(frozen=True)
class Curve:
    """What is measured at several sizes.

    Attributes:
        what: One line: what is done, on which data.
        x: What grows.
        unit: Of what is measured.
        sizes: What grows takes these values.
        at: From a size to a function that measures once.
        close: Ends worker processes and the like.
    """

    what: str
    x: str
    unit: str
    sizes: tuple[int, ...]
    at: Callable[[int], Measure]
    close: Callable[[], None] | None = None


@dataclass(frozen=True)
class Grown:
    """A measured curve: ``points`` are sizes and medians over the rounds, ``spread`` the relative one of the worst.

    ``exponent``: the slope of a straight line through the logarithms, with its standard error, NaN for two points;
    ``last``: the slope between the two largest sizes, where costs that do not grow count least.
    """

    name: str
    what: str
    x: str
    unit: str
    points: tuple[tuple[int, float], ...]
    spread: float
    exponent: float
    error: float
    last: float
    rounds: int

    def row(self) -> dict[str, Any]:
        """The curve as JSON has it."""
        return asdict(self)


def fit(sizes: Sequence[float | int], values: Sequence[float | int]) -> tuple[float, float]:
    """The exponent of a power law by least squares on logarithms, and its standard error; NaN where there is none."""
    xs, ys = [math.log(size) for size in sizes], [math.log(value) for value in values]
    if len(set(xs)) < 2:
        return math.nan, math.nan
    slope, intercept = statistics.linear_regression(xs, ys)
    if len(xs) < 3:
        return slope, math.nan
    squares = math.fsum((y - intercept - slope * x) ** 2 for x, y in zip(xs, ys, strict=True))
    middle = statistics.fmean(xs)
    return slope, math.sqrt(squares / (len(xs) - 2) / math.fsum((x - middle) ** 2 for x in xs))


def growth(
    curves: Mapping[str, Callable[[], Curve]],
    progress: Callable[[int], None] = lambda done: None,
    rounds: int = ROUNDS,
    seconds: float = SECONDS,
) -> list[Grown]:
    """Measure every curve on one thread; ``progress`` hears of each that is done."""
    found = []
    for name, make in curves.items():
        curve = make()
        try:
            found.append(measured(name, curve, rounds, seconds))
        finally:
            if curve.close is not None:
                curve.close()
        progress(1)
    return found


def measured(name: str, curve: Curve, rounds: int = ROUNDS, seconds: float = SECONDS) -> Grown:
    """The sizes take turns, so that whatever else the machine does hits all of them; the first round does not count."""
    use_threads(1)
    measures = {size: curve.at(size) for size in curve.sizes}
    for measure in measures.values():
        measure()
    values: dict[int, list[float]] = {size: [] for size in measures}
    began, done = time.perf_counter(), 0
    while done < rounds and (done < FEWEST or time.perf_counter() - began < seconds):
        for size, measure in measures.items():
            values[size].append(measure())
        done += 1
    points = tuple((size, statistics.median(found)) for size, found in values.items())
    sizes, medians = [size for size, _ in points], [median for _, median in points]
    spread = max((max(found) - min(found)) / statistics.median(found) for found in values.values())
    last, _ = fit(sizes[-2:], medians[-2:])
    return Grown(name, curve.what, curve.x, curve.unit, points, spread, *fit(sizes, medians), last, done)


def timed(action: Callable[[], object], units: int = 1) -> Measure:
    """Milliseconds of one of the ``units`` that ``action`` does; it is called until the clock does not matter."""
    action()
    calls = max(1, math.ceil(TURN / max(seconds_of(action, 1), 1e-9)))
    return lambda: seconds_of(action, calls) / units * 1e3
