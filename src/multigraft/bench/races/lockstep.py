"""Ten splits of eSAME, trained in lockstep on a GPU, against the same ten one after the other.

Both sides are ours and both train: drawing the questions, the step, the optimiser. What a run does between epochs
(validation, files) is on neither side.
"""

from collections.abc import Callable
from pathlib import Path

import torch

from multigraft.bench.race import Race
from multigraft.bench.races.data import labelled_graphs
from multigraft.bench.races.same import TASKS, trainer
from multigraft.errors import InputError
from multigraft.training.fit import prepared
from multigraft.training.lockstep import Lockstep
from multigraft.training.side import Side

SPLITS = 10
NOWHERE = Path("never-written")


def lockstep() -> Race:
    """Ten splits on a GPU.

    Raises:
        InputError: there is no GPU.
    """
    if not torch.cuda.is_available():
        raise InputError("race lockstep needs a GPU that PyTorch can use")
    return splits_race("cuda", SPLITS)


def splits_race(device: str, splits: int) -> Race:
    """So many splits of eSAME with SAME's network, on a device."""
    together, singly = Lockstep(_sides(device, splits), NOWHERE, {}), [alone(side) for side in _sides(device, splits)]
    steps = splits * together.sides[0].steps

    def fast() -> None:
        together.train_epoch()
        together.epoch += 1

    def plain() -> None:
        for train_epoch in singly:
            train_epoch()

    graphs = together.sides[0].run.graphs
    return Race(
        name="lockstep",
        fast=fast,
        plain=plain,
        what=f"a step of one split of esame on 16 graphs of {graphs.origin.name}; {splits} splits on {device}",
        fast_units=steps,
        plain_units=steps,
        floored=False,
    )


def alone(side: Side) -> Callable[[], None]:
    """Train one more epoch of a run by itself with every call."""
    side.enter(torch.device(side.options.device))
    side.model.to(side.device)
    side.epoch = -1
    return trainer(side)


def _sides(device: str, splits: int) -> list[Side]:
    graphs = labelled_graphs()
    options = {"tasks": TASKS, "strategy": "esame", "encoder": "gcn", "device": device}
    return [Side(prepared(graphs, seed=seed, **options), NOWHERE / str(seed)) for seed in range(splits)]
