"""How a file of one's own adds a task, a strategy or an encoder: one call each, then their names work everywhere."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from multigraft.encoders.registry import ENCODERS, MODULES
from multigraft.errors import InputError
from multigraft.evaluation.features import FEATURES
from multigraft.evaluation.metrics import METRICS
from multigraft.evaluation.protocols import PROTOCOLS, Recipe
from multigraft.evaluation.questions import graph_itself, graph_of_node, graph_of_pair
from multigraft.graphs.packed import PackedGraphs
from multigraft.strategies.base import Strategy
from multigraft.strategies.registry import STRATEGIES
from multigraft.studies.facts import REDEFINED
from multigraft.tasks.base import Examples, Task
from multigraft.tasks.registry import TASKS

# What is asked about -> whose question it is, and what a linear probe reads by default, the headline first.
LEVELS: dict[str, tuple[Callable[[Examples], Tensor], tuple[str, ...]]] = {
    "graph": (graph_itself, ("mean",)),
    "node": (graph_of_node, ("node",)),
    "pair": (graph_of_pair, ("hadamard", "concat", "absdiff")),
}


def register_task(task: Task, level: str, metrics: Sequence[str], features: Sequence[str] | None = None) -> None:
    """Make a task known by its name, and say how all protocols measure it: on the questions of its ``exam``.

    Args:
        task: Its class must build the same task again from its ``config()``.
        level: What its queries are: ``graph``, ``node`` or ``pair``.
        metrics: ``accuracy``, ``balanced_accuracy``, ``roc_auc``; the first is the headline and chooses settings.
        features: What probes read; None: ``mean``, ``node``, or ``hadamard``, ``concat`` and ``absdiff``.

    Raises:
        InputError: a name that is taken by another task, an unknown level, metric or kind of features.
    """
    _check_free("a task", task.name, task.name in TASKS and type(TASKS[task.name]) is not type(task))
    if level not in LEVELS:
        raise InputError(f"unknown level {level!r}: choose from {', '.join(LEVELS)}")
    graph_of, default = LEVELS[level]
    named = tuple(features or default)
    for kind, names, known in (("metric", metrics, METRICS), ("features", named, FEATURES)):
        for name in names:
            if name not in known:
                raise InputError(f"unknown {kind} {name!r}: choose from {', '.join(known)}")

    def pose(graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        return task.exam(graphs, generator)

    TASKS[task.name] = task
    REDEFINED.add(task.name)
    for protocol in PROTOCOLS.values():
        protocol.recipes[task.name] = Recipe(pose, graph_of, named, tuple(metrics), trained_as=task)


def register_strategy(name: str, make: Callable[..., Strategy]) -> None:
    """Make a strategy known: ``make`` takes its options by name and returns it.

    Raises:
        InputError: the name is taken.
    """
    _check_free("a strategy", name, name in STRATEGIES and STRATEGIES[name] is not make)
    STRATEGIES[name] = make


def register_encoder(name: str, make: Callable[[int], nn.Module]) -> None:
    """Make an encoder known to studies: ``make`` takes the width of the input features and returns a module.

    The module maps (features ``[nodes, width]``, edges ``[2, edges]``) to node embeddings ``[nodes, dim]``, as PyG's.

    Raises:
        InputError: the name is taken.
    """
    _check_free("an encoder", name, name in ENCODERS or (name in MODULES and MODULES[name] is not make))
    MODULES[name] = make


def _check_free(what: str, name: str, taken: bool) -> None:
    if taken:
        raise InputError(f"there is {what} {name!r} already: choose another name")
