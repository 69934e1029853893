"""The result of a measurement: a row for each task, encoder, metric and kind of features, and how rows differ."""

import dataclasses
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from multigraft.evaluation.names import BASELINE_PROBES, DESCRIPTIONS
from multigraft.files import plain

if TYPE_CHECKING:
    import pandas as pd


OPTIONAL = ("choice", "by_target")  # fields that are written where they say something


@dataclass(frozen=True)
class ProbeRow:
    """One score with its 95 % confidence interval; NaN where the test part does not define it.

    ``n_test`` counts the questions answered: graphs, nodes or node pairs; ``probe`` is who answered. ``choice``: the
    learner and the setting that validation chose, where there were several to choose from. ``by_target``: where the
    value is a mean over several targets, the score of each by its name.
    """

    task: str
    encoder: str
    metric: str
    features: str
    value: float
    low: float
    high: float
    n_test: int
    probe: str = "svm"
    choice: str = ""
    by_target: dict[str, float] = field(default_factory=dict, hash=False)

    @property
    def baseline(self) -> bool:
        """Whether no encoder has a part in it."""
        return self.encoder in DESCRIPTIONS or self.probe in BASELINE_PROBES

    @property
    def reader(self) -> str:
        """The probe, with what was chosen for it."""
        return f"{self.probe}: {self.choice}" if self.choice else self.probe


@dataclass(frozen=True)
class Difference:
    """The score of ``encoder`` minus that of ``against`` on the same questions, with its 95 % confidence interval.

    It is paired: both scores are taken on the same resamples of the test graphs. NaN where either is not defined.
    ``probe`` read the first, ``against_probe`` the second; empty in records of earlier versions. Below zero is good for
    the first where the metric is an error.
    """

    task: str
    metric: str
    features: str
    encoder: str
    against: str
    value: float
    low: float
    high: float
    probe: str = "svm"
    against_probe: str = ""

    @property
    def rival(self) -> str:
        """What the first is compared with, and by what that was read where several read it."""
        return label(self.against, self.against_probe)


@dataclass(frozen=True)
class ProbeTable:
    """All rows of one measurement, under one protocol, on one split.

    Rows come task by task, and within a task encoder by encoder (the embeddings measured, then what no encoder has a
    part in: ``attributes`` and ``majority``, or descriptions of the graphs and a ``constant``), the task's headline
    features and metric first.

    Attributes:
        dataset: Name of the data.
        protocol: Name of the recipe, with ``protocol_version``. Scores of different protocols are not comparable.
        split: Kind of the split, e.g. ``stratified``.
        seed: What decided held-out edges, negatives and resampling.
        notes: What a reader of the rows has to know besides.
        differences: The first encoder minus every other, in the order of the rows. Two encoders are compared by
            these: intervals of rows are wider than those of their difference where both find the same graphs hard.
    """

    dataset: str
    protocol: str
    split: str
    seed: int
    rows: list[ProbeRow]
    protocol_version: int = 1
    notes: tuple[str, ...] = ()
    differences: list[Difference] = field(default_factory=list)

    def __str__(self) -> str:
        """As `to_markdown`, for ``print``."""
        return self.to_markdown()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; a score that is not defined is null."""
        return {
            "dataset": self.dataset,
            "protocol": self.protocol,
            "protocol_version": self.protocol_version,
            "split": self.split,
            "seed": self.seed,
            "notes": list(self.notes),
            "rows": [_json_row(row) for row in self.rows],
            "differences": [_json_row(difference) for difference in self.differences],
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "ProbeTable":
        """The table that `to_json` wrote; one without differences has none."""
        rows = [ProbeRow(**_values(row)) for row in stored["rows"]]
        differences = [Difference(**_values(row)) for row in stored.get("differences", ())]
        plain = {name: stored[name] for name in ("dataset", "protocol", "split", "seed", "protocol_version")}
        return cls(**plain, rows=rows, notes=tuple(stored["notes"]), differences=differences)

    def to_markdown(self) -> str:
        """A heading, one line a row with its interval, one line a difference with its own, and the notes."""
        lines = [
            f"{self.dataset}, protocol {self.protocol} (version {self.protocol_version}), "
            f"{self.split} split, seed {self.seed}; 95 % intervals by bootstrap over test graphs",
            "",
            "| task | encoder | probe | features | metric | value | 95 % interval | n |",
            "|---|---|---|---|---|---:|---|---:|",
            *(_markdown_row(row) for row in self.rows),
        ]
        if self.differences:
            lines += [
                "",
                "Paired differences on the same test graphs:",
                "",
                "| task | difference | probe | features | metric | value | 95 % interval |",
                "|---|---|---|---|---|---:|---|",
                *(_markdown_difference(difference) for difference in self.differences),
            ]
        return "\n".join([*lines, *(f"\n{note}" for note in self.notes)]) + "\n"

    def to_frame(self) -> "pd.DataFrame":
        """A pandas frame with a row for each row and a column for each of its fields but ``by_target``."""
        import pandas as pd

        names = [field.name for field in dataclasses.fields(ProbeRow) if field.name != "by_target"]
        return pd.DataFrame([dataclasses.asdict(row) for row in self.rows], columns=names)


def label(encoder: str, probe: str) -> str:
    """What a row is called beside the rows of other probes: descriptions of graphs are read by several of them."""
    return f"{encoder} {probe}" if probe and encoder in DESCRIPTIONS else encoder


def _values(stored: dict[str, Any]) -> dict[str, Any]:
    """What `_json_row` wrote: null is NaN."""
    values = {name: math.nan if value is None else value for name, value in stored.items()}
    return {name: _values(value) if isinstance(value, dict) else value for name, value in values.items()}


def _json_row(row: ProbeRow | Difference) -> dict[str, Any]:
    """The fields; a choice, and scores by target, only where there are any."""
    values = {name: value for name, value in dataclasses.asdict(row).items() if name not in OPTIONAL or value}
    return plain(values)


def _markdown_row(row: ProbeRow) -> str:
    cells = (
        row.task, row.encoder, row.reader, row.features, row.metric, _number(row.value),
        f"{_number(row.low)} to {_number(row.high)}", str(row.n_test),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _markdown_difference(found: Difference) -> str:
    value, low, high = (_number(number, "+z.3f") for number in (found.value, found.low, found.high))
    cells = (
        found.task, f"{found.encoder} minus {found.rival}", found.probe, found.features, found.metric, value,
        f"{low} to {high}",
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _number(value: float, form: str = ".3f") -> str:
    return "undefined" if math.isnan(value) else f"{value:{form}}"
