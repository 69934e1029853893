"""What fine-tuning has to be better than: plain learners on what is known of the graphs without an encoder."""

import dataclasses
from functools import partial
from typing import Any

from multigraft.encoders.base import ModuleEncoder
from multigraft.errors import InputError
from multigraft.evaluation.answers import Contender
from multigraft.evaluation.column_answers import by_columns
from multigraft.evaluation.finetuned import Baseline
from multigraft.evaluation.kinds import KINDS
from multigraft.evaluation.protocols import STRICT, Sitting
from multigraft.evaluation.remembering import one_table
from multigraft.evaluation.target_baselines import target_baselines
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import PARTS, Split
from multigraft.models.trained import TrainedEncoder
from multigraft.progress import counting
from multigraft.tasks.base import Task
from multigraft.tasks.scores import SCORES
from multigraft.training.preparation import SHAPE

USUAL = ("ecfp-count", "degrees", "constant")


@one_table()
def plain_baselines(
    graphs: PackedGraphs,
    split: Split,
    task: Task,
    metric: str,
    every: bool = False,
    progress: bool = False,
    start: TrainedEncoder | None = None,
    device: str = "auto",
) -> list[Baseline]:
    """The baselines of protocol ``strict``, seed 0, scored on the test part; settings are chosen on validation.

    The encoder to ``start`` from as it is, frozen, and as it was before it was trained, each under a linear probe;
    counted ECFP4 for molecules, or degrees for ego-networks of proteins, each with logistic or ridge regression and
    with a random forest; the training mean. With ``every`` the other descriptions of molecules as well.

    Raises:
        MissingExtraError: molecules without RDKit.
    """
    parts = {part: graphs.select(getattr(split, part)) for part in PARTS}
    sitting = Sitting.of(task, STRICT.reading("mean" if start is None else start.readout), parts, 0)
    sitting = dataclasses.replace(sitting, how=dataclasses.replace(sitting.how, metrics=(metric,)))
    kind = sitting.how.kind
    asked = [] if start is None else _frozen(start, kind, device)
    asked += [one for one in target_baselines(kind, graphs) if every or one.name in USUAL]
    found = []
    with counting("baselines", len(asked), "baselines", progress) as advance:
        for contender in asked:
            (answered,) = contender.answer(sitting)
            name = contender.name if contender.probe == contender.name else f"{contender.name}, {contender.probe}"
            found.append(Baseline(name, SCORES[metric].function(answered.scores, answered.test.answers)))
            advance(1)
    return found


def _frozen(start: TrainedEncoder, kind: str, device: str) -> list[Contender]:
    """What the encoder is worth as it stands, and what before any training."""
    (probe,) = KINDS[kind].usual
    learner = KINDS[kind].learners[probe]
    twins = {"frozen": start, "frozen, untrained": start.untrained()}
    return [
        by_columns(name, KINDS[kind].title(probe), partial(twin.embed, level="node", device=device), learner)
        for name, twin in twins.items()
    ]


def fresh_options(start: TrainedEncoder) -> dict[str, Any]:
    """The options of training that make a fresh encoder of the same kind.

    Raises:
        InputError: an encoder made of a module of the user's own.
    """
    encoder = start.encoder
    if isinstance(encoder, ModuleEncoder):
        raise InputError("what a fresh encoder would be is not known of a module of your own: ask for other baselines")
    config = encoder.config()
    config.pop("dropout", None)
    further = {name: value for name, value in config.items() if name not in SHAPE}
    named = {name: value for name, value in config.items() if name in SHAPE}
    return {"encoder": encoder.kind, **named, **({"encoder_options": further} if further else {})}
