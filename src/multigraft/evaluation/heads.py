"""Fresh heads on frozen embeddings: the non-linear probe of SAME's transfer experiments."""

import copy
import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float64
from torch import Tensor

from multigraft.evaluation.metrics import METRICS, Metric, score
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.randomness import generator, seed_of
from multigraft.tasks.base import Examples, Head

if TYPE_CHECKING:
    from multigraft.evaluation.answers import Sitting

EPOCHS, PATIENCE = 100, 10
GRAPHS_A_BATCH = 32
LEARNING_RATE = 5e-3

Ready = Callable[[Examples], tuple[Tensor, Examples]]


def fit_head(sitting: "Sitting", ready: Ready, origin: Origin) -> Float64[Tensor, "asked classes"]:
    """Scores of the test questions by a head trained on the training part, the best epoch chosen on validation.

    Adam on batches of 32 graphs, up to 100 epochs, 10 without a better validation score end it. The training graphs are
    dealt to batches once, and each batch is asked its questions once; their order changes with every epoch. ``ready``
    gives the embeddings behind some questions, and the questions without their answers.

    Source: the heads of SAME, section 4.2; the paper does not say how it trained them, so these settings are ours.
    """
    task, seed = sitting.task, sitting.seed
    batches = [(*ready(examples), examples) for examples in _batches(sitting)]
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(seed, "head", task.name))
        head = task.head(batches[0][0].shape[1], origin)
    optimiser = torch.optim.Adam(head.parameters(), lr=LEARNING_RATE)
    validation, test = (ready(sitting.posed[part]) for part in ("validation", "test"))
    metric = METRICS[sitting.how.metrics[0]]
    best, best_score, waited = copy.deepcopy(head.state_dict()), -math.inf, 0
    for epoch in range(EPOCHS):
        for place in torch.randperm(len(batches), generator=generator(seed, "head order", task.name, epoch)).tolist():
            z, asked, examples = batches[place]
            optimiser.zero_grad()
            task.loss(head(z, asked), examples).backward()
            optimiser.step()
        now = _score(head, validation, sitting.posed["validation"], metric)
        if now > best_score:
            best, best_score, waited = copy.deepcopy(head.state_dict()), now, 0
        else:
            waited += 1
        if waited >= PATIENCE and best_score > -math.inf:
            break
    head.load_state_dict(best if best_score > -math.inf else head.state_dict())
    return _scores(head, test)


def _batches(sitting: "Sitting") -> list[Examples]:
    graphs: PackedGraphs = sitting.parts["train"]
    order = torch.randperm(len(graphs), generator=generator(sitting.seed, "head batches", sitting.task.name))
    return [
        sitting.how.pose(graphs.select(chosen), generator(sitting.seed, "head", sitting.task.name, place))
        for place, chosen in enumerate(order.split(GRAPHS_A_BATCH))
    ]


def _score(head: Head, asked: tuple[Tensor, Examples], examples: Examples, metric: Metric) -> float:
    """NaN, which beats nothing, where the questions do not define the metric."""
    return score(metric, _scores(head, asked), examples.answers)


def _scores(head: Head, asked: tuple[Tensor, Examples]) -> Float64[Tensor, "asked classes"]:
    from multigraft.evaluation.answers import class_scores

    with torch.no_grad():
        return class_scores(head(*asked))
