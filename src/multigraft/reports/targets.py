"""What a study was to reach, and what it did: target, value, and how far it is from what it has to be better than."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from multigraft.evaluation.names import sign
from multigraft.evaluation.significance import SplitDifference
from multigraft.reports.study_table import StudyTable
from multigraft.studies.cells import Cell
from multigraft.studies.differences import difference, differences
from multigraft.studies.facts import ENOUGH
from multigraft.studies.study import ATTRIBUTES

MET, SHORT, OPEN = "met", "short", "open"
LESS = UNTRAINED, END_TO_END, TREE = "untrained", "end to end", "tree"
COLUMNS = ("data", "task", "metric", "target", "reached", "splits", "verdict", *(f"less {name}" for name in LESS))


@dataclass(frozen=True)
class Reached:
    """A cell of a study's first method that was to reach a target.

    ``less``: the cell less the untrained encoder, the end-to-end model and the tree on raw attributes, as far as the
    study has them, in the unit of the cell.
    """

    cell: Cell
    target: float
    less: Mapping[str, SplitDifference]

    @property
    def verdict(self) -> str:
        """Whether the mean reaches the target; open where fewer splits than `ENOUGH` are there."""
        if self.cell.n < ENOUGH:
            return OPEN
        better = sign(self.cell.metric)
        return MET if better * self.cell.mean >= better * self.target else SHORT


def reached(table: StudyTable) -> list[Reached]:
    """All targets of the table's study, in the order of its cells."""
    first = next((row.model for row in table.study.rows if row.trains), "")
    shown = [cell for cell in table.cells if cell.headline]
    paired = differences(table.study, shown)
    found = []
    for cell in shown:
        target = table.study.targets.get(cell.dataset, {}).get(cell.task)
        if target is not None and cell.model == first:
            beside = [one for one in paired if one.cell is cell]
            less = {END_TO_END if one.against.trained else UNTRAINED: one.found for one in beside}
            found.append(Reached(cell, target, less | _less_tree(cell, shown, table.study.split)))
    return found


def _less_tree(cell: Cell, shown: Sequence[Cell], split: str) -> dict[str, SplitDifference]:
    """The cell less the tree on raw attributes, where they share a split."""
    place = (cell.protocol, cell.dataset, cell.task, ATTRIBUTES)
    tree = next((one for one in shown if (one.protocol, one.dataset, one.task, one.model) == place), None)
    found = None if tree is None else difference(cell, tree, split)
    return {} if found is None or math.isnan(found.value) else {TREE: found}
