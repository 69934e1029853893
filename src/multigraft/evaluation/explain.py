"""What each part of an embedding is worth: scores without it, and of it alone, on validation graphs."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.errors import InputError
from multigraft.evaluation.answers import EmbedNodes
from multigraft.evaluation.probe import default_tasks, division, measure
from multigraft.evaluation.protocols import STRICT
from multigraft.evaluation.table import ProbeTable
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split
from multigraft.models.seen import own_split
from multigraft.models.sources import graphs_for
from multigraft.models.storage import opened
from multigraft.models.trained import TrainedEncoder
from multigraft.randomness import generator
from multigraft.tasks.base import Task

WHOLE, WITHOUT, ALONE = "whole", "without ", " alone"
HELD_BACK = 5  # one in so many training graphs chooses the probes' settings


def explain(
    encoder: TrainedEncoder | str | Path,
    graphs: Any,
    tasks: Sequence[str | Task] | None = None,
    seed: int = 0,
    progress: bool = False,
    device: str = "auto",
) -> ProbeTable:
    """Scores of the whole embedding, without each of its parts, and of each part alone, under ``strict``.

    No test graph is looked at. Probes are fitted on four fifths of the training graphs, their settings chosen on the
    other fifth, and the scores are those of the validation graphs. The encoder stays as it is: what it would have
    learned without an ingredient, a study with that option of the encoder says.

    Args:
        encoder: One, or its directory or released name, whose embedding has several parts, see `Encoder.blocks`.
        graphs: Those that it was trained on, or others: these are divided as `probe` does.
        tasks: As `probe` has it.
        seed: Decides held-out edges, negatives, samples and resampling.

    Raises:
        InputError: an embedding of a single part, too few graphs, or a task that they cannot serve.
    """
    encoder = opened(encoder)
    packed, blocks = graphs_for(encoder, graphs), encoder.encoder.blocks()
    if len(blocks) < 2:
        raise InputError(
            f"the embedding of encoder {encoder.encoder.kind!r} is of one piece, nothing can be left out: "
            "encoder graft, or jumping knowledge concat, puts its parts side by side"
        )
    split, notes = division(encoder, packed, None, STRICT, seed, "validation")
    whole, columns = _Whole(encoder, device), columns_of(blocks)
    parts: dict[str, EmbedNodes] = {WHOLE: whole}
    for name, own in columns.items():
        others = [other for another, other in columns.items() if another != name]
        parts[WITHOUT + name] = _Columns(whole, torch.cat(others))
        parts[name + ALONE] = _Columns(whole, own)
    asked = tasks if tasks is not None else default_tasks(encoder, packed, own_split(encoder, packed) is not None)
    notes += ("Scores are those of validation graphs: they compare parts, and say nothing of unseen graphs.",)
    protocol = STRICT.reading(encoder.readout)
    return measure(parts, packed, within(split, seed), asked, protocol, seed, progress, notes)


def columns_of(blocks: Mapping[str, int]) -> dict[str, Tensor]:
    """The numbers of the columns of each part of an embedding."""
    return dict(zip(blocks, torch.arange(sum(blocks.values())).split(list(blocks.values())), strict=True))


def within(split: Split, seed: int) -> Split:
    """A split whose test part is the validation part: what chooses settings is taken from the training part."""
    order = torch.randperm(len(split.train), generator=generator(seed, "explain"))
    held_back = max(1, len(order) // HELD_BACK)
    chooses, fits = split.train[order[:held_back]], split.train[order[held_back:]]
    return dataclasses.replace(split, train=fits, validation=chooses, test=split.validation)


@dataclasses.dataclass(frozen=True)
class _Whole:
    """All columns of the embedding."""

    encoder: TrainedEncoder
    device: str

    def __call__(self, graphs: PackedGraphs) -> Float[Tensor, "nodes dim"]:
        return self.encoder.embed(graphs, level="node", device=self.device)


@dataclasses.dataclass(frozen=True)
class _Columns:
    """Some columns of the embedding, which is computed once for all of them."""

    whole: _Whole
    columns: Tensor

    def __call__(self, graphs: PackedGraphs) -> Float[Tensor, "nodes columns"]:
        return graphs.once(self.whole).index_select(1, self.columns)
