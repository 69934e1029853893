"""Which options of training can be searched or held: training and strategies are asked, nothing is listed twice."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, get_args

from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.registry import ENCODERS
from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split
from multigraft.strategies.balancing.registry import balance
from multigraft.strategies.registry import STRATEGIES, build
from multigraft.tasks.registry import resolve
from multigraft.training.fit import train
from multigraft.training.options import TrainOptions
from multigraft.training.preparation import SHAPE, pooling, prepare, usual_options

PLAIN = (bool, int, float, str)
# What one search has one of, and what decides where a run goes rather than how it learns.
RESERVED = frozenset(
    {
        "graphs",
        "tasks",
        "strategy",
        "encoder",
        "start",
        "epochs",
        "split",
        "seed",
        "device",
        "out",
        "resume",
        "progress",
        "threads",
    }
)
# They decide how a validation score is found, so that scores of different trials could not be compared.
HELD_ONLY = frozenset({"validate_every", "validation_draws", "patience", "precision"})


@dataclass(frozen=True)
class Option:
    """One option: the type of its values, and the value that training takes where none is given."""

    name: str
    kind: type
    default: Any


@cache
def options_of(strategy: str, tasks: tuple[str, ...] = (), encoder: str = "gcn") -> dict[str, Option]:
    """The options of `multigraft.train` with this strategy that are plain values, by name.

    Defaults are those for these tasks and this encoder.

    Raises:
        InputError: an unknown strategy, or one that goes on from an encoder that is trained already.
    """
    if build(strategy).continues:
        raise InputError(f"strategy {strategy!r} goes on from a trained encoder: tune the strategy that trains it")
    own = _parameters(STRATEGIES[strategy])
    of_strategies = {name for make in STRATEGIES.values() for name in _parameters(make)}
    makers = (STRATEGIES[strategy], ENCODERS[encoder], InputSchema.of, train)
    usual = usual_options(resolve(tasks) if tasks else [])
    found = {}
    for name, parameter in _parameters(train).items():
        kind = _kind(parameter.annotation)
        if kind is None or name in RESERVED or (name in of_strategies and name not in own):
            continue
        defaults = [usual.get(name)]
        defaults += [_parameters(make)[name].default for make in makers if name in _parameters(make)]
        found[name] = Option(name, kind, next((value for value in defaults if value is not None), None))
    return found


def check_options(
    graphs: PackedGraphs,
    strategy: str,
    tasks: Sequence[str],
    split: str | Split,
    seed: int,
    device: str,
    epochs: int,
    options: Mapping[str, Any],
) -> None:
    """Raise the `InputError` that `multigraft.train` would raise for these options, without training."""
    own = _parameters(STRATEGIES[strategy]) if strategy in STRATEGIES else {}
    method = build(strategy, **{name: value for name, value in options.items() if name in own})
    balance(options.get("balancing", "equal"))
    fields = _parameters(TrainOptions).keys() - {"balancing"}
    asked = resolve(tasks)
    training = usual_options(asked) | {name: value for name, value in options.items() if name in fields}
    chosen = TrainOptions(tuple(tasks), method.config(), seed=seed, device=device, epochs=epochs, **training)
    shape = {name: options.get(name) for name in SHAPE}
    prepare(graphs, pooling(asked, options.get("readout")), method, chosen, None, shape, split)


def _parameters(make: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(make).parameters


def _kind(annotation: Any) -> type | None:
    """The plain type that the annotation allows, if any."""
    allowed = get_args(annotation) or (annotation,)
    return next((kind for kind in PLAIN if kind in allowed), None)
