"""Train an encoder: from graphs, tasks and a strategy to a `TrainedEncoder`."""

import dataclasses
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import nn

from multigraft.errors import InputError
from multigraft.files import write_json
from multigraft.graphs.catalog import load
from multigraft.graphs.splits import Split
from multigraft.models.storage import fill, load_encoder, write_into, write_weights
from multigraft.models.trained import TrainedEncoder
from multigraft.strategies.balancing.base import Balancing
from multigraft.strategies.balancing.registry import balance
from multigraft.strategies.base import Strategy
from multigraft.strategies.joint import Joint
from multigraft.strategies.registry import build
from multigraft.tasks.base import Task
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import TASKS, resolve
from multigraft.training.options import TrainOptions, check_resumable
from multigraft.training.preparation import Run, prepare

OPTIONS, INITIAL = "options.json", "initial.safetensors"


def train(
    graphs: Any,
    *,
    tasks: Sequence[str | Task] | None = None,
    strategy: str | Strategy = "esame",
    encoder: nn.Module | None = None,
    start: TrainedEncoder | str | Path | None = None,
    balancing: str | Balancing = "equal",
    weights: dict[str, float] | None = None,
    dim: int | None = None,
    layers: int | None = None,
    inner_steps: int | None = None,
    inner_lr: float | None = None,
    first_order: bool | None = None,
    step_losses: bool | None = None,
    epochs: int = 100,
    batch_size: int = 16,
    learning_rate: float = 5e-4,
    scaling: str | None = None,
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
        strategy: A name or a `Strategy`; ``inner_steps``, ``inner_lr``, ``first_order``, ``step_losses`` are options of
            a named one.
        encoder: None for SAME's GCN of ``layers`` layers, ``dim`` wide (3 and 256); an `Encoder`; or any module
            from (features ``[nodes, in]``, edges ``[2, edges]``) to embeddings ``[nodes, dim]``, ``in`` being
            ``InputSchema.of(graphs).width``. Training starts from the weights that a module passed in has, and the
            result's ``initial`` is then the encoder with those.
        start: A trained encoder, or its directory, to go on from, as ``finetune`` must: with its weights, its heads for
            the tasks that it shares, and its split where the graphs are the same. Its untrained twin stays.
        balancing: How the losses of tasks are weighed: a name or a `Balancing`; ``fixed`` takes ``weights``, by task.
        epochs: Passes over the training graphs, in batches of ``batch_size`` graphs; Adam with ``learning_rate``.
        scaling: How attributes are normalised: ``rows`` (the default), ``standard`` or ``none``.
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
    given = {"inner_steps": inner_steps, "inner_lr": inner_lr, "first_order": first_order, "step_losses": step_losses}
    if isinstance(chosen, str):
        chosen = build(chosen, **given)
    elif any(value is not None for value in given.values()):
        raise InputError(f"{', '.join(given)} are options of strategies chosen by name")
    weighed = balance(balancing, weights)
    begun = load_encoder(start) if isinstance(start, str | Path) else start
    values = resolve(tasks) if tasks is not None else [task for task in TASKS.values() if not task.obstacle(packed)]
    options = TrainOptions(
        tuple(task.name for task in values), chosen.config(), epochs, batch_size, learning_rate, scaling,
        split if isinstance(split, str) else split.kind, patience, validate_every, validation_draws, seed, device,
        precision, weighed.config(),
    )  # fmt: skip
    run = prepare(packed, values, chosen, options, encoder, {"dim": dim, "layers": layers}, split, begun)
    run = dataclasses.replace(run, balancing=weighed)
    return _train(run, None if out is None else Path(out), resume, progress)


def untrained(
    graphs: Any,
    *,
    encoder: nn.Module | None = None,
    dim: int | None = None,
    layers: int | None = None,
    scaling: str | None = None,
    split: str | Split = "stratified",
    seed: int = 0,
) -> TrainedEncoder:
    """The encoder that `train` would start from with these options: what training has to be better than.

    Raises:
        InputError: as `train`.
    """
    packed = load(graphs)
    values = [task for task in TASKS.values() if not task.obstacle(packed)]
    options = TrainOptions(tuple(task.name for task in values), {"name": "untrained"}, scaling=scaling, seed=seed)
    run = prepare(packed, values, Joint(), options, encoder, {"dim": dim, "layers": layers}, split)
    return TrainedEncoder(
        TaskModel(run.initial, [], packed.origin), run.initial, packed.origin, (), options.strategy, run.split,
        {"seed": seed, "epochs": 0, "best_epoch": -1, "seconds": 0.0, "validation": {}},
    )  # fmt: skip


def _train(run: Run, out: Path | None, resume: bool, progress: bool) -> TrainedEncoder:
    from multigraft.training.loop import run_loop

    if out is None:
        with tempfile.TemporaryDirectory() as scratch:
            return run_loop(run, Path(scratch), None, progress)
    started = _check_place(out, resume)
    if started:
        _check_same(run, out)
        fill(run.initial, out / INITIAL)
        if run.start is None:
            run.model.encoder.load_state_dict(run.initial.state_dict())
    else:
        write_json(out / "split.json", run.split.to_json())
        write_weights(out / INITIAL, run.initial.state_dict())
    write_json(out / OPTIONS, _described(run))
    state = out / "training" / "last.ckpt"
    trained = run_loop(run, out / "training", state if state.is_file() else None, progress)
    write_into(trained, out)
    return trained


def _check_place(out: Path, resume: bool) -> bool:
    """Whether ``out`` holds a run to continue."""
    started = (out / OPTIONS).is_file()
    if out.exists() and not resume:
        hint = "add --resume to continue it, or choose another" if started else "choose another"
        raise InputError(f"output directory {out} exists: {hint}")
    if out.exists() and not started and (not out.is_dir() or any(out.iterdir())):
        raise InputError(f"{out} holds no training run to resume: choose another directory")
    return started


def _check_same(run: Run, out: Path) -> None:
    """Raise an `InputError` unless ``run`` continues the one in ``out``."""
    stored, split = (_read(out / name) for name in (OPTIONS, "split.json"))
    check_resumable(stored, _described(run), out)
    if split != run.split.to_json():
        raise InputError(f"cannot resume {out}: it was started with another split than this one")
    history = out / "training" / "history.csv"
    done = len(history.read_text().splitlines()) - 1 if history.is_file() else 0
    if done > run.options.epochs:
        raise InputError(f"cannot resume {out} for {run.options.epochs} epochs: it has done {done} already")


def _read(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot resume, {path} cannot be read: {error}") from error


def _described(run: Run) -> dict[str, Any]:
    """The resolved configuration: what decides the run's result, and what may change when it is resumed."""
    encoder = {"kind": run.initial.kind, **run.initial.config()}
    scaling = run.initial.inputs.schema.scaling
    data = {"name": run.graphs.origin.name, "checksum": run.graphs.origin.checksum}
    asked = {task.name: task.config() for task in run.tasks}
    options = {**run.options.to_json(), "scaling": scaling, "start": _started_from(run.start)}
    return {"data": data, "encoder": encoder, "task_options": asked, **options}


def _started_from(start: TrainedEncoder | None) -> dict[str, Any] | None:
    """What names the encoder that training starts from."""
    if start is None:
        return None
    return {"fingerprint": start.fingerprint, "tasks": list(start.tasks), "strategy": start.strategy}
