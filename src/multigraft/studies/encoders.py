"""The encoders of a ledger: each is trained once, whoever asks first, and continued where a killed run left it."""

import inspect
import json
import shutil
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock
from torch import nn

from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.registry import MODULES
from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import split_graphs
from multigraft.models.storage import load_encoder
from multigraft.models.trained import TrainedEncoder
from multigraft.strategies.registry import STRATEGIES, build
from multigraft.studies.grid import Training
from multigraft.studies.study import UNTRAINED
from multigraft.tasks.base import Task
from multigraft.tasks.registry import TASKS, resolve
from multigraft.training.fit import OPTIONS, train, untrained


def obtain(training: Training, graphs: PackedGraphs, folder: Path, device: str = "auto") -> TrainedEncoder:
    """The encoder that ``training`` describes: from ``folder`` if it is there, else trained into it.

    Of several processes that ask at once, one trains and the others wait.

    Raises:
        InputError: options that `multigraft.train` refuses, or data that cannot serve the tasks.
        MultigraftError: the training fails.
    """
    module = _module(training, graphs)
    if training.strategy == UNTRAINED:
        shape = {name: value for name, value in _options(training).items() if name != "encoder"}
        return untrained(graphs, encoder=module, split=training.split, seed=training.seed, **shape)
    start = None if training.start is None else obtain(training.start, graphs, folder, device)
    place = folder / training.key
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{training.key}.lock"):
        if not (place / "config.json").is_file():
            _train(training, graphs, place, module, start, device)
        trained = load_encoder(place, module)
        shutil.rmtree(place / "training" / "tensorboard", ignore_errors=True)
        (place / "training" / "last.ckpt").unlink(missing_ok=True)
    return trained


def epochs_done(training: Training, folder: Path) -> int:
    """How many epochs of it are behind us; what a progress bar asks while another process trains."""
    history = folder / training.key / "training" / "history.csv"
    try:
        return max(0, history.read_text().count("\n") - 1)
    except OSError:
        return 0


def _train(
    training: Training,
    graphs: PackedGraphs,
    place: Path,
    module: nn.Module | None,
    start: TrainedEncoder | None,
    device: str,
) -> None:
    if place.exists() and not (place / OPTIONS).is_file():
        shutil.rmtree(place)  # killed before its first epoch
    options = {name: value for name, value in _options(training).items() if name != "encoder"}
    train(
        graphs, tasks=_tasks(training), strategy=training.strategy, encoder=module, start=start, split=training.split,
        seed=training.seed, device=device, out=place, resume=place.exists(), progress=False, **options,
    )  # fmt: skip


def _tasks(training: Training) -> list[str | Task]:
    """The tasks, those that the protocol changes with its options."""
    changed: dict[str, dict[str, Any]] = json.loads(training.task_options)
    return [type(task)(**changed[task.name]) if task.name in changed else task for task in resolve(training.tasks)]


def _options(training: Training) -> dict[str, Any]:
    return json.loads(training.options)


def _module(training: Training, graphs: PackedGraphs) -> nn.Module | None:
    """A fresh module where the study names an encoder of someone else's; its first weights follow from the seed."""
    options = _options(training)
    name = options.get("encoder")
    if name is None:
        return None
    if name not in MODULES:
        raise InputError(
            f"no encoder {name!r}: a plugin of the study must register it (known: {', '.join(MODULES) or 'none'})"
        )
    part = graphs.select(split_graphs(graphs, training.split, training.seed).train)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(training.seed)
        return MODULES[name](InputSchema.of(part, options.get("scaling") or "rows").width)


def check_options(training: Training) -> None:
    """Raise an `InputError` for tasks, a strategy or options of it that cannot be."""
    resolve(training.tasks or tuple(TASKS))
    if training.strategy == UNTRAINED:
        return
    given = inspect.signature(train).parameters.keys()  # an option of `train` that is one of strategies, too
    known = {name for make in STRATEGIES.values() for name in inspect.signature(make).parameters} & given
    build(training.strategy, **{name: value for name, value in _options(training).items() if name in known})
