"""What a fine-tuning is asked to do, resolved and checked before anything is written."""

from collections.abc import Sequence
from typing import Any

import torch

from multigraft.encoders.base import ModuleEncoder
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.evaluation.finetuning_baselines import fresh_options
from multigraft.evaluation.finetuning_seed import Setup, bare
from multigraft.evaluation.remarks import recognised
from multigraft.graphs.catalog import load
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import PARTS, Split, default_split, split_graphs
from multigraft.models.seen import check_unseen, own_split
from multigraft.models.sources import graphs_for
from multigraft.models.trained import TrainedEncoder
from multigraft.strategies.registry import build
from multigraft.tasks.scores import SCORES
from multigraft.training.options import TrainOptions
from multigraft.training.preparation import SHAPE, default_encoder, named_encoder, prepare, shaped

DROPOUT = 0.5
BASELINES = ("none", "usual", "all")
QUESTIONS = {"binary": ("ml", ("roc_auc", "average_precision")), "real": ("gr", ("rmse", "mae"))}


def read_graphs(graphs: Any, start: TrainedEncoder | None) -> PackedGraphs:
    """The graphs; molecules become graphs as the encoder knows them.

    Raises:
        InputError: graphs that the encoder does not read.
    """
    if start is None:
        return load(graphs)
    packed, known = graphs_for(start, graphs), start.origin.featurization
    if packed.origin.featurization != known:
        raise InputError(
            f"the encoder reads {_graphs_of(known)}, data set {packed.origin.name!r} has "
            f"{_graphs_of(packed.origin.featurization)}: load the data with the encoder's featurization"
        )
    return packed


def salts(graphs: PackedGraphs, start: TrainedEncoder | None) -> tuple[str, ...]:
    """What is to be said of molecules with their salts for an encoder that knows them without, or the other way."""
    if start is None or not graphs.origin.featurization or graphs.origin.strip_salts == start.origin.strip_salts:
        return ()
    here, there = ("stripped" if one.strip_salts else "kept" for one in (graphs.origin, start.origin))
    return (f"salts are {here} here, and were {there} where the encoder was trained",)


def _graphs_of(featurization: str) -> str:
    return f"graphs of featurization {featurization!r}" if featurization else "graphs of numbers, without featurization"


def question_of(graphs: PackedGraphs, metric: str | None) -> tuple[str, str]:
    """The task that the targets are, and the metric that they are scored by.

    Raises:
        InputError: data without targets, or a metric for others.
    """
    origin = graphs.origin
    if origin.target_kind not in QUESTIONS or not origin.targets:
        raise InputError(
            f"data set {origin.name!r} has no targets to fine-tune on: for classes of graphs or nodes, "
            "train with strategy finetune"
        )
    task, metrics = QUESTIONS[origin.target_kind]
    usual = origin.metric if origin.metric in metrics else metrics[0]
    if metric is not None and metric not in metrics:
        raise InputError(
            f"the targets of data set {origin.name!r} are {origin.target_kind}, metric {metric!r} is not for them: "
            f"choose from {', '.join(metrics)}"
        )
    return task, metric or usual


def split_for(
    graphs: PackedGraphs, split: str | Split | None, seed: int, start: TrainedEncoder | None
) -> tuple[Split, tuple[str, ...]]:
    """The split, and what is to be said of it. What the encoder was trained on is not tested.

    Raises:
        InputError: an unknown split, one that the data cannot have, or one that tests what the encoder was trained on.
    """
    own = None if start is None else own_split(start, graphs)
    if split is None and own is not None:
        return own, (f"the encoder was trained on these graphs: its own split is kept, {own.kind}, seed {own.seed}",)
    if isinstance(split, Split):
        chosen = split.for_graphs(graphs)
    else:
        chosen = split_graphs(graphs, split or default_split(graphs), seed)
    if start is None:
        return chosen, ()
    check_unseen(start, graphs, chosen)
    return chosen, () if start.known is None else recognised(start.known, graphs.select(chosen.test))


def dropout_for(
    graphs: PackedGraphs, start: TrainedEncoder | None, kind: str | None, dropout: float | None
) -> float | None:
    """The dropout that is asked for, or the recipe's where the encoder has dropout."""
    if dropout is not None:
        return dropout
    if start is not None:
        encoder = start.encoder
    else:
        encoder = named_encoder(kind or default_encoder(graphs), InputSchema.of(graphs.select([0])), {})
    return DROPOUT if encoder.dropout is not None else None


def pool_for(graphs: PackedGraphs, start: TrainedEncoder | None) -> str:
    """How nodes become a graph where nobody says it."""
    if "centre" in graphs.graphs:
        return "mean+centre"
    return "mean" if start is None else start.readout


def check(
    setup: Setup, graphs: PackedGraphs, start: TrainedEncoder | None, seeds: Sequence[int], processes: int | None
) -> None:
    """Raise the `InputError` that the seeds' training would raise, and complain about seeds and processes."""
    if not seeds:
        raise InputError("name at least one seed")
    if len(set(seeds)) < len(seeds):
        raise InputError(f"seeds must differ, got {', '.join(map(str, seeds))}")
    if processes is not None and processes < 1:
        raise InputError(f"processes must be at least 1, got {processes}")
    if processes is not None and start is not None and isinstance(start.encoder, ModuleEncoder):
        raise InputError("an encoder made of a module of your own is fine-tuned in this process: leave processes out")
    options, known = setup.options, TrainOptions.__dataclass_fields__
    strategy, split = build("single"), Split.from_json(setup.split)
    training = {name: value for name, value in options.items() if name in known}
    chosen = TrainOptions((setup.task,), strategy.config(), split=split.kind, seed=seeds[0], **training)
    shape = shaped({name: options.get(name) for name in SHAPE}, options.get("encoder_options"))
    question = [setup.question()]
    headless = None if start is None else bare(start)
    prepare(graphs, question, strategy, chosen, options.get("encoder"), shape, split, headless, setup.pool)


def check_baselines(baselines: str, start: TrainedEncoder | None) -> None:
    """Complain about a choice of baselines that is unknown, or that there cannot be."""
    if baselines not in BASELINES:
        raise InputError(f"unknown baselines {baselines!r}: choose from {', '.join(BASELINES)}")
    if baselines == "all" and start is not None:
        fresh_options(start)


def kinds(graphs: PackedGraphs) -> tuple[str, ...]:
    """What is to be said of numbers whose errors are averaged though each has its own unit, or is no number at all."""
    names, values = graphs.origin.targets, graphs.targets
    if graphs.origin.target_kind != "real" or len(names) == 1:
        return ()
    there = ~values.isnan()
    binary = (((values == 0) | (values == 1) | ~there).all(0) & there.any(0)).tolist()
    notes = [f"the score is the mean over {len(names)} targets, each in its own unit: compare them one by one"]
    if any(binary) and not all(binary):
        classes = ", ".join(name for name, one in zip(names, binary, strict=True) if one)
        notes.append(f"yes-or-no targets are learned as numbers here: {classes}; fine-tune the two kinds apart")
    return tuple(notes)


def undefined(graphs: PackedGraphs, split: Split, metric: str) -> tuple[str, ...]:
    """What is to be said of targets that a part of the split cannot score.

    Raises:
        InputError: a validation part that scores none, so that there is no best epoch.
    """
    notes = []
    for part in PARTS[1:]:
        answers = graphs.targets[getattr(split, part)]
        missing = int(SCORES[metric].by_target(torch.zeros_like(answers), answers).isnan().sum())
        if missing == answers.shape[1] and part == "validation":
            raise InputError(
                f"no target of data set {graphs.origin.name!r} has a {metric} on the validation part of this "
                f"{split.kind} split: there would be no best epoch, choose another split or metric"
            )
        if missing:
            notes.append(
                f"{missing} of {answers.shape[1]} targets have no {metric} on the {part} part: not in its mean"
            )
    return tuple(notes)
