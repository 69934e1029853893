"""Index arithmetic over many groups at once: the words in which batches and episodes are built.

A *segment* is a run of consecutive positions; segments are given by their ``counts``. Nothing here loops over them.
"""

import torch
from jaxtyping import Bool, Int, Int64
from torch import Tensor


def offsets(counts: Int[Tensor, " groups"]) -> Int64[Tensor, " groups_plus_one"]:
    """Where each segment starts, and behind the last one the total: ``[groups + 1]``."""
    return torch.nn.functional.pad(counts.cumsum(0), (1, 0))


def segment_ids(counts: Int[Tensor, " groups"], total: int | None = None) -> Int64[Tensor, " total"]:
    """The segment of every position, ``[total]``; a known ``total`` spares a device synchronisation."""
    groups = torch.arange(len(counts), device=counts.device)
    return torch.repeat_interleave(groups, counts, output_size=total)


def positions(counts: Int[Tensor, " groups"]) -> Int64[Tensor, " total"]:
    """The rank of every position inside its segment: counts (2, 3) give 0 1 0 1 2."""
    starts = offsets(counts)[:-1]
    ids = segment_ids(counts)
    return torch.arange(len(ids), device=counts.device) - starts[ids]


def spans(starts: Int[Tensor, " groups"], counts: Int[Tensor, " groups"]) -> Int64[Tensor, " total"]:
    """Concatenated index ranges ``starts[g] .. starts[g] + counts[g]``."""
    return torch.repeat_interleave(starts, counts) + positions(counts)


def shuffled(ids: Int[Tensor, " total"], generator: torch.Generator) -> Int64[Tensor, " total"]:
    """A permutation that sorts by segment and is uniformly random inside each segment."""
    noise = torch.rand(len(ids), generator=generator, device=ids.device, dtype=torch.float64)
    return torch.argsort(ids + noise)


def ranks(ids: Int[Tensor, " total"], generator: torch.Generator) -> Int64[Tensor, " total"]:
    """A uniformly random rank of every position inside its segment; segments need not be consecutive."""
    order = shuffled(ids, generator)
    rank = torch.empty_like(order)
    rank[order] = run_positions(ids[order])
    return rank


def run_positions(ordered: Int[Tensor, " total"]) -> Int64[Tensor, " total"]:
    """The rank of every position inside its run of equal values, for values that are sorted."""
    here = torch.arange(len(ordered), device=ordered.device)
    return here - torch.searchsorted(ordered, ordered)


def choose(
    ids: Int[Tensor, " total"], take: Int[Tensor, " groups"], generator: torch.Generator
) -> Bool[Tensor, " total"]:
    """A mask of ``take[g]`` uniformly drawn positions of each segment ``g`` (all of a segment that has fewer)."""
    return ranks(ids, generator) < take[ids]
