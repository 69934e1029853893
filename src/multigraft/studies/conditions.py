"""Whom the settings of a study are for: names that nobody bears are mistakes, and are said to be."""

import difflib
from collections.abc import Iterable, Sequence

from multigraft.errors import InputError
from multigraft.graphs.names import is_known, nearest
from multigraft.strategies.names import STRATEGY_NAMES
from multigraft.studies.study import FROZEN, IMPORTED, UNTRAINED, Study


def check_conditions(studies: Sequence[Study]) -> None:
    """Raise an `InputError` for a setting that names a strategy or data set which is neither known nor in a study.

    Settings for what these studies lack are no mistake: one file of settings may serve many.
    """
    settings = [setting for study in studies for setting in study.settings]
    rows = [row for study in studies for row in study.rows]
    strategies = {row.strategy for row in rows} | {stage.strategy for row in rows for stage in row.start}
    data = {name for study in studies for name in (*study.datasets, *study.folders, *study.corpora)}
    for name in _named(setting.strategies for setting in settings):
        if name not in {*STRATEGY_NAMES, FROZEN, IMPORTED, UNTRAINED, *strategies}:
            near = difflib.get_close_matches(name, sorted({*STRATEGY_NAMES, *strategies}), n=1, cutoff=0)[0]
            raise InputError(f"settings for strategy {name!r} serve no row; the nearest is {near!r}")
    for name in _named(setting.datasets for setting in settings):
        if name not in data and not is_known(name):
            guesses = ", ".join(dict.fromkeys((*difflib.get_close_matches(name, sorted(data)), *nearest(name))))
            hint = f"; did you mean {guesses}?" if guesses else ""
            raise InputError(f"settings for data set {name!r} serve no row{hint}")


def _named(conditions: Iterable[Sequence[str]]) -> list[str]:
    """All names, each once."""
    return list(dict.fromkeys(name for names in conditions for name in names))
