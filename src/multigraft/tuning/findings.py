"""What a search found: its trials, the best of them, what it gains over the defaults."""

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multigraft.files import write_text

BEST, TRIALS = "best.toml", "trials.csv"


@dataclass(frozen=True)
class Trial:
    """One trial.

    Attributes:
        state: ``done``, ``diverged``, ``failed`` or ``running``.
        options: Every option that was searched or held, the defaults' among them.
        score: The sum of the validation scores; None where there are none.
        validation: The validation scores by task.
    """

    number: int
    state: str
    options: Mapping[str, Any]
    score: float | None
    validation: Mapping[str, float | None]
    epochs: int = 0
    best_epoch: int = -1
    seconds: float = 0.0


@dataclass(frozen=True)
class Tuning:
    """What a search found.

    Attributes:
        out: The search's directory.
        data: The name of the data set.
        split: The kind of the split; empty for one of the caller's own.
        trials: In the order in which they were begun; the first has the defaults.
    """

    out: Path
    data: str
    strategy: str
    tasks: tuple[str, ...]
    epochs: int
    seed: int
    split: str
    trials: tuple[Trial, ...]

    @property
    def finished(self) -> tuple[Trial, ...]:
        """The trials that count: those with scores, and those that diverged."""
        return tuple(trial for trial in self.trials if trial.state in ("done", "diverged"))

    @property
    def defaults(self) -> Trial | None:
        """The trial with the defaults, once it has scores."""
        return next((trial for trial in self.trials[:1] if trial.score is not None), None)

    @property
    def best(self) -> Trial | None:
        """The first of the trials with the highest score."""
        return max((trial for trial in self.trials if trial.score is not None), key=_score, default=None)

    @property
    def gain(self) -> float | None:
        """The best score less that of the defaults; never negative, as the best of several is chosen by it."""
        if self.best is None or self.defaults is None:
            return None
        return _score(self.best) - _score(self.defaults)

    @property
    def options(self) -> dict[str, Any]:
        """The best trial's options, as `multigraft.train` and a configuration file take them; empty without one."""
        if self.best is None:
            return {}
        return {"strategy": self.strategy, "tasks": list(self.tasks), "epochs": self.epochs, **self.best.options}

    def write(self) -> None:
        """Write the trials as CSV, and the best one as a configuration file, into the search's directory."""
        write_text(self.out / TRIALS, self._csv())
        if self.best is not None:
            write_text(self.out / BEST, self._toml())

    def _csv(self) -> str:
        rows = [self._row(trial) for trial in self.trials]
        text = io.StringIO()
        writer = csv.DictWriter(text, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue()

    def _row(self, trial: Trial) -> dict[str, Any]:
        scores = {f"validation/{task}": trial.validation.get(task) for task in self.tasks}
        trained = {name: getattr(trial, name) if trial.epochs else None for name in ("epochs", "best_epoch", "seconds")}
        about = {"trial": trial.number, "state": trial.state}
        return {**about, **trial.options, **scores, "validation/sum": trial.score, **trained}

    def _toml(self) -> str:
        assert self.best is not None
        compared = "" if self.defaults is None else f" (the defaults: {self.defaults.score:.4f})"
        split = f" --split {self.split}" if self.split else ""
        name = json.dumps(self.data)[1:-1]  # a name with a line break must not end the comment
        lines = [
            f"# {name}: the best of {len(self.finished)} trials is trial {self.best.number}.",
            f"# Its sum of validation scores is {self.best.score:.4f}{compared}. It was chosen by this score, which is",
            "# therefore optimistic: measure the encoder on the test graphs.",
            f"# The same again: multigraft train DATA --config {BEST} --seed {self.seed}{split} --out DIR",
        ]
        values = {**self.options, "tasks": ",".join(self.tasks)}
        return "\n".join([*lines, *(f"{name} = {json.dumps(value)}" for name, value in values.items())]) + "\n"


def _score(trial: Trial) -> float:
    return float("-inf") if trial.score is None else trial.score
