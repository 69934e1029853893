"""From texts to molecules: what parses, what does not and why, and what is left without salts."""

import sys
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import MissingExtraError
from multigraft.graphs.molecules.smiles import (
    parse_mol_block,
    parse_smiles,
    read_molecule,
    require_rdkit,
    strip_salts,
)
from tests.helpers.smiles import BROKEN, EVERYDAY, written

pytest.importorskip("rdkit")


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    from rdkit import rdBase

    with rdBase.BlockLogs():
        yield


def canonical(molecule) -> str:
    from rdkit import Chem

    return Chem.MolToSmiles(molecule)


@pytest.mark.parametrize("smiles", BROKEN)
def test_what_does_not_parse_has_a_reason(smiles: str):
    molecule, said = parse_smiles(smiles)
    assert molecule is None
    assert said.startswith(BROKEN[smiles])
    assert read_molecule(smiles) == (None, "", said)


@pytest.mark.parametrize("smiles", ["CCO 1", "CCO\t1", "CCO name |t:1|", "CCO |$;;$| name"])
def test_text_after_a_molecule_is_no_name(smiles: str):
    assert parse_smiles(smiles) == (None, f"text follows the SMILES: {smiles.split(None, 1)[1]!r}")


def test_what_cxsmiles_adds_may_follow():
    molecule, said = parse_smiles("CC=CC |t:1|")
    assert (canonical(molecule), said) == ("C/C=C/C", "")


def test_what_parses_has_none():
    molecule, said = parse_smiles("OCC")
    assert (canonical(molecule), said) == ("CCO", "")


def test_without_rdkit_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    require_rdkit("reading")
    monkeypatch.setitem(sys.modules, "rdkit", None)
    with pytest.raises(MissingExtraError, match=r"reading needs the extra 'molecules': pip install"):
        require_rdkit("reading")


# --- salts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("smiles", "left"),
    [
        ("CCO", "CCO"),
        ("[Na+].CC(=O)[O-]", "CC(=O)[O-]"),
        ("Cl.CC.O", "CC"),
        ("CO.CN", "CO"),  # as many heavy atoms: the first
        ("CN.CO", "CN"),
        ("[2H]C([2H])([2H])[2H].CC", "CC"),  # hydrogens do not count
        ("C1.C1", "CC"),  # a dot inside a single fragment
        ("[Na+].[Cl-]", "[Na+]"),
        ("Cl.C[C@H](N)C(=O)O", "C[C@H](N)C(=O)O"),
    ],
)
def test_the_largest_fragment_is_left(smiles: str, left: str):
    assert canonical(strip_salts(parse_smiles(smiles)[0])) == left


def test_a_single_fragment_is_itself():
    molecule, _ = parse_smiles("CCO")
    assert strip_salts(molecule) is molecule


@given(st.lists(st.sampled_from(EVERYDAY), min_size=1, max_size=4))
def test_stripping_picks_the_first_of_the_largest(fragments: list[str]):
    """Against sizes of the parts of the text, each parsed on its own."""
    sizes = [parse_smiles(one)[0].GetNumHeavyAtoms() for one in fragments]
    stripped = strip_salts(parse_smiles(".".join(fragments))[0])
    assert canonical(stripped) == canonical(parse_smiles(fragments[sizes.index(max(sizes))])[0])


# --- the SMILES that goes with a molecule ----------------------------------------------------------------------------


@given(written(), st.booleans())
def test_the_smiles_parses_to_the_same_atoms_in_the_same_order(smiles: str, strip: bool):
    molecule, text, reason = read_molecule(smiles, strip=strip)
    assert reason == ""
    again = parse_smiles(text)[0]
    assert [atom.GetSymbol() for atom in again.GetAtoms()] == [atom.GetSymbol() for atom in molecule.GetAtoms()]
    assert canonical(again) == canonical(molecule)


def test_smiles_stay_as_they_are_written_unless_something_was_stripped():
    assert read_molecule("OCC")[1] == "OCC"
    assert read_molecule("OCC", strip=True)[1] == "OCC"
    assert read_molecule("OCC.Cl")[1] == "OCC.Cl"
    assert read_molecule("OCC.Cl", strip=True)[1] == "CCO"


@pytest.mark.parametrize("smiles", ["CCO", "C[C@H](N)C(=O)O", "OC(=O)/C=C/C", "c1ccccc1.Cl"])
def test_mol_blocks_are_read_with_their_stereochemistry(smiles: str):
    from rdkit import Chem
    from rdkit.Chem.rdDepictor import Compute2DCoords

    molecule = parse_smiles(smiles)[0]
    Compute2DCoords(molecule)
    for block in (Chem.MolToMolBlock(molecule), Chem.MolToV3KMolBlock(molecule)):
        found, text, reason = read_molecule(block, mol_block=True)
        assert (canonical(found), text, reason) == (canonical(molecule), canonical(molecule), "")


def test_mol_blocks_that_do_not_parse_have_a_reason():
    from rdkit import Chem

    crowded = Chem.MolToMolBlock(Chem.MolFromSmiles("C(C)(C)(C)(C)C", sanitize=False), kekulize=False)
    molecule, reason = parse_mol_block(crowded)
    assert molecule is None
    assert reason.startswith("Explicit valence for atom # 0 C")
    assert parse_mol_block("no block at all\n") == (None, "no valid mol block")
    assert parse_mol_block("\n\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n") == (None, "no atoms")
