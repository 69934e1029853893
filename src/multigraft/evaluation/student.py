"""Student's t distribution in plain Python: importing it from SciPy takes longer than all that a table needs."""

import math
from functools import cache

TINY = 1e-300


def two_sided_p(t: float, df: int) -> float:
    """The chance that a Student's t with ``df`` degrees of freedom lies at least as far from 0 as ``t`` does.

    Source: Abramowitz & Stegun 1964, 26.7.1 and 26.5.8: the regularised incomplete beta function I_x(df / 2, 1 / 2) at
    x = df / (df + t^2), by its continued fraction, on the side where that converges fast.
    """
    x = df / (df + t * t)
    a, b = df / 2, 0.5
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta(t * t / (df + t * t), b, a)
    return _beta(x, a, b)


@cache
def quantile(level: float, df: int) -> float:
    """How far from 0 a Student's t with ``df`` degrees of freedom lies at most with a chance of ``level``."""
    low, high = 0.0, 1.0
    while two_sided_p(high, df) > 1 - level:
        low, high = high, 2 * high
    while low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if two_sided_p(middle, df) > 1 - level else (low, middle)
    return high


def _beta(x: float, a: float, b: float) -> float:
    """I_x(a, b), for x at most (a + 1) / (a + b + 2)."""
    if x <= 0:
        return 0.0
    front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(front) / (a * _fraction(x, a, b))


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction, from its front by Lentz's method."""
    value = numerator = 1.0
    denominator = 0.0
    for place in range(1, 10_000):
        m, odd = divmod(place, 2)
        if odd:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        denominator = 1 / (1 + term * denominator or TINY)
        numerator = 1 + term / numerator or TINY
        change = numerator * denominator
        value *= change
        if abs(change - 1) < 1e-15:
            break
    return value
