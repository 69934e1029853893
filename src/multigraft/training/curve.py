"""The loss within long epochs: one over a corpus takes minutes to hours, and what it learns shows before it ends."""

import time
from pathlib import Path
from typing import Any

import lightning as L

from multigraft.files import write_table
from multigraft.training.module import TrainingModule

ROWS = 20  # an epoch
LONG = 200  # steps of an epoch that are worth looking into


def due(done: int, steps: int) -> bool:
    """Whether a row is written after ``done`` steps of an epoch of ``steps``."""
    return steps >= LONG and done % (steps // ROWS) == 0


class LossCurve(L.Callback):
    """Mean losses over each twentieth of a long epoch, as CSV; ``seconds`` are those of the run at hand."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: list[dict[str, float]] = []
        self._before: dict[str, float] = {}
        self._started = time.monotonic()

    def on_train_batch_end(self, trainer: L.Trainer, pl_module: L.LightningModule, *_: Any) -> None:
        assert isinstance(pl_module, TrainingModule)
        done = pl_module.step + 1
        if due(done, pl_module.steps):
            self.add(trainer.current_epoch, done, pl_module.steps // ROWS, pl_module.loss_sums())

    def add(self, epoch: int, done: int, every: int, sums: dict[str, float]) -> None:
        """A row after ``done`` steps of an epoch, ``every`` steps behind the last, from the sums of their losses."""
        before = self._before if done > every else {}
        means = {f"train/{name}": (total - before.get(name, 0.0)) / every for name, total in sums.items()}
        self._before = sums
        seconds = round(time.monotonic() - self._started, 3)
        self.rows.append({"epoch": epoch, "step": done, "seconds": seconds, **means})
        write_table(self.path, self.rows)

    def state_dict(self) -> dict[str, Any]:
        return {"rows": self.rows, "before": self._before}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.rows, self._before = state_dict["rows"], state_dict.get("before", {})
