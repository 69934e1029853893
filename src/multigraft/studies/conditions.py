"""Whom the settings of a study are for: names that nobody bears are mistakes, and are said to be."""

import difflib
from collections.abc import Collection, Iterable, Iterator, Sequence

from multigraft.errors import InputError
from multigraft.graphs.names import SHIPPED_NAMES, local_folders
from multigraft.strategies.names import STRATEGY_NAMES
from multigraft.studies.study import FROZEN, IMPORTED, UNTRAINED, Study


def check_conditions(studies: Sequence[Study]) -> list[str]:
    """Notes on settings for strategies and data sets that are neither known nor in a study.

    Settings for what these studies lack are no mistake: one file of settings may serve many, and their plugins may add
    names that are not known here. A name that is nearly one that is known is taken for misspelt.

    Raises:
        InputError: such a name.
    """
    settings = [setting for study in studies for setting in study.settings]
    rows = [row for study in studies for row in (*study.rows, *([study.reference] if study.reference else []))]
    strategies = {row.strategy for row in rows} | {stage.strategy for row in rows for stage in row.start}
    strategies |= {*STRATEGY_NAMES, FROZEN, IMPORTED, UNTRAINED}
    data = {name for study in studies for name in (*study.datasets, *study.folders, *study.corpora)}
    return [
        *_strangers("strategy", _named(one.strategies for one in settings), strategies),
        *_strangers("data set", _named(one.datasets for one in settings), data | SHIPPED_NAMES | set(local_folders())),
    ]


def _strangers(kind: str, named: Iterable[str], known: Collection[str]) -> Iterator[str]:
    for name in named:
        if name not in known:
            told = f"settings for {kind} {name!r} serve no row"
            if guesses := difflib.get_close_matches(name, sorted(known), cutoff=0.7):
                raise InputError(f"{told}; did you mean {', '.join(guesses)}?")
            yield told


def _named(conditions: Iterable[Sequence[str]]) -> list[str]:
    """All names, each once."""
    return list(dict.fromkeys(name for names in conditions for name in names))
