"""Numbers that papers print: what a study's table shows beside its own."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from multigraft.errors import InputError

FOLDER = Path(__file__).parent / "published"
FILES = ("same.csv",)
Key = tuple[str, frozenset[str], frozenset[str], str, str]


@dataclass(frozen=True)
class Published:
    """A number of a paper's table, in percent as it is printed, with its standard deviation where that is printed."""

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


@dataclass(frozen=True)
class Paper:
    """The published numbers of one file, by where they stand, and the paper they come from."""

    source: str
    numbers: Mapping[Key, Published]


def published(table: str, trained: Iterable[str], task: str, model: str, dataset: str) -> Published | None:
    """The number that a paper prints for a model trained on some tasks; None where it prints none.

    Args:
        table: A table of a paper, e.g. ``table1``; empty for a study that repeats none.
        trained: The tasks trained on, in any order.
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
        trained=frozenset(line["trained_tasks"].split(",")),
        task=frozenset(line["task"].split(",")),
        model=line["model"],
        dataset=line["dataset"],
        metric=line["metric"],
        value=float(line["value"]),
        std=float(line["std"]) if line["std"] else None,
    )
