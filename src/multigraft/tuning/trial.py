"""One trial: train with the options that were drawn, keep the validation scores. It can be killed at any moment."""

import json
import shutil
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from multigraft.errors import InputError, MultigraftError
from multigraft.files import write_json
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split
from multigraft.graphs.store import load
from multigraft.training.fit import train
from multigraft.training.place import OPTIONS
from multigraft.tuning.journal import Drawn


@dataclass(frozen=True)
class Setup:
    """What all trials of a search share. ``folder`` is the search's directory, ``split`` a kind or a split as JSON."""

    folder: Path
    strategy: str
    tasks: tuple[str, ...]
    epochs: int
    split: str | dict[str, Any]
    seed: int
    device: str

    @property
    def graphs(self) -> Path:
        """Where the graphs lie while the search runs."""
        return self.folder / "training" / "graphs.safetensors"

    def place(self, number: int) -> Path:
        """Where a trial trains."""
        return self.folder / "training" / f"{number:04d}"

    def result(self, number: int) -> Path:
        """Where what came of a trial is kept."""
        return self.folder / "trials" / f"{number:04d}.json"


@dataclass(frozen=True)
class Result:
    """What came of a trial.

    Attributes:
        state: ``done``; ``diverged``: the loss was no longer a number; ``refused``: no training with these options.
        validation: The best epoch's score by task, None where the validation part does not define it.
        message: Why there are no scores.
        sum: Of the scores in units that can be added; None in the files of earlier versions, where all of them could.
    """

    state: str
    validation: dict[str, float | None] = field(default_factory=dict)
    epochs: int = 0
    best_epoch: int = -1
    seconds: float = 0.0
    message: str = ""
    sum: float | None = None

    @property
    def score(self) -> float:
        """The sum of the defined validation scores, by which training chooses its best epoch; else minus infinity."""
        if self.state != "done":
            return float("-inf")
        if self.sum is not None:
            return self.sum
        return sum((score for score in self.validation.values() if score is not None), start=0.0)


def perform(setup: Setup, trial: Drawn) -> None:
    """Train, or go on training where a killed process stopped, and write the result; what was trained is removed."""
    if setup.result(trial.number).is_file():
        return
    place = setup.place(trial.number)
    write_json(setup.result(trial.number), asdict(_trained(setup, trial, place)))
    shutil.rmtree(place, ignore_errors=True)


def read_result(setup: Setup, number: int) -> Result:
    """What `perform` wrote.

    Raises:
        InputError: the file is gone or damaged.
    """
    path = setup.result(number)
    try:
        return Result(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"the search lacks {path}: put it back, or search anew ({error})") from error


def epochs_done(setup: Setup, number: int) -> int:
    """How many epochs of a running trial are behind us."""
    try:
        return max(0, (setup.place(number) / "training" / "history.csv").read_text().count("\n") - 1)
    except OSError:
        return 0


def _trained(setup: Setup, trial: Drawn, place: Path) -> Result:
    if place.exists() and not (place / OPTIONS).is_file():
        shutil.rmtree(place)  # killed before its first epoch
    split = setup.split if isinstance(setup.split, str) else Split.from_json(setup.split)
    try:
        trained = train(
            _graphs(setup.graphs), tasks=setup.tasks, strategy=setup.strategy, epochs=setup.epochs, split=split,
            seed=setup.seed, device=setup.device, out=place, resume=place.exists(), progress=False, **trial.options,
        )  # fmt: skip
    except InputError as error:
        return Result("refused", message=str(error))
    except MultigraftError as error:
        return Result("diverged", message=str(error))
    known = trained.metadata
    return Result(
        "done", known["validation"], known["epochs"], known["best_epoch"], known["seconds"], sum=known["score"]
    )


@lru_cache(maxsize=1)
def _graphs(path: Path) -> PackedGraphs:
    """The search's graphs, mapped into memory once a process."""
    return load(path)
