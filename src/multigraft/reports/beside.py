"""What frozen embeddings of molecules are worth beside descriptions of the same molecules, under the same reader."""

import dataclasses
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from multigraft.evaluation.names import OF_NUMBERS, sign
from multigraft.evaluation.significance import SplitDifference
from multigraft.reports.study_formats import markdown_grid
from multigraft.reports.study_grids import Grid, decimals, interval
from multigraft.reports.study_table import StudyTable
from multigraft.studies.cells import Cell
from multigraft.studies.differences import difference, differences
from multigraft.studies.facts import SEEDS
from multigraft.studies.study import UNTRAINED

COUNTS = "ecfp-count"
LESS = (UNTRAINED, COUNTS, "descriptors", "ecfp+descriptors")

SECTION = """## Where frozen embeddings beat fingerprints

Embeddings of molecules less those of the same encoder untrained, and less descriptions of the molecules (counted ECFP4,
RDKit's descriptors, both side by side), all under the same reader. Paired over splits, with 95 % intervals, turned so
that more is better: percentage points, of errors the units of the data. In bold where the interval lies above zero;
where chance has no part in either, as there is one split, there is none.

Less `{counts}`, of {pairs} cells with at least {seeds} splits the mean lies above zero in {better}, the whole interval
in {above}; the mean lies below zero in {worse}, the whole interval in {below}."""


@dataclass(frozen=True)
class Beside:
    """A cell of an embedding less what stands beside it, in the unit of the cell but turned: more is better.

    ``less``: by what is subtracted, among `LESS`.
    """

    study: str
    cell: Cell
    less: Mapping[str, SplitDifference]

    @property
    def reader(self) -> str:
        """What reads all of them, by the name that it has for targets that are numbers or not."""
        probe = self.cell.probe
        return OF_NUMBERS.get(probe, probe) if sign(self.cell.metric) < 0 else probe


def besides(tables: Mapping[str, StudyTable]) -> list[Beside]:
    """All embeddings of the tables that are read as counted fingerprints are; splits that both have."""
    found = (one for name, table in tables.items() for one in _of_table(name, table))
    return [one for one in found if COUNTS in one.less]


def _of_table(name: str, table: StudyTable) -> Iterator[Beside]:
    shown = [cell for cell in table.cells if cell.headline]
    untrained = {
        id(one.cell): one.found
        for one in differences(table.study, shown)
        if one.against.model.partition(" ")[0] == UNTRAINED
    }
    for cell in shown:
        if cell.trained and cell.n:
            less = {UNTRAINED: untrained[id(cell)]} if id(cell) in untrained else {}
            less |= {other.model: difference(cell, other, table.study.split) for other in _described(cell, shown)}
            turned = {
                model: _turned(value, sign(cell.metric)) for model, value in less.items() if not math.isnan(value.value)
            }
            yield Beside(name, cell, turned)


def _described(cell: Cell, shown: Sequence[Cell]) -> Iterator[Cell]:
    """The descriptions that the cell's reader read as well."""
    place = (cell.protocol, cell.dataset, cell.task, cell.probe, cell.metric)
    for other in shown:
        there = (other.protocol, other.dataset, other.task, other.probe, other.metric)
        if other.model in LESS[1:] and there == place:
            yield other


def _turned(found: SplitDifference, sign: int) -> SplitDifference:
    if sign > 0:
        return found
    return dataclasses.replace(found, value=-found.value, low=-found.high, high=-found.low)


def beside_section(found: Sequence[Beside]) -> Iterator[str]:
    """The paragraphs of a page: of each study a table, of each embedding a row for each that is subtracted."""
    judged = [one.less[COUNTS] for one in found if one.cell.n >= SEEDS]
    yield SECTION.format(
        counts=COUNTS, pairs=len(judged), seeds=SEEDS,
        better=sum(one.value > 0 for one in judged), above=sum(one.low > 0 for one in judged),
        worse=sum(one.value < 0 for one in judged), below=sum(one.high < 0 for one in judged),
    )  # fmt: skip
    for study in dict.fromkeys(one.study for one in found):
        here = [one for one in found if one.study == study]
        datasets = tuple(dict.fromkeys(one.cell.dataset for one in here))
        rows: dict[tuple[str, ...], dict[str, str]] = {}
        for one in here:
            for less in (less for less in LESS if less in one.less):
                text = interval(one.less[less], decimals(one.cell))
                texts = rows.setdefault((one.cell.model, one.cell.trained, one.reader, less), {})
                texts[one.cell.dataset] = f"**{text}**" if one.less[less].low > 0 else text
        placed = [(*row, *(texts.get(dataset, "") for dataset in datasets)) for row, texts in rows.items()]
        yield f"`{study}`:"
        grid = Grid("", ("encoder", "trained on", "reader", "less", *datasets), 4, [[row] for row in placed])
        yield markdown_grid(grid)
