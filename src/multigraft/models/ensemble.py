"""Encoders that answer the same question about graphs, one a seed, and what they say together."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import torch
from jaxtyping import Float, Float64
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.packed import PackedGraphs
from multigraft.models.storage import load_encoder
from multigraft.models.trained import TrainedEncoder, check_batch_size, evaluating
from multigraft.tasks.base import Examples
from multigraft.tasks.graph_targets import GraphTargets

RECORD = "finetune.json"
ALIKE = ("targets", "featurization", "strip_salts")  # of the data that encoders have to share


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Encoders with a head for the same targets, at least one.

    Attributes:
        members: The encoders, in the order of their seeds.
        tasks: Of each, the task whose head is asked.
        targets: What is predicted; probabilities of binary targets, real ones in their own units.
    """

    members: tuple[TrainedEncoder, ...]
    tasks: tuple[GraphTargets, ...]
    targets: tuple[str, ...]

    def predict(
        self, graphs: PackedGraphs, batch_size: int = 256, device: str = "auto"
    ) -> Float64[Tensor, "members graphs targets"]:
        """What every member says of every graph, on the CPU.

        Raises:
            InputError: no such device, a batch size below 1, or graphs that the members do not read.
        """
        check_batch_size(batch_size)
        said = torch.empty(len(self.members), len(graphs), len(self.targets), dtype=torch.float64)
        for (start, stop), batch in self._batches(graphs, batch_size, device):
            said[:, start:stop] = batch
        return said

    def _batches(self, graphs: PackedGraphs, batch_size: int, device: str) -> Iterator[tuple[tuple[int, int], Tensor]]:
        with ExitStack() as stack, torch.no_grad():
            places = [stack.enter_context(evaluating(one.model, device)) for one in self.members]
            where = places[0]
            for start in range(0, len(graphs), batch_size):
                stop = min(start + batch_size, len(graphs))
                batch = graphs.select(torch.arange(start, stop)).to(where)
                answers = torch.full((len(batch), len(self.targets)), torch.nan, device=where)
                asked = Examples(batch, torch.arange(len(batch), device=where), answers)
                pairs = zip(self.members, self.tasks, strict=True)
                said = [task.predictions(one.model({task: asked})[task].cpu().double()) for one, task in pairs]
                yield (start, stop), torch.stack(said)


def together(
    said: Float64[Tensor, "members graphs targets"],
) -> tuple[Float[Tensor, "graphs targets"], Float[Tensor, "graphs targets"] | None]:
    """The mean over the members and, where there are several, their standard deviation (over members less one)."""
    mean = said.mean(0)
    if len(said) < 2:
        return mean, None
    return mean, said.std(0) if said.numel() else torch.empty_like(mean)  # torch warns of deviations of nothing


def open_ensemble(model: TrainedEncoder | Sequence[TrainedEncoder] | str | Path) -> Ensemble:
    """What `multigraft finetune` or `multigraft train` wrote, or encoders in memory.

    Raises:
        InputError: nothing of that kind there, encoders that do not belong together, or none that predicts.
    """
    if not isinstance(model, str | Path):
        members = [model] if isinstance(model, TrainedEncoder) else list(model)
        return _ensemble(members, [f"the encoder trained on {one.origin.name!r}" for one in members])
    directory = Path(model)
    places = _places(directory) if (directory / RECORD).is_file() else [directory]
    if places == [directory] and not (directory / "config.json").exists() and any(directory.glob("seed-*")):
        raise InputError(f"{directory} holds a fine-tuning that has not finished: continue it with --resume")
    return _ensemble([load_encoder(place) for place in places], [str(place) for place in places])


def _places(directory: Path) -> list[Path]:
    """The directories of the encoders that a fine-tuning's record names."""
    record = directory / RECORD
    try:
        seeds = [int(seed) for seed in json.loads(record.read_text(encoding="utf-8"))["seeds"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{record} is not what multigraft finetune writes: {error!r}") from error
    if not seeds:
        raise InputError(f"{record} names no seed: fine-tune anew")
    return [directory / f"seed-{seed}" for seed in seeds]


def _ensemble(members: list[TrainedEncoder], names: list[str]) -> Ensemble:
    if not members:
        raise InputError("no encoder to predict with: give at least one")
    tasks = [_task(one, name) for one, name in zip(members, names, strict=True)]
    first = members[0].origin
    for one, name, task in zip(members, names, tasks, strict=True):
        same = all(getattr(one.origin, what) == getattr(first, what) for what in ALIKE)
        if not same or task.name != tasks[0].name:
            raise InputError(f"{name} does not predict what {names[0]} does: fine-tune them together")
    return Ensemble(tuple(members), tuple(tasks), first.targets)


def _task(trained: TrainedEncoder, name: str) -> GraphTargets:
    """The task of the encoder that predicts targets of graphs; where there are two, the one for their kind."""
    found = [task for task in trained.model.tasks if isinstance(task, GraphTargets)]
    if not found or not trained.origin.targets:
        learned = ", ".join(trained.tasks) or "nothing"
        raise InputError(
            f"{name} has no head that predicts targets (it learned {learned}): run multigraft finetune first"
        )
    wanted = "gr" if trained.origin.target_kind == "real" else "ml"
    return next((task for task in found if task.name == wanted), found[0])
