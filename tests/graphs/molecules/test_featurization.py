"""Featurisations of many molecules at once, against plain loops over atoms and bonds."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from multigraft.graphs.molecules.featurization import FEATURIZERS, Features, hu, ogb
from multigraft.graphs.vocabulary import VOCABULARIES
from tests.helpers.smiles import EVERYDAY, LONG, ODD, RING_OF_30, written
from tests.reference import molecules as plain

Chem = pytest.importorskip("rdkit.Chem")


def parsed(smiles: Sequence[str]) -> list:
    found = [Chem.MolFromSmiles(one) for one in smiles]
    assert None not in found
    return found


def one_by_one(features: Features) -> list[tuple[list, list, list]]:
    """Node codes, structure codes, and bonds with their codes, of each molecule."""
    nodes = np.split(features.node_codes, np.cumsum(features.node_counts)[:-1])
    structure = np.split(features.structure_codes, np.cumsum(features.node_counts)[:-1])
    bonds = np.split(np.concatenate([features.bonds, features.bond_codes], 1), np.cumsum(features.bond_counts)[:-1])
    return [tuple(part.tolist() for part in parts) for parts in zip(nodes, structure, bonds, strict=True)]


@given(st.lists(written(), min_size=1, max_size=6))
@example(EVERYDAY + ODD)
def test_hu_is_what_the_release_says(smiles: list[str]):
    molecules = parsed(smiles)
    for molecule, (nodes, structure, bonds) in zip(molecules, one_by_one(hu(molecules, smiles)), strict=True):
        assert nodes == plain.hu_atoms(molecule)
        assert structure == [[]] * molecule.GetNumAtoms()
        assert bonds == plain.hu_bonds(molecule)


@given(st.lists(written(), min_size=1, max_size=6))
@example(EVERYDAY + ODD)
def test_ogb_is_what_its_package_says(smiles: list[str]):
    molecules = parsed(smiles)
    for molecule, (nodes, structure, bonds) in zip(molecules, one_by_one(ogb(molecules, smiles)), strict=True):
        assert nodes == plain.ogb_atoms(molecule)
        assert structure == plain.ogb_structure(molecule)
        assert bonds == plain.ogb_bonds(molecule)


@pytest.mark.parametrize("name", FEATURIZERS)
@given(smiles=st.lists(written(), max_size=4))
def test_codes_lie_in_the_vocabulary(name: str, smiles: list[str]):
    features, vocabulary = FEATURIZERS[name](parsed(smiles), smiles), VOCABULARIES[name]
    for codes, sizes in (
        (features.node_codes, vocabulary.nodes),
        (features.structure_codes, vocabulary.structure),
        (features.bond_codes, vocabulary.edges),
    ):
        assert codes.shape[1] == len(sizes)
        assert (codes < np.array(sizes, dtype=int)).all()
    assert (features.structure_codes > 0).all()  # 0 is for what is hidden


@pytest.mark.parametrize("name", FEATURIZERS)
def test_molecules_do_not_depend_on_their_neighbours(name: str):
    smiles = EVERYDAY + ODD
    together = one_by_one(FEATURIZERS[name](parsed(smiles), smiles))
    alone = [one_by_one(FEATURIZERS[name](parsed([one]), [one]))[0] for one in smiles]
    assert together == alone


@pytest.mark.parametrize("name", FEATURIZERS)
def test_no_molecules(name: str):
    features = FEATURIZERS[name]([], [])
    assert len(features.node_counts) == len(features.node_codes) == len(features.bonds) == 0


def test_acetonitrile_and_benzene_by_hand():
    (nodes, _, bonds) = one_by_one(hu(parsed(["CC#N"]), ["CC#N"]))[0]
    assert nodes == [[5, 0], [5, 0], [6, 0]]
    assert bonds == [[0, 1, 0, 0], [1, 2, 2, 0]]
    (nodes, structure, bonds) = one_by_one(ogb(parsed(["c1ccccc1"]), ["c1ccccc1"]))[0]
    assert nodes == [[5, 0, 5, 0]] * 6
    assert structure == [[4, 2, 2, 2, 2]] * 6  # three neighbours, one hydrogen, SP2, aromatic, in a ring; each plus one
    assert bonds[0] == [0, 1, 3, 0, 1]


def test_a_wildcard_is_no_element_and_mirror_images_differ():
    assert one_by_one(hu(parsed(["*"]), ["*"]))[0][0] == [[118, 0]]
    left, right = ("C[C@H](N)O", "C[C@@H](N)O")
    tags = [nodes[1][1] for nodes, _, _ in one_by_one(hu(parsed([left, right]), [left, right]))]
    assert sorted(tags) == [1, 2]


def test_large_molecules_and_directed_bonds_take_another_way_to_the_same():
    for smiles in (LONG, LONG.replace("/C=C/O", "C"), RING_OF_30):
        ((_, _, bonds),) = one_by_one(hu(parsed([smiles]), [smiles]))
        assert bonds == plain.hu_bonds(parsed([smiles])[0])


def test_bonds_get_directions_from_cxsmiles_too():
    for smiles in ("CC=CC |t:1|", "CC=CC |c:1|"):
        ((_, _, bonds),) = one_by_one(hu(parsed([smiles]), [smiles]))
        assert bonds == plain.hu_bonds(parsed([smiles])[0])
        assert any(direction for *_, direction in bonds)


def test_real_molecules(real_data):
    """Every bond and atom of the sets in which odd ones are most frequent."""
    import pandas as pd
    from rdkit import rdBase

    with rdBase.BlockLogs():
        for name in ("clintox/raw/clintox.csv", "bbbp/raw/BBBP.csv"):
            table = pd.read_csv(real_data / "moleculenet" / name)
            molecules = [(one, Chem.MolFromSmiles(one)) for one in table["smiles"][:700]]
            smiles, molecules = zip(*[pair for pair in molecules if pair[1]], strict=True)
            found = one_by_one(hu(molecules, smiles))
            assert [nodes for nodes, _, _ in found] == [plain.hu_atoms(one) for one in molecules]
            assert [bonds for _, _, bonds in found] == [plain.hu_bonds(one) for one in molecules]
