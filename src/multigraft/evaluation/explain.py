"""What each part of an embedding is worth: scores without it, and of it alone, on validation graphs."""

import dataclasses
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from multigraft.errors import InputError
from multigraft.evaluation.answers import EmbedNodes
from multigraft.evaluation.probe import default_tasks, measure
from multigraft.evaluation.protocols import STRICT
from multigraft.evaluation.table import ProbeTable
from multigraft.graphs.catalog import load
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split
from multigraft.models.seen import own_split
from multigraft.models.trained import TrainedEncoder
from multigraft.randomness import generator
from multigraft.tasks.base import Task

WHOLE, WITHOUT, ALONE = "whole", "without ", " alone"
HELD_BACK = 5  # one in so many training graphs chooses the probes' settings


def explain(
    encoder: TrainedEncoder,
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
        encoder: One whose embedding has several parts, see `Encoder.blocks`.
        graphs: Those that it was trained on.
        tasks: The default is the encoder's own.
        seed: Decides held-out edges, negatives, samples and resampling.

    Raises:
        InputError: an embedding of a single part, other graphs, or a task that they cannot serve.
    """
    packed, blocks = load(graphs), encoder.encoder.blocks()
    if len(blocks) < 2:
        raise InputError(
            f"the embedding of encoder {encoder.encoder.kind!r} is of one piece, nothing can be left out: "
            "encoder graft, or jumping knowledge concat, puts its parts side by side"
        )
    split = own_split(encoder, packed)
    if split is None:
        raise InputError(f"the encoder was not trained on {packed.origin.name!r}: name the data it was trained on")
    embed = partial(_embedded, encoder, device)
    parts: dict[str, EmbedNodes] = {WHOLE: embed}
    for name, own in columns_of(blocks).items():
        others = [columns for other, columns in columns_of(blocks).items() if other != name]
        parts[WITHOUT + name] = partial(_columns, embed, torch.cat(others))
        parts[name + ALONE] = partial(_columns, embed, own)
    asked = tasks if tasks is not None else default_tasks(encoder, packed, True)
    notes = ("Scores are those of validation graphs: they compare parts, and say nothing of unseen graphs.",)
    protocol = STRICT.reading(encoder.readout)
    return measure(parts, packed, within(split, seed), asked, protocol, seed, progress, notes)


def columns_of(blocks: Mapping[str, int]) -> dict[str, Tensor]:
    """The numbers of the columns of each part of an embedding."""
    return dict(zip(blocks, torch.arange(sum(blocks.values())).split(list(blocks.values())), strict=True))


def within(split: Split, seed: int) -> Split:
    """A split whose test part is the validation part: what chooses settings is taken from the training part."""
    order = torch.randperm(len(split.train), generator=generator(seed, "explain"))
    chooses = split.train[order[: max(1, len(order) // HELD_BACK)]]
    fits = split.train[order[max(1, len(order) // HELD_BACK) :]]
    return dataclasses.replace(split, train=fits, validation=chooses, test=split.validation)


def _embedded(encoder: TrainedEncoder, device: str, graphs: PackedGraphs) -> Float[Tensor, "nodes dim"]:
    return graphs.once(_Embedding(encoder, device))


@dataclasses.dataclass(frozen=True)
class _Embedding:
    """Computed once for all parts, as what is remembered goes by what makes it."""

    encoder: TrainedEncoder
    device: str

    def __call__(self, graphs: PackedGraphs) -> Float[Tensor, "nodes dim"]:
        return self.encoder.embed(graphs, level="node", device=self.device)


def _columns(embed: EmbedNodes, columns: Tensor, graphs: PackedGraphs) -> Float[Tensor, "nodes columns"]:
    return embed(graphs).index_select(1, columns)
