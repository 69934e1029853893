"""Embeddings and descriptions of the same graphs, each read by a learner of its own, whose scores are averaged.

Late fusion: neither drowns the other, however many columns it has. Scores of yes-or-no targets are standardised first,
target by target, with mean and deviation among the validation part's scores, as those of one learner can be logits and
those of another chances; numbers are averaged in the units of the targets.
"""

from collections.abc import Iterator, Mapping, Sequence

import torch
from jaxtyping import Float64
from torch import Tensor

from multigraft.evaluation.answers import Answered, Contender, EmbedNodes
from multigraft.evaluation.choice import choice_of
from multigraft.evaluation.column_answers import Pooled, predictor_of, standardised
from multigraft.evaluation.kinds import KINDS
from multigraft.evaluation.names import JOINED
from multigraft.evaluation.probes import Learner
from multigraft.evaluation.protocols import Sitting
from multigraft.evaluation.target_baselines import descriptions


def by_fusion(name: str, probe: str, kind: str, embed: EmbedNodes, description: str) -> Contender:
    """The ``probe`` on embeddings of graphs, and on a description of them, together.

    ``kind``: of the answers, targets. ``description``: a name in `multigraft.evaluation.names.DESCRIPTIONS`.
    """

    def embeddings(sitting: Sitting) -> Mapping[str, Tensor]:
        pooled = Pooled(name, embed, sitting.how.features[0])
        return standardised({part: examples.graphs.once(pooled) for part, examples in sitting.posed.items()})

    def described(sitting: Sitting) -> Mapping[str, Tensor]:
        return descriptions(sitting.parts["train"])[description](sitting)

    def answer(sitting: Sitting) -> Iterator[Answered]:
        readers = ((embeddings, KINDS[kind].learners[probe]), (described, KINDS[kind].described[probe]))
        said = [_said(sitting, read(sitting), learner) for read, learner in readers]
        choice = JOINED.join(filter(None, (chosen for *_, chosen in said)))
        scores = averaged([one[:2] for one in said], align=kind == "binary")
        yield Answered(sitting.how.features[0], scores, sitting.posed["test"], choice)

    return Contender(f"{name}{JOINED}{description}", KINDS[kind].title(probe), answer, whole_graphs=True)


def averaged(
    said: Sequence[tuple[Float64[Tensor, "tried targets"], Float64[Tensor, "asked targets"]]], align: bool
) -> Float64[Tensor, "asked targets"]:
    """The mean of several scores of the test part; where ``align``, those of validation make them alike first."""
    return torch.stack([_alike(*pair) if align else pair[1] for pair in said]).mean(0)


def _alike(tried: Float64[Tensor, "tried targets"], asked: Float64[Tensor, "asked targets"]) -> Tensor:
    deviation = tried.std(0, correction=0)
    return (asked - tried.mean(0)) / torch.where(deviation > 0, deviation, 1.0)


def _said(sitting: Sitting, x: Mapping[str, Tensor], learner: Learner) -> tuple[Tensor, Tensor, str]:
    """Scores of the validation and of the test part, and which learner was chosen."""
    predictor = predictor_of(sitting, x, learner)
    return predictor(x["validation"]), predictor(x["test"]), choice_of(predictor)
