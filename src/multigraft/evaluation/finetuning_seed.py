"""Fine-tuning with one seed: train, score, keep model, scores and predictions. It can be killed at any moment."""

import csv
import dataclasses
import io
import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jaxtyping import Int64
from torch import Tensor

from multigraft.errors import InputError
from multigraft.evaluation.finetuned import SeedScores
from multigraft.files import write_text
from multigraft.graphs import store
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split
from multigraft.graphs.texts import ids_of, lines_of, smiles_of
from multigraft.models.ensemble import open_ensemble
from multigraft.models.storage import load_encoder
from multigraft.models.trained import TrainedEncoder
from multigraft.tasks.base import Task
from multigraft.tasks.graph_regression import GraphRegression
from multigraft.tasks.model import TaskModel
from multigraft.tasks.multi_label import MultiLabel
from multigraft.tasks.scores import SCORES
from multigraft.training.fit import train
from multigraft.training.place import OPTIONS

SCORES_FILE, PREDICTIONS_FILE = "scores.json", "predictions.csv"
JUDGED = ("validation", "test")


def seeds_for(given: Sequence[int] | None, begun: str | Path | None) -> tuple[int, ...]:
    """The seeds that are given, or else those of the fine-tuning that was begun in a directory, or 0.

    Raises:
        InputError: what the directory says of its options cannot be read.
    """
    if given is not None:
        return tuple(given)
    if begun is None or not (Path(begun) / OPTIONS).is_file():
        return (0,)
    try:
        return tuple(json.loads((Path(begun) / OPTIONS).read_text(encoding="utf-8"))["seeds"])
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(f"{Path(begun) / OPTIONS} does not name the seeds of a fine-tuning: {error!r}") from error


@dataclass(frozen=True)
class Setup:
    """What all seeds share, in plain values that other processes can be handed.

    ``folder`` is where the models go, one in ``seed-N`` each; ``split`` is a split as JSON; ``options`` are those of
    `multigraft.train`.
    """

    folder: Path
    task: str
    metric: str
    pool: str
    split: dict[str, Any]
    options: dict[str, Any]
    head_norm: str = "none"

    @property
    def shared(self) -> Path:
        """Where lies what other processes read, as long as they do."""
        return self.folder / "training"

    @property
    def graphs(self) -> Path:
        """Where the graphs lie for other processes to read."""
        return self.shared / "graphs.safetensors"

    @property
    def start(self) -> Path:
        """Where the encoder to start from lies for other processes to read, if there is one."""
        return self.shared / "start"

    def place(self, seed: int) -> Path:
        """Where a seed's model is kept."""
        return self.folder / f"seed-{seed}"

    def result(self, seed: int) -> Path:
        """Where a seed's scores are kept; where they are, the seed is done."""
        return self.place(seed) / SCORES_FILE

    def question(self) -> Task:
        """The task, scored by the metric: by that the epoch is chosen."""
        kind = MultiLabel if self.task == MultiLabel.name else GraphRegression
        return kind(pool=self.pool, norm=self.head_norm, score=self.metric)


def perform(setup: Setup, seed: int) -> None:
    """`tune` in a process of its own: graphs and start come from files."""
    tune(setup, seed, *_shared(setup.graphs, setup.start))


@lru_cache(maxsize=1)
def _shared(graphs: Path, start: Path) -> tuple[PackedGraphs, TrainedEncoder | None]:
    return store.load(graphs), load_encoder(start) if start.is_dir() else None


def tune(setup: Setup, seed: int, graphs: PackedGraphs, start: TrainedEncoder | None, progress: bool = False) -> None:
    """Train, or go on where a killed process stopped, and keep the model with its scores and test predictions."""
    if setup.result(seed).is_file():
        return
    place, split = setup.place(seed), Split.from_json(setup.split)
    if place.exists() and not (place / OPTIONS).is_file():
        shutil.rmtree(place)  # killed before its first epoch
    trained = train(
        graphs, tasks=[setup.question()], strategy="single", start=None if start is None else bare(start), split=split,
        readout=setup.pool, seed=seed, validate_every=1, validation_draws=1, out=place, resume=place.exists(),
        progress=progress, **setup.options,
    )  # fmt: skip
    parts = {part: graphs.select(getattr(split, part)) for part in JUDGED}
    device = setup.options["device"]
    model = open_ensemble(trained)
    predictions = {part: model.predict(given, device=device)[0] for part, given in parts.items()}
    write_text(place / PREDICTIONS_FILE, _csv(parts["test"], split.test, predictions["test"]))
    _scored(setup.metric, seed, trained, parts, predictions).write(setup.result(seed))
    (place / "training" / "last.ckpt").unlink(missing_ok=True)


def bare(start: TrainedEncoder) -> TrainedEncoder:
    """The encoder without heads and split: the head is always a fresh one, and the split is chosen anew."""
    return dataclasses.replace(start, model=TaskModel(start.encoder, [], start.origin), split=None)


def _scored(
    metric: str,
    seed: int,
    trained: TrainedEncoder,
    parts: dict[str, PackedGraphs],
    predictions: dict[str, Tensor],
) -> SeedScores:
    score, names = SCORES[metric], trained.origin.targets
    each = {part: score.by_target(predictions[part], parts[part].targets).tolist() for part in JUDGED}
    total = {part: score.function(predictions[part], parts[part].targets) for part in JUDGED}
    targets = {name: {part: each[part][place] for part in JUDGED} for place, name in enumerate(names)}
    known = trained.metadata
    return SeedScores(
        seed, total["test"], total["validation"], targets, known["epochs"], known["best_epoch"], known["seconds"],
        trained.fingerprint,
    )  # fmt: skip


def _csv(graphs: PackedGraphs, numbers: Int64[Tensor, " graphs"], predictions: Tensor) -> str:
    """The test part as CSV: which graph, what was measured (empty where nothing was) and what is predicted."""
    columns: dict[str, list[Any]] = {"graph": numbers.tolist()}
    for name, read in (("line", lines_of), ("id", ids_of), ("smiles", smiles_of)):
        if name in graphs.attached:
            found = read(graphs)
            columns[name] = found.tolist() if isinstance(found, Tensor) else found
    for name, measured, predicted in zip(graphs.origin.targets, graphs.targets.T, predictions.T, strict=True):
        columns[f"measured_{name}"] = ["" if one != one else f"{one:.9g}" for one in measured.tolist()]
        columns[f"predicted_{name}"] = [f"{one:.9g}" for one in predicted.tolist()]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()
