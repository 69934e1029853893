"""Periodic encoding of attributes: waves of one each, whose products say how far two nodes lie apart in it."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn


class Periodic(nn.Module):
    """Of every attribute x and each of its ``periods``: cos(x / l) and sin(x / l), divided by sqrt(``periods``).

    The product of two rows, added up over a pair of columns, is cos((x_u - x_v) / l): a linear map of products reads
    off in which attributes two nodes are alike. Waves of all attributes at once, see `RandomFourier`, tell distances
    between whole rows, which in many dimensions hardly differ. The lengths l go from ``nearest`` to ``farthest``,
    evenly in their logarithm; nothing is drawn and nothing learned.

    Source: Gorishniy et al. 2022, "On Embeddings for Numerical Features in Tabular Deep Learning", section 3.3.
    """

    frequencies: Tensor

    def __init__(self, periods: int, nearest: float = 0.5, farthest: float = 10.0) -> None:
        super().__init__()
        lengths = torch.logspace(math.log10(nearest), math.log10(farthest), max(1, periods))[:periods]
        self.register_buffer("frequencies", 1 / lengths, persistent=False)

    def forward(self, x: Float[Tensor, "nodes attributes"]) -> Float[Tensor, "nodes places"]:
        """Cosines and sines of the first attribute, then those of the second, and so on."""
        angles = x[:, :, None] * self.frequencies
        waves = torch.cat([angles.cos(), angles.sin()], dim=2) / math.sqrt(max(1, len(self.frequencies)))
        return waves.flatten(1)
