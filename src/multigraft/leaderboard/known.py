"""What the leaderboard calls things, so that a submission joins the tables that it means."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from multigraft.errors import InputError
from multigraft.evaluation.names import ERROR_METRICS, PROTOCOL_NAMES
from multigraft.graphs.names import SHIPPED_NAMES, SPLIT_NAMES
from multigraft.leaderboard.metrics import METRICS, shortened
from multigraft.leaderboard.results import PAIR_FEATURES, USUAL_PAIRS, Result
from multigraft.leaderboard.texts import dataset_texts
from multigraft.studies.study import BASELINES, UNTRAINED
from multigraft.tasks.names import TASK_NAMES

TITLES = {
    "gc": "Graph classification", "nc": "Node classification", "lp": "Link prediction",
    "gc,nc,lp": "Several tasks at once", "ml": "Properties of molecules and proteins (classes)",
    "gr": "Properties of molecules (numbers)",
}  # fmt: skip
ORDER = ("gc", "nc", "lp", "am", "cp", "ep", "im", "dr", "fp", "cl", "mae", "ar", "ml", "gr")
LONGEST = 200  # characters of a name
NAMED = ("task", "dataset", "protocol", "split")  # what a result shares with others

# What a task is judged by.
_HEADLINES = {"gc": "accuracy", "nc": "accuracy", "lp": "roc_auc", "ml": "roc_auc"}


class Known:
    """The names of tasks, data sets, protocols and splits that there are."""

    def __init__(self, results: Iterable[Result] = ()) -> None:
        """The package's own names, and those that results have."""
        self._names: dict[str, set[str]] = {
            "task": set(TITLES) | set(TASK_NAMES), "dataset": set(SHIPPED_NAMES) | set(dataset_texts()),
            "protocol": set(PROTOCOL_NAMES), "split": set(SPLIT_NAMES),
        }  # fmt: skip
        titles = {"task": TITLES, "dataset": {name: text.title for name, text in dataset_texts().items()}}
        self._folded: dict[str, dict[str, str]] = {
            field: {_folded(title): name for name, title in titles.get(field, {}).items()} for field in NAMED
        }
        self._notes: dict[tuple[str, str], str] = {}
        for field, names in self._names.items():
            self._folded[field] |= {_folded(name): name for name in sorted(names, reverse=True)}
        for one in results:
            for field in NAMED:
                self._add(field, getattr(one, field))

    def meant(self, entry: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """The entry with names as they are here, and what to look at twice: what was changed, or is close to another.

        A name is changed where it is a known one, or its title, but for capitals, blanks and dashes; a new one is
        known from then on.
        """
        found, notes = dict(entry), []
        for field in NAMED:
            if not isinstance(name := entry.get(field), str) or not 0 < len(name.strip()) <= LONGEST:
                continue
            found[field] = self.here(field, name)
            if found[field] != name.strip():
                said, here = shortened(name), shortened(found[field])
                notes.append(f"{field} {said!r} is taken as {here!r}, as it is called here")
            elif note := self._note(field, name.strip()):
                notes.append(note)
        return found, notes

    def here(self, field: str, name: str) -> str:
        """What a name is called here; itself where it is new."""
        plain = name.strip()
        return plain if plain in self._names[field] else self._folded[field].get(_folded(plain), plain)

    def __contains__(self, name: tuple[str, str]) -> bool:
        """Whether a field and its name are known."""
        field, value = name
        return value in self._names[field]

    def _note(self, field: str, name: str) -> str:
        """Said of each line that has the name, thought of once."""
        if (field, name) not in self._notes and name not in self._names[field]:
            known = {one.lower(): one for one in sorted(self._names[field], reverse=True)}
            close = [known[one] for one in get_close_matches(name.lower(), known, 1, 0.8)]
            said = f"{field} {shortened(name)!r} is new here; did you mean {shortened(close[0])!r}?" if close else ""
            self._notes[field, name] = said
            self._add(field, name)
        return self._notes.get((field, name), "")

    def _add(self, field: str, name: str) -> None:
        self._names[field].add(name)
        self._folded[field].setdefault(_folded(name), name)


def check_model(name: str) -> None:
    """Refuse the names of baselines, which only the leaderboard gives.

    Raises:
        InputError: it is one, in whatever letters.
    """
    plain = unicodedata.normalize("NFKC", name)
    if _folded(plain.partition(" ")[0]) == UNTRAINED or _folded(plain) in map(_folded, (UNTRAINED, *BASELINES)):
        raise InputError(f"model is {shortened(name)!r}, which is a baseline's name: give it one of its own")


def check_metric(task: str, metric: str) -> None:
    """Refuse a metric that does not answer a task.

    Raises:
        InputError: an error of a task that classifies, or a share of one that predicts numbers.
    """
    numbers, errors = task == "gr", metric in ERROR_METRICS
    several = metric == "delta_m_percent"
    if (task in _HEADLINES and (errors or several)) or (numbers and not errors):
        fitting = [name for name in METRICS if (name in ERROR_METRICS) == numbers and name != "delta_m_percent"]
        raise InputError(f"metric {metric} does not measure {task} ({TITLES[task].lower()}): use {', '.join(fitting)}")


def check_features(task: str, features: str) -> None:
    """Refuse features of pairs of nodes where a task has no pairs.

    Raises:
        InputError: it has none, or the features are none of pairs.
    """
    if features and features not in PAIR_FEATURES:
        raise InputError(f"features are of pairs of nodes: {', '.join(PAIR_FEATURES)}; got {shortened(features)!r}")
    if features and task in TITLES and "lp" not in task.split(","):
        raise InputError(f"features {features} are of pairs of nodes, which {task} does not ask about")


def is_headline(task: str, protocol: str, metric: str, features: str) -> bool:
    """Whether a result is what its task is judged by; any is of a task that is not known."""
    usual = USUAL_PAIRS.get(protocol, features)
    return _HEADLINES.get(task, metric) == metric and (features not in PAIR_FEATURES or features == usual)


def in_order(tasks: str) -> str:
    """Several tasks as the leaderboard writes them: each once, ``gc,nc,lp,am,cp``, then others by name."""
    parts = {part.lower() if part.lower() in ORDER else part for part in map(str.strip, tasks.split(","))}
    return ",".join(sorted(parts - {""}, key=lambda part: (ORDER.index(part) if part in ORDER else len(ORDER), part)))


def task_title(task: str) -> str:
    """A task for people."""
    if task in TITLES:
        return TITLES[task]
    parts = task.split(",")
    if all(part in TITLES for part in parts):
        first, *others = (TITLES[part] for part in parts)
        return " and ".join([first, *(title[0].lower() + title[1:] for title in others)])
    return task


def _folded(name: str) -> str:
    """What is left of a name without capitals, blanks, dashes and letters that cannot be seen."""
    seen = "".join(letter for letter in name.casefold() if unicodedata.category(letter) not in ("Cf", "Mn"))
    return re.sub(r"[\s_\-\u115f\u1160\u3164\uffa0]+", "", seen)
