"""The strategies that can be asked for by name: one line each."""

import inspect
from collections.abc import Callable
from typing import Any

from multigraft.errors import InputError
from multigraft.strategies.base import Strategy
from multigraft.strategies.finetune import FineTune
from multigraft.strategies.joint import Joint, Single
from multigraft.strategies.joint_maml import joint_maml
from multigraft.strategies.reptile import reptile
from multigraft.strategies.same import esame, isame

STRATEGIES: dict[str, Callable[..., Strategy]] = {
    "single": lambda: Single(),
    "joint": lambda: Joint(),
    "finetune": lambda: FineTune(),
    "joint-maml": joint_maml,
    "isame": isame,
    "esame": esame,
    "reptile": reptile,
}


def build(name: str, **options: Any) -> Strategy:
    """The strategy of that name; options that are None keep their defaults.

    Raises:
        InputError: an unknown name, or an option that this strategy does not have.
    """
    if name not in STRATEGIES:
        raise InputError(f"unknown strategy {name!r}: choose from {', '.join(STRATEGIES)}")
    make = STRATEGIES[name]
    given = {option: value for option, value in options.items() if value is not None}
    known = inspect.signature(make).parameters
    if foreign := sorted(given.keys() - known.keys()):
        named = f"choose from {', '.join(known)}" if known else "it has none"
        raise InputError(f"strategy {name!r} has no option {', '.join(foreign)}: {named}")
    return make(**given)
