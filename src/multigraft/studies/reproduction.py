"""Which published numbers a ledger reproduces."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from multigraft.evaluation.names import sign
from multigraft.studies.cells import Cell

WITHIN, ABOVE, BELOW, ABSENT = "within", "above", "below", "not run"
ENOUGH = 5  # splits from which on a mean counts


def verdict(cell: Cell) -> str:
    """Where our mean lies: ``within`` the published standard deviation of the published mean, or better, or worse.

    Where none is printed, our own over splits takes its place. Empty for a cell without a published number.
    """
    if cell.published is None:
        return ""
    if not cell.n:
        return ABSENT
    spread = cell.std if cell.published_std is None else cell.published_std
    gap = sign(cell.metric) * (cell.mean - cell.published)
    return WITHIN if abs(gap) <= (0.0 if math.isnan(spread) else spread) else ABOVE if gap > 0 else BELOW


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


def reproduction(cells: Sequence[Cell], published: int, enough: int = ENOUGH) -> Reproduction:
    """What of so many ``published`` numbers was reproduced, by all headline cells of one protocol."""
    measured = [verdict(cell) for cell in cells if cell.published is not None and cell.n >= enough]
    return Reproduction(published, len(measured), *(measured.count(outcome) for outcome in (WITHIN, ABOVE, BELOW)))
