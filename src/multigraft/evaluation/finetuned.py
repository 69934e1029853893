"""What fine-tuning found: scores by seed and target, with all that they depend on."""

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from multigraft.errors import InputError
from multigraft.files import plain, write_json
from multigraft.models.trained import TrainedEncoder


@dataclass(frozen=True)
class SeedScores:
    """The scores of one seed's model, at the epoch of its best validation score; NaN where a part defines none.

    Attributes:
        seed: What initial weights and batches follow from.
        test: The mean over targets on the test part.
        validation: The same on the validation part, by which the epoch was chosen.
        targets: By target, ``test`` and ``validation``.
        epochs: How many were trained.
        best_epoch: The one that was kept, counted from 0.
        seconds: What training took.
        fingerprint: Of the encoder's weights.
    """

    seed: int
    test: float
    validation: float
    targets: dict[str, dict[str, float]]
    epochs: int
    best_epoch: int
    seconds: float
    fingerprint: str

    def write(self, path: Path) -> None:
        """Keep them as JSON."""
        write_json(path, plain(asdict(self)))

    @classmethod
    def read(cls, path: Path) -> "SeedScores":
        """What `write` kept.

        Raises:
            InputError: the file is damaged.
        """
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            targets = {name: {part: _number(value) for part, value in row.items()} for name, row in
                       stored.pop("targets").items()}  # fmt: skip
            scores = {part: _number(stored.pop(part)) for part in ("test", "validation")}
            return cls(**stored, **scores, targets=targets)
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise InputError(
                f"{path} cannot be read, remove its folder to fine-tune that seed anew: {error}"
            ) from error


@dataclass(frozen=True)
class Baseline:
    """Somebody else's scores on the same split; ``std`` over ``runs``, NaN for one; NaN for what is not known."""

    name: str
    test: float
    validation: float = math.nan
    std: float = math.nan
    runs: int = 1

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; a score that is not defined is null."""
        return plain(asdict(self))


@dataclass(frozen=True, eq=False)
class FineTuned:
    """Fine-tuned models, one a seed, all on the same split, and their scores.

    Attributes:
        dataset: Name of the data.
        split: Kind of the split.
        metric: What the scores are: ``roc_auc``, ``average_precision``, ``rmse`` or ``mae``.
        scores: One a seed.
        facts: What they depend on: task, data, split's digest and sizes, start, options, versions.
        notes: What a reader of the scores has to know besides.
        baselines: What others make of the same split.
        out: Where the models are; None where nothing was written.
        models: The fine-tuned models, in the order of the scores.
    """

    dataset: str
    split: str
    metric: str
    scores: tuple[SeedScores, ...]
    facts: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    out: Path | None = None
    models: tuple[TrainedEncoder, ...] = ()

    @property
    def seeds(self) -> list[int]:
        """The seeds, in order."""
        return [one.seed for one in self.scores]

    @property
    def test(self) -> list[float]:
        """The test score of every seed."""
        return [one.test for one in self.scores]

    @property
    def validation(self) -> list[float]:
        """The validation score of every seed."""
        return [one.validation for one in self.scores]

    @property
    def mean(self) -> float:
        """Of the test scores."""
        return statistics.fmean(self.test)

    @property
    def std(self) -> float:
        """Of the test scores over seeds, ddof 1; NaN for a single seed."""
        return deviation(self.test)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; a score that is not defined is null."""
        names = [] if not self.scores else list(self.scores[0].targets)
        parts = ("test", "validation")
        return plain({
            "dataset": self.dataset,
            "split": self.split,
            "metric": self.metric,
            "seeds": self.seeds,
            "test": self.test,
            "mean": self.mean,
            "std": self.std,
            "validation": self.validation,
            "epochs": [one.epochs for one in self.scores],
            "best_epochs": [one.best_epoch for one in self.scores],
            "seconds": round(sum(one.seconds for one in self.scores), 3),
            "fingerprints": [one.fingerprint for one in self.scores],
            "targets": {name: {part: [one.targets[name][part] for one in self.scores] for part in parts}
                        for name in names},
            "baselines": [one.to_json() for one in self.baselines],
            **self.facts,
            "notes": list(self.notes),
            "out": None if self.out is None else str(self.out),
        })  # fmt: skip


def deviation(values: Sequence[float]) -> float:
    """Standard deviation with ddof 1; NaN where there are fewer than two values, or one of them is NaN."""
    return statistics.stdev(values) if len(values) > 1 and not any(map(math.isnan, values)) else math.nan


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
