"""Molecules as graphs, atom by atom."""

import pytest
import torch

from multigraft.graphs.atoms import ATTRIBUTES, STRUCTURE, pack_molecules
from multigraft.graphs.molecules.smiles import parse_smiles

pytest.importorskip("rdkit")

SMILES = ["c1ccccc1O", "C[N+](C)(C)CC(=O)[O-]", "C#N", "[Na+].[Cl-]", "F[S](F)(F)(F)(F)F", "C1CC1", "[He]"]


def molecules(smiles: list[str]) -> list:
    found = [parse_smiles(text)[0] for text in smiles]
    assert all(molecule is not None for molecule in found)
    return found


def test_features_equal_a_plain_loop_over_atoms():
    from rdkit import Chem

    graphs = pack_molecules(molecules(SMILES))
    rows, structure, elements, edges, start = [], [], [], [], 0
    for text in SMILES:
        molecule = Chem.MolFromSmiles(text)
        for atom in molecule.GetAtoms():
            charge, kind = atom.GetFormalCharge(), str(atom.GetHybridization())
            rows.append([charge < 0, charge == 0, charge > 0])
            hybrid = [kind == "SP", kind == "SP2", kind == "SP3", kind not in ("SP", "SP2", "SP3")]
            structure.append([atom.IsInRing(), atom.GetIsAromatic(), *hybrid])
            elements.append(atom.GetAtomicNum())
        for bond in molecule.GetBonds():
            ends = bond.GetBeginAtomIdx() + start, bond.GetEndAtomIdx() + start
            edges += [ends, ends[::-1]]
        start += molecule.GetNumAtoms()
    assert graphs.x.tolist() == torch.tensor(rows).float().tolist()
    assert graphs.x.shape[1] == len(ATTRIBUTES)
    assert graphs.structure.tolist() == torch.tensor(structure).float().tolist()
    assert graphs.structure.shape[1] == len(STRUCTURE)
    assert graphs.node_labels.tolist() == elements
    assert graphs.edge_index.T.tolist() == [list(edge) for edge in edges]
    assert torch.equal(graphs.node_graph[graphs.edge_index[1]], graphs.edge_graph)


def test_what_bonds_tell_goes_where_edges_are_hidden():
    graphs = pack_molecules(molecules(["c1ccccc1O"]))
    assert graphs.structure.sum(0).tolist() == [6, 6, 0, 7, 0, 0]
    assert graphs.keep_edges(torch.ones(graphs.num_edges, dtype=torch.bool)).structure.sum() == 0


def test_no_molecules_are_no_graphs():
    graphs = pack_molecules([])
    assert (len(graphs), graphs.num_nodes, graphs.num_edges) == (0, 0, 0)
    assert graphs.x.shape == (0, len(ATTRIBUTES))
