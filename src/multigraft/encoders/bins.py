"""Piecewise linear encoding of attributes: what a decision tree reads off thresholds, ready for linear maps."""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class PiecewiseLinear(nn.Module):
    """Of every attribute and each of its ``bins``: how far the value has come through the bin, from 0 to 1.

    Edges of bins are quantiles of the training part, so every bin holds as many of its nodes. Where edges coincide, as
    values repeat, the bin between them is a step: 0 below, 1 from there on.

    Source: Gorishniy et al. 2022, "On Embeddings for Numerical Features in Tabular Deep Learning", section 3.2.
    """

    edges: Tensor

    def __init__(self, attributes: int, bins: int) -> None:
        super().__init__()
        self.register_buffer("edges", torch.linspace(0, 1, bins + 1).repeat(attributes, 1))

    def fit(self, x: Float[Tensor, "nodes attributes"]) -> None:
        """Take the edges from attributes of the training part."""
        if len(x) and self.edges.shape[1] > 1:
            places = torch.linspace(0, len(x) - 1, self.edges.shape[1], device=x.device).round().long()
            self.edges.copy_(x.sort(0).values.index_select(0, places).T)

    def forward(self, x: Float[Tensor, "nodes attributes"]) -> Float[Tensor, "nodes places"]:
        """The bins of the first attribute, then those of the second, and so on."""
        low, high = self.edges[:, :-1], self.edges[:, 1:]
        width, ahead = high - low, x[:, :, None] - low
        through = (ahead / torch.where(width > 0, width, 1)).clamp(0, 1)
        return torch.where(width > 0, through, (ahead >= 0).to(x.dtype)).flatten(1)
