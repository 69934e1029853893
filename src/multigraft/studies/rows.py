"""The rows of a study's file: methods, the trainings before their own, and the options of both."""

import difflib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.evaluation.names import DESCRIPTIONS, PROBE_NAMES
from multigraft.graphs.names import FEATURIZATIONS
from multigraft.models.names import RELEASED
from multigraft.studies.facts import TRAIN_OPTIONS
from multigraft.studies.named import NamedData
from multigraft.studies.study import BASELINES, FROZEN, IMPORTED, TARGET_TASKS, Row, Setting, Stage, TaskSet, asked_of
from multigraft.studies.values import Values
from multigraft.training.options import check_kinds
from multigraft.training.recipes.names import RECIPE_NAMES
from multigraft.training.recipes.registry import OF_READING, named_recipe

ASKS = ("trained", "unseen", "every")
ROW_KEYS = frozenset({"model", "strategy", "tasks", "probe", "asks", "start", "recipe", "fuse"})
STAGE_KEYS = frozenset({"strategy", "tasks", "dataset", "weights"})
OPTIONS = TRAIN_OPTIONS | frozenset(OF_READING)  # and how molecules are read


class Rows(Values):
    """One file's table, whose rows name data that lie beside it."""

    def __init__(self, path: Path, table: dict[str, Any]) -> None:
        super().__init__(path, table)
        self.data = NamedData(path)

    def row(self, row: Any, where: str) -> Row:
        if not isinstance(row, dict) or not {"strategy", "tasks"} <= row.keys():
            raise InputError(f"{self.path}: {where} needs a strategy and tasks")
        options = {key: value for key, value in row.items() if key not in ROW_KEYS}
        self.check_options(options, where)
        tasks = tuple(self.tasks(one, where) for one in self.listed(row["tasks"], where))
        if not tasks:
            raise InputError(f"{self.path}: {where}: it has no tasks: name some, or take the row out")
        self.check_task_options(options, [task for each in tasks for task in each], where)
        if row["strategy"] == FROZEN and "start" not in row:
            raise InputError(f"{self.path}: {where}: a frozen encoder needs a start, the training that made it")
        start = self.stages(row.get("start", []), where)
        if "featurization" in options and start and start[0].dataset:
            raise InputError(
                f"{self.path}: {where}: its first start says how the encoder reads molecules: give it the featurization"
            )
        return Row(
            model=str(row.get("model", row["strategy"])),
            strategy=str(row["strategy"]),
            tasks=tasks,
            probe=self.choice(row.get("probe", "svm"), PROBE_NAMES, f"{where}: probe"),
            asks=self.asks(row, tasks, where),
            start=start,
            options=options,
            recipe=self.recipe(row, options, where),
            fuse=self.fused(row, tasks, where),
        )

    def asks(self, row: Mapping[str, Any], tasks: Sequence[TaskSet], where: str) -> str:
        asks = self.choice(row.get("asks", "trained"), ASKS, f"{where}: asks")
        silent = next((each for each in tasks if not asked_of(each)), None)
        if asks == "trained" and silent is not None:
            raise InputError(
                f"{self.path}: {where}: {','.join(silent)} can be trained for, but not asked: name a task that can "
                "beside it, or say asks = 'every'"
            )
        return asks

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
        try:
            check_kinds(options)
        except InputError as error:
            raise InputError(f"{self.path}: {where}: {error}") from error
        if "featurization" in options:
            self.choice(options["featurization"], FEATURIZATIONS, f"{where}: featurization")

    def check_task_options(self, options: Mapping[str, Any], tasks: Sequence[str], where: str) -> None:
        for task in options.get("task_options", {}):
            self.choice(task, tasks, f"{where}: task_options")
