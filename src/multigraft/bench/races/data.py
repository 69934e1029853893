"""What races run on: real graphs, from larger sets where ``MULTIGRAFT_DATA`` names a directory that has them."""

import csv
import dataclasses
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import torch

from multigraft.graphs.catalog import load
from multigraft.graphs.names import data_root
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.texts import smiles_of
from multigraft.randomness import generator

BATCH = 256  # molecules of a training step, as in the pre-training paper's release
MANY = 10_000  # molecules to embed
LINES = 20_000  # SMILES to read


def molecules() -> PackedGraphs:
    """5,000 molecules of RDKit's, as the pre-training paper has them."""
    return load("nci5k", featurization="hu")


def many_molecules(count: int = MANY) -> PackedGraphs:
    """So many molecules of ``hiv``, evenly spaced; those of `molecules` where there is no such file."""
    return spaced(load("hiv"), count) if _here("moleculenet/hiv") else molecules()


def many_smiles(count: int = LINES) -> list[str]:
    """Every second SMILES in the file of ``hiv``; those of `molecules` over and over where there is no such file."""
    file = _here("moleculenet/hiv/raw/HIV.csv")
    if file is None:
        return list(islice(cycle(smiles_of(molecules())), count))
    with file.open(newline="") as lines:
        return [row["smiles"] for row in islice(csv.DictReader(lines), 0, 2 * count, 2)]


def attributed_graphs() -> PackedGraphs:
    """ENZYMES, or the 5,000 molecules with attributes and degrees where there is no such folder."""
    return load("ENZYMES" if _here("tudataset/ENZYMES") else "nci5k")


def labelled_graphs() -> PackedGraphs:
    """ENZYMES, or where there is no such folder the embedded molecules with labels, by their attributes alone."""
    if _here("tudataset/ENZYMES"):
        return load("ENZYMES")
    graphs = load("chembl2321810")
    origin = dataclasses.replace(graphs.origin, name=f"{graphs.origin.name} (attributes alone)", degree=False)
    nodes = {name: column for name, column in graphs.nodes.items() if name != "structure"}
    return dataclasses.replace(graphs, nodes=nodes, origin=origin)


def batches(graphs: PackedGraphs, size: int = BATCH) -> Iterator[list[int]]:
    """Numbers of graphs for whole batches, in a random order that is the same for every caller, without end."""
    order = torch.randperm(len(graphs), generator=generator(0, "order"))
    return cycle([some.tolist() for some in order.split(size) if len(some) == size])


def spaced(graphs: PackedGraphs, count: int) -> PackedGraphs:
    """So many of the graphs, from all over the set; all where there are not so many."""
    count = min(count, len(graphs))
    return graphs.select(torch.arange(count) * len(graphs) // count)


def _here(place: str) -> Path | None:
    """The file or folder of raw data, where there is one."""
    root = data_root()
    return root / place if root is not None and (root / place).exists() else None
