"""One of several runs that are trained in lockstep: its questions, its scores, its files."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from multigraft.graphs.part import Part
from multigraft.models.trained import TrainedEncoder
from multigraft.strategies.base import SideBySide
from multigraft.tasks.base import Examples, Task
from multigraft.training.callbacks import BestWeights, History, Speed
from multigraft.training.curve import LossCurve
from multigraft.training.loop import finished
from multigraft.training.module import TrainingModule
from multigraft.training.place import end
from multigraft.training.preparation import Run

Exam = tuple[Any, Examples]  # what is asked, and what it is judged by, on the host


class Side(TrainingModule):
    """A training run whose steps somebody else makes: it draws as it would alone, and keeps the same books."""

    def __init__(self, run: Run, out: Path) -> None:
        parts = Part(run.graphs, run.split.train), Part(run.graphs, run.split.validation)
        super().__init__(run.model, run.tasks, run.strategy, *parts, run.options, run.balancing)
        self.run, self.out, self.epoch, self.seconds = run, out, 0, 0.0
        self.best, self.speed = BestWeights(run.options.patience), Speed()
        self.history = History(out / "training" / "history.csv")
        self.curve = LossCurve(out / "training" / "steps.csv")
        self._where = torch.device("cpu")
        self._exams: dict[int, dict[Task, Exam]] = {}

    @property
    def current_epoch(self) -> int:
        return self.epoch

    @property
    def device(self) -> torch.device:
        return self._where

    def enter(self, device: torch.device) -> None:
        """Take the data to a device."""
        self._where = device
        self.on_fit_start()

    def exams(self, index: int) -> dict[Task, Exam]:
        """What one step of a validation asks; it is the same every time, so where it is little it is kept."""
        if index in self._exams:
            return self._exams[index]
        found = {task: self._exam(task, graphs, draws) for task, graphs, draws in self.validations(index)}
        if len(self.val_dataloader()) == self.options.validation_draws:
            self._exams[index] = found
        return found

    def _exam(self, task: Task, graphs: Any, draws: torch.Generator) -> Exam:
        assert isinstance(self.method, SideBySide)
        exam = self.method.exam(task, graphs, draws)
        asked = self.method.asked(exam)
        return exam, Examples(asked.graphs, asked.queries.cpu(), asked.answers.cpu())

    def close_epoch(self, losses: dict[str, Tensor], seconds: float, training: float) -> bool:
        """Book an epoch: the sums of its losses, its share of the time, and of that what its steps took.

        Returns whether its weights are the best so far.

        Raises:
            MultigraftError: a loss is infinite or not a number.
        """
        self._losses = losses
        scores = self.scores()
        self.seconds += seconds
        self.speed.seconds += training
        self.speed.graphs += sum(self.batch_graphs(step) for step in range(self.steps))
        self.history.rows.append({"epoch": self.epoch, "seconds": round(self.seconds, 3), **scores})
        return self.best.improves(self.epoch, scores)

    @property
    def spent(self) -> bool:
        """Whether it ends with this epoch."""
        return self.best.spent or self.epoch + 1 >= self.options.epochs

    def finish(self, weights: dict[str, Tensor], together: int) -> TrainedEncoder:
        """Write the run's result, with these weights; ``together``: how many began in lockstep."""
        self.history.write()
        self.best.weights = {**self.run.model.state_dict(), **weights}
        trained = finished(self.run, self.best, self.history, self.speed)
        trained.metadata["lockstep"] = together
        return end(trained, self.out)

    def books(self) -> dict[str, Any]:
        """What `open_books` needs to go on."""
        return {"best": self.best.state_dict(), "rows": self.history.rows, "seconds": self.seconds,
                "curve": self.curve.state_dict()}  # fmt: skip

    def open_books(self, epoch: int, kept: dict[str, Any]) -> None:
        """Go on from the end of that epoch."""
        self.epoch = epoch
        self.best.load_state_dict(kept["best"])
        self.history.rows, self.seconds = kept["rows"], kept["seconds"]
        self.curve.load_state_dict(kept["curve"])
