"""What one contender scores on a task's questions, and how far that lies from what another scores."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from jaxtyping import Float64
from torch import Tensor

from multigraft.evaluation.bootstrap import interval
from multigraft.evaluation.names import BASELINE_PROBES, DESCRIPTIONS, JOINED
from multigraft.evaluation.table import Difference, ProbeRow


@dataclass(frozen=True, eq=False)
class Scored:
    """A score, and the same score on resamples of the test graphs.

    ``draws`` are the `replicates` of the score; they are all that intervals need, so answers need not be kept.
    """

    task: str
    encoder: str
    probe: str
    metric: str
    features: str
    value: float
    draws: Float64[Tensor, " draws"]
    n_test: int
    choice: str = ""
    by_target: dict[str, float] = field(default_factory=dict)

    def row(self) -> ProbeRow:
        """The score with its interval."""
        low, high = interval(self.draws)
        return ProbeRow(
            self.task, self.encoder, self.metric, self.features, self.value, low, high, self.n_test, self.probe,
            self.choice, self.by_target,
        )  # fmt: skip

    def minus(self, other: "Scored") -> Difference:
        """The difference to what ``other`` scored on the same questions and the same resamples, with its interval.

        Source: Koehn 2004, Statistical significance tests for machine translation evaluation (paired bootstrap).
        """
        low, high = interval(self.draws - other.draws)
        return Difference(
            self.task, self.metric, self.features, self.encoder, other.encoder, self.value - other.value, low, high,
            self.probe, other.probe,
        )  # fmt: skip


def differences(found: Sequence[Sequence[Scored]]) -> list[Difference]:
    """The first encoder minus every other, where both were read by the same probe, or the other is a baseline.

    Only scores of the same metric and features are compared; descriptions of graphs, which have features of their own,
    with all. Then what is fused minus the description in it, read by the same probe: whether an embedding adds to it.
    """
    first = found[0][0].encoder
    every = [one for scores in found for one in scores]
    leading = [one for one in every if one.encoder == first]
    others = [scores for scores in found if scores[0].encoder != first]
    fused = [(one, two) for one in every for two in every if one.encoder == f"{first}{JOINED}{two.encoder}"]
    return [
        *(one.minus(two) for scores in others for one in leading for two in scores if _comparable(one, two)),
        *(one.minus(two) for one, two in fused if (one.metric, one.probe) == (two.metric, two.probe)),
    ]


def _comparable(one: Scored, two: Scored) -> bool:
    alike = one.features == two.features and two.probe in (one.probe, *BASELINE_PROBES)
    return one.metric == two.metric and (alike or two.encoder in DESCRIPTIONS)
