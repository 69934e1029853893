"""What training adds, by data set and task: across the tables of SAME, the paired differences that decide its use."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from multigraft.evaluation.significance import SplitDifference
from multigraft.reports.study_table import StudyTable
from multigraft.studies.cells import Cell
from multigraft.studies.differences import difference

METHODS, ALL = ("isame", "esame"), "gc,nc,lp"
ALONE, SEVERAL, UNSEEN = "same-table1", "same-table2", "same-table4"
# Each is one cell minus another: (study, model, trained), where METHOD, TASK and OTHERS stand for the row's own.
METHOD, TASK, OTHERS = "the method", "the task asked", "the other two tasks"
_UNTRAINED = (ALONE, "untrained", "")
CONTRASTS = {
    "one task - untrained": ((ALONE, METHOD, TASK), _UNTRAINED),
    "three tasks - untrained": ((SEVERAL, METHOD, ALL), _UNTRAINED),
    "other tasks - untrained": ((UNSEEN, METHOD, OTHERS), (UNSEEN, "untrained", "")),  # both read by fresh heads
    "three tasks - one task": ((SEVERAL, METHOD, ALL), (ALONE, METHOD, TASK)),
    "three tasks - end to end": ((SEVERAL, METHOD, ALL), (ALONE, "classical", TASK)),
}
COLUMNS = ("data", "task", "method", "splits", *CONTRASTS)


@dataclass(frozen=True)
class Addition:
    """The paired differences of a method on a task of a data set, in percentage points, as far as there are cells."""

    dataset: str
    task: str
    method: str
    found: Mapping[str, SplitDifference]

    @property
    def splits(self) -> int:
        """The fewest splits that a difference is the mean of."""
        return min(one.n for one in self.found.values())


def additions(tables: Mapping[str, StudyTable], protocol: str) -> list[Addition]:
    """Of all data sets and tasks that the tables of SAME have under that protocol."""
    shown = [cell for name in (ALONE, SEVERAL, UNSEEN) if name in tables for cell in _cells(tables[name], protocol)]
    places = dict.fromkeys((cell.dataset, cell.task) for _, cell in shown)
    made = [_addition(*place, method, shown) for place in places for method in METHODS]
    return [one for one in made if one.found]


def _cells(table: StudyTable, protocol: str) -> Iterator[tuple[StudyTable, Cell]]:
    return ((table, cell) for cell in table.cells if cell.headline and cell.protocol == protocol)


def _addition(dataset: str, task: str, method: str, shown: Sequence[tuple[StudyTable, Cell]]) -> Addition:
    here = [(table.study, cell) for table, cell in shown if (cell.dataset, cell.task) == (dataset, task)]
    others = set(ALL.split(",")) - {task}
    meant = {METHOD: method, TASK: task}

    def cell_of(name: str, model: str, trained: str) -> list[Cell]:
        wanted = others if trained == OTHERS else set(meant.get(trained, trained).split(","))
        return [
            cell
            for study, cell in here
            if (study.name, cell.model, set(cell.trained.split(","))) == (name, meant.get(model, model), wanted)
        ]

    split = here[0][0].split
    found = {}
    for name, (one, other) in CONTRASTS.items():
        for first, second in zip(cell_of(*one)[:1], cell_of(*other)[:1], strict=False):  # of several probes the first
            between = difference(first, second, split)
            if not math.isnan(between.value):
                found[name] = between
    return Addition(dataset, task, method, found)
