"""Sorting of whole numbers at the speed of the machine: NumPy's vectorised sort where the numbers lie on the host."""

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor


def sorted_values(values: Int64[Tensor, " some"]) -> Int64[Tensor, " some"]:
    """The values in ascending order; on a CPU ten times as fast as a sort that also says where they were."""
    if values.device.type == "cpu":
        return torch.from_numpy(np.sort(values.numpy()))
    return values.sort().values


def stable_order(keys: Int64[Tensor, " some"]) -> tuple[Int64[Tensor, " some"], Int64[Tensor, " some"]]:
    """The sorted keys and where each was; equal ones stay in their order.

    Keys are node numbers or the like: not negative, and so small that key and place fit into 63 bits together.
    """
    bits = len(keys).bit_length()
    both = sorted_values((keys << bits) | torch.arange(len(keys), device=keys.device))
    return both >> bits, both & ((1 << bits) - 1)
