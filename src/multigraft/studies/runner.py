"""Doing a study's work: several processes, a budget of time, progress; it can be killed at any moment."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from multigraft.models.trained import pick_device
from multigraft.processes import Outcome, Pool, default_processes
from multigraft.progress import counting
from multigraft.studies.encoders import epochs_done
from multigraft.studies.execution import Unit, perform
from multigraft.studies.groups import Group, grouped, train_group
from multigraft.studies.ledger import Ledger

TICK = 0.5  # seconds between two looks at the progress
MEASURING = 4  # epochs that a measurement takes, roughly


@dataclass
class Done:
    """How a call of `run_units` ended.

    Attributes:
        units: How many were finished.
        left: Those that the budget did not reach.
        failed: Why others could not be done, by unit; those that start from them are among them.
        alone: Why groups could not be trained in lockstep, by name; their units were trained one after the other.
        seconds: What it took.
    """

    units: int = 0
    left: list[Unit] = field(default_factory=list)
    failed: dict[Unit, str] = field(default_factory=dict)
    alone: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0


def run_units(
    work: Sequence[Unit],
    ledger: Ledger,
    processes: int | None = None,
    budget: float | None = None,
    device: str = "auto",
    progress: bool = False,
    lockstep: bool = False,
) -> Done:
    """Do all of ``work`` in order, each unit after the one whose encoder it starts from.

    ``processes``: None for one a core, or a single one where there is a GPU. ``budget``: seconds after which what is
    not done is left, half-trained encoders included; the next call continues them. A unit that fails does not stop
    the others. ``lockstep``: train the encoders of `grouped` units together before they are measured.
    """
    done, started = Done(left=list(work)), time.monotonic()
    if not work:
        return done
    deadline = None if budget is None else started + budget
    bar, waiting = _Bar(work, ledger.encoders), grouped(work) if lockstep else []
    with (
        counting("epochs", bar.total, "epochs", progress) as advance,
        Pool(partial(_perform, ledger.path, device), min(processes or default_processes(), len(work))) as pool,
    ):
        while (done.left or pool.busy) and (deadline is None or time.monotonic() < deadline):
            while pool.idle and (job := _next(done, pool.busy, waiting)) is not None:
                pool.give(job)
            if not pool.busy and not _drop_orphans(done):
                break
            for outcome in pool.outcomes(TICK):
                _book(outcome, done, bar)
            advance(bar.moved(_units(pool.busy)))
        done.left = [*(job for job in pool.busy if isinstance(job, Unit)), *done.left]
    done.seconds = time.monotonic() - started
    return done


@dataclass(frozen=True)
class Way:
    """How a study's work is done: by how many processes, and whether encoders are trained in lockstep."""

    processes: int
    lockstep: bool

    @classmethod
    def of(cls, device: str, processes: int | None = None, lockstep: bool | None = None) -> "Way":
        """The usual way on a device, but for what is given: in lockstep on a CUDA device, else a process a core.

        Raises:
            InputError: no such device here.
        """
        usual = pick_device(device).type == "cuda"
        return cls(processes or default_processes(), usual if lockstep is None else lockstep)

    def __str__(self) -> str:
        count = f"{self.processes} process{'es' * (self.processes > 1)}"
        together = "encoders that differ in their split alone are trained in lockstep"
        return f"{count}; {together}" if self.lockstep else f"{count}, an encoder at a time in each"


def _perform(path: Path, device: str, job: Unit | Group) -> None:
    if isinstance(job, Group):
        train_group(job, path, device)
    else:
        perform(job, path, device)


def _book(outcome: Outcome, done: Done, bar: "_Bar") -> None:
    """Keep how a job ended; of a group what counts are its units, which are still to come."""
    if isinstance(outcome.job, Group):
        if outcome.error is not None:
            done.alone[outcome.job.name] = outcome.error
        return
    if outcome.error is None:
        done.units += 1
    else:
        done.failed[outcome.job] = outcome.error
    bar.end(outcome.job)


def _next(done: Done, busy: Sequence[Unit | Group], waiting: list[Group]) -> Unit | Group | None:
    """The first unit whose start, if it has one, is not still to come; or the group that has to be trained for it."""
    coming = {unit.trains for unit in [*done.left, *_units(busy)]} - {None}
    broken = {unit.trains for unit in done.failed}
    trained = {unit for job in busy if isinstance(job, Group) for unit in job.units}
    group_of = {unit: group for group in waiting for unit in group.units}
    for unit in done.left:
        if unit in trained or (unit.after is not None and unit.after in coming | broken):
            continue
        group = group_of.get(unit)
        if group is None:
            done.left.remove(unit)
            return unit
        if not any(one.after in coming for one in group.units):
            waiting.remove(group)
            return Group(tuple(one for one in group.units if one.after is None or one.after not in broken))
    return None


def _units(jobs: Sequence[Unit | Group]) -> list[Unit]:
    """The units that are being done, or trained."""
    return [unit for job in jobs for unit in (job.units if isinstance(job, Group) else (job,))]


def _drop_orphans(done: Done) -> bool:
    """Give up units whose start has failed; whether there were any."""
    broken = {unit.trains: reason for unit, reason in done.failed.items() if unit.trains is not None}
    orphans = {unit: unit.after for unit in done.left if unit.after in broken}
    for unit, start in orphans.items():
        done.left.remove(unit)
        done.failed[unit] = f"the encoder that it starts from failed: {broken[start]}"
    return bool(orphans)


class _Bar:
    """Epochs behind us, those of running processes included; a unit that ends counts whole."""

    def __init__(self, work: Sequence[Unit], encoders: Path) -> None:
        self._encoders = encoders
        self._sizes = {unit: epochs_of(unit) + MEASURING * max(1, len(unit.runs)) for unit in work}
        self._ended = 0
        self._shown = 0
        self.total = sum(self._sizes.values())

    def end(self, unit: Unit) -> None:
        self._ended += self._sizes[unit]

    def moved(self, busy: Sequence[Unit]) -> int:
        """Epochs since the last call."""
        running = sum(epochs_done(unit.trains, self._encoders) for unit in busy if unit.trains is not None)
        before, self._shown = self._shown, max(self._shown, min(self.total, self._ended + running))
        return self._shown - before


def epochs_of(unit: Unit) -> int:
    """How many epochs its training is planned to take."""
    import json

    if unit.trains is None or not unit.trains.tasks:
        return 0
    return int(json.loads(unit.trains.options).get("epochs", 100))
