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
from multigraft.leaderboard.results import PAIR_FEATURES, Result
from multigraft.leaderboard.texts import dataset_texts
from multigraft.studies.study import BASELINES, UNTRAINED
from multigraft.tasks.names import TASK_NAMES

Names = Mapping[str, frozenset[str]]
TITLES = {
    "gc": "Graph classification", "nc": "Node classification", "lp": "Link prediction",
    "gc,nc,lp": "Several tasks at once", "ml": "Properties of molecules and proteins (classes)",
    "gr": "Properties of molecules (numbers)",
}  # fmt: skip
LONGEST = 200  # characters of a name
NAMED = ("task", "dataset", "protocol", "split")  # what a result shares with others

# What a task is judged by, and what is read of a pair of nodes, where the protocol says so.
_HEADLINES = {"gc": "accuracy", "nc": "accuracy", "lp": "roc_auc", "ml": "roc_auc"}
_PAIRS = {"strict": "hadamard", "paper": "concat"}


def known_names(results: Iterable[Result]) -> Names:
    """The names of tasks, data sets, protocols and splits: the package's own, and those that results have."""
    found = {
        "task": set(TITLES) | set(TASK_NAMES), "dataset": set(SHIPPED_NAMES) | set(dataset_texts()),
        "protocol": set(PROTOCOL_NAMES), "split": set(SPLIT_NAMES),
    }  # fmt: skip
    for one in results:
        for field, names in found.items():
            names.add(getattr(one, field))
    return {field: frozenset(names) for field, names in found.items()}


def meant(entry: Mapping[str, Any], known: Names) -> tuple[dict[str, Any], list[str]]:
    """The entry with names as they are here, and what to look at twice: what was changed, or is close to a known name.

    A name is changed where it is a known one, or its title, but for capitals, blanks and marks.
    """
    found, notes = dict(entry), []
    for field in NAMED:
        name = entry.get(field)
        if not isinstance(name, str) or name.strip() in known[field]:
            continue
        said = shortened(name)
        if same := _folded_names(field, known[field]).get(_folded(name)):
            found[field] = same
            notes.append(f"{field} {said!r} is taken as {same!r}, as it is called here")
        elif close := get_close_matches(name[:LONGEST], sorted(known[field]), 1, 0.8):
            notes.append(f"{field} {said!r} is new here; did you mean {close[0]!r}?")
    return found, notes


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
    if (task in _HEADLINES and errors) or (numbers and not errors):
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
    usual = _PAIRS.get(protocol, features)
    return _HEADLINES.get(task, metric) == metric and (features not in PAIR_FEATURES or features == usual)


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
    return re.sub(r"[\W_]+", "", name.casefold())


def _folded_names(field: str, names: Iterable[str]) -> dict[str, str]:
    found = {_folded(name): name for name in sorted(names, reverse=True)}
    titles = {}
    if field == "task":
        titles = {_folded(title): name for name, title in TITLES.items()}
    if field == "dataset":
        titles = {_folded(text.title): name for name, text in dataset_texts().items()}
    return {folded: name for folded, name in (titles | found).items() if folded}
