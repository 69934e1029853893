"""Several runs of one configuration, which differ in seed and split alone, trained side by side in one process.

A step of a small network on a GPU takes as long as its operations take to launch, and a step of ten networks has as
many operations as one of one: see docs/speed/lockstep.md.
"""

import copy
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from pickle import UnpicklingError  # what torch says of a file with more in it than it trusts
from typing import Any
from zipfile import is_zipfile

import torch
from torch import Tensor

from multigraft.errors import InputError, MultigraftError
from multigraft.files import replacing
from multigraft.models.trained import TrainedEncoder, pick_device
from multigraft.processes import keep_freed_memory
from multigraft.strategies.base import Losses, SideBySide
from multigraft.tasks.model import TaskModel
from multigraft.tasks.model_stack import abreast
from multigraft.training.companions import obstacle
from multigraft.training.curve import ROWS, due
from multigraft.training.loop import using_threads
from multigraft.training.place import begin
from multigraft.training.preparation import Run
from multigraft.training.side import Side
from multigraft.training.stacks import Stacks

PAUSE = 5.0  # seconds between two states, or losses on the way, that are written

Outcome = TrainedEncoder | MultigraftError


def train_together(runs: Sequence[Run], outs: Sequence[Path], state: Path) -> list[Outcome]:
    """Train every run into its directory of ``outs``; what becomes of each equals what `train` makes of it alone.

    It equals it to the rounding of float32, as sums are taken in another order. Where a run stops, the others go on. A
    run whose loss is no longer a number ends with that error. ``state`` is a file to go on from: runs that are in it
    do, the others begin after those. It is gone in the end.

    Raises:
        InputError: they cannot be trained together (`companions.obstacle`), or a directory holds something else.
    """
    reason = obstacle(runs)
    if reason is not None:
        raise InputError(f"these runs cannot be trained in lockstep: {reason}")
    if len({out.name for out in outs}) < len(outs):
        raise InputError("runs in lockstep go to directories of different names")
    kept = _read(state)
    for run, out in zip(runs, outs, strict=True):
        begin(run, out, resume=True)
    begun = [place for place, out in enumerate(outs) if out.name in kept.get("books", {})]
    fresh = [place for place in range(len(runs)) if place not in begun]
    outcomes: dict[int, Outcome] = {}
    keep_freed_memory()
    with using_threads(runs[0].options.threads):
        for places, past in ((begun, kept), (fresh, {})):
            if places:
                sides = [Side(runs[place], outs[place]) for place in places]
                found = Lockstep(sides, state, past).run()
                outcomes |= {place: found[outs[place].name] for place in places}
    state.unlink(missing_ok=True)
    return [outcomes[place] for place in range(len(runs))]


class Lockstep:
    """The loop: epochs of steps that all runs make together, validation, and what follows from it.

    ``kept`` is what an earlier one wrote to ``state``, if these runs go on from there.
    """

    def __init__(self, sides: list[Side], state: Path, kept: Mapping[str, Any]) -> None:
        first = sides[0]
        assert isinstance(first.method, SideBySide)
        self.sides, self.state = sides, state
        self.strategy, self.options, self.balancer = first.method, first.options, first.balancer
        self.epoch, self.together, self._saved = kept.get("epoch", 0), kept.get("together", len(sides)), -PAUSE
        self.outcomes: dict[str, Outcome] = {}
        device = pick_device(self.options.device)
        for side in sides:
            side.enter(device)
        if kept:
            for side in sides:
                side.open_books(self.epoch - 1, kept["books"][side.out.name])
            whole = Stacks.restored(self._shape(device), self.options, kept["stacks"], device)
            self.stacks = whole.keep([list(kept["books"]).index(side.out.name) for side in sides])
        else:
            self.stacks = Stacks.of(self._shape(device), [side.model for side in sides], self.options, device)

    def _shape(self, device: torch.device) -> TaskModel:
        """A model of the runs' architecture that belongs to none of them, on a device: buffers live where data do."""
        return copy.deepcopy(self.sides[0].model).to(device)

    def run(self) -> dict[str, Outcome]:
        """Every run's result, by the name of its directory."""
        self._part([row for row, side in enumerate(self.sides) if self.epoch and side.spent])
        every = min(self.options.validate_every, self.options.epochs)
        while self.sides:
            started = time.monotonic()
            sums = self.train_epoch()
            trained = time.monotonic() - started
            if (self.epoch + 1) % every == 0:
                self._validate()
            self._close(sums, started, trained)
            self.epoch += 1
            self._save()
        return self.outcomes

    def train_epoch(self) -> dict[str, list[float]]:
        """The steps of the epoch at hand; the sums of their losses, by task and run."""
        for side in self.sides:
            side.epoch = self.epoch
            side.on_train_epoch_start()
        sums: dict[str, Tensor] = {}
        for step in range(self.sides[0].steps):
            losses = self.strategy.judged(self.stacks.models, abreast([side.questions(step) for side in self.sides]))
            self._learn(losses)
            sums = {name: sums.get(name, 0) + loss.detach() for name, loss in losses.items()}
            if due(step + 1, self.sides[0].steps):
                self._draw_curves(step + 1, {name: total.tolist() for name, total in sums.items()})
        return {name: total.tolist() for name, total in sums.items()}

    def _learn(self, losses: Losses) -> None:
        optimizer = self.stacks.optimizer
        optimizer.zero_grad()
        self.balancer.backward(losses, self.stacks.models.model)
        optimizer.step()

    def _draw_curves(self, done: int, sums: Mapping[str, Sequence[float]]) -> None:
        for row, side in enumerate(self.sides):
            own = {name: values[row] for name, values in sums.items()}
            side.curve.add(self.epoch, done, side.steps // ROWS, own)

    def _validate(self) -> None:
        for side in self.sides:
            side.on_validation_epoch_start()
        for index in self.sides[0].val_dataloader():
            exams = [side.exams(index) for side in self.sides]
            said = self.strategy.answers(
                self.stacks.models, abreast([{task: exam for task, (exam, _) in own.items()} for own in exams])
            )
            for task, logits in said.items():
                asked = [own[task][1] for own in exams]
                parts = logits.cpu().split([len(one) for one in asked])
                for side, own, examples in zip(self.sides, parts, asked, strict=True):
                    side.answered(task, index, own, examples)
        for side in self.sides:
            side.on_validation_epoch_end()

    def _close(self, sums: Mapping[str, Sequence[float]], started: float, trained: float) -> None:
        """Book the epoch; runs that end leave."""
        share, better, leaving = 1 / len(self.sides), [], []
        seconds = time.monotonic() - started
        for row, side in enumerate(self.sides):
            own = {name: torch.tensor(values[row], dtype=torch.float64) for name, values in sums.items()}
            try:
                if side.close_epoch(own, seconds * share, trained * share):
                    better.append(row)
            except MultigraftError as error:
                self.outcomes[side.out.name] = error
            if side.spent or side.out.name in self.outcomes:
                leaving.append(row)
        self.stacks.remember(better)
        self._part(leaving)

    def _part(self, leaving: Sequence[int]) -> None:
        """Finish some of the runs; the others go on without them."""
        for row in leaving:
            side = self.sides[row]
            if side.out.name not in self.outcomes:
                weights = {name: stack[row].cpu() for name, stack in self.stacks.best.items()}
                self.outcomes[side.out.name] = side.finish(weights, self.together)
        staying = [row for row in range(len(self.sides)) if row not in leaving]
        self.sides = [self.sides[row] for row in staying]
        if leaving and staying:
            self.stacks = self.stacks.keep(staying)

    def _save(self) -> None:
        """Write what is needed to go on from here, and the histories; not all the time."""
        if not self.sides or time.monotonic() - self._saved < PAUSE:
            return
        for side in self.sides:
            side.history.write()
        books = {side.out.name: side.books() for side in self.sides}
        kept = {"epoch": self.epoch, "together": self.together, "books": books, "stacks": self.stacks.state_dict()}
        with replacing(self.state) as temporary:
            torch.save(kept, temporary)
        self._saved = time.monotonic()


def _read(state: Path) -> dict[str, Any]:
    """What `Lockstep._save` wrote, if anything.

    Raises:
        InputError: it cannot be read.
    """
    if not state.is_file():
        return {}
    try:
        if is_zipfile(state):
            return torch.load(state, map_location="cpu", weights_only=True)
        reason = "it is not what torch writes"
    except (RuntimeError, OSError, UnpicklingError) as error:
        reason = str(error)
    raise InputError(f"cannot read {state}, {reason}: remove it to begin again")
