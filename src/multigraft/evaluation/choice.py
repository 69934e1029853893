"""The probe ``best``: whichever of several learners is best on validation, with its best setting."""

from collections.abc import Mapping, Sequence
from typing import Any

from multigraft.evaluation.probes import Learner, Predictor


def best_of(learners: Mapping[str, Learner]) -> Learner:
    """A learner whose settings are (name, setting) of all ``learners``; the first's default is its own.

    Source: the frozen-embedding protocol, which takes logistic regression, random forest or neighbours by validation.
    """

    def fit(train: Any, settings: Sequence[tuple[str, Any]], seed: int) -> list[Predictor]:
        found: dict[tuple[str, Any], Predictor] = {}
        for name, learner in learners.items():
            wanted = [setting for setting in settings if setting[0] == name]
            if wanted:
                fitted = learner.fit(train, [own for _, own in wanted], seed)
                found.update(zip(wanted, fitted, strict=True))
        return [found[setting] for setting in settings]

    every = tuple(
        (name, setting) for name, learner in learners.items() for setting in learner.settings or (learner.default,)
    )
    first, learner = next(iter(learners.items()))
    return Learner(fit, (first, learner.default), every)
