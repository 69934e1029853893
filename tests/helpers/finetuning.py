"""Short fine-tunings of a narrow encoder on graphs that are made up."""

import csv
from pathlib import Path

import torch

from multigraft.evaluation.finetuned import FineTuned
from multigraft.evaluation.finetuning import finetune
from multigraft.graphs.packed import PackedGraphs
from multigraft.models.trained import TrainedEncoder
from multigraft.training.fit import train
from tests.helpers.coded import random_coded, with_targets

NARROW = {"dim": 8, "layers": 2}
QUICK = {"epochs": 3, "batch_size": 8, "device": "cpu", "progress": False}


def binary_graphs(count: int = 60, targets: int = 3, seed: int = 1) -> PackedGraphs:
    """Molecules with random codes and binary targets, a fifth of them missing."""
    return random_coded(count, targets=targets, seed=seed, least_nodes=3, most_nodes=8)


def real_graphs(count: int = 60, seed: int = 1) -> PackedGraphs:
    """The same with two real targets in units of their own, some missing: their size, and noise."""
    graphs = binary_graphs(count, seed=seed)
    draws = torch.Generator().manual_seed(seed)
    values = torch.stack([300.0 + 50 * graphs.node_counts, torch.randn(count, generator=draws)], 1)
    values[torch.rand(count, 2, generator=draws) < 0.1] = torch.nan
    return with_targets(graphs, values, metric="rmse")


def pretrained(graphs: PackedGraphs | None = None, **options: object) -> TrainedEncoder:
    """A narrow GIN that was trained for an epoch to predict other targets of other molecules."""
    corpus = binary_graphs(40, targets=2, seed=7) if graphs is None else graphs
    quick = {"tasks": ["ml"], "strategy": "single", "encoder": "gin", "epochs": 1, "batch_size": 8, "split": "random"}
    return train(corpus, **quick | NARROW | {"device": "cpu", "progress": False} | options)


def tune_small(encoder: TrainedEncoder | None = None, graphs: PackedGraphs | None = None, **options) -> FineTuned:
    """Three epochs on a random split, unless ``options`` say otherwise."""
    shape = NARROW if encoder is None else {}
    return finetune(
        encoder, binary_graphs() if graphs is None else graphs, **{"split": "random"} | QUICK | shape | options
    )


def told(tuned: FineTuned) -> list[tuple]:
    """What the seeds found, but for their time."""
    return [
        (one.seed, one.test, one.validation, one.targets, one.epochs, one.best_epoch, one.fingerprint)
        for one in tuned.scores
    ]


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a table that fine-tuning wrote."""
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))
