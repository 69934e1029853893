"""Drawing without replacement, for all graphs of a batch at once.

Floyd's algorithm draws k of 0 .. n - 1 in k steps: step i draws one of 0 .. n - k + i and takes it, or takes n - k + i
where that was taken before. Every set of k is equally likely. Here all steps of all groups are drawn first, and what
each step takes is found by index arithmetic, without going through the steps; see docs/speed/batches.md.

Source: Bentley & Floyd 1987, "Programming pearls: a sample of brilliance".
"""

import numpy as np
import torch
from jaxtyping import Bool, Int, Int64
from torch import Tensor

from multigraft.graphs.arrays import HOST, Array, Arrays, arrays

Counts = Int64[np.ndarray, " groups"]


def sampled(population: Counts, take: Counts, generator: torch.Generator, on: Arrays) -> Array:
    """``take`` different ones of each group's ``population`` things, all where there are fewer: ``[taken]``.

    The things of all groups are numbered one after the other. Uniform without replacement; the drawn numbers come
    ordered by group, in no particular order inside a group.
    """
    take = np.minimum(take, population)
    first_things, first_steps = HOST.offsets(population), HOST.offsets(take)
    things, total = int(first_things[-1]), int(first_steps[-1])
    table = np.array([first_things[:-1], first_steps[:-1], population - take + 1 - first_steps[:-1]])
    start, own, bound = on.repeat(on.sent(table), on.sent(take), total)
    step = on.arange(total)
    bound += step  # step i of a group draws below n - k + i + 1
    drawn = on.whole(on.random(total, generator) * bound)
    again = on.repeated(start + drawn, things)
    # A step that drew n - k + i for an earlier step i drew what that step takes, if that found its own draw taken.
    earlier = drawn - bound + step + 1
    moves = (earlier >= own) & (earlier < step)
    taken = on.leading(again, moves, earlier, int(take.max(initial=0)))
    return start + on.where(taken, bound - 1, drawn)


def chosen(
    counts: Int[Tensor, " groups"], take: Int[Tensor, " groups"], generator: torch.Generator
) -> Bool[Tensor, " total"]:
    """A mask of ``take`` of each group's ``counts`` places, drawn as `sampled`; groups lie one after the other."""
    on, population = arrays(counts.device), counts.cpu().numpy()
    drawn = sampled(population, take.cpu().numpy(), generator, on)
    return on.tensor(on.marked(int(population.sum()), drawn))
