"""Train an encoder: from graphs, tasks and a strategy to a `TrainedEncoder`."""

import copy
import json
import logging
import signal
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from multigraft.encoders.base import Encoder, ModuleEncoder
from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.files import write_json
from multigraft.graphs.catalog import load
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split, split_graphs
from multigraft.models.storage import write_into
from multigraft.models.trained import TrainedEncoder, pick_device
from multigraft.models.versions import versions
from multigraft.randomness import seed_of
from multigraft.strategies.base import Strategy
from multigraft.strategies.registry import build
from multigraft.tasks.base import Task
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import TASKS, resolve
from multigraft.training.options import TrainOptions, check_resumable


@dataclass(frozen=True, eq=False)
class Run:
    """Everything one training run consists of, checked and ready."""

    graphs: PackedGraphs
    split: Split
    tasks: list[Task]
    strategy: Strategy
    model: TaskModel
    initial: Encoder
    options: TrainOptions


def train(
    graphs: Any,
    *,
    tasks: Sequence[str | Task] | None = None,
    strategy: str | Strategy = "esame",
    encoder: nn.Module | None = None,
    dim: int | None = None,
    layers: int | None = None,
    inner_steps: int | None = None,
    inner_lr: float | None = None,
    first_order: bool | None = None,
    epochs: int = 100,
    batch_size: int = 16,
    learning_rate: float = 5e-4,
    scaling: str = "rows",
    split: str | Split = "stratified",
    patience: int | None = None,
    validate_every: int = 2,
    validation_draws: int = 4,
    seed: int = 0,
    device: str = "auto",
    precision: str = "32",
    out: str | Path | None = None,
    resume: bool = False,
    progress: bool = True,
) -> TrainedEncoder:
    """Train one encoder for several tasks and return it with the weights of the best validation.

    Args:
        graphs: A data set's name, a folder in TU layout, or anything of PyG's that holds graphs.
        tasks: Names or `Task` values; None: all named tasks that the data can serve.
        strategy: A name or a `Strategy`; ``inner_steps``, ``inner_lr``, ``first_order`` are options of a named one.
        encoder: None for SAME's GCN of ``layers`` layers, ``dim`` wide (3 and 256); an `Encoder`; or any module
            from (features ``[nodes, in]``, edges ``[2, edges]``) to embeddings ``[nodes, dim]``, see `input_width`.
        epochs: Passes over the training graphs, in batches of ``batch_size`` graphs; Adam with ``learning_rate``.
        scaling: How attributes are normalised: ``rows``, ``standard`` or ``none``.
        split: ``stratified`` or ``random`` (70/10/20 by ``seed``), or index arrays of one's own.
        patience: Stop after so many validations without improvement; None: never.
        validate_every: Epochs between validations, each of ``validation_draws`` random sets of questions.
        seed: Decides split, initial weights and every episode.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1``, ...
        precision: ``32`` or ``bf16-mixed``.
        out: A new directory for encoder, logs and the state to resume from; None: nothing is written.
        resume: Continue the run in ``out``; on the CPU the result equals that of an undisturbed run bit for bit.

    Raises:
        InputError: bad options or data; nothing has been written then.
        MultigraftError: the loss is no longer a number.
    """
    if resume and out is None:
        raise InputError("to resume a run, name its directory as out")
    packed = load(graphs)
    chosen = strategy
    if isinstance(chosen, str):
        chosen = build(chosen, inner_steps=inner_steps, inner_lr=inner_lr, first_order=first_order)
    elif (inner_steps, inner_lr, first_order) != (None, None, None):
        raise InputError("inner_steps, inner_lr and first_order are options of strategies chosen by name")
    values = resolve(tasks) if tasks is not None else [task for task in TASKS.values() if not task.obstacle(packed)]
    options = TrainOptions(
        tuple(task.name for task in values), chosen.config(), epochs, batch_size, learning_rate, scaling,
        split if isinstance(split, str) else split.kind, patience, validate_every, validation_draws, seed, device,
        precision,
    )  # fmt: skip
    run = _prepare(packed, values, chosen, options, encoder, {"dim": dim, "layers": layers}, split)
    return _train(run, None if out is None else Path(out), resume, progress)


def input_width(graphs: Any) -> int:
    """How many input features a node of these graphs has: what a module of one's own must take."""
    return InputSchema.of(load(graphs)).width


def _prepare(
    graphs: PackedGraphs,
    tasks: list[Task],
    strategy: Strategy,
    options: TrainOptions,
    encoder: nn.Module | None,
    shape: dict[str, int | None],
    split: str | Split,
) -> Run:
    if not tasks:
        raise InputError(f"data set {graphs.origin.name!r} can serve no task: it has neither labels nor edges")
    for task in tasks:
        obstacle = task.obstacle(graphs)
        if obstacle:
            raise InputError(f"task {task.name!r} is not possible: {obstacle}")
    strategy.check(tasks, options.batch_size)
    pick_device(options.device)
    parts = split if isinstance(split, Split) else split_graphs(graphs, split, options.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(options.seed, "initial weights"))
        trunk = _encoder(graphs, encoder, options.scaling, shape)
        trunk.inputs.fit(graphs.select(parts.train))
        model = TaskModel(trunk, tasks, graphs.origin)
    return Run(graphs, parts, tasks, strategy, model, copy.deepcopy(trunk), options)


def _encoder(graphs: PackedGraphs, given: nn.Module | None, scaling: str, shape: dict[str, int | None]) -> Encoder:
    sizes = {name: value for name, value in shape.items() if value is not None}
    if given is not None and sizes:
        raise InputError(f"{', '.join(sizes)} belong to the built-in encoder: leave them out when you pass one")
    for name, value in sizes.items():
        if value < 1:
            raise InputError(f"{name} must be at least 1, got {value}")
    if given is None:
        return GCN(InputSchema.of(graphs, scaling), **sizes)
    if isinstance(given, Encoder):
        return copy.deepcopy(given)
    return ModuleEncoder(copy.deepcopy(given), InputSchema.of(graphs, scaling))


def _train(run: Run, out: Path | None, resume: bool, progress: bool) -> TrainedEncoder:
    stored = _described(run)
    if out is None:
        with tempfile.TemporaryDirectory() as scratch:
            return _fit(run, Path(scratch), None, progress)
    if out.exists() and not resume:
        hint = (
            "add --resume to continue it, or choose another" if (out / "options.json").is_file() else "choose another"
        )
        raise InputError(f"output directory {out} exists: {hint}")
    if (out / "options.json").is_file():
        check_resumable(json.loads((out / "options.json").read_text()), stored, out)
    elif out.exists() and any(out.iterdir()):
        raise InputError(f"{out} holds no training run to resume: choose another directory")
    write_json(out / "options.json", stored)
    write_json(out / "split.json", run.split.to_json())
    trained = _fit(run, out / "training", _state(out), progress)
    write_into(trained, out)
    return trained


def _described(run: Run) -> dict[str, Any]:
    """The resolved configuration: what decides the run's result, and what may change when it is resumed."""
    encoder = {"kind": run.initial.kind, **run.initial.config()}
    data = {"name": run.graphs.origin.name, "checksum": run.graphs.origin.checksum}
    return {"data": data, "encoder": encoder, **run.options.to_json()}


def _state(out: Path) -> Path | None:
    state = out / "training" / "last.ckpt"
    return state if state.is_file() else None


def _fit(run: Run, folder: Path, state: Path | None, progress: bool) -> TrainedEncoder:
    """Run Lightning's loop in ``folder``, from ``state`` if there is one."""
    import lightning as L

    from multigraft.training.callbacks import BestWeights, EpochProgress, History, SaveState
    from multigraft.training.module import TrainingModule

    graphs, split, options = run.graphs, run.split, run.options
    module = TrainingModule(
        run.model, run.tasks, run.strategy, graphs.select(split.train), graphs.select(split.validation), options
    )
    best, history = BestWeights(options.patience), History(folder / "history.csv")
    callbacks: list[L.Callback] = [best, history, *([EpochProgress()] if progress else [])]
    callbacks.append(SaveState(folder / "last.ckpt"))
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    where = pick_device(options.device)
    trainer = L.Trainer(
        accelerator="gpu" if where.type == "cuda" else where.type,
        devices=[where.index or 0] if where.type == "cuda" else 1,
        precision="bf16-mixed" if options.precision == "bf16-mixed" else "32-true",
        max_epochs=options.epochs,
        check_val_every_n_epoch=min(options.validate_every, options.epochs),
        callbacks=callbacks,
        logger=_tensorboard(folder),
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        inference_mode=False,
        log_every_n_steps=1,
    )
    _run_loop(trainer, module, state)
    run.model.load_state_dict(best.weights)
    metadata = {
        "seed": options.seed,
        "epochs": len(history.rows),
        "best_epoch": best.epoch,
        "seconds": history.seconds,
        "learning_rate": options.learning_rate,
        "batch_size": options.batch_size,
        "validation": {task.name: best.scores[f"validation/{task.name}"] for task in run.tasks},
        "versions": versions(),
    }
    return TrainedEncoder(
        run.model.cpu().eval(), run.initial.eval(), graphs.origin, options.tasks, options.strategy, split, metadata
    )


def _run_loop(trainer: Any, module: Any, state: Path | None) -> None:
    """Fit, with Ctrl-C as KeyboardInterrupt and torch's own generator left as it was."""
    handler = signal.getsignal(signal.SIGINT)
    try:
        with torch.random.fork_rng(), _one_thread(), warnings.catch_warnings():
            warnings.filterwarnings("ignore", module=r"lightning\..*")
            trainer.fit(module, ckpt_path=state, weights_only=True)
    except SystemExit as stop:  # Lightning turns Ctrl-C into an exit of its own and stops listening for another
        signal.signal(signal.SIGINT, handler)
        raise KeyboardInterrupt from stop


@contextmanager
def _one_thread() -> Iterator[None]:
    """One thread for CPU work: a step is many small operations, and sums then do not depend on the number of cores."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _tensorboard(folder: Path) -> Any:
    """TensorBoard's logger where TensorBoard is installed."""
    try:
        import tensorboard  # noqa: F401
    except ImportError:
        return False
    from lightning.pytorch.loggers import TensorBoardLogger

    return TensorBoardLogger(folder, name="tensorboard", version="")
