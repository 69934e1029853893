"""What happens after each epoch: keep the best weights, write the history, save the state, show progress."""

import time
from pathlib import Path
from typing import Any

import lightning as L
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from torch import Tensor

from multigraft.files import replacing, write_table
from multigraft.training.module import TrainingModule

MINUTE = 60.0  # seconds


class BestWeights(L.Callback):
    """Keeps the weights with the highest sum of validation scores, and stops when they stay the best for too long.

    ``patience``: validations without improvement after which training stops; None: never.
    """

    def __init__(self, patience: int | None) -> None:
        self.patience = patience
        self.epoch = -1
        self.score = float("-inf")
        self.waited = 0
        self.scores: dict[str, float] = {}
        self.weights: dict[str, Tensor] = {}

    def on_train_epoch_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        module = _training(pl_module)
        if self.improves(trainer.current_epoch, module.scores()):
            self.weights = {name: value.detach().cpu().clone() for name, value in module.model.state_dict().items()}
        self._stop_if_spent(trainer)

    def improves(self, epoch: int, scores: dict[str, float]) -> bool:
        """Whether the scores after an epoch are the best so far; without validation they are not."""
        if "validation/sum" not in scores:
            return False
        if scores["validation/sum"] > self.score:
            self.epoch, self.score, self.scores, self.waited = epoch, scores["validation/sum"], scores, 0
            return True
        self.waited += 1
        return False

    @property
    def spent(self) -> bool:
        """Whether patience is at its end."""
        return self.patience is not None and self.waited >= self.patience

    def on_fit_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        self._stop_if_spent(trainer)  # a run that was killed after its last epoch has nothing left to do

    def _stop_if_spent(self, trainer: L.Trainer) -> None:
        if self.spent:
            trainer.should_stop = True

    def state_dict(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("epoch", "score", "waited", "scores", "weights")}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.__dict__.update(state_dict)


class History(L.Callback):
    """Scores of every epoch; written as CSV after each, with an empty cell where there was no validation."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.rows: list[dict[str, float]] = []
        self._before = 0.0
        self._started = time.monotonic()

    @property
    def seconds(self) -> float:
        """Seconds spent training until the last epoch's end, earlier parts of a resumed run included."""
        return self.rows[-1]["seconds"] if self.rows else 0.0

    def on_fit_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        self._started = time.monotonic() - self._before

    def on_train_epoch_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        self.rows.append({"epoch": trainer.current_epoch, "seconds": self._spent(), **_training(pl_module).scores()})
        self.write()

    def write(self) -> None:
        """Write the file, whole."""
        if self.path:
            write_table(self.path, self.rows)

    def state_dict(self) -> dict[str, Any]:
        return {"rows": self.rows, "spent": self._spent()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.rows = state_dict["rows"]
        self._before = state_dict.get("spent", self.seconds)

    def _spent(self) -> float:
        return round(time.monotonic() - self._started, 3)


class Speed(L.Callback):
    """How many graphs a second the training steps take, validation and writing apart; of the run at hand alone."""

    def __init__(self) -> None:
        self.graphs = 0
        self.seconds = 0.0
        self._since = 0.0

    @property
    def graphs_per_second(self) -> float | None:
        """None before the first step."""
        return round(self.graphs / self.seconds, 1) if self.seconds else None

    def on_train_batch_start(self, trainer: L.Trainer, *_: Any) -> None:
        self._since = time.monotonic()

    def on_train_batch_end(self, trainer: L.Trainer, pl_module: L.LightningModule, *_: Any) -> None:
        self.seconds += time.monotonic() - self._since
        module = _training(pl_module)
        self.graphs += module.batch_graphs(module.step)


class SaveState(L.Callback):
    """Writes everything needed to continue, behind all other callbacks: after each epoch, and each minute of one.

    An epoch over a corpus takes hours. Where the balancing forgets, nothing is written within it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._saved = time.monotonic()

    def on_train_batch_end(self, trainer: L.Trainer, pl_module: L.LightningModule, *_: Any) -> None:
        module = _training(pl_module)
        last = (
            module.step + 1 == module.steps
        )  # from there Lightning would go on with the next epoch, and never validate
        if time.monotonic() - self._saved >= MINUTE and not (last or module.balancer.forgets):
            self._save(trainer)

    def on_train_epoch_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        self._save(trainer)

    def _save(self, trainer: L.Trainer) -> None:
        with replacing(self.path) as temporary:
            trainer.save_checkpoint(temporary)
        self._saved = time.monotonic()


class EpochProgress(L.Callback):
    """A bar on standard error: epochs done, rate, time left, latest validation scores."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("training"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[scores]}"),
            console=Console(stderr=True),
        )

    def on_train_start(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        steps = _training(pl_module).steps
        self._shown = self._bar.add_task(
            "", total=(trainer.max_epochs or 0) * steps, completed=trainer.global_step, rate="", scores=""
        )
        self._bar.start()

    def on_train_batch_end(self, trainer: L.Trainer, *_: Any) -> None:
        speed = self._bar.tasks[0].speed
        self._bar.update(self._shown, advance=1, rate=f"{speed:.0f} steps/s" if speed else "")

    def on_train_epoch_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        scores = {
            name.removeprefix("validation/"): value
            for name, value in _training(pl_module).scores().items()
            if name.startswith("validation/")
        }
        if scores:
            self._bar.update(self._shown, scores="  ".join(f"{name} {value:.3f}" for name, value in scores.items()))

    def on_train_end(self, trainer: L.Trainer, pl_module: L.LightningModule) -> None:
        self._bar.stop()

    def on_exception(self, trainer: L.Trainer, pl_module: L.LightningModule, exception: BaseException) -> None:
        self._bar.stop()


def _training(module: L.LightningModule) -> TrainingModule:
    assert isinstance(module, TrainingModule)
    return module
