"""Numbers that papers print: what a study's table shows beside its own."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

from multigraft.errors import InputError

FOLDER = Path(__file__).parent / "published"
FILES = ("same.csv", "pretraining.csv", "pretraining_page.csv")
ERRORS = ("rmse", "mae")
# What the names of released weights say of their training, as in gin_supervised_contextpred.
RELEASED = {"infomax": "im", "edgepred": "ep", "masking": "am", "contextpred": "cp", "supervised": "ml"}
Key = tuple[str, frozenset[str], frozenset[str], str, str]


@dataclass(frozen=True)
class Published:
    """A number of a paper's table, with its standard deviation where that is printed.

    As it is printed: accuracies and areas under the curve in percent, errors in the units of the data.
    """

    table: str
    trained: frozenset[str]
    task: frozenset[str]
    model: str
    dataset: str
    metric: str
    value: float
    std: float | None

    @property
    def key(self) -> Key:
        """Where it stands."""
        return self.table, self.trained, self.task, self.model, self.dataset

    @property
    def scale(self) -> int:
        """What our number is multiplied by to be printed as this is."""
        return 1 if self.metric in ERRORS else 100

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values, the number as it is printed."""
        sets = {name: sorted(getattr(self, name)) for name in ("trained", "task")}
        return {**asdict(self), **sets}


@dataclass(frozen=True)
class Paper:
    """The published numbers of one file, by where they stand, and the paper they come from."""

    source: str
    numbers: Mapping[Key, Published]


def published(table: str, trained: Iterable[str], task: str, model: str, dataset: str) -> Published | None:
    """The number that a paper prints for a model trained on some tasks; None where it prints none.

    Args:
        table: A table of a paper, e.g. ``table1``; empty for a study that repeats none.
        trained: The tasks trained on, in any order; none: from scratch.
        task: The task asked; for Delta-m all of them, separated by commas in any order.
        model: The method, e.g. ``isame``.
        dataset: Name of the data set.

    Raises:
        InputError: no such table.
    """
    if not table:
        return None
    asked = frozenset(task.split(","))
    return paper_of(table).numbers.get((table, frozenset(trained), asked, model, dataset))


def published_beside(dataset: str, split: str, metric: str, trained: Iterable[str]) -> list[Published]:
    """What is printed of an encoder that was trained on some tasks, then fine-tuned; and of one from scratch.

    Of the pre-training paper's table 1 (GIN, ten seeds), and of its page, which does not say what its errors were
    trained on. Other splits than the deterministic ``scaffold`` are other questions: nothing.
    """
    places = [
        ("pretraining-table1", frozenset(trained), "ml", "gin"), ("pretraining-table1", frozenset(), "ml", "gin"),
        ("page-molecular-property-prediction", frozenset({"unstated"}), "gr", "PretrainGNN"),
    ]  # fmt: skip
    found = [published(*place, dataset) for place in dict.fromkeys(places)]
    return [one for one in found if one is not None and one.metric == metric and split == "scaffold"]


def trained_by(tasks: Iterable[str], name: str) -> tuple[str, ...]:
    """The tasks that an encoder was trained for; of imported weights, which have none, what the file's name says."""
    words = name.split("_")
    return tuple(tasks) or tuple(task for word, task in RELEASED.items() if word in words)


@cache
def paper_of(table: str) -> Paper:
    """The paper that has this table.

    Raises:
        InputError: no such table.
    """
    papers = [read_published(FOLDER / name) for name in FILES]
    known = [name for paper in papers for name in dict.fromkeys(number.table for number in paper.numbers.values())]
    for paper in papers:
        if any(number.table == table for number in paper.numbers.values()):
            return paper
    raise InputError(f"there are no published numbers of {table!r}: choose from {', '.join(known)}")


def printed_in(table: str) -> int:
    """How many numbers a paper's table has.

    Raises:
        InputError: no such table.
    """
    return sum(number.table == table for number in paper_of(table).numbers.values())


def read_published(path: Path) -> Paper:
    """A file of published numbers: a first line that names the source, then CSV, one number a line.

    Raises:
        InputError: no source, a line that is no number, or two numbers for one place.
    """
    first, *lines = path.read_text(encoding="utf-8").splitlines()
    if not first.startswith("# Source: "):
        raise InputError(f"{path}: its first line must name the source, '# Source: ...'")
    numbers: dict[Key, Published] = {}
    for place, line in enumerate(csv.DictReader(lines), start=3):
        try:
            number = _number(line)
        except (KeyError, ValueError, AttributeError) as error:
            raise InputError(f"{path}, line {place}: not a published number: {error}") from error
        if number.key in numbers:
            raise InputError(f"{path}, line {place}: there is a number in this place already")
        numbers[number.key] = number
    return Paper(first.removeprefix("# Source: "), numbers)


def _number(line: dict[str, str]) -> Published:
    return Published(
        table=line["table"],
        trained=frozenset(filter(None, line["trained_tasks"].split(","))),
        task=frozenset(line["task"].split(",")),
        model=line["model"],
        dataset=line["dataset"],
        metric=line["metric"],
        value=float(line["value"]),
        std=float(line["std"]) if line["std"] else None,
    )
