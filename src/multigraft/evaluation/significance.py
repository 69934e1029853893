"""Whether one method is better than another, judged by their scores on the same splits."""

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from multigraft.errors import InputError
from multigraft.evaluation.student import quantile, two_sided_p

LEVEL = 0.95
ROUNDING = 1e-12  # relative to the scores: differences that vary by less are equal


@dataclass(frozen=True)
class SplitDifference:
    """The mean over ``n`` splits of one method's score minus another's, its 95 % interval and two-sided p-value."""

    value: float
    low: float
    high: float
    p: float
    n: int


def corrected_difference(first: Sequence[float], second: Sequence[float], test_share: float) -> SplitDifference:
    """The corrected resampled t-test: ``first`` minus ``second``, scores of two methods on the same splits, in order.

    ``test_share`` is the number of test graphs for each training graph: 0.2 / 0.7 of 70/10/20 splits.

    Why this test: the training parts of random splits overlap, and so do their test parts, so scores of different
    splits are not independent, and the ordinary paired t-test, which takes the variance of the mean as s^2 / n, finds
    differences where there are none: with ten splits five times too often. This one takes (1 / n + test_share) s^2,
    with n - 1 degrees of freedom, so that no number of splits of the same data makes a small difference certain. It is
    an approximation, too lenient where scores depend more on the graphs trained on than on those asked about.

    Splits on which either score is NaN are left out. From a single split there is a value, but neither interval nor
    p-value; nor is there from differences that are all the same, since these do not say how they vary, unless they
    are all 0: then the methods are the same, interval [0, 0] and p = 1.

    Raises:
        InputError: not as many scores of one method as of the other, or a negative ``test_share``.

    Source: Nadeau & Bengio 2003, Inference for the generalization error, section 5; Bouckaert & Frank 2004.
    """
    if len(first) != len(second):
        raise InputError(f"paired scores come from the same splits: got {len(first)} and {len(second)}")
    if test_share < 0:
        raise InputError(f"there cannot be {test_share} test graphs for each training graph")
    pairs = [pair for pair in zip(first, second, strict=True) if not any(map(math.isnan, pair))]
    gaps = [one - two for one, two in pairs]
    if len(gaps) < 2:
        return SplitDifference(gaps[0] if gaps else math.nan, math.nan, math.nan, math.nan, len(gaps))
    value, deviation = statistics.fmean(gaps), statistics.stdev(gaps)
    if deviation <= ROUNDING * max(abs(score) for pair in pairs for score in pair):
        same = all(gap == 0 for gap in gaps)
        end, p = (0.0, 1.0) if same else (math.nan, math.nan)
        return SplitDifference(value, end, end, p, len(gaps))
    return _t_test(value, deviation * math.sqrt(1 / len(gaps) + test_share), len(gaps))


def _t_test(value: float, error: float, n: int) -> SplitDifference:
    """Interval and p-value of a mean with this standard error, from n values."""
    reach = quantile(LEVEL, n - 1) * error
    return SplitDifference(value, value - reach, value + reach, two_sided_p(value / error, n - 1), n)
