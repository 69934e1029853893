"""The layout of a study's table: tasks and methods down, data sets across, or protocols where there are several."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from multigraft.evaluation.significance import SplitDifference
from multigraft.reports.study_table import StudyTable, is_percent, metric_of
from multigraft.studies.cells import Cell
from multigraft.studies.differences import PairedDifference
from multigraft.studies.gains import GAIN
from multigraft.studies.reproduction import verdict

MISSING = "-"
RowKey = tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table of text: ``groups`` are rows that belong together; the first ``labels`` columns name them."""

    title: str
    columns: tuple[str, ...]
    labels: int
    groups: list[list[tuple[str, ...]]]


@dataclass(frozen=True)
class Entry:
    """A number as text, and where it stands; ``printed`` is the paper's, ``verdict`` what became of that here."""

    row: RowKey
    dataset: str
    protocol: str
    text: str
    printed: str = ""
    verdict: str = ""


def score_grids(table: StudyTable, judged: str = "") -> list[Grid]:
    """The cells: one grid with a column a data set, or a grid a data set with the published number and a column each.

    Rows are grouped by the task asked: methods in the study's order, and within a method the tasks trained on.
    ``judged``: the protocol whose numbers are judged by the published ones, in a column of its own.
    """
    elsewhere = table.elsewhere
    alone = len(table.protocols) == 1

    def entry(cell: Cell) -> Entry:
        asked = cell.task if cell.metric == GAIN else f"{cell.task} ({metric_of(cell)})"
        row = (asked, table.model(cell), *((cell.trained,) if elsewhere else ()))
        text = score_text(cell, published=alone and not judged)
        judgement = verdict(cell) if cell.protocol == judged else ""
        return Entry(row, cell.dataset, cell.protocol, text, published_text(cell), judgement)

    labels = ("task", "model", *(("trained on",) if elsewhere else ()))
    return _grids(table, [entry(cell) for cell in table.shown], labels, judged)


def difference_grids(table: StudyTable) -> list[Grid]:
    """The paired differences, laid out as the cells are; none where there are none."""
    elsewhere = any(one.cell.trained != one.cell.task for one in table.differences)

    def entry(one: PairedDifference) -> Entry:
        cell = one.cell
        row = (cell.task, f"{table.model(cell)} - {_subtracted(one)}", *((cell.trained,) if elsewhere else ()))
        return Entry(row, cell.dataset, cell.protocol, difference_text(one))

    labels = ("task", "difference", *(("trained on",) if elsewhere else ()))
    return _grids(table, [entry(one) for one in table.differences], labels)


def _subtracted(one: PairedDifference) -> str:
    """What is subtracted, told apart from the model itself where only its training differs."""
    model, trained = one.against.model, one.against.trained
    if trained in ("", one.cell.trained):
        return f"{model} from scratch" if model == one.cell.model and not trained else model
    return f"{model} on {trained}"


def _grids(table: StudyTable, entries: Sequence[Entry], labels: tuple[str, ...], judged: str = "") -> list[Grid]:
    if not entries:
        return []
    datasets, protocols = table.study.datasets, table.protocols
    placed = {(one.row, one.dataset, one.protocol): one.text for one in entries}
    if len(protocols) == 1 and not judged:
        places = [(dataset, protocols[0]) for dataset in datasets]
        return [
            _grid(
                f"Protocol {protocols[0]}",
                entries,
                labels,
                datasets,
                lambda row: [placed.get((row, *place), "") for place in places],
            )
        ]
    printed = {(one.row, one.dataset): one.printed for one in entries}
    verdicts = {(one.row, one.dataset): one.verdict for one in entries if one.protocol == judged}
    published = ("published",) if any(printed.values()) else ()
    outcome = (judged,) if published and judged else ()

    def numbers(row: RowKey, dataset: str) -> list[str]:
        place = (row, dataset)
        ours = [placed.get((*place, protocol), "") for protocol in protocols]
        return [*(printed.get(place, "") for _ in published), *ours, *(verdicts.get(place, "") for _ in outcome)]

    columns = (*published, *protocols, *(f"{name} is" for name in outcome))
    return [
        _grid(dataset, entries, labels, columns, lambda row, dataset=dataset: numbers(row, dataset))
        for dataset in datasets
    ]


def _grid(
    title: str,
    entries: Sequence[Entry],
    labels: tuple[str, ...],
    columns: Sequence[str],
    numbers: Callable[[RowKey], list[str]],
) -> Grid:
    """A grid of the rows that the entries have, those of a task together."""
    groups: dict[str, list[RowKey]] = {}
    for row in dict.fromkeys(one.row for one in entries):
        groups.setdefault(row[0], []).append((*row, *numbers(row)))
    return Grid(title, (*labels, *columns), len(labels), list(groups.values()))


# --- numbers ---------------------------------------------------------------------------------------------------------


def score_text(cell: Cell, published: bool = False) -> str:
    """``51.2 ± 3.0``, with ``[3/10]`` where splits are missing, and the published number in brackets where asked."""
    text = number_text(cell.mean, cell.std, decimals(cell)) if cell.n else MISSING
    if 0 < cell.n < cell.expected:
        text += f" [{cell.n}/{cell.expected}]"
    return f"{text} ({published_text(cell)})" if published and cell.published is not None else text


def published_text(cell: Cell) -> str:
    """What the paper prints; empty where it prints nothing."""
    return "" if cell.published is None else number_text(cell.published, cell.published_std, decimals(cell))


def decimals(cell: Cell) -> int:
    """Percent have one, as in the papers; errors enough to tell apart what is small."""
    if is_percent(cell):
        return 1
    size = next(
        (abs(one) for one in (cell.published, cell.mean) if one is not None and one and not math.isnan(one)), 1.0
    )
    return max(1, 2 - math.floor(math.log10(size)))


def number_text(mean: float, std: float | None, digits: int = 1) -> str:
    """With so many decimals; alone where there is no standard deviation."""
    return f"{mean:z.{digits}f}" if std is None or math.isnan(std) else f"{mean:z.{digits}f} ± {std:.{digits}f}"


def difference_text(one: PairedDifference) -> str:
    """``+1.2 [-0.3, +2.7] p 0.11``; with the number of splits, ``(3/10)``, where some are missing."""
    found, digits = one.found, decimals(one.cell)
    text = f"{found.value:+z.{digits}f}"
    if not math.isnan(found.low + found.high):
        text += f" [{found.low:+z.{digits}f}, {found.high:+z.{digits}f}]"
    if not math.isnan(found.p):
        text += " p < 0.001" if found.p < 0.001 else f" p {found.p:.3f}"
    return text if found.n >= one.cell.expected else f"{text} ({found.n}/{one.cell.expected})"


def interval(found: SplitDifference, digits: int = 1) -> str:
    """``+1.2 [-0.3, +2.7]``, with so many decimals; nothing where there is no value."""
    if math.isnan(found.value):
        return ""
    ends = "" if math.isnan(found.low + found.high) else f" [{found.low:+z.{digits}f}, {found.high:+z.{digits}f}]"
    return f"{found.value:+z.{digits}f}{ends}"
