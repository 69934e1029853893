"""How many times faster: the median of the rounds' ratios, and an interval for it."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

MISSED = 0.05  # how often the interval may miss


@dataclass(frozen=True)
class Ratio:
    """The median ratio of all rounds, between the ends of its 95 % interval."""

    low: float
    middle: float
    high: float
    rounds: int

    @classmethod
    def of(cls, ratios: Sequence[float]) -> "Ratio":
        """The median and the interval of the sign test, which asks nothing of the ratios but that they are independent.

        As many of the least and of the greatest ratios are left out as still leave the true median inside in 95 % of
        all cases. With five rounds or fewer none is, and the interval, from the least to the greatest, holds it less
        often: in 94 % of all cases with five. Source: Conover, Practical Nonparametric Statistics (1999), section 3.2.
        """
        ordered = sorted(ratios)
        left_out = left_out_at_each_end(len(ordered))
        return cls(ordered[left_out], statistics.median(ordered), ordered[-1 - left_out], len(ordered))

    def row(self) -> dict[str, float | int]:
        """The numbers as they stand in a row of results."""
        return {"ratio": self.middle, "ratio_low": self.low, "ratio_high": self.high, "rounds": self.rounds}


def left_out_at_each_end(count: int) -> int:
    """The greatest k with P(k or fewer of ``count`` values are below their median) at most half of `MISSED`; else 0."""
    below, left_out = 2.0**-count, 0
    for k in range(1, count):
        below += math.comb(count, k) * 2.0**-count
        if below > MISSED / 2:
            break
        left_out = k
    return left_out
