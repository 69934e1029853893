"""Ledgers full of made-up scores, for what reads them: tables and figures."""

import zlib
from collections.abc import Callable
from pathlib import Path

from multigraft.evaluation.names import OF_NUMBERS, READERS
from multigraft.studies.grid import Run, runs
from multigraft.studies.ledger import Ledger
from multigraft.studies.study import Study
from tests.helpers.studies import a_record, score_row

QUESTIONS = {
    "gc": ("accuracy", ("mean",)), "nc": ("accuracy", ("node",)), "lp": ("roc_auc", ("hadamard", "concat")),
    "ml": ("roc_auc", ("mean",)), "gr": ("rmse", ("mean",)),
}  # fmt: skip
MOLECULAR = ("ecfp-count", "ecfp-binary", "descriptors", "ecfp+descriptors")
LEVELS = {"gc": 0.5, "nc": 0.85, "lp": 0.7, "ml": 0.7}
Score = Callable[[Run, str], float | None]


def noise(*what: object) -> float:
    """A number in [-1, 1) that follows from ``what``."""
    return zlib.crc32(repr(what).encode()) / 2**31 - 1


def likely(run: Run, task: str) -> float:
    """A score as a study might find it."""
    training = run.training
    if training is None:
        return LEVELS[task] - 0.2 + 0.01 * noise(run.seed, task)
    better = {"untrained": -0.06}.get(training.strategy, 0.05 * noise(training.strategy, task, run.dataset))
    away = -0.15 if training.tasks and task not in training.tasks else 0.0
    shared, own = 0.03 * noise(run.seed, task, run.dataset), 0.02 * noise(run.key, task)
    return min(LEVELS[task] + better + away + shared + own, 1.0)


def scores_of(run: Run, score: Score) -> list[dict[str, object]]:
    """The rows that a record of the run would have."""
    found = []
    for task in run.asked:
        metric, kinds = QUESTIONS[task]
        value = score(run, task)
        for encoder, probe in _answering(run, task):
            for place, features in enumerate(kinds if run.probe == "svm" else (run.probe,)):
                row = score_row(task, 0.0, encoder, metric, features, probe)
                worse = {"majority": 0.05, "constant": 0.05}.get(encoder, 0.0)
                found.append(row | {"value": None if value is None else value - 0.05 * place - worse})
    return found


def _answering(run: Run, task: str) -> list[tuple[str, str]]:
    """Encoders and baselines with their probes; of targets descriptions of the graphs are the baselines."""
    if run.training is not None:
        return [("trained", run.probe or "svm")]
    if task not in ("ml", "gr"):
        return [("attributes", run.probe or "svm"), ("majority", run.probe or "svm")]
    titles = OF_NUMBERS if task == "gr" else {}
    readers = (run.probe,) if run.probe else READERS
    described = [(name, titles.get(reader, reader)) for name in MOLECULAR for reader in readers]
    return [*described, *([] if run.probe else [("constant", "constant")])]


def made_up(
    study: Study, path: Path, score: Score = likely, kept: Callable[[Run], bool] = lambda run: True, **changes: object
) -> Ledger:
    """A ledger with a record for every run of the study that is kept."""
    ledger = Ledger(path)
    for protocol in study.protocols:
        for run in runs(study, protocol):
            if kept(run):
                ledger.write(run, a_record(run, scores_of(run, score), identity=f"data of {run.dataset}", **changes))
    return ledger
