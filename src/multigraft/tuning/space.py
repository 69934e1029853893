"""A search space as a value: which options of training are searched, and where."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from multigraft.errors import InputError


@dataclass(frozen=True)
class Real:
    """A number between ``low`` and ``high``; with ``log`` its magnitude is searched evenly."""

    low: float
    high: float
    log: bool = False

    def __post_init__(self) -> None:
        _check_range(self.low, self.high, self.log)

    def holds(self, value: Any) -> bool:
        """Whether the value can be drawn."""
        return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high

    @property
    def extremes(self) -> tuple[float, ...]:
        """The values that are allowed if all are."""
        return (self.low, self.high)

    def to_json(self) -> dict[str, Any]:
        """As a space's file says it."""
        return {"low": self.low, "high": self.high, "log": self.log}


@dataclass(frozen=True)
class Whole:
    """A whole number from ``low`` to ``high``, both included; with ``log`` its magnitude is searched evenly."""

    low: int
    high: int
    log: bool = False

    def __post_init__(self) -> None:
        _check_range(self.low, self.high, self.log)

    def holds(self, value: Any) -> bool:
        """Whether the value can be drawn."""
        return isinstance(value, int) and not isinstance(value, bool) and self.low <= value <= self.high

    @property
    def extremes(self) -> tuple[int, ...]:
        """The values that are allowed if all are."""
        return (self.low, self.high)

    def to_json(self) -> dict[str, Any]:
        """As a space's file says it."""
        return {"low": self.low, "high": self.high, "log": self.log}


@dataclass(frozen=True)
class Choice:
    """One of several values that have no order."""

    values: tuple[bool | int | float | str, ...]

    def __post_init__(self) -> None:
        if len({(type(value), value) for value in self.values}) < max(2, len(self.values)):
            raise InputError(f"a choice needs at least two different values, got {list(self.values)}")

    def holds(self, value: Any) -> bool:
        """Whether the value can be drawn."""
        return any(type(value) is type(one) and value == one for one in self.values)

    @property
    def extremes(self) -> tuple[bool | int | float | str, ...]:
        """The values that are allowed if all are."""
        return self.values

    def to_json(self) -> list[Any]:
        """As a space's file says it."""
        return list(self.values)


Parameter = Real | Whole | Choice


@dataclass(frozen=True)
class Space:
    """What a search draws, and what it holds.

    Attributes:
        parameters: Where each option of `multigraft.train` that is searched may lie, by its name.
        held: Options that every trial has, the one with the defaults included.
    """

    parameters: Mapping[str, Parameter]
    held: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.parameters:
            raise InputError("a search space needs at least one range or choice")
        both = sorted(self.parameters.keys() & self.held.keys())
        if both:
            raise InputError(f"{', '.join(both)} cannot be both searched and held")

    def inside(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Those of the values that lie in the space."""
        return {name: value for name, value in values.items() if self._holds(name, value)}

    def _holds(self, name: str, value: Any) -> bool:
        return name in self.parameters and self.parameters[name].holds(value)

    def to_json(self) -> dict[str, Any]:
        """As a space's file says it."""
        return {**self.held, **{name: parameter.to_json() for name, parameter in self.parameters.items()}}


def _check_range(low: int | float, high: int | float, log: bool) -> None:
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(f"a range goes from a number to a larger one, got low = {low}, high = {high}")
    if log and low <= 0:
        raise InputError(f"a range whose magnitude is searched (log) lies above 0, got low = {low}")
