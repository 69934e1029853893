"""What one contender scores on a task's questions, and how far that lies from what another scores."""

from collections.abc import Sequence
from dataclasses import dataclass

from jaxtyping import Float64
from torch import Tensor

from multigraft.evaluation.bootstrap import interval
from multigraft.evaluation.table import Difference, ProbeRow


@dataclass(frozen=True, eq=False)
class Scored:
    """A score, and the same score on resamples of the test graphs.

    ``draws`` are the `replicates` of the score; they are all that intervals need, so answers need not be kept.
    """

    task: str
    encoder: str
    metric: str
    features: str
    value: float
    draws: Float64[Tensor, " draws"]
    n_test: int

    def row(self) -> ProbeRow:
        """The score with its interval."""
        low, high = interval(self.draws)
        return ProbeRow(self.task, self.encoder, self.metric, self.features, self.value, low, high, self.n_test)

    def minus(self, other: "Scored") -> Difference:
        """The difference to what ``other`` scored on the same questions and the same resamples, with its interval.

        Source: Koehn 2004, Statistical significance tests for machine translation evaluation (paired bootstrap).
        """
        low, high = interval(self.draws - other.draws)
        return Difference(
            self.task, self.metric, self.features, self.encoder, other.encoder, self.value - other.value, low, high
        )


def differences(found: Sequence[Sequence[Scored]]) -> list[Difference]:
    """The first contender minus every other; all have the same features and metrics in the same order."""
    first, *others = found
    return [one.minus(two) for other in others for one, two in zip(first, other, strict=True)]
