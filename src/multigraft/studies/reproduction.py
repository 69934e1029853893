"""Which published numbers a ledger reproduces."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from multigraft.evaluation.names import sign
from multigraft.studies.cells import Cell

WITHIN, ABOVE, BELOW, ABSENT, FEW = "within", "above", "below", "not run", "few splits"


def verdict(cell: Cell) -> str:
    """Where our mean lies: ``within`` the published standard deviation of the published mean, or better, or worse.

    Where none is printed, our own over splits takes its place. Means of fewer splits than enough are not judged.
    Empty for a cell without a published number.
    """
    if cell.published is None:
        return ""
    if math.isnan(cell.mean):
        return ABSENT
    if cell.n < cell.enough:
        return FEW
    spread = cell.std if cell.published_std is None else cell.published_std
    gap = sign(cell.metric) * (cell.mean - cell.published)
    return WITHIN if abs(gap) <= spread else ABOVE if gap > 0 else BELOW


@dataclass(frozen=True)
class Reproduction:
    """How many of a table's published numbers were measured on enough splits, and what came of them."""

    published: int
    measured: int
    within: int
    above: int
    below: int

    @property
    def share(self) -> float:
        """Of the measured ones, those reproduced or exceeded; NaN where none was measured."""
        return (self.within + self.above) / self.measured if self.measured else math.nan


def reproduction(cells: Sequence[Cell], published: int) -> Reproduction:
    """What of so many ``published`` numbers was reproduced, by all headline cells of one protocol."""
    outcomes = [verdict(cell) for cell in cells]
    counts = [outcomes.count(outcome) for outcome in (WITHIN, ABOVE, BELOW)]
    return Reproduction(published, sum(counts), *counts)
