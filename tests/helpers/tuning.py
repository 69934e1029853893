"""Small searches, and findings that are made up."""

from pathlib import Path

from multigraft.tuning.findings import Trial, Tuning
from multigraft.tuning.space import Choice, Real, Space, Whole
from multigraft.tuning.tune import tune
from tests.helpers.training import small_graphs

NARROW = {"dim": 4, "layers": 1, "validate_every": 1, "validation_draws": 1}
SMALL = Space(
    {"learning_rate": Real(1e-4, 1e-2, log=True), "batch_size": Choice((8, 16)), "inner_steps": Whole(1, 2)}, NARROW
)


def tune_small(out, graphs=None, **options) -> Tuning:
    """Three trials of two epochs with a narrow encoder, in this process, unless ``options`` say otherwise."""
    quick = {"space": SMALL, "tasks": ["gc", "nc"], "trials": 3, "epochs": 2, "device": "cpu", "progress": False}
    return tune(small_graphs() if graphs is None else graphs, out=out, **quick | options)


def told(tuned: Tuning) -> list[tuple]:
    """What the trials of a search were and found, but for their time."""
    return [(one.number, one.state, dict(one.options), one.score, dict(one.validation)) for one in tuned.trials]


def a_trial(number, score, options=None, tasks=("gc", "lp")) -> Trial:
    """A trial that ended with this score, or diverged where it is None."""
    validation = {} if score is None else {task: score / len(tasks) for task in tasks}
    state = "diverged" if score is None else "done"
    return Trial(number, state, options or {"learning_rate": 0.01 * (number + 1)}, score, validation, 5, 3, 1.5)


def findings(out=Path("search"), scores=(1.0, 1.25, None, 1.5, 1.1), **changes) -> Tuning:
    """A search whose trials ended with these scores."""
    fields = {
        "out": out, "data": "orchard", "strategy": "esame", "tasks": ("gc", "lp"), "epochs": 5, "seed": 0,
        "split": "stratified", "trials": tuple(a_trial(number, score) for number, score in enumerate(scores)),
    }  # fmt: skip
    return Tuning(**fields | changes)
