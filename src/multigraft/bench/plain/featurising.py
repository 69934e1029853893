"""SMILES to graphs with RDKit and PyG, molecule by molecule and atom by atom, as the pre-training paper's release."""

from collections.abc import Iterable

import torch
from rdkit import Chem, rdBase
from rdkit.Chem.rdchem import BondDir, BondType, ChiralType
from torch_geometric.data import Data

from multigraft.bench.plain.episodes import Graph

CHIRALITIES = {
    ChiralType.CHI_UNSPECIFIED: 0,
    ChiralType.CHI_TETRAHEDRAL_CW: 1,
    ChiralType.CHI_TETRAHEDRAL_CCW: 2,
    ChiralType.CHI_OTHER: 3,
}
BOND_TYPES = {BondType.SINGLE: 0, BondType.DOUBLE: 1, BondType.TRIPLE: 2, BondType.AROMATIC: 3}
DIRECTIONS = {BondDir.NONE: 0, BondDir.ENDUPRIGHT: 1, BondDir.ENDDOWNRIGHT: 2}
NO_ELEMENT, OTHER_CHIRALITY = 118, 3


def molecule_graphs(smiles: Iterable[str]) -> list[Graph]:
    """The molecules that parse; RDKit's own log is silenced."""
    with rdBase.BlockLogs():
        molecules = map(Chem.MolFromSmiles, smiles)
        return [molecule_graph(molecule) for molecule in molecules if molecule is not None]


def molecule_graph(molecule: Chem.Mol) -> Graph:
    """``x``: element and chirality ``[atoms, 2]``; ``edge_index``, ``edge_attr``: every bond in both directions.

    Categories are looked up in tables, where the release searches lists; what is in none counts as a single bond, as
    without direction, and as another chirality.

    Source: ``mol_to_graph_data_obj_simple`` in the release of Hu et al. 2020, "Strategies for Pre-training Graph Neural
    Networks".
    """
    atoms = [
        [(atom.GetAtomicNum() or NO_ELEMENT + 1) - 1, CHIRALITIES.get(atom.GetChiralTag(), OTHER_CHIRALITY)]
        for atom in molecule.GetAtoms()
    ]
    ends, kinds = [], []
    for bond in molecule.GetBonds():
        first, second = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        kind = [BOND_TYPES.get(bond.GetBondType(), 0), DIRECTIONS.get(bond.GetBondDir(), 0)]
        ends += [(first, second), (second, first)]
        kinds += [kind, kind]
    return Data(
        x=torch.tensor(atoms, dtype=torch.int64).reshape(-1, 2),
        edge_index=torch.tensor(ends, dtype=torch.int64).reshape(-1, 2).T.contiguous(),
        edge_attr=torch.tensor(kinds, dtype=torch.int64).reshape(-1, 2),
    )
