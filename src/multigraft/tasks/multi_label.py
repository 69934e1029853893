"""Multi-label classification: several yes-or-no properties of a graph, not all of them known."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.segments import choose, shuffled
from multigraft.tasks.base import Examples, Task
from multigraft.tasks.graph_targets import GraphTargets, missing_targets
from multigraft.tasks.losses import mean_where
from multigraft.tasks.scores import SCORES

AT_ONCE = 10_000  # graphs whose labels are looked for together
SCORED_BY = ("roc_auc", "average_precision")


@dataclass(frozen=True)
class MultiLabel(GraphTargets):
    """Answers are 1, 0 or NaN, missing. Loss: binary cross entropy, summed over the labels, over how many there are.

    ``score``: ``roc_auc`` or ``average_precision``, a mean over the targets that have both classes; empty: the usual
    one of the data, else ROC-AUC. ``grouped``: batches hold graphs that were measured alike, see `alike`; where labels
    are few, as of thousands of assays, episodes then have a support and a target set of each.

    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", sections 3.2 and 5.2; an episode of an
    assay as in Stanley et al. 2021, "FS-Mol", section 4.
    """

    pool: str = "mean"
    norm: str = "none"
    score: str = ""
    grouped: bool = False

    name = "ml"
    title = "multi-label classification"
    unsaid = (("norm", "none"), ("grouped", False))

    def __post_init__(self) -> None:
        super().__post_init__()
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

    def arrangement(
        self, graphs: PackedGraphs, part: Int64[Tensor, " part"], generator: torch.Generator
    ) -> Int64[Tensor, " part"] | None:
        return alike(graphs.targets, part, generator) if self.grouped else None

    def loss(self, logits: Float[Tensor, "asked targets"], examples: Examples) -> Float[Tensor, ""]:
        labelled = ~examples.answers.isnan()
        answers = torch.where(labelled, examples.answers, 0).to(logits.dtype)
        return mean_where(binary_cross_entropy_with_logits(logits, answers, reduction="none"), labelled)

    def metric(self, logits: Float[Tensor, "asked targets"], examples: Examples) -> float:
        return SCORES[self.metric_name].function(logits, examples.answers)

    def predictions(self, logits: Float[Tensor, "asked targets"]) -> Float[Tensor, "asked targets"]:
        """The probability of every property."""
        return torch.sigmoid(logits)


def alike(
    targets: Float[Tensor, "graphs targets"], part: Int64[Tensor, " part"], generator: torch.Generator
) -> Int64[Tensor, " part"]:
    """Places in ``part`` so that graphs with a label of the same target follow each other.

    Each graph comes with one of the targets that it has a label of, drawn at random; targets come in random order, and
    within them their graphs. Those without any label come last.
    """
    rows, columns = torch.cat(list(_labelled(targets, part))).unbind(1)
    drawn = choose(rows, torch.ones(len(part), dtype=torch.int64), generator)
    turn = torch.full((len(part),), targets.shape[1])
    turn[rows[drawn]] = torch.randperm(targets.shape[1], generator=generator)[columns[drawn]]
    return shuffled(turn, generator)


def _labelled(
    targets: Float[Tensor, "graphs targets"], part: Int64[Tensor, " part"]
) -> Iterator[Int64[Tensor, "labels 2"]]:
    """Places in ``part`` and targets where there is a label; of few graphs at a time, as there may be many targets."""
    first = 0
    for some in part.split(AT_ONCE):
        found = (~targets[some].isnan()).nonzero().cpu()
        found[:, 0] += first
        yield found
        first += len(some)
