"""What is claimed of a study's cells, in sentences that can turn out wrong, and what the ledger says of each."""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.evaluation.names import sign
from multigraft.evaluation.significance import SplitDifference, corrected_difference
from multigraft.graphs.names import SPLIT_FRACTIONS
from multigraft.studies.cells import Cell
from multigraft.studies.facts import ENOUGH
from multigraft.studies.names import STUDY_NAMES
from multigraft.studies.study import Study

FILE = Path(__file__).parent / "claims.toml"
NOTHING = "nothing"  # what a score that is a difference itself is compared with
SAME, ASKED, NONE, ANY = "same", "asked", "none", "any"  # what the other side of a pair was trained for
RELATIONS = (SAME, ASKED, NONE, ANY)
HOLDS, FAILS, OPEN, NOT_RUN = "holds", "fails", "open", "not run"


@dataclass(frozen=True)
class Claim:
    """A sentence about the mean difference of some cells from others.

    Attributes:
        name: Short, for files and links.
        says: The sentence.
        source: Who says it, and where.
        study: The study whose cells decide.
        first: The models that are said to be better.
        against: The models they are compared with, in order: the first that has a cell is taken; or ``nothing``.
        probe: Who answers for ``against``; empty: who answers for the first, or whoever does.
        trained: What ``against`` was trained for: the ``same`` tasks, the task ``asked`` alone, ``none``, or ``any``.
        tasks: The tasks asked; none: all.
        begun: What the first were trained for; none: anything.
        margin: How much worse the first may be, in the unit of the cells.
    """

    name: str
    says: str
    source: str
    study: str
    first: tuple[str, ...]
    against: tuple[str, ...]
    probe: str = ""
    trained: str = SAME
    tasks: tuple[str, ...] = ()
    begun: tuple[str, ...] = ()
    margin: float = 0.0


@dataclass(frozen=True)
class Judgement:
    """What the ledger says of a claim under one protocol.

    Attributes:
        pairs: How many pairs of cells have splits in common.
        wanted: How many pairs there would be if the whole study were run.
        found: The difference, mean over the pairs on each split, better is more; over splits that all pairs have.
        above: Pairs whose own interval lies above the margin; ``below``: those whose interval lies below it.
        worst: The least mean difference of a pair, NaN without pairs; ``best``: the greatest.
    """

    claim: Claim
    protocol: str
    pairs: int
    wanted: int
    found: SplitDifference
    above: int
    below: int
    worst: float
    best: float

    @property
    def verdict(self) -> str:
        """Whether the interval lies above the margin or below it; open where fewer splits than `ENOUGH` are there."""
        least = -self.claim.margin
        if not self.pairs:
            return NOT_RUN
        if self.found.n < ENOUGH:
            return OPEN
        return HOLDS if self.found.low > least else FAILS if self.found.high < least else OPEN


def judge(
    claim: Claim, study: Study, cells: Sequence[Cell], protocol: str, planned: Sequence[Cell] | None = None
) -> Judgement:
    """What the study's ``cells`` say of the claim; ``planned`` are those that it would have if all of it were run."""
    pairs = _pairs(claim, cells, protocol)
    wanted = pairs if planned is None else _pairs(claim, planned, protocol)
    train, _, test = SPLIT_FRACTIONS[study.split]
    gaps = [gap for gap in (_gaps(*pair) for pair in pairs) if gap]
    each = [_difference(gap, test / train) for gap in gaps]
    shared = sorted(set.intersection(*(set(gap) for gap in gaps))) if gaps else []
    means = {split: math.fsum(gap[split] for gap in gaps) / len(gaps) for split in shared}
    values, least = [one.value for one in each], -claim.margin
    return Judgement(
        claim, protocol, len(gaps), len(wanted), _difference(means, test / train),
        sum(one.low > least for one in each), sum(one.high < least for one in each),
        min(values, default=math.nan), max(values, default=math.nan),
    )  # fmt: skip


def _pairs(claim: Claim, cells: Sequence[Cell], protocol: str) -> list[tuple[Cell, Cell | None]]:
    """The cells that the claim is about, each with the one it is compared with; those that lack it are no pair."""
    shown = [cell for cell in cells if cell.headline and cell.protocol == protocol]
    among = [(cell, _against(claim, cell, shown)) for cell in shown if _is_meant(claim, cell)]
    return [(cell, other) for cell, other in among if other is not None or claim.against == (NOTHING,)]


def _is_meant(claim: Claim, cell: Cell) -> bool:
    trained = set(filter(None, cell.trained.split(",")))
    right_task = not claim.tasks or cell.task in claim.tasks
    begun = not claim.begun or trained == set(claim.begun)
    return cell.model in claim.first and bool(trained) and right_task and begun


def _against(claim: Claim, cell: Cell, among: Sequence[Cell]) -> Cell | None:
    """The first of the models compared with that has a cell in the same place, best one with the same probe."""
    wanted = {SAME: set(cell.trained.split(",")), ASKED: {cell.task}, NONE: {""}}.get(claim.trained)
    there = [other for other in among if (other.task, other.dataset) == (cell.task, cell.dataset) and other is not cell]
    found = [other for other in there if wanted is None or set(other.trained.split(",")) == wanted]
    found = [other for other in found if other.probe == claim.probe or not claim.probe]
    found.sort(key=lambda other: other.probe != cell.probe)
    return next((other for model in claim.against for other in found if other.model == model), None)


def _gaps(cell: Cell, other: Cell | None) -> dict[int, float]:
    """How much better the cell is on each split; errors count the other way round."""
    if other is None:
        return dict(cell.values)
    better = sign(cell.metric)
    shared = sorted(cell.values.keys() & other.values.keys())
    return {split: better * (cell.values[split] - other.values[split]) for split in shared}


def _difference(gaps: Mapping[int, float], test_to_train: float) -> SplitDifference:
    return corrected_difference(list(gaps.values()), [0.0] * len(gaps), test_to_train)


@cache
def read_claims(file: Path = FILE) -> tuple[Claim, ...]:
    """The claims of a file, a table ``[[claims]]`` each.

    Raises:
        InputError: it cannot be read, or a claim lacks something or has something unknown.
    """
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{file}: cannot be read: {error}") from error
    entries = found.get("claims", [])
    if not isinstance(entries, list):
        raise InputError(f"{file}: claims are tables, [[claims]] each")
    return tuple(_claim(f"{file}, claim {number}", entry) for number, entry in enumerate(entries, start=1))


def _claim(where: str, entry: Mapping[str, Any]) -> Claim:
    lists = ("first", "against", "tasks", "begun")
    for key, value in entry.items():
        wanted: Any = list if key in lists else (int, float) if key == "margin" else str
        if not isinstance(value, wanted):
            raise InputError(f"{where}: {key} is {'a list' if key in lists else 'a number or a text'}, got {value!r}")
    values: dict[str, Any] = {key: tuple(value) if key in lists else value for key, value in entry.items()}
    try:
        claim = Claim(**values)
    except TypeError as error:
        raise InputError(f"{where}: {error}") from error
    if claim.trained not in RELATIONS:
        raise InputError(f"{where}: trained is one of {', '.join(RELATIONS)}, got {claim.trained!r}")
    if claim.study not in STUDY_NAMES:
        raise InputError(f"{where}: there is no study {claim.study!r}")
    return claim
