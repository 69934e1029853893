"""Study files: TOML in, a checked `Study` out. The shipped ones are files of the same form."""

import dataclasses
import difflib
import tomllib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.evaluation.names import COMBINED, DESCRIPTIONS, PROTOCOL_NAMES, READERS
from multigraft.graphs.names import SPLIT_NAMES
from multigraft.studies.architectures import with_untrained
from multigraft.studies.names import STUDY_NAMES
from multigraft.studies.rows import Rows
from multigraft.studies.study import (
    ATTRIBUTES,
    BASELINES,
    CONSTANT,
    MAJORITY,
    TARGET_TASKS,
    Row,
    Setting,
    Study,
    asked_of,
)

SHIPPED = Path(__file__).parent / "shipped"
SCORES = ("metric", "delta-m")
FIGURES = ("scores", "drops", "transfer", "delta-m")
STUDY_KEYS = frozenset({
    "title", "source", "extends", "datasets", "splits", "split", "protocols", "score", "published", "figure", "rows",
    "reference", "settings", "plugins", "baselines", "removes", "targets",
})  # fmt: skip
# How targets are described without an encoder, where a study does not say.
DESCRIBED = ("ecfp-count", "ecfp-binary", "descriptors", "ecfp+descriptors", CONSTANT)


def read_study(name: str) -> Study:
    """The shipped study of that name, or the one in the TOML file of that path.

    Raises:
        InputError: no such study or file, a mistake in its syntax, or a value that cannot be.
    """
    path = SHIPPED / f"{name}.toml" if name in STUDY_NAMES else Path(name)
    if path.suffix.lower() == ".toml" and not path.is_file():
        raise InputError(f"there is no study file {path}")
    if not path.is_file():
        near = difflib.get_close_matches(name, STUDY_NAMES, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise InputError(
            f"no study {name!r}: {hint}choose from {', '.join(STUDY_NAMES)}, or name a TOML file of your own"
        )
    table = _table(path)
    return _Reader(path, table).study()


def _table(path: Path, seen: tuple[Path, ...] = ()) -> dict[str, Any]:
    """The file's values over those of the file that it extends; settings of both, the file's own last."""
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the study {path}: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path} is not TOML: {error}") from error
    for key in own.keys() - STUDY_KEYS:
        near = difflib.get_close_matches(key, STUDY_KEYS, n=1, cutoff=0)[0]
        raise InputError(f"{path}: there is no key {key!r}; the nearest is {near!r}")
    if "extends" not in own:
        return own
    base = _extended(path, own.pop("extends"), (*seen, path.resolve()))
    settings = [*base.get("settings", []), *own.get("settings", [])]
    if "datasets" in own or "rows" in own:  # what others were to reach is nothing to these
        base.pop("targets", None)
    return {**base, **own, "settings": settings}


def _extended(path: Path, name: Any, seen: tuple[Path, ...]) -> dict[str, Any]:
    own = path.parent / f"{name}.toml"
    found = own if own.is_file() else SHIPPED / f"{name}.toml"
    if not found.is_file():
        raise InputError(f"{path}: it extends {name!r}, but there is neither {own} nor a shipped study of that name")
    if found.resolve() in seen:
        raise InputError(f"{path}: it extends {name!r}, which extends it in turn")
    return _table(found, seen)


def read_settings(file: Path) -> list[Setting]:
    """The settings of a file: its ``[[settings]]`` as in a study, or a configuration of ``multigraft train``.

    A configuration is a setting of its strategy and tasks, or of all where it names none.

    Raises:
        InputError: a file that cannot be read, or an option that a study does not take.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot read the settings {file}: {error}") from error
    if table.keys() == {"settings"} and isinstance(table["settings"], list):
        return [_Reader(file, {}).setting(entry) for entry in table["settings"]]
    spelt = {name.replace("-", "_"): value for name, value in table.items()}
    strategy, tasks = spelt.pop("strategy", None), spelt.pop("tasks", None)
    condition = {} if strategy is None else {"strategy": strategy}
    if tasks is not None:
        condition["tasks"] = tasks if isinstance(tasks, str) else ",".join(tasks)
    return [_Reader(file, {}).setting({"for": condition, **spelt})]


class _Reader(Rows):
    """One file's table on its way to a study; every complaint names the file."""

    def study(self) -> Study:
        given = self.table.get("rows", [])
        if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
            raise InputError(f"{self.path}: rows are tables, [[rows]] each, got {given!r}")
        rows = tuple(self.row(row, f"rows[{place}]") for place, row in enumerate(given))
        if not rows:
            raise InputError(f"{self.path}: a study needs [[rows]], one a method")
        score = self.choice(self.table.get("score", "metric"), SCORES, "score")
        targets = set(asked_of(task for row in rows for tasks in row.tasks for task in tasks)) <= TARGET_TASKS
        described = DESCRIBED if targets else (ATTRIBUTES, MAJORITY)
        baselines = self.choices(self.table.get("baselines", list(described)), BASELINES, "baselines")
        reference = self.table.get("reference")
        if (score == "delta-m") != (reference is not None):
            raise InputError(f"{self.path}: score 'delta-m' and a [reference] to compare with go together")
        if not asked_of(task for row in rows for tasks in row.tasks for task in tasks):
            raise InputError(f"{self.path}: no row has a task that can be asked: pretexts are only trained for")
        study = Study(
            name=self.path.stem,
            title=self.text("title", self.path.stem),
            source=self.text("source", ""),
            datasets=self.datasets(),
            splits=self.count(self.table.get("splits", 10), "splits"),
            split=self.choice(self.table.get("split", "scaffold" if targets else "stratified"), SPLIT_NAMES, "split"),
            protocols=self.choices(self.table.get("protocols", ["strict"]), PROTOCOL_NAMES, "protocols"),
            score=score,
            reference=None if reference is None else self.row(reference, "reference"),
            published=self.text("published", ""),
            figure=self.choice(self.table.get("figure", "scores"), FIGURES, "figure"),
            rows=(*rows, *_described(baselines, {row.probe for row in rows})),
            settings=tuple(self.setting(one) for one in self.table.get("settings", [])),
            plugins=tuple(self.plugin(name) for name in self.table.get("plugins", [])),
        )
        study = dataclasses.replace(study, targets=self.targets(study))
        removes = self.data.removed(self.removes(), study.datasets, study.corpora)
        return with_untrained(dataclasses.replace(study, removes=removes, folders=self.data.folders))

    def targets(self, study: Study) -> dict[str, dict[str, float]]:
        """By data set and task."""
        given = self.table.get("targets", {})
        if not isinstance(given, dict) or not all(isinstance(one, dict) for one in given.values()):
            raise InputError(f"{self.path}: targets are tables of numbers by task, [targets.DATA] each, got {given!r}")
        for dataset, of_tasks in given.items():
            self.choice(self.data.name(dataset), study.datasets, "targets")
            for task, value in of_tasks.items():
                self.choice(task, study.tasks, f"targets: {dataset}")
                if isinstance(value, bool) or not isinstance(value, int | float):
                    raise InputError(f"{self.path}: targets: {dataset} {task} must be a number, got {value!r}")
        return {
            self.data.name(dataset): {task: float(one) for task, one in of_tasks.items()}
            for dataset, of_tasks in given.items()
        }

    def removes(self) -> list[str] | None:
        return self.listed(self.table["removes"], "removes") if "removes" in self.table else None

    def datasets(self) -> tuple[str, ...]:
        sources = self.listed(self.table.get("datasets", []), "datasets")
        if not sources:
            raise InputError(f"{self.path}: a study needs datasets")
        return tuple(dict.fromkeys(self.data.name(one) for one in sources))

    def plugin(self, name: Any) -> Path:
        file = self.path.parent / str(name)
        if not file.is_file():
            raise InputError(f"{self.path}: there is no plugin {file}")
        return file


def _described(names: Sequence[str], probes: Collection[str]) -> list[Row]:
    """What every table shows beside its rows, and has no encoder; read by combined ``probes`` too where they are."""
    readers = (*READERS, *(one for one in COMBINED if one in probes))
    return [
        Row(name, name, ((),), reader, "every")
        for name in names
        for reader in (readers if name in DESCRIPTIONS else ("",))
    ]
