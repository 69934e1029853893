"""The probe ``best``: whichever of several learners is best on validation, with its best setting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from multigraft.evaluation.probes import Learner, Predictor


@dataclass(frozen=True, eq=False)
class Chosen:
    """A predictor that knows by which learner it was made, and with which setting."""

    predictor: Predictor
    choice: str

    def __call__(self, x: Tensor) -> Tensor:
        return self.predictor(x)


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
                told = [_told(learner.title or name, own) for _, own in wanted]
                found.update(zip(wanted, map(Chosen, fitted, told), strict=True))
        return [found[setting] for setting in settings]

    every = tuple(
        (name, setting) for name, learner in learners.items() for setting in learner.settings or (learner.default,)
    )
    first, learner = next(iter(learners.items()))
    return Learner(fit, (first, learner.default), every)


def choice_of(predictor: Predictor) -> str:
    """The learner and the setting that were chosen for a predictor; empty where there was no choice of learners."""
    inner: Any = predictor
    while inner is not None and not isinstance(inner, Chosen):
        inner = getattr(inner, "predictor", None)
    return "" if inner is None else inner.choice


def _told(learner: str, setting: Any) -> str:
    return learner if setting is None else f"{learner} ({setting:g})"
