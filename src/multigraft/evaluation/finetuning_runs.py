"""The seeds of a fine-tuning, one after another or side by side."""

import shutil
from collections.abc import Sequence
from functools import partial

from multigraft.errors import MultigraftError
from multigraft.evaluation.finetuning_seed import Setup, perform, tune
from multigraft.graphs import store
from multigraft.graphs.packed import PackedGraphs
from multigraft.models.storage import write_into
from multigraft.models.trained import TrainedEncoder
from multigraft.processes import Pool
from multigraft.progress import counting

TICK = 0.5  # seconds between two looks at the progress


def run_seeds(
    setup: Setup,
    seeds: Sequence[int],
    graphs: PackedGraphs,
    start: TrainedEncoder | None,
    processes: int | None = None,
    progress: bool = False,
) -> None:
    """Fine-tune with every seed that is not done yet, in so many processes, or in this one (None or 1).

    Raises:
        MultigraftError: a seed failed; the others are done all the same where there are several processes.
    """
    left = [seed for seed in seeds if not setup.result(seed).is_file()]
    if not processes or min(processes, len(left)) <= 1:
        for seed in left:
            tune(setup, seed, graphs, start, progress)
        return
    try:
        store.save(graphs, setup.graphs)
        if start is not None:
            write_into(start, setup.start)
        _side_by_side(setup, left, min(processes, len(left)), progress)
    finally:
        shutil.rmtree(setup.shared, ignore_errors=True)


def _side_by_side(setup: Setup, seeds: Sequence[int], processes: int, progress: bool) -> None:
    waiting, failed = list(seeds), {}
    bar = _Bar(setup, seeds)
    with counting("epochs", bar.total, "epochs", progress) as advance, Pool(partial(perform, setup), processes) as pool:
        while waiting or pool.busy:
            while waiting and pool.idle:
                pool.give(waiting.pop(0))
            for outcome in pool.outcomes(TICK):
                if outcome.error is not None:
                    failed[outcome.job] = outcome.error
            advance(bar.moved())
    if failed:
        seed, error = next(iter(failed.items()))
        raise MultigraftError(f"fine-tuning with seed {seed} failed, {len(failed)} of {len(seeds)} did: {error}")


class _Bar:
    """How many epochs are behind us; a seed that is done counts whole."""

    def __init__(self, setup: Setup, seeds: Sequence[int]) -> None:
        self._setup = setup
        self._seeds = seeds
        self.total = len(seeds) * setup.options["epochs"]
        self._shown = 0

    def moved(self) -> int:
        """Epochs since the last call."""
        before, self._shown = self._shown, max(self._shown, sum(map(self._done, self._seeds)))
        return self._shown - before

    def _done(self, seed: int) -> int:
        try:
            history = (self._setup.place(seed) / "training" / "history.csv").read_text(encoding="utf-8")
        except OSError:
            return 0
        return max(0, history.count("\n") - 1)
