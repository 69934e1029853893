"""Measure embeddings under a protocol, always beside baselines and with confidence intervals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jaxtyping import Float
from torch import Tensor

from multigraft.errors import InputError
from multigraft.evaluation import protocols
from multigraft.evaluation.baselines import MAJORITY, TREE, nothing, raw_attributes
from multigraft.evaluation.bootstrap import replicates
from multigraft.evaluation.features import FEATURES
from multigraft.evaluation.metrics import METRICS, score
from multigraft.evaluation.probes import LINEAR, Labelled, Learner, fit_probe
from multigraft.evaluation.protocols import Protocol, Recipe
from multigraft.evaluation.questions import visible
from multigraft.evaluation.scored import Scored, differences
from multigraft.evaluation.table import Difference, ProbeRow, ProbeTable
from multigraft.graphs.checksums import identity
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import PARTS, Split, split_graphs
from multigraft.models.trained import TrainedEncoder
from multigraft.progress import counting
from multigraft.randomness import generator, seed_of
from multigraft.tasks.base import Examples, Task
from multigraft.tasks.registry import TASKS
from multigraft.tasks.registry import resolve as resolve_tasks

EmbedNodes = Callable[[PackedGraphs], Float[Tensor, "nodes dim"]]
Posed = Mapping[str, Examples]


@dataclass(frozen=True)
class Contender:
    """A row of the table: node embeddings, and what learns from them."""

    name: str
    embed: EmbedNodes
    learner: Learner


BASELINES = (Contender("attributes", raw_attributes, TREE), Contender("majority", nothing, MAJORITY))


def probe(
    encoder: TrainedEncoder,
    graphs: Any,
    protocol: str | Protocol = "strict",
    tasks: Sequence[str | Task] | None = None,
    seed: int = 0,
    progress: bool = False,
    device: str = "auto",
) -> ProbeTable:
    """Measure a trained encoder, its untrained twin, and baselines that see no graph.

    Args:
        encoder: Its stored split is used where ``graphs`` are the data it was trained on; for other data a split is
            made from ``seed``, 70/10/20, and the table's notes say so.
        graphs: Packed graphs, the name of a data set, or anything of PyG's that holds graphs.
        protocol: ``strict`` or ``paper``.
        tasks: The default is the encoder's tasks on its own data, and on other data all tasks that it can serve.
        seed: Decides held-out edges, negatives, samples and resampling, and the split where one is made.
        progress: Whether to draw a progress bar on standard error.
        device: Where embeddings are computed; the probes are fitted on the CPU.

    Raises:
        InputError: an unknown protocol or task, a task that the data cannot serve, data with other columns than the
            encoder reads, or too few graphs for a split.
    """
    from multigraft.graphs.catalog import load

    packed, recipe = load(graphs), protocols.resolve(protocol)
    own = encoder.split is not None and encoder.split.identity == identity(packed)
    named = tuple(tasks) if tasks is not None else _default_tasks(encoder, packed, own)
    notes: tuple[str, ...] = ()
    if own:
        split = encoder.split
    else:
        split = split_graphs(packed, recipe.split, seed)
        notes = (
            "These are not, or not only, the graphs the encoder was trained on: "
            f"{split.kind} 70/10/20 split from seed {seed}. Scores on graphs that it has seen would be too good.",
        )
    encoders = {"trained": _embedder(encoder, device), "untrained": _embedder(encoder.untrained(), device)}
    return measure(encoders, packed, split, named, recipe, seed, progress, notes)


def measure(
    encoders: Mapping[str, EmbedNodes],
    graphs: PackedGraphs,
    split: Split,
    tasks: Sequence[str | Task],
    protocol: str | Protocol = "strict",
    seed: int = 0,
    progress: bool = False,
    notes: tuple[str, ...] = (),
) -> ProbeTable:
    """Measure node embeddings ``[nodes, dim]`` that functions of packed graphs return, beside the baselines.

    The first encoder is compared with all others: its score minus theirs, paired over the same test graphs.

    The functions are given the graphs of one part, without labels, and with the edges that message passing may see.

    Raises:
        InputError: an unknown protocol or task, a task that the data cannot serve, an empty part, or embeddings that
            are not finite numbers ``[nodes, dim]``.
    """
    recipe, asked = protocols.resolve(protocol), resolve_tasks(tasks)
    _check(graphs, split, asked, recipe)
    graphs = graphs.to("cpu")
    parts = {part: graphs.select(getattr(split, part).sort().values) for part in PARTS}
    contenders = [*(Contender(name, embed, LINEAR) for name, embed in encoders.items()), *BASELINES]
    rows: list[ProbeRow] = []
    paired: list[Difference] = []
    with counting("measuring", len(asked) * len(contenders), "steps", progress) as advance:
        for task in asked:
            how = recipe.recipes[task.name]
            posed = {part: how.pose(parts[part], generator(seed, "probe", task.name, part)) for part in PARTS}
            found: list[list[Scored]] = []
            for contender in contenders:
                found.append(list(_scored(task.name, contender, how, posed, recipe.tune, seed)))
                advance(1)
            rows += [one.row() for scores in found for one in scores]
            paired += differences(found)
    return ProbeTable(graphs.origin.name, recipe.name, split.kind, seed, rows, recipe.version, notes, paired)


def _scored(task: str, contender: Contender, how: Recipe, posed: Posed, tune: bool, seed: int) -> Iterator[Scored]:
    """One score for each kind of features and metric; all contenders' on the same resamples of the test graphs."""
    embeddings = {part: _embedded(contender, examples.graphs) for part, examples in posed.items()}
    test = posed["test"]
    for features in how.features:
        data = {
            part: Labelled(FEATURES[features](embeddings[part], examples), examples.answers)
            for part, examples in posed.items()
        }
        predictor = fit_probe(
            contender.learner, data["train"], data["validation"], METRICS[how.metrics[0]], tune,
            seed_of(seed, "learner", task),
        )  # fmt: skip
        scores = predictor(data["test"].x)
        for name in how.metrics:
            metric = METRICS[name]
            draws = replicates(
                lambda weights, metric=metric, scores=scores: metric(scores, test.answers, weights),
                how.graph_of(test), len(test.graphs), generator(seed, "bootstrap"),
            )  # fmt: skip
            value = score(metric, scores, test.answers)
            yield Scored(task, contender.name, name, features, value, draws, len(test.answers))


def _embedded(contender: Contender, graphs: PackedGraphs) -> Tensor:
    """Embeddings of what may be seen; computed once for graphs that several tasks see alike."""
    z = graphs.once(visible).once(contender.embed).detach().cpu()
    if z.ndim != 2 or len(z) != graphs.num_nodes:
        raise InputError(
            f"encoder {contender.name!r} must return node embeddings [{graphs.num_nodes}, dim], got {tuple(z.shape)}"
        )
    if not bool(z.isfinite().all()):
        raise InputError(f"encoder {contender.name!r} returns NaN or infinite embeddings: its training has failed")
    return z


def _embedder(encoder: TrainedEncoder, device: str) -> EmbedNodes:
    return lambda graphs: encoder.embed(graphs, level="node", device=device)


def _default_tasks(encoder: TrainedEncoder, graphs: PackedGraphs, own: bool) -> tuple[str, ...]:
    served = tuple(name for name, task in TASKS.items() if task.obstacle(graphs) is None)
    wanted = tuple(name for name in encoder.tasks if name in served) if own else served
    if not wanted:
        reasons = "; ".join(str(task.obstacle(graphs)) for task in TASKS.values() if task.obstacle(graphs))
        raise InputError(f"there is no task to measure: {reasons}")
    return wanted


def _check(graphs: PackedGraphs, split: Split, tasks: Sequence[Task], protocol: Protocol) -> None:
    for task in tasks:
        if task.name not in protocol.recipes:
            raise InputError(f"protocol {protocol.name!r} does not measure task {task.name!r}")
        if obstacle := task.obstacle(graphs):
            raise InputError(f"cannot measure {task.name}: {obstacle}")
    for part in PARTS:
        if not len(getattr(split, part)):
            raise InputError(f"the {part} part of the split is empty: a probe needs graphs in every part")
