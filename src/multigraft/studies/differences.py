"""Paired differences over splits: each method minus the untrained encoder, and minus the end-to-end baseline."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from multigraft.evaluation.significance import SplitDifference, corrected_difference
from multigraft.graphs.names import SPLIT_FRACTIONS
from multigraft.studies.cells import Cell
from multigraft.studies.study import UNTRAINED, Study

CLASSICAL, OWN = "classical", "own"


@dataclass(frozen=True)
class PairedDifference:
    """One cell minus another of the same protocol, task and data set, over the splits that both have.

    In the unit of the cells: percentage points, or that of an error, where less is better.
    """

    cell: Cell
    against: Cell
    found: SplitDifference

    @property
    def decided(self) -> bool:
        """Whether the 95 % interval leaves out zero."""
        return self.found.low > 0 or self.found.high < 0


def differences(study: Study, cells: Sequence[Cell]) -> list[PairedDifference]:
    """Every headline cell of a trained method minus the untrained encoder's, then minus the end-to-end baseline's.

    The untrained encoder is one of the same architecture, asked by the same probe, by the linear one where the method
    answers with its own heads. The baseline is the model ``classical``, or else the first that answers with its own
    heads; trained on the same tasks if it was, else on the task asked, else from scratch. Where the study pre-trains,
    it is the method's own model from scratch, or else the baseline model from scratch: what others were pre-trained for
    is no baseline, though it may bear the name of the task asked. Cells that share no split have no difference.
    """
    shown, baseline = [cell for cell in cells if cell.headline], _baseline(study)
    before = _from_scratch if study.pretrains else _end_to_end
    return [
        PairedDifference(cell, against, found)
        for against_of in (_untrained, lambda cell, among: before(cell, among, baseline))
        for cell in shown
        if cell.trained
        for against in against_of(cell, shown)
        if not math.isnan((found := difference(cell, against, study.split)).value)
    ]


def difference(first: Cell, second: Cell, split: str) -> SplitDifference:
    """One cell minus another over the splits, of that kind, that both have."""
    train, _, test = SPLIT_FRACTIONS[split]
    shared = sorted(first.values.keys() & second.values.keys())
    return corrected_difference(
        [first.values[split] for split in shared], [second.values[split] for split in shared], test / train
    )


def _peers(cell: Cell, cells: Sequence[Cell]) -> Iterator[Cell]:
    place = (cell.protocol, cell.task, cell.dataset)
    return (other for other in cells if (other.protocol, other.task, other.dataset) == place and other is not cell)


def _untrained(cell: Cell, cells: Sequence[Cell]) -> list[Cell]:
    """The untrained encoder of the cell's architecture under its probe; one at most."""
    alike = (other for other in _peers(cell, cells) if other.architecture == cell.architecture and not other.trained)
    found = [other for other in alike if other.model.partition(" ")[0] == UNTRAINED]
    same = [other for other in found if other.probe == cell.probe]
    return (same or [other for other in found if other.probe == "svm"] or found)[:1]


def _end_to_end(cell: Cell, cells: Sequence[Cell], baseline: str) -> list[Cell]:
    """The baseline on the same tasks, or else on the task asked; one at most."""
    found = [other for other in _peers(cell, cells) if other.model == baseline]
    wanted = (set(cell.trained.split(",")), set(cell.task.split(",")), {""})
    return [other for tasks in wanted for other in found if set(other.trained.split(",")) == tasks][:1]


def _from_scratch(cell: Cell, cells: Sequence[Cell], baseline: str) -> list[Cell]:
    """The cell's model, or else the baseline, that was not pre-trained; one at most."""
    found = [other for other in _peers(cell, cells) if not other.trained]
    return [other for model in (cell.model, baseline) for other in found if other.model == model][:1]


def _baseline(study: Study) -> str:
    models = [row.model for row in study.rows if row.trains]
    own = [row for row in study.rows if row.trains and row.probe == OWN]
    own.sort(key=lambda row: bool(row.start))  # from scratch, where there is one
    return CLASSICAL if CLASSICAL in models else own[0].model if own else ""
