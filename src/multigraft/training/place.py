"""The directory of a training run: a new one, or that of the run which is to go on."""

import json
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.files import write_json
from multigraft.models.storage import fill, write_into, write_weights
from multigraft.models.trained import TrainedEncoder
from multigraft.training.claim import OPTIONS, check_free
from multigraft.training.options import check_resumable
from multigraft.training.preparation import Run

INITIAL = "initial.safetensors"


def begin(run: Run, out: Path, resume: bool) -> None:
    """Make ``out`` the directory of ``run``, or check that it is and take the weights that it started from.

    Raises:
        InputError: it holds something else, or a run with other options, or one that is not to be resumed.
    """
    if _check_place(out, resume):
        _check_same(run, out)
        fill(run.initial, out / INITIAL)
        if run.start is None:
            run.model.encoder.load_state_dict(run.initial.state_dict())
    else:
        write_json(out / "split.json", run.split.to_json())
        write_weights(out / INITIAL, run.initial.state_dict())
    write_json(out / OPTIONS, _described(run))


def end(trained: TrainedEncoder, out: Path) -> TrainedEncoder:
    """Write what the run came to into its directory."""
    write_into(trained, out)
    trained.home = out.absolute()
    return trained


def _check_place(out: Path, resume: bool) -> bool:
    """Whether ``out`` holds a run to continue."""
    check_free(out, resume)
    started = (out / OPTIONS).is_file()
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
    origin = run.graphs.origin
    data: dict[str, Any] = {"name": origin.name, "checksum": origin.checksum}
    data |= {"excluded": list(origin.excluded)} if origin.excluded else {}
    asked = {task.name: task.config() for task in run.tasks}
    options = {**run.options.to_json(), "scaling": scaling, "start": _started_from(run.start)}
    readout = {} if run.readout == "mean" else {"readout": run.readout}  # the usual one was not always written
    return json.loads(json.dumps({"data": data, "encoder": encoder, "task_options": asked, **readout, **options}))


def _started_from(start: TrainedEncoder | None) -> dict[str, Any] | None:
    """What names the encoder that training starts from."""
    if start is None:
        return None
    return {"fingerprint": start.fingerprint, "tasks": list(start.tasks), "strategy": start.strategy}
