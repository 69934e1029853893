"""Edge prediction with PyG: a transform, which the loader applies to every molecule that it takes."""

import random

import torch
from torch_geometric.transforms import BaseTransform

from multigraft.bench.plain.episodes import Graph


class NegativeEdges(BaseTransform):
    """Draw as many different pairs of atoms without a bond as the molecule has bonds, fewer where there are fewer.

    ``negative_edge_index``: the pairs ``[2, pairs]``, smaller number first. Drawn by trial with a set of what was met
    before, as the release does, but with numbers instead of texts: for molecules this is faster than PyG's
    ``negative_sampling``, and than the non-zeros of the dense matrix.

    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks"; ``NegativeEdge`` in its release.
    """

    def __init__(self, draws: random.Random) -> None:
        self.draws = draws

    def forward(self, data: Graph) -> Graph:
        atoms, draw = data.x.shape[0], self.draws.random
        met = {(u, v) for u, v in zip(*data.edge_index.tolist(), strict=True) if u < v}
        wanted = min(len(met), atoms * (atoms - 1) // 2 - len(met))
        found: list[tuple[int, int]] = []
        while len(found) < wanted:
            u, v = int(draw() * atoms), int(draw() * atoms)
            if u < v and (u, v) not in met:
                met.add((u, v))
                found.append((u, v))
        data.negative_edge_index = torch.tensor(found, dtype=torch.int64).reshape(-1, 2).T
        return data
