"""Delta-m: by how much a method that serves several tasks is better than one model a task."""

import math
from collections.abc import Sequence

from multigraft.errors import InputError


def delta_m(multi: Sequence[tuple[float, float]], single: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The mean over tasks of (multi - single) / single, and its standard deviation, both in percent.

    Every score, higher is better, comes as (mean, standard deviation over splits), the same tasks in the same order
    on either side. The deviation is propagated to first order, all scores taken as independent; where they rise and
    fall together over the splits it is too wide. Deviations of 0 give that of a single split. NaN where a score is
    not defined, or that of a single model is 0.

    Raises:
        InputError: no task, or not as many scores on one side as on the other.

    Source: Maninis et al. 2019 (Attentive single-tasking of multiple tasks), equation 4, with the sign of scores.
    """
    if not multi or len(multi) != len(single):
        raise InputError(f"Delta-m needs the same tasks on both sides: got {len(multi)} scores and {len(single)}")
    if any(mean == 0 for mean, _ in single):
        return math.nan, math.nan
    gains, variances = [], []
    for (score, deviation), (reference, its_deviation) in zip(multi, single, strict=True):
        gains.append(score / reference - 1)
        variances.append((deviation / reference) ** 2 + (score * its_deviation / reference**2) ** 2)
    return 100 * math.fsum(gains) / len(gains), 100 * math.sqrt(math.fsum(variances)) / len(gains)
