"""The ways to balance losses that can be asked for by name: one line each."""

from collections.abc import Callable, Mapping

from multigraft.errors import InputError
from multigraft.strategies.balancing.aggregation import Aggregation
from multigraft.strategies.balancing.base import Balancing, Equal, Fixed
from multigraft.strategies.balancing.gradnorm import GradNorm
from multigraft.strategies.balancing.names import AGGREGATOR_NAMES
from multigraft.strategies.balancing.uncertainty import Uncertainty

BALANCINGS: dict[str, Callable[[], Balancing]] = {
    "equal": Equal,
    "fixed": lambda: Fixed(()),
    "uncertainty": Uncertainty,
    "gradnorm": GradNorm,
    **{name: (lambda name=name: Aggregation(name)) for name in AGGREGATOR_NAMES},
}


def balance(balancing: str | Balancing, weights: Mapping[str, float] | None = None) -> Balancing:
    """The balancing of that name; a `Balancing` stands for itself. ``weights``, by task, belong to ``fixed``.

    Raises:
        InputError: an unknown name, weights without ``fixed``, or ``fixed`` without weights.
    """
    named = balancing if isinstance(balancing, str) else balancing.name
    if weights is not None and balancing != "fixed":
        raise InputError(f"weights belong to balancing 'fixed', not to {named!r}")
    if not isinstance(balancing, str):
        return balancing
    if balancing not in BALANCINGS:
        raise InputError(f"unknown balancing {balancing!r}: choose from {', '.join(BALANCINGS)}")
    if balancing == "fixed":
        if not weights:
            raise InputError("balancing 'fixed' needs weights, e.g. gc=1,lp=0.5")
        return Fixed(tuple((task, float(weight)) for task, weight in sorted(weights.items())))
    return BALANCINGS[balancing]()
