"""What a study has to know of tasks, strategies, encoders and protocols to tell its runs apart; no torch is needed.

Of the house's own the tables here repeat what the registries say, and tests hold them against those. What a plugin
registers is asked of the registries themselves: the plugin has imported them already.
"""

from collections.abc import Mapping
from typing import Any

from multigraft.encoders.names import ENCODER_NAMES
from multigraft.errors import InputError
from multigraft.evaluation.names import PROTOCOL_NAMES
from multigraft.strategies.names import STRATEGY_NAMES
from multigraft.tasks.names import PRETEXTS, TASK_NAMES

# What a row or a setting may say about training: the options of `multigraft.train`, but for the grid's own.
TRAIN_OPTIONS = frozenset({
    "balancing", "batch_size", "dim", "dropout", "encoder", "encoder_options", "epochs", "first_order", "freeze",
    "heads", "inner_lr", "inner_steps", "jk", "layer_decay", "layers", "learning_rate", "norm", "patience", "precision",
    "readout", "scaling", "step_losses", "task_options", "threads", "validate_every", "validation_draws", "weights",
})  # fmt: skip
NOT_OPTIONS = frozenset(
    {"graphs", "tasks", "strategy", "start", "split", "seed", "out", "resume", "progress", "device"}
)

EPISODIC = frozenset({"joint-maml", "isame", "esame", "reptile"})

_EDGE = {"dim": 300, "layers": 5, "jk": "last", "norm": "batch"}
SIZES: Mapping[str, Mapping[str, Any]] = {
    "gcn": {"dim": 256, "layers": 3}, "gin": _EDGE, "edge-gcn": _EDGE, "graphsage": _EDGE, "gat": _EDGE,
    "graft": {"dim": 128, "layers": 3, "jk": "concat", "norm": "layer"},
}  # fmt: skip
SCALINGS: Mapping[str, str] = {"graft": "standard"}  # how attributes are normalised; of all others by rows

VERSIONS: Mapping[str, int] = {"strict": 1, "paper": 1}
HEADLINES: Mapping[str, Mapping[str, str]] = {
    "strict": {"gc": "accuracy", "nc": "accuracy", "lp": "roc_auc", "ml": "roc_auc", "gr": "rmse"},
    "paper": {"gc": "accuracy", "nc": "accuracy", "lp": "roc_auc"},
}
# Tasks that end-to-end models are trained for in another way than usual, by protocol: with these options.
TRAINED_AS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "strict": {},
    "paper": {"lp": {"relu": True, "order": "file"}},
}

ENOUGH = 5  # splits from which on a mean counts
SEEDS = 3  # of one split, which is all that is random where nothing is divided anew
DIVIDED_ONCE = frozenset({"scaffold"})  # splits that are the same for every seed

REDEFINED: set[str] = set()  # own tasks that a plugin has registered once more


def protocol_version(protocol: str) -> int:
    """The version of a protocol.

    Raises:
        InputError: no protocol of that name.
    """
    if protocol not in VERSIONS:
        raise InputError(f"unknown protocol {protocol!r}: choose from {', '.join(PROTOCOL_NAMES)}")
    return VERSIONS[protocol]


def enough(split: str) -> int:
    """How many splits of this kind a mean needs to be held against a published one."""
    return SEEDS if split in DIVIDED_ONCE else ENOUGH


def headline(protocol: str, task: str) -> str:
    """The first metric that a protocol reports of a task.

    Raises:
        KeyError: the protocol does not measure the task.
    """
    if _own(task):
        return HEADLINES[protocol][task]
    from multigraft.evaluation.protocols import PROTOCOLS

    return PROTOCOLS[protocol].recipes[task].metrics[0]


def trained_as(protocol: str, task: str) -> Mapping[str, Any]:
    """The task's options where the protocol wants end-to-end models trained otherwise than usual; empty: as usual."""
    if _own(task):
        return TRAINED_AS[protocol].get(task, {})
    from multigraft.evaluation.protocols import PROTOCOLS
    from multigraft.tasks.registry import TASKS

    recipe = PROTOCOLS[protocol].recipes.get(task)
    return {} if recipe is None or recipe.trained_as == TASKS[task] else recipe.trained_as.config()


def is_pretext(task: str) -> bool:
    """Whether a task is trained for and not asked."""
    if task in TASK_NAMES:
        return task in PRETEXTS
    from multigraft.tasks.registry import TASKS

    return task in TASKS and TASKS[task].pretext


def task_place(task: str) -> int:
    """Where a task stands in the registry; behind all others where it is not there."""
    if task in TASK_NAMES:
        return TASK_NAMES.index(task)
    from multigraft.tasks.registry import TASKS

    names = list(TASKS)
    return names.index(task) if task in names else len(names)


def is_episodic(strategy: str) -> bool | None:
    """Whether a strategy learns from episodes; None for what is no strategy."""
    if strategy in STRATEGY_NAMES:
        return strategy in EPISODIC
    from multigraft.strategies.registry import STRATEGIES, build

    return build(strategy).episodic if strategy in STRATEGIES else None


def encoder_sizes(encoder: str) -> Mapping[str, Any]:
    """The options that shape an encoder of ours, as they are by default; of others nothing is known."""
    return SIZES[encoder] if encoder in ENCODER_NAMES else {}


def _own(task: str) -> bool:
    return task in TASK_NAMES and task not in REDEFINED
