"""The encoders of a ledger: each is trained once, whoever asks first, and continued where a killed run left it."""

import inspect
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock
from torch import nn

from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.registry import ENCODERS, MODULES
from multigraft.errors import InputError
from multigraft.files import write_json
from multigraft.graphs.overlap import without
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import split_graphs
from multigraft.graphs.texts import smiles_of
from multigraft.models.importing import import_encoder
from multigraft.models.names import released_place
from multigraft.models.storage import load_encoder
from multigraft.models.trained import TrainedEncoder
from multigraft.strategies.registry import STRATEGIES, build
from multigraft.studies.grid import Training
from multigraft.studies.sources import Sources, released_name, weights_file
from multigraft.studies.study import IMPORTED, UNTRAINED
from multigraft.tasks.base import Task
from multigraft.tasks.registry import TASKS, resolve
from multigraft.training.fit import train, untrained
from multigraft.training.place import OPTIONS
from multigraft.training.recipes.registry import OF_READING

GraphsOf = Callable[..., PackedGraphs]  # of a name and, where molecules are to be read so, a featurisation
SourcesOf = Callable[[Training], Sources]


def obtain(
    training: Training,
    graphs_of: GraphsOf,
    folder: Path,
    device: str = "auto",
    sources: SourcesOf = lambda training: {},
) -> TrainedEncoder:
    """The encoder that ``training`` describes: from ``folder`` if it is there, else trained into it.

    ``graphs_of`` gives data sets by name, ``sources`` the checksums of what a training is made from: an encoder that
    was made from others of the same names is trained anew. Of several processes that ask at once, one trains and the
    others wait.

    Raises:
        InputError: options that `multigraft.train` refuses, or data that cannot serve the tasks.
        MultigraftError: the training fails.
    """
    if (name := released_name(training)) is not None:
        found = load_encoder(released_place(name))
        return found.untrained() if training.strategy == UNTRAINED else found
    if training.strategy == IMPORTED:
        return _imported(training)
    if training.strategy == UNTRAINED:
        module = _module(training, graphs_of)
        shape = {name: value for name, value in _options(training).items() if name not in ("encoder", *OF_READING)}
        return untrained(
            trained_on(training, graphs_of), encoder=module, split=training.split, seed=training.seed, **shape
        )
    options = given(training, graphs_of, folder, device, sources)
    place = folder / training.key
    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / f"{training.key}.lock"):
        drop_unfit(place, sources(training))
        if not (place / "config.json").is_file():
            train(
                trained_on(training, graphs_of, options["start"]),
                out=place,
                resume=place.exists(),
                progress=False,
                **options,
            )
        module = options["encoder"]
        trained = load_encoder(place, module if isinstance(module, nn.Module) else None)
        shutil.rmtree(place / "training" / "tensorboard", ignore_errors=True)
        (place / "training" / "last.ckpt").unlink(missing_ok=True)
    return trained


def given(training: Training, graphs_of: GraphsOf, folder: Path, device: str, sources: SourcesOf) -> dict[str, Any]:
    """The options that `multigraft.train` is given. An encoder that it starts from is obtained."""
    start = None if training.start is None else obtain(training.start, graphs_of, folder, device, sources)
    return {
        **{name: value for name, value in _options(training).items() if name not in OF_READING},
        "tasks": _tasks(training), "strategy": training.strategy, "start": start,
        "encoder": _module(training, graphs_of), "split": training.split, "seed": training.seed, "device": device,
    }  # fmt: skip


def seconds_before(training: Training, folder: Path) -> dict[str, float]:
    """What training each encoder that it goes on from took, by fingerprint; released weights are not ours."""
    if training.start is None or training.start.strategy == IMPORTED:
        return {}
    saved = json.loads((folder / training.start.key / "config.json").read_text(encoding="utf-8"))
    return {**seconds_before(training.start, folder), saved["fingerprint"]: saved["metadata"]["seconds"]}


def epochs_done(training: Training, folder: Path) -> int:
    """How many epochs of it are behind us; what a progress bar asks while another process trains."""
    history = folder / training.key / "training" / "history.csv"
    try:
        return max(0, history.read_text().count("\n") - 1)
    except OSError:
        return 0


def drop_unfit(place: Path, made_from: Sources) -> None:
    """Remove an encoder that was made from other files of the same names, or was killed before its first epoch."""
    _drop_outdated(place, made_from)
    if place.exists() and not any((place / name).is_file() for name in ("config.json", OPTIONS)):
        shutil.rmtree(place)


def _drop_outdated(place: Path, made_from: Sources) -> None:
    """Remove an encoder that was made from other files of the same names, finished or not."""
    if not made_from:
        return
    kept = place.with_name(f"{place.name}.sources.json")
    try:
        before = json.loads(kept.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        before = None
    if before != made_from:
        shutil.rmtree(place, ignore_errors=True)
        write_json(kept, made_from)


def _tasks(training: Training) -> list[str | Task]:
    """The tasks, those that the protocol changes with its options."""
    changed: dict[str, dict[str, Any]] = json.loads(training.task_options)
    return [type(task)(**changed[task.name]) if task.name in changed else task for task in resolve(training.tasks)]


def _options(training: Training) -> dict[str, Any]:
    return json.loads(training.options)


def trained_on(training: Training, graphs_of: GraphsOf, start: TrainedEncoder | None = None) -> PackedGraphs:
    """What it trains on: a corpus without the molecules that others are to be judged on.

    Molecules become graphs as its ``featurization`` says, else as the encoder reads them that it goes on from.

    Raises:
        InputError: a featurization for graphs that are not read from SMILES.
    """
    asked = _options(training).get("featurization", "")
    wanted = asked or ("" if start is None else start.origin.featurization)
    graphs = graphs_of(training.dataset, wanted) if wanted else graphs_of(training.dataset)
    if asked and graphs.origin.featurization != asked:
        raise InputError(f"data set {training.dataset!r} is not read from SMILES: it has no featurization {asked!r}")
    if not training.removed:
        return graphs
    return without(graphs, [smiles for name in training.removed for smiles in smiles_of(graphs_of(name))])


def _imported(training: Training) -> TrainedEncoder:
    """Weights that others released, among the raw data.

    Raises:
        InputError: they are not there, or `multigraft.models.importing.import_encoder` refuses them.
    """
    return import_encoder(weights_file(training.dataset), _options(training)["encoder"])


def _module(training: Training, graphs_of: GraphsOf) -> nn.Module | str | None:
    """The name of a built-in encoder, None for the usual one, or a fresh module where the study names one of others'.

    The first weights of a module follow from the seed.
    """
    options = _options(training)
    name = options.get("encoder")
    if name is None or name in ENCODERS:
        return name
    if name not in MODULES:
        raise InputError(
            f"no encoder {name!r}: a plugin of the study must register it (known: {', '.join([*ENCODERS, *MODULES])})"
        )
    graphs = trained_on(training, graphs_of)
    part = graphs.select(split_graphs(graphs, training.split, training.seed).train)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(training.seed)
        return MODULES[name](InputSchema.of(part, options.get("scaling") or "rows").width)


def check_options(training: Training) -> None:
    """Raise an `InputError` for tasks, a strategy or options of it that cannot be."""
    resolve(training.tasks or tuple(TASKS))
    if training.strategy in (UNTRAINED, IMPORTED):
        return
    given = inspect.signature(train).parameters.keys()  # an option of `train` that is one of strategies, too
    known = {name for make in STRATEGIES.values() for name in inspect.signature(make).parameters} & given
    build(training.strategy, **{name: value for name, value in _options(training).items() if name in known})
