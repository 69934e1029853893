"""Units whose encoders differ in seed and split alone: they can be trained in lockstep, before each is measured."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from filelock import FileLock

from multigraft.studies.encoders import GraphsOf, SourcesOf, drop_unfit, given, trained_on
from multigraft.studies.execution import Unit
from multigraft.studies.grid import Training, key_of
from multigraft.studies.ledger import Ledger
from multigraft.studies.plugins import load_plugins
from multigraft.studies.sources import checksum_of
from multigraft.studies.study import IMPORTED, UNTRAINED
from multigraft.training.fit import prepared
from multigraft.training.lockstep import train_together


@dataclass(frozen=True)
class Group:
    """Two units or more that go together."""

    units: tuple[Unit, ...]

    @property
    def name(self) -> str:
        """For people."""
        return f"{self.units[0].name} and {len(self.units) - 1} more"


def grouped(work: Sequence[Unit]) -> list[Group]:
    """The units that train encoders of one configuration, in the order of the first of each."""
    found: dict[str, list[Unit]] = {}
    for unit in work:
        if unit.trains is not None and unit.trains.strategy not in (UNTRAINED, IMPORTED):
            found.setdefault(configuration(unit.trains), []).append(unit)
    return [Group(tuple(units)) for units in found.values() if len(units) > 1]


def configuration(training: Training) -> str:
    """Sixteen hexadecimal digits that name what trainings have in common that differ in their seed."""
    return key_of(_seedless(training.config()))


def train_group(group: Group, path: Path, device: str = "auto") -> None:
    """Train the encoders of a group that are not there yet into the ledger at ``path``; what fails is left.

    Raises:
        InputError: they cannot be trained together.
    """
    first = group.units[0]
    load_plugins(first.plugins)
    trainings = [unit.trains for unit in group.units if unit.trains is not None]
    sources = partial(first.sources, checksum=cache(checksum_of))
    _train(trainings, first.graphs, Ledger(path).encoders, device, sources)


def _train(trainings: Sequence[Training], graphs_of: GraphsOf, folder: Path, device: str, sources: SourcesOf) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    state = folder / f"lockstep-{configuration(trainings[0])}.ckpt"
    with ExitStack() as locks:
        for key in sorted(training.key for training in trainings):  # so that two who ask wait, and not for each other
            locks.enter_context(FileLock(folder / f"{key}.lock"))
        for training in trainings:
            drop_unfit(folder / training.key, sources(training))
        coming = [training for training in trainings if not _begun_alone(folder / training.key)]
        if len(coming) < 2 and not state.is_file():
            return
        runs = []
        for training in coming:
            options = given(training, graphs_of, folder, device, sources)
            runs.append(prepared(trained_on(training, graphs_of, options["start"]), **options))
        train_together(runs, [folder / training.key for training in coming], state)


def _begun_alone(place: Path) -> bool:
    """Whether there is an encoder, or one that is trained alone and goes on from there."""
    return (place / "config.json").is_file() or (place / "training" / "last.ckpt").is_file()


def _seedless(config: dict[str, Any]) -> dict[str, Any]:
    """A training's configuration without seeds, its own and those of what it starts from."""
    start = config["start"]
    return {**config, "seed": None, "start": None if start is None else _seedless(start)}
