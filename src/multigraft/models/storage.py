"""A trained encoder on disk: config.json, safetensors weights, the split and a model card; no code, no pickle."""

import copy
import dataclasses
import json
from pathlib import Path
from typing import Any, get_args

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from multigraft.encoders.base import Encoder, ModuleEncoder
from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.readout import Readout
from multigraft.encoders.registry import ENCODERS
from multigraft.errors import InputError
from multigraft.files import replacing, write_json, write_text
from multigraft.graphs.packed import Origin
from multigraft.graphs.splits import Split
from multigraft.models.card import model_card
from multigraft.models.known import read_known, write_known
from multigraft.models.names import CARD, INITIAL, WEIGHTS, check_directory, encoder_place
from multigraft.models.seen import read_seen, write_seen
from multigraft.models.trained import TrainedEncoder
from multigraft.tasks.base import Task
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import TASKS

FORMAT = 1
SEEN, KNOWN = "seen.safetensors", "known.safetensors"


def save(trained: TrainedEncoder, directory: Path) -> Path:
    """Write ``trained`` into a new directory, which becomes its home; see `write_into`."""
    if directory.exists():
        raise InputError(f"{directory} exists: choose another directory, or remove it")
    write_into(trained, directory)
    trained.home = directory.absolute()
    return directory


def write_into(trained: TrainedEncoder, directory: Path) -> None:
    """Write the files of ``trained``, config.json last: where that is, the rest is whole. Its home stays what it is."""
    directory.mkdir(parents=True, exist_ok=True)
    write_weights(directory / WEIGHTS, trained.model.state_dict())
    write_weights(directory / INITIAL, trained.initial.state_dict())
    if trained.split:
        write_json(directory / "split.json", trained.split.to_json())
    if trained.seen:
        write_seen(directory / SEEN, trained.seen)
    if trained.known is not None:
        write_known(directory / KNOWN, trained.known)
    write_text(directory / CARD, model_card(trained))
    write_json(directory / "config.json", to_config(trained))


def to_config(trained: TrainedEncoder) -> dict[str, Any]:
    """Everything but weights and split, as JSON values."""
    encoder, origin = trained.encoder, trained.origin
    return {
        "multigraft_format": FORMAT,
        "encoder": {"kind": encoder.kind, **encoder.config()},
        "input": dataclasses.asdict(encoder.inputs.schema),
        "readout": trained.readout,
        "tasks": list(trained.tasks),
        "task_options": {task.name: task.config() for task in trained.model.tasks},
        **({"headless": True} if trained.tasks and not trained.model.tasks else {}),
        "strategy": trained.strategy,
        "data": {
            "name": origin.name,
            "checksum": origin.checksum,
            "node_classes": list(origin.node_classes),
            "graph_classes": list(origin.graph_classes),
            "degree": origin.degree,
            "featurization": origin.featurization,
            "targets": list(origin.targets),
            "target_kind": origin.target_kind,
            "metric": origin.metric,
            "strip_salts": origin.strip_salts,
            **({"excluded": list(origin.excluded)} if origin.excluded else {}),
        },
        "fingerprint": trained.fingerprint,
        "metadata": trained.metadata,
    }


def load_encoder(directory: str | Path, module: nn.Module | None = None) -> TrainedEncoder:
    """The encoder that `TrainedEncoder.save` wrote, or a released one by its name, ``molecules-small``.

    ``module``: for an encoder that was trained from a module of the user's own, a module of the same architecture.

    Raises:
        InputError: no such directory, a file is missing, truncated or foreign, or ``module`` is missing or differs.
    """
    directory = encoder_place(directory)
    config = _read_config(directory)
    try:
        origin = _origin(config["data"])
        headed = () if config.get("headless") else config["tasks"]
        tasks = [_task(name, config["task_options"]) for name in headed if name in TASKS]
        with torch.random.fork_rng(devices=[]):  # initial weights are about to be replaced: leave no trace
            model = TaskModel(_build(config, module), tasks, origin)
            initial = _build(config, module)
        trained = TrainedEncoder(
            model,
            initial,
            origin,
            tuple(config["tasks"]),
            config["strategy"],
            _read_split(directory),
            config["metadata"],
            config["readout"],
            read_seen(directory / SEEN),
            read_known(directory / KNOWN),
        )
        if trained.readout not in get_args(Readout):
            raise ValueError(f"readout {trained.readout!r}")
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"{directory / 'config.json'} does not describe a multigraft encoder: {error!r}") from error
    foreign = tuple(f"heads.{name}." for name in config["tasks"] if name not in TASKS)
    fill(model, directory / WEIGHTS, foreign)
    fill(initial, directory / INITIAL)
    trained.home = directory.absolute()
    return trained


def write_weights(path: Path, weights: dict[str, Tensor]) -> None:
    """Write tensors by name as safetensors, whole or not at all."""
    with replacing(path) as temporary:
        save_file({name: value.detach().cpu().contiguous() for name, value in weights.items()}, temporary)


def _read_config(directory: Path) -> dict[str, Any]:
    path = directory / "config.json"
    check_directory(directory)
    if not path.is_file():
        unfinished = (directory / "training").is_dir()
        hint = "its training has not finished, continue it with --resume" if unfinished else "it has no config.json"
        if seeds := sorted(one.parent for one in directory.glob("seed-*/config.json")):
            hint = f"it holds what fine-tuning made of each seed, name one of them: {seeds[0]}"
        raise InputError(f"no trained encoder at {directory}: {hint}")
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"cannot read {path}: {error}") from error
    if not isinstance(config, dict) or "multigraft_format" not in config:
        raise InputError(f"{path} is not a multigraft encoder's: it has no 'multigraft_format'")
    if config["multigraft_format"] != FORMAT:
        raise InputError(f"{path} has format {config['multigraft_format']}, this version reads {FORMAT}")
    return config


def _build(config: dict[str, Any], module: nn.Module | None) -> Encoder:
    """The architecture that ``config`` describes, with weights to be filled in."""
    schema = InputSchema.from_json(config["input"])
    kind, options = config["encoder"]["kind"], {k: v for k, v in config["encoder"].items() if k != "kind"}
    if "batch_norm" in options:  # what was saved before norms had names
        options["norm"] = "batch" if options.pop("batch_norm") else "none"
    if kind != ModuleEncoder.kind:
        return ENCODERS[kind](schema, **options)
    if module is None:
        raise InputError(f"this encoder is a {options['module']}: pass one of the same architecture as module=")
    return ModuleEncoder(copy.deepcopy(module), schema)


def fill(module: nn.Module, path: Path, without: tuple[str, ...] = ()) -> None:
    """Load the weights in ``path``, but for those whose names begin with one of ``without``.

    Raises:
        InputError: a file that is missing, truncated or of another architecture.
    """
    if not path.is_file():
        raise InputError(f"{path} is missing")
    try:
        weights = load_file(path)
    except (SafetensorError, OSError) as error:
        raise InputError(f"cannot read {path}, it is truncated or no safetensors file: {error}") from error
    try:
        module.load_state_dict({name: value for name, value in weights.items() if not name.startswith(without)})
    except RuntimeError as error:
        raise InputError(f"{path} does not fit the encoder that config.json describes: {error}") from error


def _task(name: str, options: dict[str, dict[str, Any]]) -> Task:
    """The named task with the options it was trained with."""
    return type(TASKS[name])(**options.get(name, {}))


def _origin(data: dict[str, Any]) -> Origin:
    """Where the training data come from; encoders of earlier versions say nothing of targets and salts."""
    return Origin(
        data["name"],
        data["checksum"],
        node_classes=tuple(data["node_classes"]),
        graph_classes=tuple(data["graph_classes"]),
        degree=data["degree"],
        featurization=data.get("featurization", ""),
        targets=tuple(data.get("targets", ())),
        target_kind=data.get("target_kind", ""),
        metric=data.get("metric", ""),
        strip_salts=data.get("strip_salts", False),
        excluded=tuple(data.get("excluded", ())),
    )


def _read_split(directory: Path) -> Split | None:
    path = directory / "split.json"
    if not path.is_file():
        return None
    try:
        return Split.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path} is not a split that multigraft wrote: {error!r}") from error


def opened(encoder: TrainedEncoder | str | Path) -> TrainedEncoder:
    """The encoder itself, or the one of that directory or released name; see `load_encoder`."""
    return load_encoder(encoder) if isinstance(encoder, str | Path) else encoder
