"""The searches for hyperparameters that a ledger rests on: what `multigraft tune` left in its folder tuning."""

import csv
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from multigraft.errors import InputError
from multigraft.studies.ledger import Ledger

SUM = "validation/sum"
COLUMNS = ("data", "strategy", "tasks", "trials", "epochs", "chosen", "defaults", "best", "minutes")


@dataclass(frozen=True)
class Searched:
    """One search.

    Attributes:
        trials: How many trials were finished, each of so many ``epochs``; the first has the defaults.
        chosen: The values of the best.
        defaults: The sum of validation scores with the defaults; ``best``: with the values chosen.
        seconds: What all trials took.
    """

    data: str
    strategy: str
    tasks: tuple[str, ...]
    trials: int
    epochs: int
    chosen: Mapping[str, float]
    defaults: float
    best: float
    seconds: float

    def row(self) -> tuple[str, ...]:
        """Text for `COLUMNS`."""
        values = ", ".join(f"{name} {value:.3g}" for name, value in self.chosen.items())
        defaults = "failed" if math.isnan(self.defaults) else f"{self.defaults:.3f}"
        return (
            self.data, self.strategy, ",".join(self.tasks), str(self.trials), str(self.epochs), values, defaults,
            f"{self.best:.3f}", f"{self.seconds / 60:.0f}",
        )  # fmt: skip


def searches_of(ledger: Ledger) -> list[Searched]:
    """All that lie beside the ledger, by name.

    Raises:
        InputError: a search whose files cannot be read.
    """
    return [_read(folder) for folder in sorted((ledger.path / "tuning").glob("*/"))]


def _read(folder: Path) -> Searched:
    try:
        options = json.loads((folder / "options.json").read_text(encoding="utf-8"))
        with (folder / "trials.csv").open(newline="", encoding="utf-8") as file:
            done = [row for row in csv.DictReader(file) if row["state"] == "done"]
        defaults = next((float(row[SUM]) for row in done if row["trial"] == "0"), math.nan)
        best = max((row for row in done if math.isfinite(float(row[SUM]))), key=lambda row: float(row[SUM]))
        searched: Sequence[str] = [name for name, values in options["space"].items() if isinstance(values, dict)]
        return Searched(
            options["data"]["name"], options["strategy"], tuple(options["tasks"]), len(done), options["epochs"],
            {name: float(best[name]) for name in searched}, defaults, float(best[SUM]),
            sum(float(row["seconds"]) for row in done),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"the search {folder} cannot be read ({error!r}): put the files of `tune` there") from error
