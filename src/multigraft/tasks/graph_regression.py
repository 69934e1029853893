"""Graph regression: several numbers that describe a graph, not all of them measured."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.tasks.base import Examples, Task
from multigraft.tasks.graph_targets import GraphTargets, missing_targets
from multigraft.tasks.losses import mean_where
from multigraft.tasks.scores import SCORES

SCORED_BY = ("r2", "rmse", "mae")


@dataclass(frozen=True)
class GraphRegression(GraphTargets):
    """Answers are numbers in their own units, or NaN, missing; logits say them standardised.

    ``mean`` and ``deviation``, one a target, are those of the training part, which `fitted` takes them from; while they
    are empty, targets count as standardised already. Loss: the mean squared error over standardised labels. A target
    that is the same wherever the training part has it is predicted to be that, one without any label to be 0.

    ``score`` says what the metric is. ``r2``: the mean over targets of 1 - MSE / variance, the variance being the
    training part's, so that targets of all units weigh the same and 0 is what saying the training mean is worth.
    ``rmse``, ``mae``: minus the mean error in the targets' own units, as higher is to be better. Empty: the usual one
    of the data, else ``r2``.
    """

    pool: str = "mean"
    norm: str = "none"
    mean: Sequence[float] = ()
    deviation: Sequence[float] = ()
    score: str = ""

    name = "gr"
    title = "graph regression"
    unsaid = (("norm", "none"),)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.score and self.score not in SCORED_BY:
            raise InputError(f"score must be one of {', '.join(SCORED_BY)}, got {self.score!r}")
        for field in ("mean", "deviation"):  # JSON knows lists alone
            object.__setattr__(self, field, tuple(getattr(self, field)))

    @property
    def metric_name(self) -> str:  # ty: ignore[incompatible-property-override]
        return f"-{self.score}" if self.score in SCORES else SCORED_BY[0]

    @property
    def unit(self) -> float:  # ty: ignore[incompatible-property-override]
        """Of errors in the units of targets, the targets' mean deviation."""
        return sum(self.deviation) / len(self.deviation) if self.score in SCORES and self.deviation else 1.0

    def obstacle(self, graphs: PackedGraphs) -> str | None:
        missing = missing_targets(graphs, "real", "ml")
        return missing or _useless(graphs.origin.targets, graphs.targets, f"data set {graphs.origin.name!r}")

    def fitted(self, graphs: PackedGraphs, train: Int64[Tensor, " train"]) -> Task:
        """With mean and standard deviation of each target over the labels of the training part, and a score.

        Raises:
            InputError: no target with two different labels there.
        """
        values = graphs.targets[train.to(graphs.device)].double()
        problem = _useless(graphs.origin.targets, values, "the training part")
        if problem:
            raise InputError(f"task 'gr' is not possible: {problem}")
        mean = values.nanmean(0).nan_to_num(0.0)
        deviation = torch.where(_varied(values), (values - mean).square().nanmean(0).sqrt(), 1.0)
        usual = graphs.origin.metric if graphs.origin.metric in SCORED_BY else SCORED_BY[0]
        numbers = {"mean": tuple(mean.tolist()), "deviation": tuple(deviation.tolist())}
        return replace(self, score=self.score or usual, **numbers)

    def standardised(self, values: Float[Tensor, "asked targets"]) -> Float[Tensor, "asked targets"]:
        """Values in their own units, less the mean, in standard deviations."""
        return (values - values.new_tensor(self.mean)) / values.new_tensor(self.deviation) if self.mean else values

    def predictions(self, logits: Float[Tensor, "asked targets"]) -> Float[Tensor, "asked targets"]:
        """What the head says, in the units of the targets."""
        return logits * logits.new_tensor(self.deviation) + logits.new_tensor(self.mean) if self.mean else logits

    def loss(self, logits: Float[Tensor, "asked targets"], examples: Examples) -> Float[Tensor, ""]:
        labelled = ~examples.answers.isnan()
        answers = self.standardised(torch.where(labelled, examples.answers, 0).to(logits.dtype))
        return mean_where((logits - answers).square(), labelled)

    def metric(self, logits: Float[Tensor, "asked targets"], examples: Examples) -> float:
        if self.score in SCORES:
            return -SCORES[self.score].function(self.predictions(logits.double()), examples.answers)
        errors = SCORES["rmse"].by_target(logits, self.standardised(examples.answers.double()))
        return float((1 - errors.square()).nanmean())


def _useless(names: tuple[str, ...], values: Tensor, part: str) -> str | None:
    """What is wrong with the targets where nothing can be learned of any of them, or None."""
    if bool(_varied(values).any()):
        return None
    known = values[:, 0][~values[:, 0].isnan()]
    what = f"is {float(known[0]):g} wherever it is given" if len(known) else "has no value"
    others = f", nor do the other {len(names) - 1} vary" if len(names) > 1 else ""
    return f"target {names[0]!r} {what} in {part}{others}: choose other targets"


def _varied(values: Float[Tensor, "rows targets"]) -> Bool[Tensor, " targets"]:
    """The targets with at least two different values."""
    if not len(values):
        return torch.zeros(values.shape[1], dtype=torch.bool)
    return values.nan_to_num(torch.inf).amin(0) < values.nan_to_num(-torch.inf).amax(0)
