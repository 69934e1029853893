"""Random Fourier features of attributes: waves whose products say how far two nodes are from each other."""

import math

import torch
from jaxtyping import Float
from torch import Tensor, nn


class RandomFourier(nn.Module):
    """sqrt(2 / waves) cos(w x + phase), with w and phase drawn once and stored.

    The product of two rows approximates a kernel of the distance between the attributes, mixed of Gaussian ones: the
    length scale 1 / |w| of each wave is drawn between ``nearest`` and ``farthest``, evenly in its logarithm, as nobody
    knows beforehand which distances matter. So a linear probe on products can read distances off coordinates, and one
    on single nodes a smooth function of the attributes.

    Source: Rahimi & Recht 2007, "Random Features for Large-Scale Kernel Machines", algorithm 1.
    """

    frequencies: Tensor
    phases: Tensor

    def __init__(self, attributes: int, waves: int, nearest: float = 0.5, farthest: float = 10.0) -> None:
        super().__init__()
        lengths = nearest * (farthest / nearest) ** torch.rand(waves)
        self.register_buffer("frequencies", torch.randn(attributes, waves) / lengths)
        self.register_buffer("phases", 2 * math.pi * torch.rand(waves))

    def forward(self, x: Float[Tensor, "nodes attributes"]) -> Float[Tensor, "nodes waves"]:
        """The waves at every node."""
        return torch.cos(x @ self.frequencies + self.phases) * math.sqrt(2 / max(1, len(self.phases)))
