"""Who answers questions with many targets: learners on embeddings of whole graphs, or on what else is known of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from multigraft.evaluation.answers import Answered, Contender, EmbedNodes, checked, classified
from multigraft.evaluation.choice import choice_of
from multigraft.evaluation.columns import Measured, fit_columns
from multigraft.evaluation.features import FEATURES
from multigraft.evaluation.kinds import KINDS
from multigraft.evaluation.names import sign
from multigraft.evaluation.probes import Learner, Predictor, standardisation
from multigraft.evaluation.protocols import Sitting
from multigraft.evaluation.questions import visible
from multigraft.graphs.packed import PackedGraphs
from multigraft.randomness import seed_of
from multigraft.tasks.base import Examples

GRAPHS = 4096  # whose node embeddings are held at a time
Prepare = Callable[[Sitting], Mapping[str, Tensor]]  # features of every part, ready to be learned from


@dataclass(frozen=True)
class Pooled:
    """Embeddings of whole graphs ``[graphs, width]``; node embeddings of a large data set are never held at once."""

    name: str
    embed: EmbedNodes
    features: str

    def __call__(self, graphs: PackedGraphs) -> Float64[Tensor, "graphs width"]:
        return torch.cat([self._rows(graphs.select(part)) for part in torch.arange(len(graphs)).split(GRAPHS)])

    def _rows(self, graphs: PackedGraphs) -> Tensor:
        seen = visible(graphs)
        z = checked(self.name, self.embed(seen), graphs)
        every = torch.arange(len(graphs))
        return FEATURES[self.features](z, Examples(seen, every, torch.zeros(len(graphs))))


def by_columns(name: str, probe: str, embed: EmbedNodes, learner: Learner) -> Contender:
    """A learner on embeddings of graphs that are standardised as in training."""

    def answer(sitting: Sitting) -> Iterator[Answered]:
        for features in sitting.how.features:
            pooled = Pooled(name, embed, features)
            found = {part: examples.graphs.once(pooled) for part, examples in sitting.posed.items()}
            yield answered(sitting, features, standardised(found), learner)

    return Contender(name, probe, answer)


def by_description(name: str, probe: str, prepare: Prepare, learner: Learner) -> Contender:
    """A learner on what ``prepare`` says of the graphs, without any encoder; of targets or of classes."""

    def answer(sitting: Sitting) -> Iterator[Answered]:
        read = classified if sitting.how.kind == "classes" else answered
        yield read(sitting, "graph", prepare(sitting), learner)

    return Contender(name, probe, answer, whole_graphs=True)


def answered(sitting: Sitting, features: str, x: Mapping[str, Tensor], learner: Learner) -> Answered:
    """The learner's scores of the test part, from features ``x`` of every part."""
    predictor = predictor_of(sitting, x, learner)
    return Answered(features, predictor(x["test"]), sitting.posed["test"], choice_of(predictor))


def predictor_of(sitting: Sitting, x: Mapping[str, Tensor], learner: Learner) -> Predictor:
    """The learner fitted on the training part, its settings chosen on validation where the protocol says so."""
    headline = sitting.how.metrics[0]
    data = {part: Measured(x[part], sitting.posed[part].answers) for part in ("train", "validation")}
    return fit_columns(
        learner, data["train"], data["validation"], KINDS[sitting.how.kind].metrics[headline], sign(headline),
        sitting.tune, seed_of(sitting.seed, "learner", sitting.task.name),
    )  # fmt: skip


def standardised(x: Mapping[str, Float64[Tensor, "_ width"]]) -> dict[str, Float[Tensor, "_ width"]]:
    """Every column with the training part's mean 0 and deviation 1; single precision, which is enough to learn from.

    No value lies outside the training part's range: of a column that hardly varies there, another could be hundreds of
    deviations off and outweigh all others.
    """
    mean, deviation = standardisation(x["train"])
    lowest, highest = x["train"].amin(0), x["train"].amax(0)
    return {part: ((rows.clamp(lowest, highest) - mean) / deviation).float() for part, rows in x.items()}
