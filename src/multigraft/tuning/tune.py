"""Search the options of training by validation score alone; no test graph is looked at."""

import math
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.graphs.catalog import load
from multigraft.graphs.checksums import identity
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split, default_split
from multigraft.graphs.store import save
from multigraft.training.claim import claimed
from multigraft.training.fit import served
from multigraft.training.preparation import default_encoder, usual_strategy
from multigraft.tuning.findings import Trial, Tuning
from multigraft.tuning.journal import Drawn, Journal, check_installed
from multigraft.tuning.options import check_options, options_of
from multigraft.tuning.search import Search
from multigraft.tuning.space import Space
from multigraft.tuning.spaces import default_space, read_space, space_of
from multigraft.tuning.trial import Result, Setup, read_result

JOURNAL = "journal.log"
FREE_ON_RESUME = frozenset({"trials", "device"})


def tune(
    graphs: Any,
    *,
    out: str | Path,
    strategy: str | None = None,
    tasks: Sequence[str] | None = None,
    space: Space | str | Path | None = None,
    trials: int = 20,
    epochs: int = 100,
    split: str | Split | None = None,
    seed: int = 0,
    processes: int | None = None,
    budget: float | None = None,
    device: str = "auto",
    resume: bool = False,
    progress: bool = True,
) -> Tuning:
    """Train with different options, and return those with the highest sum of validation scores.

    The first trial has the defaults of `train`, so that the others can be compared with it. What is found is written
    into ``out`` after every trial: ``best.toml``, a configuration for ``multigraft train`` and ``multigraft study``,
    and ``trials.csv``. A search can be killed at any moment, and be resumed.

    Args:
        graphs: As for `train`.
        out: A new directory.
        strategy: A strategy's name; None: as for `train`.
        tasks: Names of tasks; None: all that the data can serve.
        space: What is searched: a `Space`, or a TOML file; None: what the methods of SAME share.
        trials: How many trials are to be finished, those of the search that is resumed included.
        epochs: Passes over the training graphs in every trial.
        split: As for `train`, None too; trials train on its first part and are compared on its second.
        seed: Decides split, initial weights, episodes, and what is tried.
        processes: Trials that run side by side, each in a process of its own, which Python starts afresh: a script
            needs ``if __name__ == "__main__"``. None: one after another, in this process.
        budget: Seconds after which no trial is begun. Processes are stopped then; what they did is not lost.
        device: As for `train`.
        resume: Go on with the search in ``out``.
        progress: Show a bar on standard error.

    Raises:
        InputError: bad options or data; nothing has been written then. Or options that turn out to be impossible.
        MissingExtraError: Optuna is not installed.
        MultigraftError: several trials in a row failed.
    """
    deadline = math.inf if budget is None else time.monotonic() + budget
    _check_counts(trials, processes, budget)
    check_installed()
    packed, folder = load(graphs), Path(out)
    names = tuple(task.name for task in served(packed)) if tasks is None else tuple(tasks)
    strategy = usual_strategy(len(names)) if strategy is None else strategy
    chosen = _space(space, strategy, names, packed)
    split = default_split(packed) if split is None else split
    kind = split if isinstance(split, str) else split.for_graphs(packed).to_json()
    setup = Setup(folder, strategy, names, epochs, kind, seed, device)
    _check(packed, setup, split, chosen)
    with claimed(folder, _described(packed, setup, chosen, trials), resume, "search", FREE_ON_RESUME):
        journal = _journal(packed, setup, chosen)
        search = Search(journal, setup, trials)
        if search.left:
            save(packed, setup.graphs)
        search.run(processes, deadline, progress, lambda: _found(packed, setup, chosen, journal).write())
        if not search.left:
            shutil.rmtree(setup.graphs.parent, ignore_errors=True)
        found = _found(packed, setup, chosen, journal)
        found.write()
        return found


def _check_counts(trials: int, processes: int | None, budget: float | None) -> None:
    for name, number in (("trials", trials), ("processes", processes)):
        if number is not None and number < 1:
            raise InputError(f"{name} must be at least 1, got {number}")
    if budget is not None and not budget > 0:
        raise InputError(f"the budget must be a positive number of seconds, got {budget}")


def _space(space: Space | str | Path | None, strategy: str, tasks: Sequence[str], graphs: PackedGraphs) -> Space:
    if isinstance(space, Space):
        return space_of(space.to_json(), strategy)
    return default_space(strategy, tasks, graphs) if space is None else read_space(Path(space), strategy)


def _check(graphs: PackedGraphs, setup: Setup, split: str | Split, space: Space) -> None:
    """Raise an `InputError` where training would refuse what is held, or an end of what is searched."""
    fixed = (graphs, setup.strategy, setup.tasks, split, setup.seed, setup.device, setup.epochs)
    check_options(*fixed, space.held)
    for name, parameter in space.parameters.items():
        for value in parameter.extremes:
            try:
                check_options(*fixed, {**space.held, name: value})
            except InputError as error:
                raise InputError(f"the search space has {name} = {value!r}, but: {error}") from error


def _described(graphs: PackedGraphs, setup: Setup, space: Space, trials: int) -> dict[str, Any]:
    return {
        "data": {"name": graphs.origin.name, "identity": identity(graphs)}, "strategy": setup.strategy,
        "tasks": list(setup.tasks), "epochs": setup.epochs, "split": setup.split, "seed": setup.seed,
        "space": space.to_json(), "trials": trials, "device": setup.device,
    }  # fmt: skip


def _journal(graphs: PackedGraphs, setup: Setup, space: Space) -> Journal:
    return Journal(setup.folder / JOURNAL, space, setup.seed, _defaults(graphs, setup, space))


def _defaults(graphs: PackedGraphs, setup: Setup, space: Space) -> dict[str, Any]:
    """What training takes for the options that are searched."""
    known = options_of(setup.strategy, setup.tasks, default_encoder(graphs))
    return {name: known[name].default for name in space.parameters}


def _found(graphs: PackedGraphs, setup: Setup, space: Space, journal: Journal) -> Tuning:
    defaults = _defaults(graphs, setup, space)
    trials = [_trial(drawn, defaults, read_result(setup, drawn.number)) for drawn in journal.trials("done")]
    for state in ("running", "failed"):
        trials += [_trial(drawn, defaults, Result(state)) for drawn in journal.trials(state)]
    split = setup.split if isinstance(setup.split, str) else ""
    return Tuning(
        setup.folder, graphs.origin.name, setup.strategy, setup.tasks, setup.epochs, setup.seed, split,
        tuple(sorted(trials, key=lambda trial: trial.number)),
    )  # fmt: skip


def _trial(drawn: Drawn, defaults: dict[str, Any], result: Result) -> Trial:
    score = result.score if result.state == "done" else None
    measured = (result.validation, result.epochs, result.best_epoch, result.seconds)
    return Trial(drawn.number, result.state, {**defaults, **drawn.options}, score, *measured)
