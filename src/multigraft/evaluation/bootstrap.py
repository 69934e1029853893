"""Confidence intervals that know that the questions about one graph belong together."""

from collections.abc import Callable

import torch
from jaxtyping import Float64, Int64
from torch import Tensor

from multigraft.graphs.segments import segment_ids

DRAWS, LEVEL = 1000, 0.95
CHUNK = 4_000_000  # weights at a time: 32 MB of them


def replicates(
    statistic: Callable[[Float64[Tensor, "draws asked"]], Float64[Tensor, " draws"]],
    graph: Int64[Tensor, " asked"],
    graphs: int,
    generator: torch.Generator,
    draws: int = DRAWS,
    chunk: int = CHUNK,
) -> Float64[Tensor, " draws"]:
    """``statistic`` on each of ``draws`` test sets of ``graphs`` graphs drawn with replacement.

    A graph that is drawn twice brings all its questions twice. ``statistic`` takes weights of the questions
    ``[draws, asked]``; ``graph`` is the graph of every question. Equal generators draw the same test sets for every
    statistic, so the difference of two results is paired: it is what ``replicates`` gives for the difference.

    Source: Davison & Hinkley 1997, section 3.8 (clusters).
    """
    rows = max(1, chunk // max(len(graph), graphs, 1))
    return torch.cat([
        statistic(resampled(min(rows, draws - first), graphs, generator)[:, graph])
        for first in range(0, draws, rows)
    ])  # fmt: skip


def interval(values: Float64[Tensor, " draws"], level: float = LEVEL) -> tuple[float, float]:
    """The percentile interval of `replicates`; NaN among them is passed over, both ends are NaN where all are.

    Source: Efron & Tibshirani 1993, chapter 13.
    """
    tails = values.new_tensor([(1 - level) / 2, (1 + level) / 2])
    low, high = torch.nanquantile(values, tails).tolist()
    return low, high


def resampled(draws: int, graphs: int, generator: torch.Generator) -> Float64[Tensor, "draws graphs"]:
    """How often each graph comes in each of ``draws`` test sets of as many graphs, drawn with replacement."""
    if graphs == 0:
        return torch.zeros(draws, 0, dtype=torch.float64)
    drawn = torch.randint(graphs, (draws * graphs,), generator=generator)
    row = segment_ids(torch.full((draws,), graphs), total=draws * graphs)
    counts = torch.bincount(row * graphs + drawn, minlength=draws * graphs)
    return counts.view(draws, graphs).double()
