"""A probe table turned for reading: one comparison of encoders a question, the task's headline first."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from multigraft.evaluation.names import BASELINE_PROBES, DEFAULT_PROBES, DESCRIPTIONS, sign
from multigraft.evaluation.table import Difference, ProbeRow, ProbeTable, label

Question = tuple[str, str, str]
Verdict = Literal["above", "below", "undecided", "unknown"]

(USUAL,) = DEFAULT_PROBES
METRICS = {"roc_auc": "ROC-AUC", "rmse": "RMSE", "mae": "MAE"}
ENCODERS = ("trained", "untrained", "attributes", "majority")
BASELINES = ("attributes", "majority", *DESCRIPTIONS, "constant")  # no encoder has a part in them


@dataclass(frozen=True)
class Comparison:
    """The scores of all encoders on one (task, metric, features), read by one probe.

    ``rows`` is by encoder, descriptions of graphs by `label`; ``paired`` holds differences by (encoder, what it is
    compared with).
    """

    task: str
    metric: str
    features: str
    headline: bool
    rows: Mapping[str, ProbeRow]
    paired: Mapping[tuple[str, str], Difference] = field(default_factory=dict)
    probe: str = USUAL

    @property
    def title(self) -> str:
        """What is asked, in short."""
        return f"{self.task} · {metric_title(self.metric)} · {self.reading}"

    @property
    def reading(self) -> str:
        """What is read, and by whom where it is not the usual probe."""
        return self.features if self.probe == USUAL else f"{self.features} · {self.probe}"

    @property
    def best(self) -> frozenset[str]:
        """The encoders with the best score, as far as three decimals tell."""
        scores = {name: round(row.value, 3) for name, row in self.rows.items() if not math.isnan(row.value)}
        best = max(scores.values(), key=lambda score: sign(self.metric) * score, default=math.nan)
        return frozenset(name for name, score in scores.items() if score == best)

    @property
    def baselines(self) -> tuple[str, ...]:
        """Those of the rows that no encoder has a part in, the best of them first."""
        known = [name for name, row in self.rows.items() if row.encoder in BASELINES and not math.isnan(row.value)]
        return tuple(sorted(known, key=lambda name: -sign(self.metric) * self.rows[name].value))

    def difference(self, first: str, second: str) -> float:
        """How far the score of ``first`` lies above that of ``second``; NaN where one is missing."""
        if first not in self.rows or second not in self.rows:
            return math.nan
        return self.rows[first].value - self.rows[second].value

    def paired_difference(self, first: str, second: str) -> Difference | None:
        """``first`` minus ``second`` with its interval; None where the table has none, or not all of its numbers."""
        found, turned = self.paired.get((first, second)), self.paired.get((second, first))
        if found is None and turned is not None:
            found = dataclasses.replace(
                turned, encoder=first, against=second, value=-turned.value, low=-turned.high, high=-turned.low
            )
        if found is None or math.isnan(found.value + found.low + found.high):
            return None
        return found

    def verdict(self, first: str, second: str) -> Verdict:
        """Where the 95 % interval of their paired difference lies beside zero: two marginal ones do not settle it.

        ``above`` says that the first is better: of an error, that it is lower.
        """
        found = self.paired_difference(first, second)
        if found is None:
            return "unknown"
        low, high = sorted((sign(self.metric) * found.low, sign(self.metric) * found.high))
        if low > 0:
            return "above"
        return "below" if high < 0 else "undecided"


def comparisons(table: ProbeTable) -> list[Comparison]:
    """The rows of ``table`` by (task, metric, features) and probe, in its order; the first of a task is its headline.

    Baselines have one way to answer, and stand beside every probe; so does each way to read a description of graphs,
    whatever the features.
    """
    grouped: dict[Question, dict[str, dict[str, ProbeRow]]] = {}
    described: dict[tuple[str, str], dict[str, ProbeRow]] = {}
    for row in table.rows:
        if row.encoder in DESCRIPTIONS:
            described.setdefault((row.task, row.metric), {})[label(row.encoder, row.probe)] = row
            continue
        by_probe = grouped.setdefault((row.task, row.metric, row.features), {})
        by_probe.setdefault("" if row.probe in BASELINE_PROBES else row.probe, {})[row.encoder] = row
    paired: dict[tuple[Question, str], dict[tuple[str, str], Difference]] = {}
    for one in table.differences:
        question = (one.task, one.metric, one.features), one.probe
        paired.setdefault(question, {})[one.encoder, one.rival] = one
    seen: set[str] = set()
    found = []
    for question, by_probe in grouped.items():
        baselines = described.get(question[:2], {}) | by_probe.pop("", {})
        for probe, rows in (by_probe or {USUAL: {}}).items():
            differences = paired.get((question, probe), {})
            found.append(Comparison(*question, question[0] not in seen, rows | baselines, differences, probe))
            seen.add(question[0])
    return found


def encoders_of(found: Sequence[Comparison]) -> tuple[str, ...]:
    """The encoders that were measured: the known four first, others in the order of the table."""
    measured = dict.fromkeys(name for comparison in found for name in comparison.rows)
    return (*(name for name in ENCODERS if name in measured), *(name for name in measured if name not in ENCODERS))


def metric_title(metric: str) -> str:
    """A metric's name as one writes it."""
    return METRICS.get(metric, metric.replace("_", " "))
