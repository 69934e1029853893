"""Means over some of the terms of a loss, without asking the device how many they are."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def mean_where(terms: Float[Tensor, "*shape"], chosen: Bool[Tensor, "*shape"]) -> Float[Tensor, ""]:
    """The mean of the chosen terms, 0 where none is chosen."""
    return torch.where(chosen, terms, 0).sum() / chosen.sum().clamp_min(1)
