"""Made-up molecules that share scaffolds, and packed graphs that know no more of them than their SMILES."""

import dataclasses

import torch

from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.texts import attached_texts
from tests.helpers.graphs import random_graphs

CORES = [
    "c1ccccc1", "C1CCCCC1", "c1ccncc1", "c1ccc2ccccc2c1", "C1CC1", "C1CCOC1", "c1ccoc1", "c1ccsc1", "C1CCNCC1",
    "c1ccc(cc1)-c1ccccc1", "c1ccc(cc1)Cc1ccccc1", "C1CC2CCC1C2", "c1cnc2[nH]cnc2c1", "C1CCC1", "c1cc[nH]c1",
]  # fmt: skip
TAILS = ["", "C", "CC", "CO", "N", "F", "CCC", "C(=O)O", "C#N", "CCl"]


def orchard(count: int = 90) -> list[str]:
    """SMILES, the same for the same count: every sixth without a ring, and some scaffolds common, others rare."""
    found = []
    for number in range(count):
        tail = TAILS[number % 7]
        if number % 6 == 5:
            found.append("C" * (1 + number % 11) + tail)
        else:
            found.append(tail + CORES[(number * number + number // 4) % (1 + number % len(CORES))])
    return found


def graphs_of(smiles: list[str], **columns: torch.Tensor) -> PackedGraphs:
    """Random graphs to which these SMILES are attached; ``columns`` are columns of the table of graphs."""
    graphs = random_graphs(len(smiles))
    table = {"row": torch.arange(len(smiles)), **columns}
    return dataclasses.replace(graphs, graphs=table, attached=attached_texts(smiles=smiles))
