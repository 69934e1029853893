"""What heads and losses of several models at once are made of.

Each model has a lane: its rows, with as many places in every lane; what stands behind a lane's own rows means nothing.
"""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from multigraft.graphs.segments import segment_ids


def linear(
    x: Float[Tensor, "lanes places width"], weights: Mapping[str, Tensor], name: str
) -> Float[Tensor, "lanes places out"]:
    """The linear layer of that name, in every lane with the lane's own weights and bias."""
    return torch.baddbmm(weights[f"{name}.bias"][:, None], x, weights[f"{name}.weight"].transpose(1, 2))


def placed(numbers: Sequence[Int64[Tensor, "... _"]], places: int) -> Int64[Tensor, "... total"]:
    """Numbers of rows within each lane, as numbers of rows among all lanes' places, one lane after the other."""
    starts = torch.arange(len(numbers)) * places
    shift = torch.repeat_interleave(starts, torch.tensor([each.shape[-1] for each in numbers]))
    return torch.cat(list(numbers), dim=-1) + shift.to(numbers[0].device)


def rows(x: Float[Tensor, "lanes places width"], counts: Sequence[int]) -> Float[Tensor, "total width"]:
    """The first rows of every lane, ``counts`` of each."""
    lane = segment_ids(torch.tensor(counts))
    starts = torch.arange(len(counts)) * x.shape[1] - torch.tensor([0, *counts[:-1]]).cumsum(0)
    return x.flatten(0, 1).index_select(0, (torch.arange(len(lane)) + starts[lane]).to(x.device))


def means(terms: Float[Tensor, " total"], counts: Sequence[int]) -> Float[Tensor, " lanes"]:
    """The mean of the terms of every lane, ``counts`` of each; 0 where a lane has none."""
    held = torch.tensor(counts)
    summed = terms.new_zeros(len(counts)).index_add(0, segment_ids(held).to(terms.device), terms)
    return summed / held.clamp_min(1).to(terms.device)
