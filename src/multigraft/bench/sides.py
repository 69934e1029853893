"""One side of a race: an action at its best number of threads, called often enough to be measured."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

TURN = 0.05  # seconds that a turn takes at least: the clock and the scheduler must not count
TRIES = 3  # of each number of threads
LONG = 1.0  # seconds of a call from which on one try has to do


@dataclass(frozen=True)
class Side:
    """``action`` does ``units`` of the work; a turn is ``calls`` of it on ``threads`` threads."""

    action: Callable[[], object]
    units: int
    threads: int
    calls: int
    seconds: float  # that a call took at best in the warm-up

    @classmethod
    def warmed(cls, action: Callable[[], object], units: int, threads: tuple[int, ...]) -> "Side":
        """A side at the number of threads out of ``threads`` at which its best turn was fastest.

        Its first call does not count: it fills caches, and compiles what there is to compile.
        """
        use_threads(threads[0])
        calls = _calls(min(seconds_of(action, 1), seconds_of(action, 1)))
        best = dict.fromkeys(threads, math.inf)
        for _ in range(TRIES):
            for count in threads:
                use_threads(count)
                best[count] = min(best[count], seconds_of(action, calls))
            if min(best.values()) > LONG:
                break
        chosen = min(threads, key=best.__getitem__)
        return cls(action, units, chosen, _calls(best[chosen]), best[chosen])

    @property
    def expected(self) -> float:
        """Seconds that a turn will take."""
        return self.calls * self.seconds

    def turn(self) -> float:
        """Seconds a unit, mean over the calls of one turn."""
        use_threads(self.threads)
        return seconds_of(self.action, self.calls) / self.units


def seconds_of(action: Callable[[], object], calls: int) -> float:
    """Mean seconds of ``calls`` calls, until a GPU is done with them where there is one."""
    _wait_for_gpu()
    started = time.perf_counter()
    for _ in range(calls):
        action()
    _wait_for_gpu()
    return (time.perf_counter() - started) / calls


def use_threads(count: int) -> None:
    """Let torch compute on so many threads."""
    import torch

    if torch.get_num_threads() != count:
        torch.set_num_threads(count)


def _calls(seconds: float) -> int:
    return max(1, math.ceil(TURN / max(seconds, 1e-9)))


def _wait_for_gpu() -> None:
    import torch

    if torch.cuda.is_initialized():
        torch.cuda.synchronize()
