"""``multigraft train``: one encoder from a data set."""

import shlex
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from multigraft.cli import options as o
from multigraft.cli import training_options as t
from multigraft.cli.data_options import DataOptions, takes_data_options
from multigraft.cli.inputs import featurization_of, loaded, read_as, without_others
from multigraft.cli.output import UNDEFINED, Result, counted, peak_memory, result, say
from multigraft.cli.recipes import with_recipe
from multigraft.cli.written import split_names, split_options, split_task_options, split_tasks, split_weights
from multigraft.training.claim import check_free

if TYPE_CHECKING:
    from multigraft.graphs.packed import PackedGraphs


@takes_data_options
def train(
    data: o.Data,
    reading: DataOptions,
    out: t.Out,
    recipe: t.Recipe = None,
    tasks: o.Tasks = None,
    strategy: t.Strategy = None,
    encoder: t.Encoder = None,
    start: t.Start = None,
    exclude: t.Exclude = None,
    balancing: t.Balancing = None,
    weights: t.Weights = None,
    epochs: t.Epochs = None,
    batch_size: t.BatchSize = None,
    learning_rate: t.LearningRate = None,
    inner_steps: t.InnerSteps = None,
    inner_lr: t.InnerLr = None,
    first_order: t.FirstOrder = None,
    step_losses: t.StepLosses = None,
    freeze: t.Freeze = None,
    layer_decay: t.LayerDecay = None,
    scaling: t.Scaling = None,
    split: t.SplitKind = None,
    patience: t.Patience = None,
    validate_every: t.ValidateEvery = None,
    validation_draws: t.ValidationDraws = None,
    dim: t.Dim = None,
    layers: t.Layers = None,
    jk: t.JumpingKnowledge = None,
    norm: t.Norm = None,
    dropout: t.Dropout = None,
    heads: t.AttentionHeads = None,
    encoder_options: t.EncoderOptions = None,
    task_options: t.TaskOptions = None,
    readout: t.Readout = None,
    precision: t.Precision = None,
    threads: t.Threads = None,
    seed: t.Seed = None,
    device: o.Device = "auto",
    resume: t.Resume = False,
    as_json: o.Json = False,
    _config: o.Config = None,
    _debug: o.Debug = False,
) -> None:
    """Train one encoder for several tasks and write it to a directory."""
    options = {
        "tasks": split_tasks(tasks), "strategy": strategy, "encoder": encoder, "dim": dim, "layers": layers, "jk": jk,
        "norm": norm, "dropout": dropout, "heads": heads, "readout": readout, "epochs": epochs, "freeze": freeze,
        "layer_decay": layer_decay, "threads": threads, "encoder_options": split_options(encoder_options),
        "task_options": split_task_options(task_options),
        "batch_size": batch_size, "learning_rate": learning_rate, "inner_steps": inner_steps, "inner_lr": inner_lr,
        "first_order": first_order, "step_losses": step_losses, "start": start, "balancing": balancing,
        "weights": split_weights(weights), "scaling": scaling, "split": split, "patience": patience,
        "validate_every": validate_every, "validation_draws": validation_draws, "precision": precision,
        "seed": seed, "device": device,
    }  # fmt: skip
    given = {name: value for name, value in options.items() if value is not None}
    with result(as_json) as found:
        check_free(out, resume)
        graphs = loaded(data, reading)
        wanted = reading.featurization or ("" if start is None else featurization_of(start))
        chosen, options, usual = with_recipe(recipe, graphs, given, wanted)
        graphs = read_as(graphs, usual, data, reading)
        _train(without_others(graphs, split_names(exclude or "")), out, chosen, options, resume, found)


def _train(
    graphs: "PackedGraphs", out: Path, chosen: str | None, options: dict[str, Any], resume: bool, found: Result
) -> None:
    from multigraft.training.fit import train

    started = time.monotonic()
    try:
        trained = train(graphs, out=out, resume=resume, progress=sys.stderr.isatty(), **options)
    except KeyboardInterrupt:
        if (out / "training" / "last.ckpt").is_file():
            say(f"stopped; to continue: {_again()}")
        raise
    seconds = round(time.monotonic() - started, 3)
    epochs, scores = trained.metadata["epochs"], trained.metadata["validation"]
    speed = {"graphs_per_second": trained.metadata["graphs_per_second"], "peak_memory_mib": peak_memory()}
    metrics = {task.name: task.metric_name for task in trained.model.tasks}
    found.json = {"verb": "train", "out": out, "recipe": chosen, "epochs": epochs, "seconds": seconds,
                  "validation": scores, "metrics": metrics, **speed}  # fmt: skip
    named = ", ".join(f"{task} {_shown(score, metrics[task])}" for task, score in scores.items())
    asked = "" if trained.split is None else f" on {len(trained.split.validation)} graphs"
    spent = f"{counted(epochs, 'epoch')} in {seconds:.0f} s"
    method = f"{trained.encoder.kind} for {', '.join(scores)} by {trained.strategy['name']}"
    found.shown = [f"{out}: {method}, {spent}; best validation scores{asked}: {named}"]


def _shown(score: float | None, metric: str) -> str:
    """A score for people; an error, which is kept as minus itself, as what it is."""
    name, better = metric.removeprefix("-"), -1 if metric.startswith("-") else 1
    return f"{name} {UNDEFINED}" if score is None else f"{name} {better * score:.3f}"


def _again() -> str:
    """The command line at hand, made to resume."""
    words = [word for word in sys.argv[1:] if word != "--resume"]
    return shlex.join(["multigraft", *words, "--resume"])
