"""What a report is made of, small and made up: an encoder, a probe table, a training history."""

import copy
import dataclasses
import math
from collections.abc import Mapping

import torch

from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.evaluation.table import Difference, ProbeRow, ProbeTable
from multigraft.graphs.checksums import identity
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split
from multigraft.models.trained import TrainedEncoder
from multigraft.reports.history import History
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import TASKS
from tests.helpers.graphs import random_graphs

Interval = tuple[float, float, float]
QUESTIONS = {"gc": ("accuracy", "mean"), "nc": ("accuracy", "node"), "lp": ("roc_auc", "hadamard")}
HOSTILE = '<script>alert("x")</script>&\'$\\frac{'


def named(graphs: PackedGraphs, **changes: object) -> PackedGraphs:
    """The same graphs with another name, other classes or notes."""
    return dataclasses.replace(graphs, origin=dataclasses.replace(graphs.origin, **changes))


def split_of(graphs: PackedGraphs) -> Split:
    """The first graphs train, the next validate, the last test."""
    numbers, third = torch.arange(len(graphs)), max(len(graphs) // 3, 1)
    parts = numbers[: -2 * third], numbers[-2 * third : -third], numbers[-third:]
    return Split("random", 0, *parts, identity=identity(graphs))


def trained_encoder(graphs: PackedGraphs | None = None, tasks: tuple[str, ...] = ("gc", "nc", "lp")) -> TrainedEncoder:
    """A small encoder whose weights differ from its start."""
    graphs = random_graphs(12) if graphs is None else graphs
    with torch.random.fork_rng():
        torch.manual_seed(0)
        initial = GCN(InputSchema.of(graphs), dim=8, layers=2)
        model = TaskModel(copy.deepcopy(initial), [TASKS[task] for task in tasks], graphs.origin)
        with torch.no_grad():
            for parameter in model.encoder.parameters():
                parameter += 0.3 * torch.randn(parameter.shape)
    strategy = {"name": "esame", "inner_steps": 1, "first_order": False}
    metadata = {"epochs": 4, "seed": 3, "versions": {"multigraft": "0.1.0", "torch": "2.13.0"}}
    return TrainedEncoder(model, initial, graphs.origin, tasks, strategy, split_of(graphs), metadata)


def rows(task: str, scores: Mapping[str, Interval | float], metric: str = "", features: str = "") -> list[ProbeRow]:
    """One row an encoder; a score without an interval gets one of width 0.02 around it."""
    metric, features = metric or QUESTIONS[task][0], features or QUESTIONS[task][1]
    found = []
    for encoder, score in scores.items():
        value, low, high = score if isinstance(score, tuple) else (score, score - 0.01, score + 0.01)
        found.append(ProbeRow(task, encoder, metric, features, value, low, high, 40))
    return found


def differences(part: list[ProbeRow], margin: float = 0.02) -> list[Difference]:
    """The first row minus every other, with an interval of ``margin`` to both sides."""
    first, found = part[0], []
    for row in part[1:]:
        value = first.value - row.value
        found.append(
            Difference(
                row.task, row.metric, row.features, first.encoder, row.encoder, value, value - margin, value + margin
            )
        )
    return found


def table(
    *parts: list[ProbeRow], dataset: str = "made", protocol: str = "strict", margin: float | None = 0.02
) -> ProbeTable:
    """A table of those rows; each part is one question, compared by `differences`, or not where ``margin`` is None."""
    paired = [] if margin is None else [one for part in parts for one in differences(part, margin)]
    return ProbeTable(dataset, protocol, "random", 0, [row for part in parts for row in part], differences=paired)


def usual_table(dataset: str = "made", tasks: tuple[str, ...] = ("gc", "nc", "lp")) -> ProbeTable:
    """Trained above untrained on nc, below on lp, undecided on gc."""
    scores: dict[str, dict[str, Interval | float]] = {
        "gc": {"trained": 0.61, "untrained": 0.6, "attributes": 0.52, "majority": 0.5},
        "nc": {"trained": 0.8, "untrained": 0.7, "attributes": 0.9, "majority": 0.4},
        "lp": {"trained": 0.65, "untrained": 0.75, "attributes": 0.6, "majority": (0.5, 0.5, 0.5)},
    }
    parts = [rows(task, scores[task]) for task in tasks]
    if "lp" in tasks:
        parts.append(rows("lp", {"trained": 0.6, "untrained": math.nan}, features="concat"))
    return table(*parts, dataset=dataset)


def usual_history(tasks: tuple[str, ...] = ("gc", "nc", "lp")) -> History:
    """Four epochs, validated every second one, best at epoch 1."""
    gaps = (math.nan, 0.8, math.nan, 0.7)
    losses = dict.fromkeys(tasks, (1.0, 0.7, 0.6, 0.5))
    return History((0, 1, 2, 3), losses, dict.fromkeys(tasks, gaps), tuple(len(tasks) * value for value in gaps))
