"""Context prediction with PyG: of every molecule two subgraphs, which are put together in two batches."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch_geometric.data import Batch, Data

from multigraft.bench.plain.episodes import Graph


class SubstructureAndContext:
    """The neighbourhood of a random atom, up to ``k`` bonds away, and its context, more than ``r1``, at most ``r2``.

    Breadth-first search with lists, which for molecules is several times faster than PyG's ``k_hop_subgraph`` and than
    networkx, which the release uses; the subgraphs by the tensor operations that PyG's ``subgraph`` is made of.

    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", section 3.1.1;
    ``ExtractSubstructureContextPair`` in its release.
    """

    def __init__(self, generator: torch.Generator, k: int = 5, r1: int = 4, r2: int = 7) -> None:
        self.generator = generator
        self.k, self.r1, self.r2 = k, r1, r2

    def __call__(self, data: Graph, centre: int | None = None) -> tuple[Graph, Graph] | None:
        """The neighbourhood with its ``centre_index``, and the context with the ``anchor_index`` of nodes in both.

        None where no atom is in both. ``centre``: the atom to take instead of a random one.
        """
        if centre is None:
            centre = int(torch.randint(data.x.shape[0], (), generator=self.generator))
        distance = torch.tensor(distances(data, centre, max(self.k, self.r2)))
        near, ring = distance <= self.k, (distance > self.r1) & (distance <= self.r2)
        anchors = (near & ring).nonzero()[:, 0]
        if not len(anchors):
            return None
        neighbourhood, number = induced(data, near)
        neighbourhood.centre_index = number[centre].view(1)
        context, number = induced(data, ring)
        context.anchor_index = number[anchors]
        return neighbourhood, context


def distances(data: Graph, centre: int, most: int) -> list[int]:
    """How many bonds every atom is away from the centre, ``most + 1`` where it is more."""
    neighbours: list[list[int]] = [[] for _ in range(data.x.shape[0])]
    for source, target in zip(*data.edge_index.tolist(), strict=True):
        neighbours[source].append(target)
    found = [most + 1] * len(neighbours)
    found[centre] = 0
    front = [centre]
    for hops in range(1, most + 1):
        front = [target for source in front for target in neighbours[source] if found[target] > most]
        for target in front:
            found[target] = hops
    return found


def induced(data: Graph, keep: Tensor) -> tuple[Graph, Tensor]:
    """The atoms of a mask with the bonds between them, and the new number of every atom."""
    number = keep.cumsum(0) - 1
    inside = keep[data.edge_index].all(0)
    x, edges = data.x[keep], number[data.edge_index[:, inside]]
    return Data(x=x, edge_index=edges, edge_attr=data.edge_attr[inside]), number


def collate(found: Sequence[tuple[Graph, Graph] | None]) -> tuple[Graph, Graph]:
    """All neighbourhoods and all contexts as a batch each; molecules without anchors are left out, as in the release.

    ``anchor_index_batch`` of the contexts says whose every anchor is.
    """
    neighbourhoods, contexts = map(list, zip(*(pair for pair in found if pair is not None), strict=True))
    return Batch.from_data_list(neighbourhoods), Batch.from_data_list(contexts, follow_batch=["anchor_index"])
