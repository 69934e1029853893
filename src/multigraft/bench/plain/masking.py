"""Attribute masking with PyG: a transform, which the loader applies to every molecule that it takes."""

import torch
from torch_geometric.transforms import BaseTransform

from multigraft.bench.plain.episodes import Graph


class MaskAtoms(BaseTransform):
    """Hide int(atoms * rate + 1) random atoms of a molecule, and say which they are and what they were.

    By a few tensor operations a molecule, where the release loops over atoms. ``masked_index``: their numbers, which
    PyG counts on in a batch; ``masked_label``: their elements. ``token`` is the element of a masked atom.

    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", section 3.1.2; ``MaskAtom`` in its
    release.
    """

    def __init__(self, generator: torch.Generator, rate: float = 0.15, token: int = 119) -> None:
        self.generator = generator
        self.rate = rate
        self.token = torch.tensor([token, 0])

    def forward(self, data: Graph) -> Graph:
        """The molecule masked; ``data`` is a copy already, but shares its tensors with the data set."""
        atoms = data.x.shape[0]
        masked = torch.randperm(atoms, generator=self.generator)[: int(atoms * self.rate + 1)]
        data.masked_index = masked
        data.masked_label = data.x[masked, 0]
        data.x = data.x.clone()
        data.x[masked] = self.token
        return data
