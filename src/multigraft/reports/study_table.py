"""A study's table: its cells and paired differences under one protocol or several, and what a reader has to know."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from multigraft.errors import InputError
from multigraft.evaluation.names import ERROR_METRICS, OF_NUMBERS, sign
from multigraft.models.names import RELEASED, excluded_by
from multigraft.reports.comparisons import metric_title
from multigraft.reports.reading import protocol_sentences
from multigraft.studies.cells import Cell, cells
from multigraft.studies.differences import PairedDifference, differences
from multigraft.studies.facts import DIVIDED_ONCE
from multigraft.studies.gains import GAIN
from multigraft.studies.grid import lines
from multigraft.studies.ledger import Ledger
from multigraft.studies.published import paper_of
from multigraft.studies.study import IMPORTED, Study

READING = ("svm", "logistic", "knn")  # probes that read features; heads have a way of their own to make them
DELTA_M = (
    "Delta-m is the mean over the tasks of (score - score of {reference}) / score of {reference}, in percent "
    "(Maninis et al. 2019), of the means over splits; its standard deviation is propagated from theirs to first order."
)
TEST = (
    "Differences are paired over splits. Intervals (95 %) and p-values are those of the corrected resampled t-test "
    "(Nadeau & Bengio 2003): the training parts of different splits overlap, and the plain paired t-test, which "
    "ignores that, takes chance for a difference too often. Of {count} comparisons, one in twenty has p < 0.05 by "
    "chance alone: the p-values are not adjusted for their number."
)
SAME_SPLIT = (
    "The split by scaffold is the same for all seeds: intervals say how much chance in training matters, not how other "
    "molecules would have come out."
)
NOT_REMOVED = (
    "Nothing was taken out of {corpora}, which encoders were trained on first: what they are asked about may have been "
    "among it, and these numbers are then too good."
)
NOT_REMOVABLE = (
    "'released': weights that others trained and released. What they were trained on is not at hand, so what is asked "
    "about here could not be taken out of it: these numbers may be too good."
)
UNITS = {True: "in percent", False: "errors in the units of the data (less is better)"}
SINGLE_SPLIT = "One split shows how large a difference may be, not whether there is one: it has no interval."


@dataclass(frozen=True)
class StudyTable:
    """What a study found.

    Attributes:
        study: As it was run here.
        protocols: In the order of the columns.
        cells: All of them, those of further metrics and features as well.
        differences: Between headline cells.
        notes: A legend, and what is incomplete.
    """

    study: Study
    protocols: tuple[str, ...]
    cells: list[Cell]
    differences: list[PairedDifference]
    notes: tuple[str, ...]

    @property
    def shown(self) -> list[Cell]:
        """The headline cells."""
        return [cell for cell in self.cells if cell.headline]

    def model(self, cell: Cell) -> str:
        """The cell's method; with its probe, as it is called for such answers, where the study has it under several."""
        probe = OF_NUMBERS.get(cell.probe, cell.probe) if cell.metric in ERROR_METRICS else cell.probe
        return f"{cell.model} ({probe})" if cell.model in self._several else cell.model

    @cached_property
    def _several(self) -> frozenset[str]:
        probes = {(cell.model, cell.probe) for cell in self.cells}
        models = [model for model, _ in probes]
        return frozenset(model for model in models if models.count(model) > 1)

    @property
    def elsewhere(self) -> bool:
        """Whether a method is asked other tasks than it was trained on, so that both have to be said."""
        return any(cell.trained not in ("", cell.task) for cell in self.shown)

    @property
    def protocol(self) -> str:
        """The protocol's name, or ``both``; files are called by it."""
        return self.protocols[0] if len(self.protocols) == 1 else "both"


def study_table(
    study: Study, ledger: Ledger, protocols: Sequence[str] | None = None, plan: Study | None = None
) -> StudyTable:
    """What the ledger holds of the study.

    Args:
        study: As it was run.
        ledger: Where it was run to.
        protocols: The default is the study's.
        plan: The study as its file says; where it was run with fewer splits or epochs, a note says so.

    Raises:
        InputError: as `multigraft.studies.cells.cells`, or a protocol that the study does not have.
    """
    named = tuple(sorted(dict.fromkeys(protocols or study.protocols)))
    for name in named:
        if name not in study.protocols:
            raise InputError(f"study {study.name!r} has no protocol {name!r}: choose from {', '.join(study.protocols)}")
    found = [cell for name in named for cell in cells(study, name, ledger)]
    paired = differences(study, found)
    notes = (
        *_legend(study, found),
        *_overlaps(study),
        *_features(found),
        *_gaps(study, found),
        *_shortfalls(study, plan, found),
    )
    sentences = tuple(" ".join(protocol_sentences(name)) for name in named)
    tests = () if not paired else (TEST.format(count=len(paired)), *((SINGLE_SPLIT,) if study.splits == 1 else ()))
    fixed = (SAME_SPLIT,) if study.split in DIVIDED_ONCE and study.splits > 1 else ()
    return StudyTable(study, named, found, paired, (*notes, *sentences, *tests, *fixed))


def metric_of(cell: Cell) -> str:
    """A metric as tables name it."""
    return "Delta-m" if cell.metric == GAIN else metric_title(cell.metric)


def is_percent(cell: Cell) -> bool:
    """Whether the cell is a share of something; errors are in the units of the data, and better when they are small."""
    return cell.metric == GAIN or sign(cell.metric) > 0


def unit_of(cell: Cell) -> str:
    """The unit of the cell's number, in brackets, for axes."""
    return "(%)" if is_percent(cell) else "(less is better)"


def _legend(study: Study, found: Sequence[Cell]) -> Iterator[str]:
    over = f"mean ± standard deviation over {study.splits} splits" if study.splits > 1 else "one split"
    over = f"{over} ({study.split})"
    kinds = sorted({is_percent(cell) for cell in found} or {True}, reverse=True)
    told = f"Cells are {over}, {' and '.join(UNITS[kind] for kind in kinds)}"
    if any(cell.published is not None for cell in found):
        yield f"{told}; in brackets or as 'published': what {study.published} of the paper prints."
        yield f"The paper: {paper_of(study.published).source}."
    else:
        yield f"{told}."
    for row in study.rows:
        if row.fuse and row.fuse not in row.model:
            yield f"{row.model}: the embedding fused with {row.fuse}."
    if study.reference is not None:
        yield DELTA_M.format(reference=study.reference.model)


def _overlaps(study: Study) -> Iterator[str]:
    """Where encoders may have been trained on what they are asked about."""
    if study.corpora and not study.removes:
        yield NOT_REMOVED.format(corpora=" and ".join(study.corpora))
    imported = {stage.dataset for row in study.rows for stage in row.start if stage.strategy == IMPORTED}
    if imported - set(RELEASED):
        yield NOT_REMOVABLE
    for name in sorted(imported & set(RELEASED)):
        held = [one for one in study.datasets if one not in excluded_by(name) or one in study.folders]
        if held:
            yield f"{name} may have been trained on molecules of {', '.join(held)}: nothing was taken out for these."


def _features(found: Sequence[Cell]) -> Iterator[str]:
    """What the probes read, where they could have read something else."""
    read = [cell for cell in found if cell.probe in READING and cell.features]
    choices: dict[tuple[str, str], dict[str, bool]] = {}
    for cell in read:
        of_task = choices.setdefault((cell.protocol, cell.task), {})
        of_task[cell.features] = of_task.get(cell.features, False) or cell.headline
    for (protocol, task), features in choices.items():
        others = [name for name, headline in features.items() if not headline]
        if others:
            shown = ", ".join(name for name, headline in features.items() if headline)
            yield f"Under {protocol}, probes for {task} read {shown}; the CSV has {', '.join(others)} as well."


def _gaps(study: Study, found: Sequence[Cell]) -> Iterator[str]:
    shown = [cell for cell in found if cell.headline]
    gaps = [cell for cell in shown if not cell.complete]
    if gaps:
        empty = sum(cell.n == 0 for cell in gaps)
        yield (
            f"Incomplete: {len(gaps)} of {len(shown)} cells have fewer than {study.splits} splits, {empty} of them "
            f"none (shown as [n/{study.splits}] and -); 'multigraft study run' goes on with them."
        )


def _shortfalls(study: Study, plan: Study | None, found: Sequence[Cell]) -> Iterator[str]:
    """Where it was run with less than its file says."""
    if plan is None:
        return
    if study.splits < plan.splits:
        yield f"These are {study.splits} of the {plan.splits} splits that the study plans."
    ours, planned = fewer_epochs(study, plan)
    if ours:
        yield (
            f"Training ran for {how_long(ours, found)} where the study plans {span(planned)}: "
            "these numbers are a rehearsal, not the study's."
        )


def how_long(asked: Sequence[int], found: Sequence[Cell]) -> str:
    """How long training ran, which may have ended before it had to."""
    ran = [epochs for cell in found if cell.trained for epochs in cell.epochs]
    early = bool(ran) and min(ran) < max(asked)
    return f"{epochs_of(ran)} of {span(asked)} at most" if early else epochs_of(asked)


def fewer_epochs(study: Study, plan: Study) -> tuple[list[int], list[int]]:
    """Epochs of the trainings that were shorter than planned, and what was planned for them."""
    ours, planned = _epochs(study), _epochs(plan.planned(study.datasets))
    short = [place for place, number in ours.items() if number < planned.get(place, number)]
    return [ours[place] for place in short], [planned[place] for place in short]


def _epochs(study: Study) -> dict[tuple[str, str, str], int]:
    """The epochs that a study asks for, by model, tasks and data set, where it names them."""
    found = {}
    for line in lines(study.planned(splits=1), study.protocols[0]):
        training = line.runs[0].training
        epochs = None if training is None else json.loads(training.options).get("epochs")
        if line.row.trains and epochs is not None:
            found[line.row.model, ",".join(line.trained), line.dataset] = epochs
    return found


def span(numbers: Sequence[int]) -> str:
    """The least and the largest of some numbers in words."""
    low, high = min(numbers), max(numbers)
    return str(low) if low == high else f"{low} to {high}"


def epochs_of(numbers: Sequence[int]) -> str:
    """How long training ran, in words."""
    return f"{span(numbers)} epoch{'' if set(numbers) == {1} else 's'}"
