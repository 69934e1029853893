"""Doing a study's work: several processes, a budget of time, progress; it can be killed at any moment."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from multigraft.processes import Pool, default_processes
from multigraft.progress import counting
from multigraft.studies.encoders import epochs_done
from multigraft.studies.execution import Unit, perform
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
        seconds: What it took.
    """

    units: int = 0
    left: list[Unit] = field(default_factory=list)
    failed: dict[Unit, str] = field(default_factory=dict)
    seconds: float = 0.0


def run_units(
    work: Sequence[Unit],
    ledger: Ledger,
    processes: int | None = None,
    budget: float | None = None,
    device: str = "auto",
    progress: bool = False,
) -> Done:
    """Do all of ``work`` in order, each unit after the one whose encoder it starts from.

    ``processes``: None for one a core, or a single one where there is a GPU. ``budget``: seconds after which what is
    not done is left, half-trained encoders included; the next call continues them. A unit that fails does not stop
    the others.
    """
    done, started = Done(left=list(work)), time.monotonic()
    if not work:
        return done
    deadline = None if budget is None else started + budget
    bar = _Bar(work, ledger.encoders)
    with (
        counting("epochs", bar.total, "epochs", progress) as advance,
        Pool(partial(_perform, ledger.path, device), min(processes or default_processes(), len(work))) as pool,
    ):
        while (done.left or pool.busy) and (deadline is None or time.monotonic() < deadline):
            while pool.idle and (unit := _next(done, pool)) is not None:
                done.left.remove(unit)
                pool.give(unit)
            if not pool.busy and not _drop_orphans(done):
                break
            for outcome in pool.outcomes(TICK):
                if outcome.error is None:
                    done.units += 1
                else:
                    done.failed[outcome.job] = outcome.error
                bar.end(outcome.job)
            advance(bar.moved(pool.busy))
        done.left = [*pool.busy, *done.left]
    done.seconds = time.monotonic() - started
    return done


def _perform(path: Path, device: str, unit: Unit) -> None:
    perform(unit, path, device)


def _next(done: Done, pool: Pool) -> Unit | None:
    """The first unit whose start, if it has one, is not still to come."""
    coming = {unit.trains for unit in [*done.left, *pool.busy]} - {None}
    broken = {unit.trains for unit in done.failed}
    return next((unit for unit in done.left if unit.after is None or unit.after not in coming | broken), None)


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
