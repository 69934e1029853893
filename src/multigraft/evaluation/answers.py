"""Who answers a protocol's questions: probes on frozen embeddings, fresh heads on them, or the encoder's own heads."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from multigraft.errors import InputError
from multigraft.evaluation.choice import choice_of
from multigraft.evaluation.features import FEATURES
from multigraft.evaluation.heads import fit_head, said
from multigraft.evaluation.metrics import METRICS
from multigraft.evaluation.probes import Labelled, Learner, fit_probe
from multigraft.evaluation.protocols import Sitting
from multigraft.evaluation.questions import visible
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.models.trained import TrainedEncoder, evaluating
from multigraft.randomness import generator, seed_of
from multigraft.tasks.base import Examples, Task
from multigraft.tasks.classification import Classification
from multigraft.tasks.graph_targets import GraphTargets

GRAPHS = 256  # whose answers own heads give at a time
ONE_BY_ONE = (Classification, GraphTargets)  # each question has an answer that depends on its own graph alone
EmbedNodes = Callable[[PackedGraphs], Float[Tensor, "nodes dim"]]


@dataclass(frozen=True, eq=False)
class Answered:
    """Scores of every test question for every class, or every target, from these features of the embeddings.

    ``choice``: the learner that was chosen, and its setting, where there were several.
    """

    features: str
    scores: Float64[Tensor, "asked said"]
    test: Examples
    choice: str = ""


@dataclass(frozen=True)
class Contender:
    """A row of the table: whose embeddings, what reads them, and how it answers; if only about ``whole_graphs``."""

    name: str
    probe: str
    answer: Callable[[Sitting], Iterator[Answered]]
    whole_graphs: bool = False


def by_learner(name: str, probe: str, embed: EmbedNodes, learner: Learner) -> Contender:
    """A learner on features of the embeddings; an answer for each kind of features."""

    def answer(sitting: Sitting) -> Iterator[Answered]:
        embeddings = {part: embedded(name, embed, examples.graphs) for part, examples in sitting.posed.items()}
        for features in sitting.how.features:
            read = FEATURES[features]
            found = {part: read(embeddings[part], examples) for part, examples in sitting.posed.items()}
            yield classified(sitting, features, found, learner)

    return Contender(name, probe, answer)


def classified(sitting: Sitting, features: str, x: Mapping[str, Tensor], learner: Learner) -> Answered:
    """The learner's scores of the test part, from features ``x`` of every part."""
    data = {part: Labelled(x[part].double(), examples.answers) for part, examples in sitting.posed.items()}
    predictor = fit_probe(
        learner, data["train"], data["validation"], METRICS[sitting.how.metrics[0]], sitting.tune,
        seed_of(sitting.seed, "learner", sitting.task.name),
    )  # fmt: skip
    return Answered(features, predictor(data["test"].x), sitting.posed["test"], choice_of(predictor))


def by_head(name: str, embed: EmbedNodes, origin: Origin) -> Contender:
    """A fresh head of the task's own architecture, trained on the embeddings.

    Source: SAME, section 5, Q3 (transfer to a task that was not seen in training).
    """

    def answer(sitting: Sitting) -> Iterator[Answered]:
        def ready(examples: Examples) -> tuple[Tensor, Examples]:
            return embedded(name, embed, examples.graphs), _unlabelled(examples)

        fitted = replace(sitting, task=_fitted(sitting))
        yield Answered("embeddings", fit_head(fitted, ready, origin), sitting.posed["test"])

    return Contender(name, "head", answer)


def by_own_heads(name: str, encoder: TrainedEncoder, origin: Origin, device: str) -> Contender:
    """The heads that the encoder was trained with, as they stand: an end-to-end model. Nothing is adapted or fitted.

    ``origin`` is that of the graphs that are asked about.

    Raises:
        InputError: while answering, where it has no head for the task, or one for other classes or targets.
    """

    def answer(sitting: Sitting) -> Iterator[Answered]:
        if sitting.task.name not in encoder.model.heads:
            known = ", ".join(encoder.model.heads) or "none"
            raise InputError(f"the encoder has no head of its own for {sitting.task.name!r} (it has: {known})")
        for family, what, known in ((Classification, "classes", _classes), (GraphTargets, "targets", _targets)):
            if isinstance(sitting.task, family) and known(origin) != known(encoder.origin):
                raise InputError(
                    f"the encoder's own head for {sitting.task.name!r} knows the {what} of {encoder.origin.name!r}, "
                    f"not those of {origin.name!r}"
                )
        task = next((one for one in encoder.model.tasks if one.name == sitting.task.name), sitting.task)
        test = sitting.posed["test"]
        if sitting.how.pose_own is not None:
            test = sitting.how.pose_own(sitting.parts["test"], generator(sitting.seed, "own", sitting.task.name))
        asked, logits = _unlabelled(test), []
        several = isinstance(task, ONE_BY_ONE) and asked.queries.ndim == 1
        batches = _batches(asked, sitting.how.graph_of(test)) if several else [asked]
        with evaluating(encoder.model, device) as where, torch.no_grad():
            for few in batches:
                moved = Examples(few.graphs.to(where), few.queries.to(where), few.answers.to(where))
                logits.append(encoder.model({task: moved})[task].cpu())
        yield Answered("embeddings", said(task, torch.cat(logits)), test)

    return Contender(name, "own", answer)


def _batches(asked: Examples, of: Int64[Tensor, " asked"]) -> Iterator[Examples]:
    """The same questions about a few graphs at a time; ``of`` is the graph of each, which has to rise."""
    graphs, queries = asked.graphs, asked.queries
    if bool((of.diff() < 0).any()):
        yield asked
        return
    about_graphs = torch.equal(queries, of)
    for numbers in torch.arange(len(graphs)).split(GRAPHS):
        ends = torch.stack([numbers[0], numbers[-1] + 1])
        rows = slice(*torch.searchsorted(of, ends).tolist())
        first = ends[0] if about_graphs else graphs.node_offsets[ends[0]]
        yield Examples(graphs.select(numbers), queries[rows] - first, asked.answers[rows])


def embedded(name: str, embed: EmbedNodes, graphs: PackedGraphs) -> Float[Tensor, "nodes dim"]:
    """Embeddings of what may be seen; computed once for graphs that several tasks see alike.

    Raises:
        InputError: embeddings that are not finite numbers ``[nodes, dim]``.
    """
    return checked(name, graphs.once(visible).once(embed), graphs)


def checked(name: str, z: Tensor, graphs: PackedGraphs) -> Float[Tensor, "nodes dim"]:
    """What encoder ``name`` returned for ``graphs``, on the CPU, if it is embeddings."""
    z = z.detach().cpu()
    if z.ndim != 2 or len(z) != graphs.num_nodes:
        raise InputError(
            f"encoder {name!r} must return node embeddings [{graphs.num_nodes}, dim], got {tuple(z.shape)}"
        )
    if not bool(z.isfinite().all()):
        raise InputError(f"encoder {name!r} returns NaN or infinite embeddings: its training has failed")
    return z


def _classes(origin: Origin) -> tuple[tuple[str, ...], ...]:
    return origin.node_classes, origin.graph_classes


def _targets(origin: Origin) -> tuple[str, ...]:
    return origin.targets


def _fitted(sitting: Sitting) -> Task:
    """The task with what it takes from the training part; its head reads graphs as the probes do."""
    task, train = sitting.task, sitting.parts["train"]
    if "pool" in task.config():
        task = type(task)(**task.config() | {"pool": sitting.how.features[0]})
    return task.fitted(train, torch.arange(len(train)))


def _unlabelled(examples: Examples) -> Examples:
    """The questions alone: a head is shown no label, nor an edge that is hidden."""
    return replace(examples, graphs=visible(examples.graphs), answers=torch.zeros_like(examples.answers))
