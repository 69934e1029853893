"""How tasks part their questions into support and target."""

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.segments import shuffled

SUPPORT_FRACTION = 0.6


def divided(graphs: PackedGraphs, generator: torch.Generator) -> tuple[PackedGraphs, PackedGraphs]:
    """A random 60 % of the graphs, and the rest.

    Source: SAME, appendix A, algorithm 2.
    """
    order = torch.randperm(len(graphs), generator=generator, device=generator.device).cpu()
    cut = share(len(graphs), SUPPORT_FRACTION)
    return graphs.select(order[:cut]), graphs.select(order[cut:])


def halved(graph_ids: Int64[Tensor, " questions"], generator: torch.Generator) -> Bool[Tensor, " questions"]:
    """A mask of a random half of the questions: of all, and of those of each graph, to within one."""
    half = torch.zeros_like(graph_ids, dtype=torch.bool)
    half[shuffled(graph_ids, generator)[::2]] = True
    return half


def share(count: int, fraction: float) -> int:
    """A fraction of ``count`` things, rounded, but leaving something on either side where there are two."""
    return min(max(1, round(count * fraction)), max(1, count - 1))
