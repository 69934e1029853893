"""Measure embeddings under a protocol, always beside baselines and with confidence intervals."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from multigraft.errors import InputError
from multigraft.evaluation import protocols
from multigraft.evaluation.answers import Contender, EmbedNodes, by_head, by_learner, by_own_heads
from multigraft.evaluation.baselines import MAJORITY, TREE, nothing, raw_attributes
from multigraft.evaluation.bootstrap import replicates
from multigraft.evaluation.learners import LEARNERS
from multigraft.evaluation.metrics import METRICS, score
from multigraft.evaluation.names import DEFAULT_PROBES, PROBE_NAMES
from multigraft.evaluation.probes import LINEAR
from multigraft.evaluation.protocols import Protocol, Sitting
from multigraft.evaluation.scored import Scored, differences
from multigraft.evaluation.table import Difference, ProbeRow, ProbeTable
from multigraft.graphs.checksums import identity
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import PARTS, Split, split_graphs
from multigraft.models.trained import TrainedEncoder
from multigraft.progress import counting
from multigraft.randomness import generator
from multigraft.tasks.base import Task
from multigraft.tasks.registry import TASKS
from multigraft.tasks.registry import resolve as resolve_tasks

BASELINES = (
    by_learner("attributes", "tree", raw_attributes, TREE),
    by_learner("majority", "constant", nothing, MAJORITY),
)


def probe(
    encoder: TrainedEncoder,
    graphs: Any,
    protocol: str | Protocol = "strict",
    tasks: Sequence[str | Task] | None = None,
    seed: int = 0,
    progress: bool = False,
    device: str = "auto",
    probes: Sequence[str] = DEFAULT_PROBES,
    baselines: bool = True,
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
        probes: Who answers: ``svm``, ``logistic``, ``knn``, a fresh ``head`` trained on the frozen embeddings, or the
            encoder's ``own`` heads, which the untrained encoder does not have.
        baselines: Whether the table has the untrained encoder, and what sees no graph, beside the trained one.

    Raises:
        InputError: an unknown protocol, task or probe, a task that the data cannot serve, data with other columns than
            the encoder reads, too few graphs for a split, or a task that the encoder has no own head for.
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
    contenders = contenders_of(encoder, packed, probes, baselines, device)
    return _table(contenders, packed, split, resolve_tasks(named), recipe, seed, progress, notes)


def contenders_of(
    encoder: TrainedEncoder, graphs: PackedGraphs, probes: Sequence[str], baselines: bool, device: str
) -> list[Contender]:
    """Each probe on the encoder and, with ``baselines``, on its untrained twin; then what sees no graph."""
    if not probes:
        raise InputError(f"name at least one probe: choose from {', '.join(PROBE_NAMES)}")
    for name in probes:
        if name not in PROBE_NAMES:
            raise InputError(f"unknown probe {name!r}: choose from {', '.join(PROBE_NAMES)}")
    twins = {"trained": encoder} | ({"untrained": encoder.untrained()} if baselines else {})
    found = []
    for name, twin in twins.items():
        embed = _embedder(twin, device)
        for probe in dict.fromkeys(probes):
            if probe == "own":
                found += [by_own_heads(name, twin, graphs.origin, device)] if name == "trained" else []
            elif probe == "head":
                found.append(by_head(name, embed, graphs.origin))
            else:
                found.append(by_learner(name, probe, embed, LEARNERS[probe]))
    return [*found, *(BASELINES if baselines else ())]


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
    contenders = [*(by_learner(name, "svm", embed, LINEAR) for name, embed in encoders.items()), *BASELINES]
    return _table(contenders, graphs, split, resolve_tasks(tasks), protocols.resolve(protocol), seed, progress, notes)


def _table(
    contenders: Sequence[Contender],
    graphs: PackedGraphs,
    split: Split,
    tasks: Sequence[Task],
    protocol: Protocol,
    seed: int,
    progress: bool,
    notes: tuple[str, ...],
) -> ProbeTable:
    _check(graphs, split, tasks, protocol)
    graphs = graphs.to("cpu")
    parts = {part: graphs.select(getattr(split, part).sort().values) for part in PARTS}
    rows: list[ProbeRow] = []
    paired: list[Difference] = []
    with counting("measuring", len(tasks) * len(contenders), "steps", progress) as advance:
        for task in tasks:
            sitting = Sitting.of(task, protocol, parts, seed)
            found: list[list[Scored]] = []
            for contender in contenders:
                found.append(list(_scored(sitting, contender)))
                advance(1)
            rows += [one.row() for scores in found for one in scores]
            paired += differences(found)
    return ProbeTable(graphs.origin.name, protocol.name, split.kind, seed, rows, protocol.version, notes, paired)


def _scored(sitting: Sitting, contender: Contender) -> Iterator[Scored]:
    """One score for each kind of features and metric; all contenders' on the same resamples of the test graphs."""
    how = sitting.how
    for answered in contender.answer(sitting):
        test = answered.test
        for name in how.metrics:
            metric = METRICS[name]
            draws = replicates(
                lambda weights, metric=metric, scores=answered.scores, test=test: metric(scores, test.answers, weights),
                how.graph_of(test), len(test.graphs), generator(sitting.seed, "bootstrap"),
            )  # fmt: skip
            value = score(metric, answered.scores, test.answers)
            yield Scored(
                sitting.task.name, contender.name, contender.probe, name, answered.features, value, draws,
                len(test.answers),
            )  # fmt: skip


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
