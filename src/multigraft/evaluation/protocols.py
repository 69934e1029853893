"""Named, versioned recipes of measurement. Scores of different protocols, or versions, are never compared."""

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from multigraft.errors import InputError
from multigraft.evaluation import questions
from multigraft.evaluation.names import PROTOCOL_NAMES
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import PARTS, default_split
from multigraft.randomness import generator
from multigraft.tasks.base import Examples, Task
from multigraft.tasks.graph_classification import GraphClassification
from multigraft.tasks.graph_regression import GraphRegression
from multigraft.tasks.link_prediction import LinkPrediction
from multigraft.tasks.multi_label import MultiLabel
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
        kind: What answers are, a name in `multigraft.evaluation.kinds.KINDS`.
        suited: The recipe for some data; None: as it is.
    """

    pose: Callable[[PackedGraphs, torch.Generator], Examples]
    graph_of: Callable[[Examples], Tensor]
    features: tuple[str, ...]
    metrics: tuple[str, ...]
    trained_as: Task
    pose_own: Callable[[PackedGraphs, torch.Generator], Examples] | None = None
    kind: str = "classes"
    suited: Callable[["Recipe", PackedGraphs], "Recipe"] | None = None


@dataclass(frozen=True)
class Protocol:
    """How all tasks are measured.

    Attributes:
        split: Kind of split where none is given, and the data have no targets.
        tune: Whether settings of probes and baselines are chosen on the validation part; else they are the defaults.
        recipes: By name of the task.
        own_readout: Whether graphs are read as the encoder at hand reads them; else by the mean of their nodes.
    """

    name: str
    version: int
    split: str
    tune: bool
    recipes: dict[str, Recipe]
    own_readout: bool = False

    def reading(self, readout: str) -> "Protocol":
        """The protocol for encoders with that readout: all who stand in a table read graphs alike."""
        if readout == "mean" or not self.own_readout:
            return self
        recipes = {
            name: dataclasses.replace(how, features=tuple(readout if one == "mean" else one for one in how.features))
            for name, how in self.recipes.items()
        }
        return dataclasses.replace(self, recipes=recipes)

    def split_of(self, graphs: PackedGraphs) -> str:
        """The kind of split for these graphs: what is usual for the data where something was measured of them."""
        return default_split(graphs) if "targets" in graphs.graphs else self.split


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
        if how.suited is not None:
            how = how.suited(how, parts["train"])
        posed = {part: how.pose(parts[part], generator(seed, "probe", task.name, part)) for part in PARTS}
        return cls(task, how, protocol.tune, seed, parts, posed)


def by_target(recipe: Recipe, graphs: PackedGraphs) -> Recipe:
    """Targets are scored as is usual for the data, by the first metric where they do not say, and nothing else.

    A graph with a centre is read as the mean of its nodes and its centre.
    """
    usual = graphs.origin.metric if graphs.origin.metric in recipe.metrics else recipe.metrics[0]
    features = ("mean+centre",) if "centre" in graphs.graphs else recipe.features
    return dataclasses.replace(recipe, metrics=(usual,), features=features)


GC, NC, LP = GraphClassification(), NodeClassification(), LinkPrediction()
ML, GR = MultiLabel(), GraphRegression()
LP_IN_FILE_ORDER = LinkPrediction(order="file")

STRICT = Protocol(
    name="strict",
    version=1,
    split="stratified",
    tune=True,
    own_readout=True,
    recipes={
        "gc": Recipe(questions.every_graph, questions.graph_itself, ("mean",), ("accuracy", "balanced_accuracy"), GC),
        "nc": Recipe(questions.every_node, questions.graph_of_node, ("node",), ("accuracy",), NC),
        "lp": Recipe(
            questions.held_out_edges, questions.graph_of_pair, ("hadamard", "concat", "absdiff"), ("roc_auc",), LP
        ),
        "ml": Recipe(
            questions.every_target,
            questions.graph_itself,
            ("mean",),
            ("roc_auc", "average_precision"),
            ML,
            kind="binary",
            suited=by_target,
        ),
        "gr": Recipe(
            questions.every_target,
            questions.graph_itself,
            ("mean",),
            ("rmse", "mae"),
            GR,
            kind="real",
            suited=by_target,
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
