"""Study files: TOML in, a checked `Study` out. The shipped ones are files of the same form."""

import dataclasses
import difflib
import tomllib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.evaluation.names import COMBINED, DESCRIPTIONS, PROBE_NAMES, PROTOCOL_NAMES, READERS
from multigraft.graphs.names import FEATURIZATIONS, SPLIT_NAMES
from multigraft.models.names import RELEASED
from multigraft.studies.architectures import with_untrained
from multigraft.studies.facts import READING, TRAIN_OPTIONS
from multigraft.studies.named import NamedData
from multigraft.studies.names import STUDY_NAMES
from multigraft.studies.study import (
    ATTRIBUTES,
    BASELINES,
    CONSTANT,
    FROZEN,
    IMPORTED,
    MAJORITY,
    TARGET_TASKS,
    Row,
    Setting,
    Stage,
    Study,
    TaskSet,
    asked_of,
)
from multigraft.studies.values import Values
from multigraft.training.recipes.names import RECIPE_NAMES
from multigraft.training.recipes.registry import named_recipe

SHIPPED = Path(__file__).parent / "shipped"
ASKS = ("trained", "unseen", "every")
SCORES = ("metric", "delta-m")
FIGURES = ("scores", "drops", "transfer", "delta-m")
STUDY_KEYS = frozenset({
    "title", "source", "extends", "datasets", "splits", "split", "protocols", "score", "published", "figure", "rows",
    "reference", "settings", "plugins", "baselines", "removes", "targets",
})  # fmt: skip
ROW_KEYS = frozenset({"model", "strategy", "tasks", "probe", "asks", "start", "recipe", "fuse"})
OPTIONS = TRAIN_OPTIONS | READING
STAGE_KEYS = frozenset({"strategy", "tasks", "dataset", "weights"})
# How targets are described without an encoder, where a study does not say.
DESCRIBED = ("ecfp-count", "ecfp-binary", "descriptors", "ecfp+descriptors", CONSTANT)


def read_study(name: str) -> Study:
    """The shipped study of that name, or the one in the TOML file of that path.

    Raises:
        InputError: no such study or file, a mistake in its syntax, or a value that cannot be.
    """
    path = SHIPPED / f"{name}.toml" if name in STUDY_NAMES else Path(name)
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


class _Reader(Values):
    """One file's table on its way to a study; every complaint names the file."""

    def __init__(self, path: Path, table: dict[str, Any]) -> None:
        super().__init__(path, table)
        self.data = NamedData(path)

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
        study = Study(
            name=self.path.stem,
            title=self.text("title", self.path.stem),
            source=self.text("source", ""),
            datasets=self.datasets(),
            splits=self.count(self.table.get("splits", 10), "splits"),
            split=self.choice(self.table.get("split", "stratified"), SPLIT_NAMES, "split"),
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

    def row(self, row: Any, where: str) -> Row:
        if not isinstance(row, dict) or not {"strategy", "tasks"} <= row.keys():
            raise InputError(f"{self.path}: {where} needs a strategy and tasks")
        options = {key: value for key, value in row.items() if key not in ROW_KEYS}
        self.check_options(options, where)
        tasks = tuple(self.tasks(one, where) for one in self.listed(row["tasks"], where))
        self.check_task_options(options, [task for each in tasks for task in each], where)
        if row["strategy"] == FROZEN and "start" not in row:
            raise InputError(f"{self.path}: {where}: a frozen encoder needs a start, the training that made it")
        return Row(
            model=str(row.get("model", row["strategy"])),
            strategy=str(row["strategy"]),
            tasks=tasks,
            probe=self.choice(row.get("probe", "svm"), PROBE_NAMES, f"{where}: probe"),
            asks=self.choice(row.get("asks", "trained"), ASKS, f"{where}: asks"),
            start=self.stages(row.get("start", []), where),
            options=options,
            recipe=self.recipe(row, options, where),
            fuse=self.fused(row, tasks, where),
        )

    def fused(self, row: Mapping[str, Any], tasks: Sequence[TaskSet], where: str) -> str:
        """The description that a row fuses with its embeddings; empty where it names none."""
        if "fuse" not in row:
            return ""
        named = self.choice(row["fuse"], tuple(DESCRIPTIONS), f"{where}: fuse")
        asked = set(asked_of(task for each in tasks for task in each))
        if row.get("probe") in (None, "own", "head") or row["strategy"] in BASELINES or not asked <= TARGET_TASKS:
            raise InputError(
                f"{self.path}: {where}: what is fused are embeddings, asked for ml or gr by a probe that reads "
                "descriptions as well: name one, logistic for instance"
            )
        return named

    def recipe(self, row: Mapping[str, Any], options: Mapping[str, Any], where: str) -> dict[str, Any]:
        """What the recipe that a row names has for it, but for a strategy; nothing where it names none."""
        if "recipe" not in row:
            return {}
        named = named_recipe(self.choice(row["recipe"], RECIPE_NAMES, f"{where}: recipe"))
        begun = row.get("start")  # which reads molecules in its own way
        usual = named.beside({**options, "start": begun}) | ({} if begun else named.reading)
        return {name: value for name, value in usual.items() if name in OPTIONS}

    def stages(self, start: Any, where: str) -> tuple[Stage, ...]:
        """The trainings before a row's own: one table or a list of them."""
        listed = start if isinstance(start, list) else [start]
        return tuple(self.stage(one, f"{where}: start") for one in listed)

    def stage(self, stage: Any, where: str) -> Stage:
        if isinstance(stage, dict) and "released" in stage:
            if stage.keys() != {"released"}:
                raise InputError(f"{self.path}: {where}: a released encoder is {{ released = NAME }}")
            name = self.choice(stage["released"], RELEASED, f"{where}: released")
            return Stage(IMPORTED, (), name, {"encoder": name})
        if isinstance(stage, dict) and "weights" in stage:
            if stage.keys() - {"weights", "encoder"} or "encoder" not in stage:
                raise InputError(f"{self.path}: {where}: released weights are {{ weights = FILE, encoder = NAME }}")
            return Stage(IMPORTED, (), str(stage["weights"]), {"encoder": str(stage["encoder"])})
        if not isinstance(stage, dict) or not {"strategy", "tasks"} <= stage.keys():
            raise InputError(
                f"{self.path}: {where} is {{ strategy = ..., tasks = ... }}, with a dataset where it is a corpus, or "
                f"{{ released = NAME }} or {{ weights = FILE, encoder = NAME }}; got {stage!r}"
            )
        options = {key: value for key, value in stage.items() if key not in STAGE_KEYS}
        self.check_options(options, where)
        tasks = self.tasks(stage["tasks"], where)
        corpus = str(stage.get("dataset", ""))
        named = self.data.known(corpus, f"{where}: dataset") if corpus else ""
        return Stage(str(stage["strategy"]), tasks, named, options)

    def setting(self, setting: Any) -> Setting:
        if not isinstance(setting, dict):
            raise InputError(f"{self.path}: settings must be tables, [[settings]]")
        condition = setting.get("for", {})
        options = {key: value for key, value in setting.items() if key != "for"}
        if not isinstance(condition, dict) or condition.keys() - {"strategy", "tasks", "datasets"}:
            raise InputError(f"{self.path}: a setting is for strategy, tasks and datasets, got {condition!r}")
        self.check_options(options, "settings")
        return Setting(
            options,
            tuple(self.listed(condition.get("strategy", []), "settings")),
            self.tasks(condition["tasks"], "settings") if "tasks" in condition else (),
            tuple(self.listed(condition.get("datasets", []), "settings")),
        )

    def check_options(self, options: Mapping[str, Any], where: str) -> None:
        for key in options.keys() - OPTIONS:
            near = difflib.get_close_matches(key, sorted(OPTIONS | ROW_KEYS), n=1, cutoff=0)[0]
            raise InputError(f"{self.path}: {where}: there is no option {key!r}; the nearest is {near!r}")
        if "featurization" in options:
            self.choice(options["featurization"], FEATURIZATIONS, f"{where}: featurization")

    def check_task_options(self, options: Mapping[str, Any], tasks: Sequence[str], where: str) -> None:
        for task in options.get("task_options", {}):
            self.choice(task, tasks, f"{where}: task_options")

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
