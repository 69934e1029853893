"""Scores of every target for itself, beside the mean over all of them: means hide which targets an encoder serves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from jaxtyping import Float64
from torch import Tensor

from multigraft.evaluation.names import sign
from multigraft.evaluation.table import ProbeRow, ProbeTable
from multigraft.tasks.base import Examples
from multigraft.tasks.scores import SCORES


@dataclass(frozen=True)
class TargetScores:
    """For every row that is shown, by its name, the score of each target by the target's.

    ``probe`` and ``features``: who read embeddings, and which.
    """

    task: str
    metric: str
    probe: str
    features: str
    columns: dict[str, dict[str, float]]


def scores_by_target(metric: str, scores: Float64[Tensor, "asked said"], test: Examples) -> dict[str, float]:
    """The score of each target by its name, NaN where the answers do not define it; empty without several targets."""
    names = test.graphs.origin.targets
    if test.answers.ndim < 2 or len(names) < 2:
        return {}
    return dict(zip(names, SCORES[metric].by_target(scores, test.answers).tolist(), strict=True))


def target_scores(measured: ProbeTable) -> list[TargetScores]:
    """A table for each task of several targets and each probe, by the task's headline metric and features.

    Its columns are the rows that read embeddings, and of those that read none the best by the mean over targets.
    """
    found = []
    for task in dict.fromkeys(row.task for row in measured.rows if row.by_target):
        headline = next(row for row in measured.rows if row.task == task)
        rows = [row for row in measured.rows if row.task == task and row.metric == headline.metric]
        embedded = [row for row in rows if not row.baseline and row.features == headline.features]
        best = best_baseline(rows)
        for probe in dict.fromkeys(row.probe for row in embedded):
            shown = [row for row in embedded if row.probe == probe]
            found.append(TargetScores(task, headline.metric, probe, headline.features, _columns(shown, best)))
    return found


def best_baseline(rows: Sequence[ProbeRow]) -> ProbeRow | None:
    """The best of those rows that no encoder has a part in, by their value; None where there are none."""
    beside = [row for row in rows if row.baseline]
    return max(beside, key=lambda row: (not math.isnan(row.value), sign(row.metric) * row.value), default=None)


def _columns(shown: Sequence[ProbeRow], best: ProbeRow | None) -> dict[str, dict[str, float]]:
    beside = {} if best is None else {f"{best.encoder}, {best.probe}": best.by_target}
    return {row.encoder: row.by_target for row in shown} | beside
