"""The kinds of answers that questions have: how they are judged, and who can learn them."""

from collections.abc import Mapping
from dataclasses import dataclass

from multigraft.evaluation.column_learners import BINARY_LEARNERS, REAL_LEARNERS
from multigraft.evaluation.column_metrics import BINARY_METRICS, REAL_METRICS
from multigraft.evaluation.learners import LEARNERS, PLAIN_LEARNERS
from multigraft.evaluation.metrics import METRICS, Metric
from multigraft.evaluation.names import DEFAULT_PROBES
from multigraft.evaluation.probes import Learner


@dataclass(frozen=True)
class Kind:
    """What can be done with answers of one kind.

    Attributes:
        metrics: By name.
        learners: By the name under which a probe is asked for.
        usual: The probes that are asked where none is named.
        described: What reads descriptions of graphs, whose columns are ready to be learned from.
    """

    metrics: Mapping[str, Metric]
    learners: Mapping[str, Learner]
    usual: tuple[str, ...]
    described: Mapping[str, Learner]

    def title(self, probe: str) -> str:
        """What tables call the probe that is asked for by this name."""
        return (self.learners[probe].title if probe in self.learners else "") or probe


# One class a question; many yes-or-no targets a question; many numbers a question.
KINDS: dict[str, Kind] = {
    "classes": Kind(METRICS, LEARNERS, DEFAULT_PROBES, PLAIN_LEARNERS),
    "binary": Kind(BINARY_METRICS, BINARY_LEARNERS, ("logistic",), BINARY_LEARNERS),
    "real": Kind(REAL_METRICS, REAL_LEARNERS, ("logistic",), REAL_LEARNERS),
}
