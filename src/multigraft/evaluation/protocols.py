"""Named, versioned recipes of measurement. Scores of different protocols, or versions, are never compared."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from multigraft.errors import InputError
from multigraft.evaluation import questions
from multigraft.evaluation.names import PROTOCOL_NAMES
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import PARTS
from multigraft.randomness import generator
from multigraft.tasks.base import Examples, Task
from multigraft.tasks.graph_classification import GraphClassification
from multigraft.tasks.link_prediction import LinkPrediction
from multigraft.tasks.node_classification import NodeClassification


@dataclass(frozen=True)
class Recipe:
    """How one task is measured.

    Attributes:
        pose: The questions about one part, given its graphs; ``examples.graphs`` is what message passing may see.
        graph_of: The graph ``[asked]`` of each question; questions about one graph are resampled together.
        features: What the probe reads, by name, the headline first.
        metrics: What is reported, by name, the headline first; it is also what chooses settings.
        trained_as: How an end-to-end model is trained for it, so that its own heads can be asked.
        pose_own: The test questions for a model's own heads, where they are others than ``pose``'s.
    """

    pose: Callable[[PackedGraphs, torch.Generator], Examples]
    graph_of: Callable[[Examples], Tensor]
    features: tuple[str, ...]
    metrics: tuple[str, ...]
    trained_as: Task
    pose_own: Callable[[PackedGraphs, torch.Generator], Examples] | None = None


@dataclass(frozen=True)
class Protocol:
    """How all tasks are measured.

    Attributes:
        split: Kind of split where none is given.
        tune: Whether settings of probes and baselines are chosen on the validation part; else they are the defaults.
        recipes: By name of the task.
    """

    name: str
    version: int
    split: str
    tune: bool
    recipes: dict[str, Recipe]


@dataclass(frozen=True)
class Sitting:
    """One task under one protocol on one split: the same for everybody who answers.

    ``parts`` are the graphs of training, validation and test, ``posed`` the questions about each, in the order of
    `PARTS`. Equal seeds pose equal questions.
    """

    task: Task
    how: Recipe
    tune: bool
    seed: int
    parts: Mapping[str, PackedGraphs]
    posed: Mapping[str, Examples]

    @classmethod
    def of(cls, task: Task, protocol: Protocol, parts: Mapping[str, PackedGraphs], seed: int) -> "Sitting":
        """The questions that ``protocol`` asks about ``parts``."""
        how = protocol.recipes[task.name]
        posed = {part: how.pose(parts[part], generator(seed, "probe", task.name, part)) for part in PARTS}
        return cls(task, how, protocol.tune, seed, parts, posed)


GC, NC, LP = GraphClassification(), NodeClassification(), LinkPrediction()
LP_IN_FILE_ORDER = LinkPrediction(order="file")

STRICT = Protocol(
    name="strict",
    version=1,
    split="stratified",
    tune=True,
    recipes={
        "gc": Recipe(questions.every_graph, questions.graph_itself, ("mean",), ("accuracy", "balanced_accuracy"), GC),
        "nc": Recipe(questions.every_node, questions.graph_of_node, ("node",), ("accuracy",), NC),
        "lp": Recipe(
            questions.held_out_edges, questions.graph_of_pair, ("hadamard", "concat", "absdiff"), ("roc_auc",), LP
        ),
    },
)

PAPER = Protocol(
    name="paper",
    version=1,
    split="random",
    tune=False,
    recipes={
        "gc": Recipe(questions.every_graph, questions.graph_itself, ("mean",), ("accuracy",), GC),
        "nc": Recipe(questions.every_node, questions.graph_of_node, ("node",), ("accuracy",), NC),
        "lp": Recipe(
            questions.last_edges,
            questions.graph_of_pair,
            ("concat", "hadamard", "absdiff"),
            ("roc_auc",),
            LP_IN_FILE_ORDER,
            LP_IN_FILE_ORDER.exam,
        ),
    },
)

PROTOCOLS: dict[str, Protocol] = {STRICT.name: STRICT, PAPER.name: PAPER}


def resolve(protocol: str | Protocol) -> Protocol:
    """The protocol of that name; a `Protocol` stands for itself.

    Raises:
        InputError: no protocol of that name.
    """
    if isinstance(protocol, Protocol):
        return protocol
    if protocol not in PROTOCOLS:
        raise InputError(f"unknown protocol {protocol!r}: choose from {', '.join(PROTOCOL_NAMES)}")
    return PROTOCOLS[protocol]
