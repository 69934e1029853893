"""The plain featurisation says of every atom and bond what the package says."""

import pytest
import torch
from rdkit import Chem

from multigraft.bench.plain.featurising import molecule_graph, molecule_graphs
from multigraft.bench.plain.molecules import data_list
from multigraft.graphs.molecules.load import pack_smiles
from multigraft.graphs.texts import smiles_of
from tests.helpers.coded import molecules
from tests.helpers.molecules import BROKEN, SMILES

ODD = ["*C", "[H][H]", "F/C=C/F", "C[C@H](N)O", "C[C@@H](N)O", "N->[Cu]", "O", "[Na+].[Cl-]", "C$C"]


def rows(graph):
    """Every entry of the edge list with its codes, in order: bonds are sorted in one, and not in the other."""
    table = torch.cat([graph.edge_index.T, graph.edge_attr], dim=1)
    return sorted(map(tuple, table.tolist()))


@pytest.mark.parametrize("smiles", [SMILES, ODD, smiles_of(molecules(300))], ids=["few", "odd", "nci5k"])
def test_codes_are_those_of_the_package(smiles):
    packed = data_list(pack_smiles(smiles))
    plain = molecule_graphs(smiles)
    assert len(plain) == len(packed) == len(smiles)
    for ours, theirs in zip(packed, plain, strict=True):
        assert torch.equal(ours.x, theirs.x)
        assert rows(ours) == rows(theirs)


def test_every_bond_has_both_directions():
    graph = molecule_graph(Chem.MolFromSmiles("C=CO"))
    assert graph.edge_index.tolist() == [[0, 1, 1, 2], [1, 0, 2, 1]]
    assert graph.edge_attr.tolist() == [[1, 0], [1, 0], [0, 0], [0, 0]]


def test_a_single_atom_has_no_bonds():
    graph = molecule_graph(Chem.MolFromSmiles("C"))
    assert graph.x.tolist() == [[5, 0]]
    assert (graph.edge_index.shape, graph.edge_attr.shape) == ((2, 0), (0, 2))


def test_what_does_not_parse_is_left_out(capfd):
    broken = [smiles for smiles in BROKEN if smiles]
    assert len(molecule_graphs([*broken, *SMILES])) == len(SMILES)
    assert capfd.readouterr().err == ""
