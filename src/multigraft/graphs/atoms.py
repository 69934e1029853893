"""From RDKit molecules to packed graphs: atoms are nodes, a bond is two directed edges that lie side by side."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from jaxtyping import Int64
from torch import Tensor
from torch.nn.functional import one_hot

from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.segments import offsets, segment_ids

if TYPE_CHECKING:
    from rdkit import Chem

ATTRIBUTES = ("charge negative", "charge none", "charge positive")
STRUCTURE = (  # what RDKit perceives from the bonds
    "in a ring",
    "aromatic",
    "hybridisation sp",
    "hybridisation sp2",
    "hybridisation sp3",
    "hybridisation other",
)


def pack_molecules(molecules: "Sequence[Chem.Mol]") -> PackedGraphs:
    """Node columns: ``x`` as `ATTRIBUTES` says, ``structure`` as `STRUCTURE` says, ``label`` the atomic number."""
    from rdkit.Chem import HybridizationType

    places = {HybridizationType.SP: 0, HybridizationType.SP2: 1, HybridizationType.SP3: 2}
    rows = [
        (
            atom.GetAtomicNum(),
            atom.GetIsAromatic(),
            atom.GetFormalCharge(),
            places.get(atom.GetHybridization(), 3),
            atom.IsInRing(),
        )
        for molecule in molecules
        for atom in molecule.GetAtoms()
    ]
    bonds = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for molecule in molecules for bond in molecule.GetBonds()]
    number, aromatic, charge, hybridisation, ring = torch.tensor(rows, dtype=torch.int64).reshape(-1, 5).unbind(1)
    node_offsets = offsets(torch.tensor([molecule.GetNumAtoms() for molecule in molecules], dtype=torch.int64))
    bond_counts = torch.tensor([molecule.GetNumBonds() for molecule in molecules], dtype=torch.int64)
    return PackedGraphs(
        edge_index=_both_directions(bonds, node_offsets[:-1], bond_counts),
        node_offsets=node_offsets,
        edge_offsets=offsets(2 * bond_counts),
        nodes={
            "x": one_hot(charge.sign() + 1, 3).float(),
            "structure": torch.cat([ring[:, None], aromatic[:, None], one_hot(hybridisation, 4)], 1).float(),
            "label": number,
        },
    )


def _both_directions(
    bonds: list[tuple[int, int]], starts: Int64[Tensor, " graphs"], counts: Int64[Tensor, " graphs"]
) -> Int64[Tensor, "2 edges"]:
    pairs = torch.tensor(bonds, dtype=torch.int64).reshape(-1, 2) + starts[segment_ids(counts)][:, None]
    return torch.stack([pairs, pairs.flip(1)], dim=1).reshape(-1, 2).T.contiguous()
