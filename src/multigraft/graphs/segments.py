"""Index arithmetic over many groups at once: the words in which batches and episodes are built.

A *segment* is a run of consecutive positions; segments are given by their ``counts``. Nothing here loops over them.
"""

import torch
from jaxtyping import Bool, Int, Int64
from torch import Tensor

from multigraft.graphs.arrays import arrays


def offsets(counts: Int[Tensor, " groups"]) -> Int64[Tensor, " groups_plus_one"]:
    """Where each segment starts, and behind the last one the total: ``[groups + 1]``."""
    on = arrays(counts.device)
    return on.tensor(on.offsets(on.of(counts)))


def segment_ids(counts: Int[Tensor, " groups"], total: int | None = None) -> Int64[Tensor, " total"]:
    """The segment of every position, ``[total]``; a known ``total`` spares a device synchronisation."""
    on = arrays(counts.device)
    return on.tensor(on.repeat(on.arange(len(counts)), on.of(counts), total))


def positions(counts: Int[Tensor, " groups"], total: int | None = None) -> Int64[Tensor, " total"]:
    """The rank of every position inside its segment: counts (2, 3) give 0 1 0 1 2."""
    on = arrays(counts.device)
    starts = on.repeat(on.offsets(on.of(counts))[:-1], on.of(counts), total)
    return on.tensor(on.arange(len(starts)) - starts)


def spans(starts: Int[Tensor, " groups"], counts: Int[Tensor, " groups"]) -> Int64[Tensor, " total"]:
    """Concatenated index ranges ``starts[g] .. starts[g] + counts[g]``."""
    on = arrays(counts.device)
    shifts = on.repeat(on.of(starts) - on.offsets(on.of(counts))[:-1], on.of(counts))
    return on.tensor(shifts + on.arange(len(shifts)))


def shuffled(ids: Int[Tensor, " total"], generator: torch.Generator) -> Int64[Tensor, " total"]:
    """A permutation that sorts by segment and is uniformly random inside each segment."""
    on = arrays(ids.device)
    return on.tensor(on.order(on.of(ids) + on.random(len(ids), generator)))


def ranks(ids: Int[Tensor, " total"], generator: torch.Generator) -> Int64[Tensor, " total"]:
    """A uniformly random rank of every position inside its segment; segments need not be consecutive."""
    order = shuffled(ids, generator)
    rank = torch.empty_like(order)
    rank[order] = run_positions(ids.index_select(0, order))
    return rank


def run_positions(ordered: Int[Tensor, " total"]) -> Int64[Tensor, " total"]:
    """The rank of every position inside its run of equal values, for values that are sorted."""
    on = arrays(ordered.device)
    here, values = on.arange(len(ordered)), on.of(ordered)
    begins = here * 1
    begins[1:] *= values[1:] != values[:-1]
    return on.tensor(here - on.peaks(begins))


def choose(
    ids: Int[Tensor, " total"], take: Int[Tensor, " groups"], generator: torch.Generator
) -> Bool[Tensor, " total"]:
    """A mask of ``take[g]`` uniformly drawn positions of each segment ``g`` (all of a segment that has fewer).

    Segments need not be consecutive; where they are, `multigraft.graphs.sampling.sampled` is quicker.
    """
    return ranks(ids, generator) < take.index_select(0, ids)
