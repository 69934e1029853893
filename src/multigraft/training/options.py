"""The options of a training run: checked once, stored with the run, compared when it is resumed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from multigraft.errors import InputError

PRECISIONS = ("32", "bf16-mixed")
WHOLE = (
    "epochs", "batch_size", "patience", "validate_every", "validation_draws", "seed", "threads", "dim", "layers",
    "heads", "inner_steps",
)  # fmt: skip
NUMBERS = ("learning_rate", "layer_decay", "dropout", "inner_lr")
FREE_ON_RESUME = frozenset({"epochs", "device", "threads"})


@dataclass(frozen=True)
class TrainOptions:
    """What a training run depends on beside the graphs and the encoder.

    ``patience``: validations without improvement after which training stops; None: never. ``validation_draws``: how
    often each validation asks its random questions. Learning rate and batch size are the SAME release's. ``freeze`` and
    ``layer_decay``: see `multigraft.training.groups`.
    """

    tasks: tuple[str, ...]
    strategy: dict[str, Any]
    epochs: int = 100
    batch_size: int = 16
    learning_rate: float = 5e-4
    scaling: str | None = None
    split: str = "stratified"
    patience: int | None = None
    validate_every: int = 2
    validation_draws: int = 4
    seed: int = 0
    device: str = "auto"
    precision: str = "32"
    balancing: dict[str, Any] = field(default_factory=lambda: {"name": "equal"})
    freeze: str = "none"
    layer_decay: float = 1.0
    threads: int = 1

    def __post_init__(self) -> None:
        check_kinds(asdict(self))
        for name in ("epochs", "batch_size", "validate_every", "validation_draws", "threads"):
            if getattr(self, name) < 1:
                raise InputError(f"{name.replace('_', ' ')} must be at least 1, got {getattr(self, name)}")
        if not self.learning_rate > 0:
            raise InputError(f"learning rate must be positive, got {self.learning_rate}")
        if self.patience is not None and self.patience < 1:
            raise InputError(f"patience must be at least 1, got {self.patience}")
        if not 0 < self.layer_decay <= 1:
            raise InputError(f"layer decay must be above 0 and at most 1, got {self.layer_decay}")
        if self.precision not in PRECISIONS:
            raise InputError(f"unknown precision {self.precision!r}: choose from {', '.join(PRECISIONS)}")

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "tasks": list(self.tasks)}


def check_kinds(options: Mapping[str, Any]) -> None:
    """Raise an `InputError` for an option of training that is a text, or a fraction, where a number has to be."""
    for name, value in options.items():
        whole = name in WHOLE
        if value is None or not (whole or name in NUMBERS):
            continue
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            what = "a whole number" if whole else "a number"
            raise InputError(f"{name.replace('_', ' ')} must be {what}, got {value!r}")


def check_resumable(stored: dict[str, Any], wanted: dict[str, Any], out: Path) -> None:
    """Raise an `InputError` unless a run with the ``wanted`` options continues the one with the ``stored`` ones."""
    differing = sorted(
        name
        for name in stored.keys() | wanted.keys()
        if name not in FREE_ON_RESUME and stored.get(name) != wanted.get(name)
    )
    if differing:
        changes = ", ".join(f"{name}: {stored.get(name)!r} there, {wanted.get(name)!r} now" for name in differing)
        raise InputError(
            f"cannot resume {out}: it was started with other options ({changes}): give those, or delete it"
        )
