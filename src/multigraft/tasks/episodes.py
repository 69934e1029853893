"""How tasks part their questions into support and target, for several batches at once."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.segments import offsets, positions, segment_ids, shuffled
from multigraft.graphs.stacking import parted
from multigraft.tasks.base import Episode, Examples

SUPPORT_FRACTION = 0.6


def divided(graphs: PackedGraphs, generator: torch.Generator) -> tuple[PackedGraphs, PackedGraphs]:
    """A random 60 % of the graphs, and the rest.

    Source: SAME, appendix A, algorithm 2.
    """
    [(support, target)] = each_divided(graphs, [len(graphs)], generator)
    return support, target


def each_divided(
    graphs: PackedGraphs, counts: Sequence[int], generator: torch.Generator
) -> list[tuple[PackedGraphs, PackedGraphs]]:
    """As `divided`, of batches of ``counts`` graphs each that lie one after the other."""
    sizes = torch.tensor(counts)
    batch = segment_ids(sizes)
    order = shuffled(batch.to(generator.device), generator).cpu()
    cuts = torch.tensor([share(count, SUPPORT_FRACTION) for count in counts])
    first = positions(sizes) < cuts[batch]
    support = parted(graphs.select(order[first]), cuts.tolist())
    target = parted(graphs.select(order[~first]), (sizes - cuts).tolist())
    return list(zip(support, target, strict=True))


def each_episode(episode: Episode, counts: Sequence[int]) -> list[Episode]:
    """An episode about nodes, or pairs of nodes, of several batches that lie one after the other: that of each batch.

    ``counts``: graphs of each batch. Where support and target share their graphs, each batch's do.
    """
    if len(counts) == 1:
        return [episode]
    support, target = episode.support, episode.target
    shown = parted(support.graphs, counts)
    hidden = shown if target.graphs is support.graphs else parted(target.graphs, counts)
    pairs = zip(_each(support, shown, counts), _each(target, hidden, counts), strict=True)
    return [Episode(*pair) for pair in pairs]


def _each(examples: Examples, batches: Sequence[PackedGraphs], counts: Sequence[int]) -> list[Examples]:
    """Each batch's questions, in their order, about its own node numbers."""
    queries, device = examples.queries, examples.queries.device
    starts = examples.graphs.node_offsets[offsets(torch.tensor(counts))].to(device)
    batch = torch.searchsorted(starts, queries.reshape(-1, queries.shape[-1])[0], right=True) - 1
    order = torch.argsort(batch, stable=True)
    sizes = torch.bincount(batch, minlength=len(counts)).tolist()
    own = (queries - starts.index_select(0, batch)).index_select(-1, order).split(sizes, dim=-1)
    answers = examples.answers.index_select(0, order).split(sizes)
    return [Examples(*parts) for parts in zip(batches, own, answers, strict=True)]


def halved(graph_ids: Int64[Tensor, " questions"], generator: torch.Generator) -> Bool[Tensor, " questions"]:
    """A mask of a random half of the questions: of all, and of those of each graph, to within one."""
    half = torch.zeros_like(graph_ids, dtype=torch.bool)
    half[shuffled(graph_ids, generator)[::2]] = True
    return half


def share(count: int, fraction: float) -> int:
    """A fraction of ``count`` things, rounded, but leaving something on either side where there are two."""
    return min(max(1, round(count * fraction)), max(1, count - 1))
