"""Multi-label classification: several yes-or-no properties of a graph, not all of them known."""

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.tasks.base import Examples, Task
from multigraft.tasks.graph_targets import GraphTargets, missing_targets
from multigraft.tasks.losses import mean_where
from multigraft.tasks.scores import SCORES

SCORED_BY = ("roc_auc", "average_precision")


@dataclass(frozen=True)
class MultiLabel(GraphTargets):
    """Answers are 1, 0 or NaN, missing. Loss: binary cross entropy, summed over the labels, over how many there are.

    ``score``: ``roc_auc`` or ``average_precision``, a mean over the targets that have both classes; empty: the usual
    one of the data, else ROC-AUC.

    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", sections 3.2 and 5.2.
    """

    pool: str = "mean"
    score: str = ""

    name = "ml"
    title = "multi-label classification"

    def __post_init__(self) -> None:
        if self.score and self.score not in SCORED_BY:
            raise InputError(f"score must be one of {', '.join(SCORED_BY)}, got {self.score!r}")

    @property
    def metric_name(self) -> str:  # ty: ignore[incompatible-property-override]
        return self.score or SCORED_BY[0]

    def obstacle(self, graphs: PackedGraphs) -> str | None:
        missing = missing_targets(graphs, "binary", "gr")
        if missing:
            return missing
        if not bool(((graphs.targets == 0).any(0) & (graphs.targets == 1).any(0)).any()):
            return f"no target of data set {graphs.origin.name!r} has both classes, 0 and 1"
        return None

    def fitted(self, graphs: PackedGraphs, train: Int64[Tensor, " train"]) -> Task:
        """The score of the data where none was chosen."""
        usual = graphs.origin.metric
        return replace(self, score=usual) if not self.score and usual in SCORED_BY else self

    def loss(self, logits: Float[Tensor, "asked targets"], examples: Examples) -> Float[Tensor, ""]:
        labelled = ~examples.answers.isnan()
        answers = torch.where(labelled, examples.answers, 0).to(logits.dtype)
        return mean_where(binary_cross_entropy_with_logits(logits, answers, reduction="none"), labelled)

    def metric(self, logits: Float[Tensor, "asked targets"], examples: Examples) -> float:
        return SCORES[self.metric_name].function(logits, examples.answers)

    def predictions(self, logits: Float[Tensor, "asked targets"]) -> Float[Tensor, "asked targets"]:
        """The probability of every property."""
        return torch.sigmoid(logits)
