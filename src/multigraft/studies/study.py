"""What a study is: a grid of data sets, methods, task sets and splits, measured under protocols."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.evaluation.names import DESCRIPTIONS
from multigraft.studies.facts import is_pretext
from multigraft.studies.published import trained_by
from multigraft.training.recipes.registry import mixed, weighed

UNTRAINED, FROZEN, IMPORTED, RELEASED = "untrained", "frozen", "imported", "released"
ATTRIBUTES, MAJORITY, CONSTANT = "attributes", "majority", "constant"
BASELINES = (ATTRIBUTES, MAJORITY, *DESCRIPTIONS, CONSTANT)  # nothing is trained or embedded for them
TARGET_TASKS = frozenset({"ml", "gr"})
TaskSet = tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """A training that a method begins with.

    Attributes:
        strategy: Its name; ``imported`` for weights that others released.
        tasks: What it trains for.
        dataset: The corpus that it trains on, once for all splits; empty: the study's data, split by split. Of imported
            weights their file, below ``checkpoints`` in the directory of raw data, or a released encoder's name.
        options: Options of `multigraft.train`, above the study's settings.
    """

    strategy: str
    tasks: TaskSet
    dataset: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def pretrained(self) -> TaskSet:
        """Its tasks; of imported weights what their file's name says."""
        return trained_by(self.tasks, Path(self.dataset).stem)

    @property
    def told(self) -> TaskSet:
        """The same as tables say it, which tell weights that others released apart from a training of the study's."""
        if self.strategy != IMPORTED:
            return self.pretrained
        return tuple(f"{one} {RELEASED}" for one in self.pretrained or (Path(self.dataset).stem,))


@dataclass(frozen=True)
class Row:
    """One method of a study.

    Attributes:
        model: Its label in tables, and the key to published numbers.
        strategy: The name of a strategy, or ``untrained``; ``frozen`` for the encoder as the last of its stages leaves
            it; or a baseline: ``attributes``, ``majority``, a description of molecules or proteins, ``constant``.
        tasks: The task sets that it is trained on, an encoder for each; one empty set where nothing is trained.
        probe: What answers: a learner, ``svm`` for one, a fresh ``head``, or the encoder's ``own`` heads.
        asks: Which tasks each encoder is asked: those it was ``trained`` on, the ``unseen`` others, or ``every`` one.
        start: The trainings before, first to last.
        options: Options of `multigraft.train` for this row, above the study's settings.
        recipe: Options that a recipe has for it, below the study's settings.
        fuse: A description of molecules or proteins that is fused with its embeddings; empty: none.
        twin: Of an untrained row: the row whose architecture it has; None: what the study's settings say of all rows.
    """

    model: str
    strategy: str
    tasks: tuple[TaskSet, ...]
    probe: str = "svm"
    asks: str = "trained"
    start: tuple[Stage, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    recipe: Mapping[str, Any] = field(default_factory=dict)
    fuse: str = ""
    twin: "Row | None" = None

    @property
    def trains(self) -> bool:
        """Whether the method learns anything before it is measured."""
        return self.strategy not in (UNTRAINED, *BASELINES)

    @property
    def pretrained(self) -> TaskSet:
        """The tasks of its trainings on a corpus, in their order; of imported weights as their name says."""
        named = (stage.pretrained for stage in self.start if stage.dataset)
        return tuple(dict.fromkeys(task for tasks in named for task in tasks))

    @property
    def begun(self) -> TaskSet:
        """`pretrained` as tables say it; of one that starts from released weights it is never empty."""
        told = (stage.told for stage in self.start if stage.dataset)
        return tuple(dict.fromkeys(task for tasks in told for task in tasks))


@dataclass(frozen=True)
class Setting:
    """Options of `multigraft.train` for the runs that match; an empty condition matches all."""

    options: Mapping[str, Any]
    strategies: tuple[str, ...] = ()
    tasks: TaskSet = ()
    datasets: tuple[str, ...] = ()

    def matches(self, strategy: str, tasks: TaskSet, dataset: str) -> bool:
        """Whether a run of that strategy, on that task set and data, takes these options."""
        return (
            (not self.strategies or strategy in self.strategies)
            and (not self.tasks or set(tasks) == set(self.tasks))
            and (not self.datasets or dataset in self.datasets)
        )


@dataclass(frozen=True)
class Study:
    """A grid of runs.

    Attributes:
        name: The file's name, without its ending.
        source: The paper and table that the study repeats, or what else it answers.
        datasets: Names of data sets, or folders in TU layout, relative to the study's file.
        splits: How many: split i, its training and its measurement have seed i.
        split: Kind of the splits. Methods and protocols share them, so all differences are paired.
        protocols: How its encoders are measured.
        score: ``metric``, or ``delta-m``: the mean relative gain over the row `reference`.
        reference: The row that ``delta-m`` compares with.
        published: The table of the published numbers that it repeats, if any.
        figure: How its picture is drawn.
        settings: Options by strategy, tasks and data; later ones go above earlier ones.
        plugins: Python files that are run first, to add tasks, strategies and encoders.
        folders: Where data sets lie that are folders of one's own, by name.
        removes: Data sets whose molecules are taken out of every corpus.
        targets: What its first method is to reach, by data set and task, in the unit of the cells.
    """

    name: str
    title: str
    datasets: tuple[str, ...]
    rows: tuple[Row, ...]
    source: str = ""
    splits: int = 10
    split: str = "stratified"
    protocols: tuple[str, ...] = ("strict", "paper")
    score: str = "metric"
    reference: Row | None = None
    published: str = ""
    figure: str = "scores"
    settings: tuple[Setting, ...] = ()
    plugins: tuple[Path, ...] = ()
    folders: Mapping[str, Path] = field(default_factory=dict)
    removes: tuple[str, ...] = ()
    targets: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    @property
    def tasks(self) -> TaskSet:
        """All tasks of its rows that can be asked, in the order in which they are first named."""
        return asked_of(task for row in self.rows for tasks in row.tasks for task in tasks)

    @property
    def pretrains(self) -> bool:
        """Whether its methods differ in what they were trained for on a corpus, before they met the study's data."""
        return any(stage.dataset for row in self.rows for stage in row.start)

    @property
    def corpora(self) -> tuple[str, ...]:
        """What methods are trained on first, each once; not what others trained their released weights on."""
        stages = (stage for row in self.rows for stage in row.start if stage.strategy != IMPORTED)
        return tuple(dict.fromkeys(stage.dataset for stage in stages if stage.dataset))

    @property
    def places(self) -> dict[str, str | Path]:
        """By its name, what is to be loaded for each of the study's data sets, corpora and removed sets."""
        return {name: self.folders.get(name, name) for name in (*self.datasets, *self.corpora, *self.removes)}

    def options(self, row: Row, strategy: str, tasks: TaskSet, dataset: str) -> dict[str, Any]:
        """The options of one training run: of a recipe, of settings in their order, the row's own.

        Tables of options go above earlier ones entry by entry; of options of tasks those stay that it trains, and a
        recipe's weights where they fit.
        """
        given: dict[str, Any] = {}
        for setting in self.settings:
            if setting.matches(strategy, tasks, dataset):
                given = mixed(given, setting.options)
        given = mixed(given, row.options)
        found = weighed(mixed(row.recipe, given), given, tasks)
        if "task_options" in found:
            found["task_options"] = {task: own for task, own in found["task_options"].items() if task in tasks}
        return found

    def planned(
        self,
        datasets: Sequence[str] | None = None,
        splits: int | None = None,
        epochs: int | None = None,
        settings: Sequence[Setting] = (),
    ) -> "Study":
        """The same study on fewer data sets, with other splits, epochs or settings; None keeps what the file says.

        Raises:
            InputError: a data set that is not the study's, or a number below 1.
        """
        foreign = sorted(set(datasets or ()) - set(self.datasets))
        if foreign:
            raise InputError(f"study {self.name!r} has no data set {foreign[0]!r}: choose from {self._named()}")
        for what, number in (("splits", splits), ("epochs", epochs)):
            if number is not None and number < 1:
                raise InputError(f"{what} must be at least 1, got {number}")
        added = [*settings, *([] if epochs is None else [Setting({"epochs": epochs})])]
        rows, reference = self.rows, self.reference
        if epochs is not None:
            rows = tuple(_without_epochs(row) for row in rows)
            reference = None if reference is None else _without_epochs(reference)
        planned = dataclasses.replace(
            self,
            datasets=tuple(name for name in self.datasets if datasets is None or name in datasets),
            splits=self.splits if splits is None else splits,
            settings=(*self.settings, *added),
            rows=rows,
            reference=reference,
        )
        if not settings or all(row.strategy != UNTRAINED for row in rows):
            return planned
        from multigraft.studies.architectures import with_untrained  # it imports this module

        return with_untrained(planned)  # settings may shape encoders

    def _named(self) -> str:
        return ", ".join(self.datasets)


def asked_of(tasks: Iterable[str]) -> TaskSet:
    """Those of the tasks that a protocol can ask, each once: pretexts are only trained for."""
    return tuple(dict.fromkeys(task for task in tasks if not is_pretext(task)))


def _without_epochs(row: Row) -> Row:
    """The row, and the stages before it, trained as long as the settings say."""
    stages = tuple(dataclasses.replace(stage, options=_but_epochs(stage.options)) for stage in row.start)
    return dataclasses.replace(row, options=_but_epochs(row.options), start=stages)


def _but_epochs(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name != "epochs"}
