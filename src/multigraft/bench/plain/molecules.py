"""Molecules as a list of `Data` in the layout of the pre-training paper's release: what the plain versions hold."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset, RandomSampler
from torch_geometric.data import Batch, Data

from multigraft.bench.plain.episodes import Graph
from multigraft.graphs.packed import PackedGraphs


def data_list(graphs: PackedGraphs) -> list[Graph]:
    """The molecules one by one, each with tensors of its own.

    ``x``: element and chirality ``[atoms, 2]``; ``edge_index``: every bond in both directions; ``edge_attr``: type and
    direction ``[edges, 2]``; all int64.

    Source: ``mol_to_graph_data_obj_simple`` in the release of Hu et al. 2020, "Strategies for Pre-training Graph Neural
    Networks".
    """
    atoms, edges = pairwise(graphs.node_offsets.tolist()), pairwise(graphs.edge_offsets.tolist())
    x, edge_attr = graphs.nodes["codes"].long(), graphs.edges["codes"].long()
    return [
        Data(
            x=x[first:last].clone(),
            edge_index=graphs.edge_index[:, start:stop] - first,
            edge_attr=edge_attr[start:stop].clone(),
        )
        for (first, last), (start, stop) in zip(atoms, edges, strict=True)
    ]


def drawn(data: Sequence[Graph], picked: Sequence[int], transform: Callable[[Graph], Graph]) -> Graph:
    """The molecules numbered ``picked``, each transformed, as one batch.

    What PyG's ``DataLoader`` does in its own process with a data set that has a transform, less the loader's own time.
    """
    return Batch.from_data_list([transform(data[number]) for number in picked])


class Transformed(Dataset):
    """Molecules that are transformed anew whenever they are asked for."""

    def __init__(self, data: Sequence[Graph], transform: Callable[[Graph], Any]) -> None:
        self.data, self.transform = data, transform

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self, index: int) -> Any:
        return self.transform(self.data[index])


def loader(
    data: Transformed, collate: Callable[[list[Any]], Any], steps: int, generator: torch.Generator, workers: int
) -> DataLoader:
    """Batches of 256 random molecules, ``steps`` each time it is gone through, made while others are computed upon.

    PyG's own loader is this one of torch with another function to put graphs together. Its ``workers`` live on.
    """
    sampler = RandomSampler(data, num_samples=256 * steps, generator=generator)
    return DataLoader(
        data, 256, sampler=sampler, collate_fn=collate, num_workers=workers, persistent_workers=workers > 0
    )


def end_workers(batches: DataLoader) -> None:
    """End the processes of a loader, if there are any."""
    batches._iterator = None
