"""Measure embeddings under a protocol, always beside baselines and with confidence intervals."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from multigraft.errors import InputError
from multigraft.evaluation import protocols
from multigraft.evaluation.answers import Contender, EmbedNodes
from multigraft.evaluation.bootstrap import replicates
from multigraft.evaluation.by_target import scores_by_target
from multigraft.evaluation.contenders import check_fused, contenders_of, usual_contenders
from multigraft.evaluation.kinds import KINDS
from multigraft.evaluation.metrics import score
from multigraft.evaluation.names import READERS
from multigraft.evaluation.protocols import Protocol, Recipe, Sitting
from multigraft.evaluation.questions import graph_itself
from multigraft.evaluation.remarks import few_tested, recognised, remarks, twins, unmeasured
from multigraft.evaluation.remembering import one_table
from multigraft.evaluation.scored import Scored, differences
from multigraft.evaluation.table import Difference, ProbeRow, ProbeTable
from multigraft.graphs.checksums import identity
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import PARTS, Split, split_graphs, usual_fractions
from multigraft.models.seen import own_split
from multigraft.models.sources import graphs_for
from multigraft.models.storage import opened
from multigraft.models.trained import TrainedEncoder
from multigraft.progress import counting
from multigraft.randomness import generator
from multigraft.tasks.base import Task
from multigraft.tasks.graph_targets import GraphTargets
from multigraft.tasks.registry import TASKS
from multigraft.tasks.registry import resolve as resolve_tasks


def probe(
    encoder: TrainedEncoder | str | Path,
    graphs: Any,
    protocol: str | Protocol = "strict",
    tasks: Sequence[str | Task] | None = None,
    seed: int = 0,
    progress: bool = False,
    device: str = "auto",
    probes: Sequence[str] | None = None,
    baselines: bool = True,
    split: Split | None = None,
    fuse: Sequence[str] = (),
) -> ProbeTable:
    """Measure a trained encoder, its untrained twin, and baselines that no encoder has a part in.

    Args:
        encoder: One at hand, or the directory or released name of one. Its stored split is used where it, or an encoder
            that it goes back to, was trained on ``graphs``, whatever was asked of them; for other data a split is made
            from ``seed``, and the table's notes say so: the data's usual one where they have targets, by scaffold for
            molecules, else the protocol's.
        graphs: Packed graphs, anything of PyG's that holds graphs, or the name of a data set or file, whose molecules
            become graphs as those of the encoder's training data did.
        protocol: ``strict`` or ``paper``.
        tasks: The default is the encoder's tasks on its own data. On other data, or where they are pretexts alone, it
            is what was measured of the graphs, ``ml`` or ``gr``, else all tasks that the data can serve.
        seed: Decides held-out edges, negatives, samples and resampling, and the split where one is made.
        progress: Whether to draw a progress bar on standard error.
        device: Where embeddings are computed; the probes are fitted on the CPU.
        probes: Who answers: ``logistic`` (ridge regression of numbers), ``knn``, ``forest``, ``best`` (whichever of the
            three is best on validation), ``kernel``, ``extra-trees``, ``strong`` (see `multigraft.evaluation.strong`
            and, of targets, `column_strong`); of classes alone ``svm``, ``boosting``; a fresh ``head`` trained on the
            frozen embeddings, or the encoder's ``own`` heads, which the untrained encoder does not have. None: ``svm``
            for classes, ``logistic`` for targets.
        baselines: Whether the table has the untrained encoder, and what no encoder has a part in, beside the trained
            one.
        split: For graphs that the encoder was not trained on; None: one made from ``seed``.
        fuse: Descriptions of molecules or proteins, ``ecfp-count`` for one, that are fused with the embeddings in rows
            of their own, see `multigraft.evaluation.fusion`.

    Raises:
        InputError: an unknown protocol, task or probe, a task that the data cannot serve, data with other columns than
            the encoder reads, too few graphs for a split, or a task that the encoder has no own head for.
        MissingExtraError: molecules with targets without RDKit.
    """
    encoder = opened(encoder)
    packed, recipe = graphs_for(encoder, graphs), protocols.resolve(protocol).reading(encoder.readout)
    asked = resolve_tasks(tasks if tasks is not None else default_tasks(encoder, packed, learned(encoder, packed)))
    split, notes = division(encoder, packed, split, recipe, seed)
    notes += unmeasured(packed, asked) if tasks is None else ()
    _check(packed, split, asked, recipe)
    kinds = {recipe.recipes[task.name].kind for task in asked}
    check_fused(fuse, kinds, packed)
    contenders = {kind: contenders_of(encoder, packed, probes, baselines, device, kind, fuse) for kind in kinds}
    return _table(contenders, packed, split, asked, recipe, seed, progress, notes)


def learned(encoder: TrainedEncoder, graphs: PackedGraphs) -> bool:
    """Whether these are the graphs, and the answers, that the encoder itself was trained on."""
    return encoder.split is not None and encoder.split.identity == identity(graphs)


def division(
    encoder: TrainedEncoder,
    graphs: PackedGraphs,
    given: Split | None,
    protocol: Protocol,
    seed: int,
    scored: str = "test",
) -> tuple[Split, tuple[str, ...]]:
    """The split that an encoder is measured on, and what is to be said of it: its own, else what is given, else a new.

    Raises:
        InputError: a given split of other graphs, or too few graphs for one.
    """
    own = own_split(encoder, graphs)
    if own is not None:
        told = () if learned(encoder, graphs) else (
            f"The encoder, or one that it goes back to, was trained on these graphs: their {own.kind} split, seed "
            f"{own.seed}, is kept, as its test part was not seen.",
        )  # fmt: skip
        # Validation graphs chose the epoch, so that all of them are known.
        return own, (*told, *(twins(encoder.known, graphs.select(own.test)) if scored == "test" else ()))
    if given is not None:
        split, told = given.for_graphs(graphs), ()
    else:
        split = split_graphs(graphs, protocol.split_of(graphs), seed)
        shares = "/".join(f"{100 * share:.0f}" for share in usual_fractions(graphs, split.kind))
        told = (f"The encoder was not trained on this data set: {split.kind} {shares} split from seed {seed}.",)
    return split, (*told, *recognised(encoder.known, graphs.select(getattr(split, scored)), scored))


def measure(
    encoders: Mapping[str, EmbedNodes],
    graphs: PackedGraphs,
    split: Split,
    tasks: Sequence[str | Task],
    protocol: str | Protocol = "strict",
    seed: int = 0,
    progress: bool = False,
    notes: tuple[str, ...] = (),
    readers: Sequence[str] = READERS,
) -> ProbeTable:
    """Measure node embeddings ``[nodes, dim]`` that functions of packed graphs return, beside the baselines.

    The first encoder is compared with all others: its score minus theirs, paired over the same test graphs.

    ``readers``: the probes that read descriptions of graphs, which are molecules' fingerprints for one.

    The functions are given the graphs of one part, without labels, and with the edges that message passing may see.

    Raises:
        InputError: an unknown protocol or task, a task that the data cannot serve, an empty part, or embeddings that
            are not finite numbers ``[nodes, dim]``.
    """
    recipe, asked = protocols.resolve(protocol), resolve_tasks(tasks)
    _check(graphs, split, asked, recipe)
    kinds = {recipe.recipes[task.name].kind for task in asked}
    contenders = {kind: usual_contenders(encoders, graphs, kind, readers) for kind in kinds}
    return _table(contenders, graphs, split, asked, recipe, seed, progress, notes)


@one_table()
def _table(
    contenders: Mapping[str, Sequence[Contender]],
    graphs: PackedGraphs,
    split: Split,
    tasks: Sequence[Task],
    protocol: Protocol,
    seed: int,
    progress: bool,
    notes: tuple[str, ...],
) -> ProbeTable:
    """``contenders`` by kind of answers."""
    graphs = graphs.to("cpu")
    parts = {part: graphs.select(getattr(split, part).sort().values) for part in PARTS}
    notes += few_tested(len(parts["test"]))
    rows: list[ProbeRow] = []
    paired: list[Difference] = []
    who = {task.name: _answering(contenders, protocol.recipes[task.name]) for task in tasks}
    with counting("measuring", sum(map(len, who.values())), "steps", progress) as advance:
        for task in tasks:
            sitting = Sitting.of(task, protocol, parts, seed)
            notes += remarks(sitting)
            found: list[list[Scored]] = []
            for contender in who[task.name]:
                found.append(list(_scored(sitting, contender)))
                advance(1)
            rows += [one.row() for scores in found for one in scores]
            paired += differences(found)
    return ProbeTable(graphs.origin.name, protocol.name, split.kind, seed, rows, protocol.version, notes, paired)


def _answering(contenders: Mapping[str, Sequence[Contender]], how: Recipe) -> list[Contender]:
    """Those that can answer the questions."""
    graphs = how.graph_of is graph_itself
    return [one for one in contenders[how.kind] if graphs or not one.whole_graphs]


def _scored(sitting: Sitting, contender: Contender) -> Iterator[Scored]:
    """One score for each kind of features and metric; all contenders' on the same resamples of the test graphs."""
    how = sitting.how
    for answered in contender.answer(sitting):
        test = answered.test
        for name in how.metrics:
            metric = KINDS[how.kind].metrics[name]
            draws = replicates(
                lambda weights, metric=metric, scores=answered.scores, test=test: metric(scores, test.answers, weights),
                how.graph_of(test), len(test.graphs), generator(sitting.seed, "bootstrap"),
            )  # fmt: skip
            value = score(metric, answered.scores, test.answers)
            yield Scored(
                sitting.task.name, contender.name, contender.probe, name, answered.features, value, draws,
                _answered(test.answers), answered.choice, scores_by_target(name, answered.scores, test),
            )  # fmt: skip


def _answered(answers: Tensor) -> int:
    """How many questions have an answer: of targets some, of other tasks all."""
    return int((~answers.isnan()).any(1).sum()) if answers.ndim > 1 else len(answers)


def default_tasks(encoder: TrainedEncoder, graphs: PackedGraphs, own: bool) -> tuple[str, ...]:
    """What is measured where no task is named; see `probe`. ``own``: the encoder was trained on these graphs.

    Raises:
        InputError: the data serve no task.
    """
    asked = {name: task for name, task in TASKS.items() if not task.pretext}
    served = tuple(name for name, task in asked.items() if task.obstacle(graphs) is None)
    trained = tuple(name for name in encoder.tasks if name in served) if own else ()
    about_targets = tuple(name for name in served if isinstance(asked[name], GraphTargets))
    if not served:
        reasons = "; ".join(str(task.obstacle(graphs)) for task in asked.values())
        raise InputError(f"there is no task to measure: {reasons}")
    return trained or about_targets or served


def _check(graphs: PackedGraphs, split: Split, tasks: Sequence[Task], protocol: Protocol) -> None:
    for task in tasks:
        if task.name not in protocol.recipes:
            raise InputError(f"protocol {protocol.name!r} does not measure task {task.name!r}")
        if obstacle := task.obstacle(graphs):
            raise InputError(f"cannot measure {task.name}: {obstacle}")
    for part in PARTS:
        if not len(getattr(split, part)):
            raise InputError(f"the {part} part of the split is empty: a probe needs graphs in every part")
