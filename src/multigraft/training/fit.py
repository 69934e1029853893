"""Train an encoder: from graphs, tasks and a strategy to a `TrainedEncoder`."""

import dataclasses
import inspect
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from torch import nn

from multigraft.errors import InputError
from multigraft.graphs.catalog import load
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split, default_split
from multigraft.models.storage import load_encoder
from multigraft.models.trained import TrainedEncoder
from multigraft.processes import own_cores
from multigraft.strategies.balancing.base import Balancing
from multigraft.strategies.balancing.registry import balance
from multigraft.strategies.base import Strategy
from multigraft.strategies.joint import Joint
from multigraft.strategies.registry import build
from multigraft.tasks.base import Task
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import TASKS
from multigraft.training.options import TrainOptions
from multigraft.training.place import begin, end
from multigraft.training.preparation import (
    SHAPE,
    Run,
    as_begun,
    pooling,
    prepare,
    shaped,
    usual_options,
    usual_strategy,
    with_options,
)

SMALL_BATCH = 128


def train(
    graphs: Any,
    *,
    tasks: Sequence[str | Task] | None = None,
    strategy: str | Strategy | None = None,
    encoder: nn.Module | str | None = None,
    start: TrainedEncoder | str | Path | None = None,
    balancing: str | Balancing = "equal",
    weights: dict[str, float] | None = None,
    dim: int | None = None,
    layers: int | None = None,
    jk: str | None = None,
    norm: str | None = None,
    dropout: float | None = None,
    heads: int | None = None,
    encoder_options: Mapping[str, Any] | None = None,
    task_options: Mapping[str, Mapping[str, Any]] | None = None,
    readout: str | None = None,
    inner_steps: int | None = None,
    inner_lr: float | None = None,
    first_order: bool | None = None,
    step_losses: bool | None = None,
    epochs: int = 100,
    batch_size: int | None = None,
    learning_rate: float | None = None,
    freeze: str = "none",
    layer_decay: float = 1.0,
    scaling: str | None = None,
    split: str | Split | None = None,
    patience: int | None = None,
    validate_every: int = 2,
    validation_draws: int = 4,
    seed: int = 0,
    device: str = "auto",
    precision: str = "32",
    threads: int | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    progress: bool = True,
) -> TrainedEncoder:
    """Train one encoder for several tasks and return it with the weights of the best validation.

    Args:
        graphs: A data set's name, a folder in TU layout, a file of molecules, or anything of PyG's that holds graphs.
        tasks: Names or `Task` values; None: all named tasks that the data can serve, but for pretext tasks.
        strategy: A name or a `Strategy`; None: ``esame`` for several tasks, ``single`` for one. ``inner_steps``,
            ``inner_lr``, ``first_order``, ``step_losses`` are options of a named one.
        encoder: A name: ``gcn`` (SAME's, 3 layers, 256 wide), or ``gin``, ``edge-gcn``, ``graphsage``, ``gat`` (the
            pre-training paper's, 5 layers, 300 wide), or ``graft`` (our own); None for ``gin`` on molecules and
            proteins, else ``gcn``. An
            `Encoder`; or any module from (features ``[nodes, in]``, edges ``[2, edges]``) to embeddings
            ``[nodes, dim]``, ``in`` being ``InputSchema.of(graphs).width``. Training starts from the weights that a
            module passed in has, and the result's ``initial`` is then the encoder with those.
        dim, layers, jk, norm, dropout, heads: Options of a named encoder, where it has them: see `EdgeEncoder` for
            jumping knowledge and norms, ``heads`` are GAT's. With ``start``, ``dropout`` alone.
        encoder_options: Further options of a named encoder, as ``{"walks": 8}`` of `Graft`.
        task_options: Options of tasks other than their usual ones, by task, as ``{"lp": {"pair": "hadamard"}}``.
        readout: How graphs are pooled, by tasks that ask about graphs and in graph embeddings: ``mean``, ``sum``,
            ``max``, ``std``, ``mean+max+sum``, ``mean+std+max+sum``, or, for targets alone, ``attention``, ``set2set``,
            ``mean+centre``; None: as each task has it.
        start: A trained encoder, or its directory, to go on from, as ``finetune`` must: with its weights, its heads for
            the tasks that it shares, and its split where it, or one that it goes back to, was trained on the same
            graphs, whatever was asked of them; with heads of the same kind, and its readout. Its untrained twin stays.
        balancing: How the losses of tasks are weighed: a name or a `Balancing`; ``fixed`` takes ``weights``, by task.
        epochs: Passes over the training graphs, in batches of ``batch_size`` graphs; Adam with ``learning_rate``.
            None: what is usual for the tasks, 16 and 5e-4 as in SAME, 256 and 1e-3 for pretext tasks, 32 and 1e-3 for
            targets of molecules; of several tasks the largest.
        freeze: What does not learn: ``none``, ``all`` of the encoder, or a number: its input and so many layers.
        layer_decay: Factor from the learning rate of one layer to that of the layer below; heads have the full rate.
        scaling: How attributes are normalised: ``rows``, ``standard`` or ``none``; None: ``standard`` for ``graft``,
            else ``rows``.
        split: A name in `multigraft.graphs.splits.SPLITS`, or index arrays of one's own; None: what is usual for the
            data, ``stratified`` 70/10/20 for graphs with classes.
        patience: Stop after so many validations without improvement; None: never.
        validate_every: Epochs between validations, each of ``validation_draws`` random sets of questions.
        seed: Decides split, initial weights and every episode.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ...
        precision: ``32`` or ``bf16-mixed``.
        threads: Of the CPU; None: one for batches under 128 graphs, whose steps are many small operations, else a
            thread a core, or a worker's share of the cores. The last digits of a result can depend on it.
        out: A new directory for encoder, logs and the state to resume from; None: nothing is written.
        resume: Continue the run in ``out``; on the CPU the result equals that of an undisturbed run bit for bit.

    Raises:
        InputError: bad options or data; nothing has been written then.
        MultigraftError: the loss is no longer a number.
    """
    if resume and out is None:
        raise InputError("to resume a run, name its directory as out")
    run = prepared(
        graphs, tasks=tasks, strategy=strategy, encoder=encoder, start=start, balancing=balancing, weights=weights,
        dim=dim, layers=layers, jk=jk, norm=norm, dropout=dropout, heads=heads, encoder_options=encoder_options,
        task_options=task_options, readout=readout,
        inner_steps=inner_steps, inner_lr=inner_lr, first_order=first_order, step_losses=step_losses, epochs=epochs,
        batch_size=batch_size, learning_rate=learning_rate, freeze=freeze, layer_decay=layer_decay, scaling=scaling,
        split=split, patience=patience, validate_every=validate_every, validation_draws=validation_draws, seed=seed,
        device=device, precision=precision, threads=threads, progress=progress,
    )  # fmt: skip
    return _train(run, None if out is None else Path(out), resume, progress)


def prepared(graphs: Any, **options: Any) -> Run:
    """The run that `train` makes of these options, checked and ready; nothing is written.

    Raises:
        InputError: as `train`.
    """
    bound = inspect.signature(train).bind(graphs, **options)
    bound.apply_defaults()
    o = SimpleNamespace(**bound.arguments)
    packed = load(graphs)
    begun = load_encoder(o.start) if isinstance(o.start, str | Path) else o.start
    named = [task.name for task in served(packed)] if o.tasks is None else o.tasks
    tasks = with_options(as_begun(named, begun) if named or o.tasks is not None else [], o.task_options or {})
    chosen = usual_strategy(len(tasks)) if o.strategy is None else o.strategy
    given = {name: getattr(o, name) for name in ("inner_steps", "inner_lr", "first_order", "step_losses")}
    if isinstance(chosen, str):
        chosen = build(chosen, **given)
    elif any(value is not None for value in given.values()):
        raise InputError(f"{', '.join(given)} are options of strategies chosen by name")
    weighed = balance(o.balancing, o.weights)
    tasks, usual = pooling(tasks, o.readout), usual_options(tasks)
    kind = o.split if o.split is not None else default_split(packed)
    size = usual["batch_size"] if o.batch_size is None else o.batch_size
    rate = usual["learning_rate"] if o.learning_rate is None else o.learning_rate
    settled = TrainOptions(
        tuple(task.name for task in tasks), chosen.config(), o.epochs, size, rate, o.scaling,
        kind if isinstance(kind, str) else kind.kind, o.patience, o.validate_every, o.validation_draws, o.seed,
        o.device, o.precision, weighed.config(), o.freeze, o.layer_decay,
        _threads_for(size) if o.threads is None else o.threads,
    )  # fmt: skip
    shape = shaped({name: getattr(o, name) for name in SHAPE}, o.encoder_options)
    pool = o.readout or ("mean" if begun is None else begun.readout)
    run = prepare(packed, tasks, chosen, settled, o.encoder, shape, kind, begun, pool, o.progress)
    return dataclasses.replace(run, balancing=weighed)


def served(graphs: PackedGraphs) -> list[Task]:
    """The named tasks that the data can serve, but for pretext tasks."""
    return [task for task in TASKS.values() if not (task.pretext or task.obstacle(graphs))]


def untrained(
    graphs: Any,
    *,
    encoder: nn.Module | str | None = None,
    dim: int | None = None,
    layers: int | None = None,
    jk: str | None = None,
    norm: str | None = None,
    heads: int | None = None,
    encoder_options: Mapping[str, Any] | None = None,
    readout: str | None = None,
    scaling: str | None = None,
    split: str | Split | None = None,
    seed: int = 0,
) -> TrainedEncoder:
    """The encoder that `train` would start from with these options: what training has to be better than.

    Raises:
        InputError: as `train`.
    """
    packed = load(graphs)
    values = served(packed)
    options = TrainOptions(tuple(task.name for task in values), {"name": "untrained"}, scaling=scaling, seed=seed)
    shape = shaped({"dim": dim, "layers": layers, "jk": jk, "norm": norm, "heads": heads}, encoder_options)
    chosen = split or default_split(packed)
    run = prepare(packed, values, Joint(), options, encoder, shape, chosen, pool=readout or "mean")
    return TrainedEncoder(
        TaskModel(run.initial, [], packed.origin), run.initial, packed.origin, (), options.strategy, run.split,
        {"seed": seed, "epochs": 0, "best_epoch": -1, "seconds": 0.0, "validation": {}}, run.readout,
    )  # fmt: skip


def _threads_for(batch_size: int) -> int:
    return 1 if batch_size < SMALL_BATCH else own_cores()


def _train(run: Run, out: Path | None, resume: bool, progress: bool) -> TrainedEncoder:
    from multigraft.training.loop import run_loop

    if out is None:
        with tempfile.TemporaryDirectory() as scratch:
            return run_loop(run, Path(scratch), None, progress)
    begin(run, out, resume)
    state = out / "training" / "last.ckpt"
    return end(run_loop(run, out / "training", state if state.is_file() else None, progress), out)
