"""A probe table turned for reading: one comparison of encoders a question, the task's headline first."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from multigraft.evaluation.table import ProbeRow, ProbeTable

Verdict = Literal["above", "below", "overlap", "unknown"]

METRICS = {"roc_auc": "ROC-AUC"}
ENCODERS = ("trained", "untrained", "attributes", "majority")


@dataclass(frozen=True)
class Comparison:
    """The scores of all encoders on one (task, metric, features); ``rows`` is by encoder."""

    task: str
    metric: str
    features: str
    headline: bool
    rows: Mapping[str, ProbeRow]

    @property
    def title(self) -> str:
        """What is asked, in short."""
        return f"{self.task} · {metric_title(self.metric)} · {self.features}"

    @property
    def best(self) -> frozenset[str]:
        """The encoders with the highest score, as far as three decimals tell."""
        scores = {name: round(row.value, 3) for name, row in self.rows.items() if not math.isnan(row.value)}
        highest = max(scores.values(), default=math.nan)
        return frozenset(name for name, score in scores.items() if score == highest)

    def difference(self, first: str, second: str) -> float:
        """How far the score of ``first`` lies above that of ``second``; NaN where one is missing."""
        if first not in self.rows or second not in self.rows:
            return math.nan
        return self.rows[first].value - self.rows[second].value

    def verdict(self, first: str, second: str) -> Verdict:
        """Where the 95 % interval of ``first`` lies beside that of ``second``."""
        if math.isnan(self.difference(first, second)):
            return "unknown"
        one, other = self.rows[first], self.rows[second]
        if any(math.isnan(bound) for row in (one, other) for bound in (row.low, row.high)):
            return "unknown"
        if one.low > other.high:
            return "above"
        return "below" if one.high < other.low else "overlap"


def comparisons(table: ProbeTable) -> list[Comparison]:
    """The rows of ``table`` by (task, metric, features), in its order; the first of a task is its headline."""
    grouped: dict[tuple[str, str, str], dict[str, ProbeRow]] = {}
    for row in table.rows:
        grouped.setdefault((row.task, row.metric, row.features), {})[row.encoder] = row
    seen: set[str] = set()
    found = []
    for (task, metric, features), rows in grouped.items():
        found.append(Comparison(task, metric, features, task not in seen, rows))
        seen.add(task)
    return found


def encoders_of(found: Sequence[Comparison]) -> tuple[str, ...]:
    """The encoders that were measured: the known four first, others in the order of the table."""
    measured = dict.fromkeys(name for comparison in found for name in comparison.rows)
    return (*(name for name in ENCODERS if name in measured), *(name for name in measured if name not in ENCODERS))


def metric_title(metric: str) -> str:
    """A metric's name as one writes it."""
    return METRICS.get(metric, metric.replace("_", " "))
