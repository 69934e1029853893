"""The result of a measurement: one row for each task, encoder, metric and kind of features."""

import dataclasses
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ProbeRow:
    """One score with its 95 % confidence interval; NaN where the test part does not define it.

    ``n_test`` counts the questions answered: graphs, nodes or node pairs.
    """

    task: str
    encoder: str
    metric: str
    features: str
    value: float
    low: float
    high: float
    n_test: int


@dataclass(frozen=True)
class ProbeTable:
    """All rows of one measurement, under one protocol, on one split.

    Rows come task by task, and within a task encoder by encoder (the embeddings measured, then ``attributes`` and
    ``majority``, which see no graph), the task's headline features and metric first.

    Attributes:
        dataset: Name of the data.
        protocol: Name of the recipe, with ``protocol_version``. Scores of different protocols are not comparable.
        split: Kind of the split, e.g. ``stratified``.
        seed: What decided held-out edges, negatives and resampling.
        notes: What a reader of the rows has to know besides.
    """

    dataset: str
    protocol: str
    split: str
    seed: int
    rows: list[ProbeRow]
    protocol_version: int = 1
    notes: tuple[str, ...] = ()

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
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "ProbeTable":
        """The table that `to_json` wrote."""
        rows = [_row(row) for row in stored["rows"]]
        plain = {name: stored[name] for name in ("dataset", "protocol", "split", "seed", "protocol_version")}
        return cls(**plain, rows=rows, notes=tuple(stored["notes"]))

    def to_markdown(self) -> str:
        """A heading, one line a row with its interval, and the notes."""
        lines = [
            f"{self.dataset}, protocol {self.protocol} (version {self.protocol_version}), "
            f"{self.split} split, seed {self.seed}; 95 % intervals by bootstrap over test graphs",
            "",
            "| task | encoder | features | metric | value | 95 % interval | n |",
            "|---|---|---|---|---:|---|---:|",
            *(_markdown_row(row) for row in self.rows),
        ]
        return "\n".join([*lines, *(f"\n{note}" for note in self.notes)]) + "\n"

    def to_frame(self) -> "pd.DataFrame":
        """A pandas frame with a row for each row and a column for each of its fields."""
        import pandas as pd

        names = [field.name for field in dataclasses.fields(ProbeRow)]
        return pd.DataFrame([dataclasses.asdict(row) for row in self.rows], columns=names)


def _row(stored: dict[str, Any]) -> ProbeRow:
    values: dict[str, Any] = {name: math.nan if value is None else value for name, value in stored.items()}
    return ProbeRow(**values)


def _json_row(row: ProbeRow) -> dict[str, Any]:
    values = dataclasses.asdict(row)
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in values.items()}


def _markdown_row(row: ProbeRow) -> str:
    cells = (
        row.task, row.encoder, row.features, row.metric, _number(row.value),
        f"{_number(row.low)} to {_number(row.high)}", str(row.n_test),
    )  # fmt: skip
    return f"| {' | '.join(cells)} |"


def _number(value: float) -> str:
    return "undefined" if math.isnan(value) else f"{value:.3f}"
