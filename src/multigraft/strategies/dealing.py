"""Batches dealt to tasks: every task has its own share of each, and its own episode about it."""

from collections.abc import Sequence

import torch

from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.segments import positions, ranks, segment_ids, shuffled
from multigraft.strategies.base import Questions
from multigraft.tasks.base import Task


def dealt_episodes(
    tasks: Sequence[Task], graphs: PackedGraphs, counts: Sequence[int], generator: torch.Generator
) -> list[Questions]:
    """An episode of each task on its share of each of several batches: see `dealt`.

    Source: SAME, appendix A, algorithm 2.
    """
    drawn = [
        task.episodes(part, sizes, generator)
        for task, (part, sizes) in zip(tasks, dealt(graphs, counts, len(tasks), generator), strict=True)
    ]
    return [dict(zip(tasks, episodes, strict=True)) for episodes in zip(*drawn, strict=True)]


def dealt(
    graphs: PackedGraphs, counts: Sequence[int], parts: int, generator: torch.Generator
) -> list[tuple[PackedGraphs, list[int]]]:
    """Batches dealt at random to ``parts`` hands; each hand's graphs, batch after batch, and how many of each.

    Within a batch sizes differ by one at most, and who gets more is random too. ``counts``: graphs of each batch.
    """
    batches, sizes = len(counts), torch.tensor(counts)
    batch = segment_ids(sizes)
    order = shuffled(batch.to(generator.device), generator).cpu()
    turns = ranks(segment_ids(torch.full((batches,), parts)).to(generator.device), generator).cpu()
    hand = turns[batch * parts + positions(sizes) % parts]
    place = hand * batches + batch
    picked = order[torch.argsort(place, stable=True)]
    each = torch.bincount(place, minlength=parts * batches).unflatten(0, (parts, batches))
    chosen = picked.split(each.sum(1).tolist())
    return [(graphs.select(one), own) for one, own in zip(chosen, each.tolist(), strict=True)]


def divide(graphs: PackedGraphs, parts: int, generator: torch.Generator) -> list[PackedGraphs]:
    """A single batch `dealt`."""
    return [part for part, _ in dealt(graphs, [len(graphs)], parts, generator)]
