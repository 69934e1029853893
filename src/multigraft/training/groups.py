"""Which parameters learn, and how fast: freezing, and learning rates that fall from the head to the input."""

from typing import Any

from torch import nn

from multigraft.encoders.base import Encoder
from multigraft.errors import InputError
from multigraft.tasks.model import TaskModel


def frozen_modules(encoder: Encoder, freeze: str) -> list[nn.Module]:
    """What does not learn: nothing (``none``), the encoder (``all``), or its input and first K layers (``K``).

    Raises:
        InputError: another word, or more layers than the encoder has.
    """
    if freeze == "none":
        return []
    if freeze == "all":
        return [encoder]
    if not freeze.isdigit():
        raise InputError(f"freeze is none, all or a number of layers, got {freeze!r}")
    stages = encoder.stages()
    if int(freeze) >= len(stages):
        raise InputError(f"cannot freeze {freeze} layers: the encoder has {len(stages) - 1}")
    return [module for stage in stages[: int(freeze) + 1] for module in stage]


def parameter_groups(model: TaskModel, learning_rate: float, layer_decay: float) -> list[dict[str, Any]]:
    """Adam's groups of the parameters that learn.

    Heads have ``learning_rate``; the encoder's last layer ``layer_decay`` times that, the one before it
    ``layer_decay`` squared times, and so on to the input. A decay of 1 makes a single group.
    """
    learning = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if layer_decay == 1:
        return [{"params": learning, "lr": learning_rate}]
    stages = model.encoder.stages()
    steps = {
        id(parameter): len(stages) - place
        for place, stage in enumerate(stages)
        for module in stage
        for parameter in module.parameters()
    }
    deepest = len(stages)
    groups: dict[int, list[nn.Parameter]] = {}
    in_encoder = {id(parameter) for parameter in model.encoder.parameters()}
    for parameter in learning:
        step = steps.get(id(parameter), deepest if id(parameter) in in_encoder else 0)
        groups.setdefault(step, []).append(parameter)
    return [{"params": groups[step], "lr": learning_rate * layer_decay**step} for step in sorted(groups)]
