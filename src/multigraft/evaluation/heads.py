"""Fresh heads on frozen embeddings: the non-linear probe of SAME's transfer experiments."""

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from multigraft.evaluation.kinds import KINDS
from multigraft.evaluation.metrics import score
from multigraft.evaluation.names import sign
from multigraft.evaluation.probes import standardisation
from multigraft.evaluation.protocols import Sitting
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.randomness import generator, seed_of
from multigraft.tasks.base import Examples, Head, Task
from multigraft.tasks.graph_targets import GraphTargets

EPOCHS, PATIENCE = 100, 30  # accuracy on a few dozen graphs stands still for ten epochs and rises again
GRAPHS_A_BATCH, FEWEST_BATCHES = 32, 10
LEARNING_RATE = 2e-3

Ready = Callable[[Examples], tuple[Tensor, Examples]]


@dataclass(frozen=True, eq=False)
class Posed:
    """Questions as a head reads them: the embeddings behind them, the questions without answers; and the answers."""

    z: Float[Tensor, "nodes dim"]
    asked: Examples
    examples: Examples


def fit_head(sitting: Sitting, ready: Ready, origin: Origin) -> Float64[Tensor, "asked said"]:
    """Scores of the test questions by a head trained on the training part, the best epoch chosen on validation.

    The head reads embeddings standardised as in training, like every other probe. Adam, step 0.002, on ten batches or
    more of at most 32 graphs, up to 100 epochs; 30 without a better validation score end it. The training graphs are
    dealt to batches once, and each batch is asked its questions once; the order of the batches changes with every
    epoch. ``ready`` gives the embeddings behind some questions, and the questions without their answers. The same
    under every protocol but for the questions: without validation nobody would know when to stop.

    Source: the heads of SAME, section 4.2; the paper does not say how it trained them, so these settings are ours.
    """
    batches = [Posed(*ready(examples), examples) for examples in _batches(sitting)]
    mean, deviation = (row.float() for row in standardisation(torch.cat([batch.z for batch in batches]).double()))
    batches = [replace(batch, z=(batch.z - mean) / deviation) for batch in batches]
    later = [sitting.posed[part] for part in ("validation", "test")]
    validation, test = (Posed((z - mean) / deviation, asked, e) for e in later for z, asked in [ready(e)])
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(sitting.seed, "head", sitting.task.name))
        head = sitting.task.head(len(mean), origin)
    _train(head, batches, validation, sitting)
    return _scores(sitting.task, head, test)


def _train(head: Head, batches: Sequence[Posed], validation: Posed, sitting: Sitting) -> None:
    """Leave ``head`` as it was after its best epoch, the first of equals; after its last where none has a score."""
    task, metric = sitting.task, KINDS[sitting.how.kind].metrics[sitting.how.metrics[0]]
    better = sign(sitting.how.metrics[0])
    optimiser = torch.optim.Adam(head.parameters(), lr=LEARNING_RATE)
    best, highest, waited = None, -math.inf, 0
    for epoch in range(EPOCHS):
        order = generator(sitting.seed, "head order", task.name, epoch)
        for place in torch.randperm(len(batches), generator=order).tolist():
            batch = batches[place]
            optimiser.zero_grad()
            task.loss(head(batch.z, batch.asked), batch.examples).backward()
            optimiser.step()
        now = better * score(metric, _scores(task, head, validation), validation.examples.answers)
        waited += 1
        if now > highest:  # NaN is not
            best, highest, waited = copy.deepcopy(head.state_dict()), now, 0
        if best is not None and waited >= PATIENCE:
            break
    if best is not None:
        head.load_state_dict(best)


def _batches(sitting: Sitting) -> list[Examples]:
    graphs: PackedGraphs = sitting.parts["train"]
    order = torch.randperm(len(graphs), generator=generator(sitting.seed, "head batches", sitting.task.name))
    size = max(1, min(GRAPHS_A_BATCH, len(graphs) // FEWEST_BATCHES))
    return [
        sitting.how.pose(graphs.select(chosen), generator(sitting.seed, "head", sitting.task.name, place))
        for place, chosen in enumerate(order.split(size))
    ]


def _scores(task: Task, head: Head, posed: Posed) -> Float64[Tensor, "asked said"]:
    with torch.no_grad():
        return said(task, head(posed.z, posed.asked))


def said(task: Task, logits: Float[Tensor, "asked *logits"]) -> Float64[Tensor, "asked said"]:
    """Logits as scores: what the task predicts of targets, in their own units, or scores of classes."""
    return task.predictions(logits.double()) if isinstance(task, GraphTargets) else class_scores(logits)


def class_scores(logits: Float[Tensor, "asked *logits"]) -> Float64[Tensor, "asked classes"]:
    """Logits as scores of classes; a single logit a question stands for class 1 against class 0."""
    scores = logits.double()
    return torch.stack([-scores, scores], dim=1) if scores.ndim == 1 else scores
