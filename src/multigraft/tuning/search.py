"""Doing trials, several at a time, until there are enough, the time is over, or nothing works."""

import time
from collections.abc import Callable
from functools import partial

from multigraft.errors import InputError, MultigraftError
from multigraft.processes import Here, Outcome, Pool
from multigraft.progress import counting
from multigraft.tuning.journal import Drawn, Journal
from multigraft.tuning.trial import Setup, epochs_done, perform, read_result

TICK = 0.5  # seconds between two looks at the progress
MOST_FAILURES = 3  # in a row


class Search:
    """What is left to do for a number of finished trials, and what has come of the others."""

    def __init__(self, journal: Journal, setup: Setup, trials: int) -> None:
        self._journal = journal
        self._setup = setup
        self._begun = journal.trials("running")
        self._finished = len(journal.trials("done"))
        self._wanted = trials
        self._failures = 0
        self._shown = 0
        self._total = self.left * setup.epochs

    @property
    def left(self) -> int:
        """How many trials have still to end."""
        return max(0, self._wanted - self._finished)

    def run(self, processes: int | None, deadline: float, progress: bool, keep: Callable[[], None]) -> None:
        """Do the trials in so many processes, or in this one (None); ``keep`` is called after each.

        What runs when the monotonic clock passes ``deadline`` is stopped, and goes on in the next search; in this
        process it is finished first.

        Raises:
            InputError: options that training does not take.
            MultigraftError: several trials in a row failed.
        """
        if not self.left:
            return
        work = partial(perform, self._setup)
        workers = Here(work) if processes is None else Pool(work, min(processes, self.left))
        with counting("epochs", self._total, "epochs", progress) as advance, workers as pool:
            while time.monotonic() < deadline:
                while pool.idle and len(pool.busy) < self.left:
                    pool.give(self._next())
                if not pool.busy:
                    break
                for outcome in pool.outcomes(TICK):
                    self._end(outcome)
                    keep()
                advance(self._moved(pool.busy))

    def _next(self) -> Drawn:
        return self._begun.pop(0) if self._begun else self._journal.draw()

    def _end(self, outcome: Outcome) -> None:
        number = outcome.job.number
        if outcome.error is not None:
            self._journal.fail(number)
            self._failures += 1
            if self._failures == MOST_FAILURES:
                raise MultigraftError(f"{MOST_FAILURES} trials in a row failed, the last one with: {outcome.error}")
            return
        result = read_result(self._setup, number)
        if result.state == "refused":
            self._journal.fail(number)
            raise InputError(f"trial {number} with {outcome.job.options}: {result.message}")
        self._failures = 0
        self._journal.finish(number, result.score)
        self._finished += 1

    def _moved(self, busy: list[Drawn]) -> int:
        """Epochs since the last call; a trial that ended counts whole."""
        ended = self._total - self.left * self._setup.epochs
        running = sum(epochs_done(self._setup, trial.number) for trial in busy)
        before, self._shown = self._shown, max(self._shown, min(self._total, ended + running))
        return self._shown - before
