"""A race: two ways to do one thing, which take turns in one process, so that whatever else the machine does hits both.

What counts is the ratio, how many times faster the fast way is. Times only say what the ratios are ratios of.
"""

import math
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from multigraft.bench import floor, memory, products
from multigraft.bench.ratios import Ratio
from multigraft.bench.rounds import alternate, planned_rounds
from multigraft.bench.sides import Side, use_threads
from multigraft.processes import usable_cores


@dataclass(frozen=True)
class Race:
    """Two ways to do one thing: a call of ``fast`` does ``fast_units`` of it, one of ``plain`` ``plain_units``.

    A unit is a step, a batch, a molecule, ...; times are per unit.
    """

    name: str
    fast: Callable[[], object]
    plain: Callable[[], object]
    what: str  # one line: what a unit is, on which data
    fast_units: int = 1
    plain_units: int = 1
    bytes: float = 0.0  # that a unit of the fast side has to read and write at least; 0: unknown
    flops: float = 0.0  # of a unit's dense products, where processes do them that cannot be watched; 0: watch them
    floored: bool = True  # whether the machine's floors say anything of it: they are those of its processor
    workers: int = 1  # processes that share the work of the fast side: the floor is that of all of them
    threads: tuple[int, ...] | None = None  # counts that each side tries before it races at its best; None: 1 and all
    close: Callable[[], None] | None = None  # ends worker processes and the like


@dataclass(frozen=True)
class Result:
    """What a race came to; times in milliseconds a unit, memory in MiB, None for what could not be known."""

    name: str
    what: str
    plain: float
    fast: float
    ratio: Ratio
    floor_share: float | None  # of the fast side's time, that the machine would need for its products or its memory
    gflop: float  # of a unit of the fast side
    plain_threads: int
    fast_threads: int
    start_mib: float | None  # before either side ran: the program and the data
    plain_mib: float | None  # at the peak of its warm-up, what is held before included
    fast_mib: float | None
    growth_mib: float | None  # of resident memory, from the first third of the rounds to the last

    def row(self) -> dict[str, Any]:
        """The result as a flat row, as JSON has it."""
        found = asdict(self) | {"unit": "ms"} | self.ratio.row()
        order = ("name", "unit", "plain", "fast", "ratio", "ratio_low", "ratio_high", "floor_share", "rounds")
        return {key: found[key] for key in order} | {key: found[key] for key in found if key not in order}


def run(race: Race, repeats: int | None = None) -> Result:
    """Race in ``repeats`` rounds; by default in as many as time allows.

    The fast side warms up before the plain side has ever run, so that its peak is its own.
    """
    memory.reset_peak()
    start = memory.resident()
    fast, fast_peak = warmed(race.fast, race.fast_units, race.threads)
    plain, plain_peak = warmed(race.plain, race.plain_units, race.threads)
    times, residents = [], []
    for pair in alternate(fast.turn, plain.turn, repeats or planned_rounds(fast.expected + plain.expected)):
        times.append(pair)
        residents.append(memory.resident())
    flops = _flops(race, fast)
    seconds = statistics.median(quick for quick, _ in times)
    return Result(
        name=race.name,
        what=race.what,
        plain=statistics.median(slow for _, slow in times) * 1e3,
        fast=seconds * 1e3,
        ratio=Ratio.of([slow / quick for quick, slow in times]),
        floor_share=_floor(race, flops, min(fast.threads * race.workers, usable_cores())) / seconds or None,
        gflop=math.fsum(flops.values()) / 1e9,
        plain_threads=plain.threads,
        fast_threads=fast.threads,
        start_mib=start,
        plain_mib=plain_peak,
        fast_mib=fast_peak,
        growth_mib=memory.growth(residents),
    )


def warmed(action: Callable[[], object], units: int, threads: tuple[int, ...] | None) -> tuple[Side, float | None]:
    """A side that has run at every number of threads, and the most memory meanwhile."""
    memory.reset_peak()
    side = Side.warmed(action, units, threads or tuple(sorted({1, usable_cores()})))
    return side, memory.peak()


def _flops(race: Race, fast: Side) -> dict[str, float]:
    """Floating point operations of a unit's dense products, by the type of their numbers."""
    if not race.floored:
        return {}
    if race.flops:
        return {"float32": race.flops}
    use_threads(fast.threads)
    return {dtype: count / race.fast_units for dtype, count in products.count(race.fast).items()}


def _floor(race: Race, flops: dict[str, float], threads: int) -> float:
    """Seconds that this machine needs at least for a unit: for its products or for its memory, whatever is more."""
    if not race.floored:
        return 0.0
    computing = math.fsum(count / floor.product_rate(dtype, threads) for dtype, count in flops.items())
    return max(computing, race.bytes / floor.bandwidth(threads) if race.bytes else 0.0)
