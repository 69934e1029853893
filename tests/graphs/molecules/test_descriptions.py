"""What RDKit computes of molecules: what is asked for, for every molecule, in its place."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.molecules.descriptions import (
    canonical_keys,
    circular,
    descriptor_names,
    descriptors,
    keys,
    scaffolds,
)
from tests.helpers.cli import environment
from tests.helpers.smiles import BROKEN, EVERYDAY, LONG, ODD, written

Chem = pytest.importorskip("rdkit.Chem")

ASPIRIN = "CC(=O)Oc1ccccc1C(=O)O"


def hashed(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


# --- circular environments -------------------------------------------------------------------------------------------


@given(st.lists(written(), min_size=1, max_size=3))
def test_counts_are_rdkit_s(smiles: list[str]):
    """Against the generator's sparse counts, folded here."""
    from rdkit.Chem import rdFingerprintGenerator

    sparse = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=2**20)
    found = circular(smiles, 2, 64, counted=True)
    assert found.shape == (len(smiles), 64)
    for one, row in zip(smiles, found, strict=True):
        environments = sparse.GetSparseCountFingerprint(Chem.MolFromSmiles(one)).GetNonzeroElements()
        folded = np.zeros(64, int)
        for environment_, count in environments.items():
            folded[environment_ % 64] += count
        assert row.tolist() == folded.tolist()


@given(st.lists(written(), min_size=1, max_size=3))
def test_bits_say_where_counts_are(smiles: list[str]):
    assert np.array_equal(circular(smiles, 2, 128, counted=False), circular(smiles, 2, 128, counted=True) > 0)


def test_stereo_centres_do_not_count():
    first, second = circular(["C[C@H](N)C(=O)O", "N[C@@H](C)C(=O)O"], 2, 2048, counted=True)
    third = circular(["CC(N)C(=O)O"], 2, 2048, counted=True)[0]
    assert first.tolist() == second.tolist() == third.tolist()


def test_an_atom_of_radius_nought_is_itself():
    assert circular(["C"], 0, 32, counted=True).sum() == 1
    assert circular(["C" * 300], 0, 32, counted=True).max() == 298  # more than a byte holds


# --- descriptors -----------------------------------------------------------------------------------------------------


def test_descriptors_are_what_they_are_called():
    rows = descriptors([ASPIRIN, "CCO"])
    assert rows.dtype == np.float32
    assert rows.shape == (2, len(descriptor_names()))
    by_name = dict(zip(descriptor_names(), rows.T, strict=True))
    assert by_name["MolWt"] == pytest.approx([180.159, 46.069], abs=1e-3)
    assert by_name["TPSA"] == pytest.approx([63.6, 20.23], abs=1e-3)
    assert by_name["NumHAcceptors"].tolist() == [3, 1]
    assert by_name["RingCount"].tolist() == [1, 0]
    assert by_name["fr_benzene"].tolist() == [1, 0]


@pytest.mark.parametrize("smiles", [one for one in ODD if one != LONG])
def test_odd_molecules_have_as_many_descriptors(smiles):
    assert descriptors([smiles]).shape == (1, len(descriptor_names()))


def test_what_cannot_be_computed_is_missing():
    by_name = dict(zip(descriptor_names(), descriptors(["CCO", "*"]).T, strict=True))
    assert np.isnan(by_name["BCUT2D_MWHI"]).tolist() == [False, True]
    assert by_name["MolWt"][1] == 0


def test_what_float32_cannot_hold_is_infinite():
    found = dict(zip(descriptor_names(), descriptors(["C" * 160])[0], strict=True))
    assert found["Ipc"] == np.inf
    assert np.isfinite(found["MolWt"])


# --- keys ------------------------------------------------------------------------------------------------------------


def test_the_first_key_can_be_had_alone():
    smiles = [ASPIRIN, "CCO", "OCC", "[Na+].[Cl-]", "C[C@H](N)O"]
    assert canonical_keys(smiles).tolist() == keys(smiles)[:, 0].tolist()
    assert len(set(canonical_keys(smiles).tolist())) == 4


def test_keys_stand_for_canonical_smiles_and_connections():
    [[first, second, third]] = keys([ASPIRIN]).tolist()
    assert first == hashed(Chem.MolToSmiles(Chem.MolFromSmiles(ASPIRIN)))
    assert second == third == hashed("BSYNRYMUTXBXSQ")  # aspirin's InChIKey is BSYNRYMUTXBXSQ-UHFFFAOYSA-N


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("OCC", "CCO", (True, True, True)),
        ("C1=CC=CC=C1", "c1ccccc1", (True, True, True)),
        ("C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", (False, True, True)),
        ("F/C=C/F", "F/C=C\\F", (False, True, True)),
        ("CC(=O)O", "CC(=O)[O-]", (False, True, True)),
        ("Oc1ccccn1", "O=c1cccc[nH]1", (False, True, True)),
        ("CCO", "CCN", (False, False, False)),
        ("CC(=O)O", "CC(=O)[O-].[Na+]", (False, False, True)),
        ("CC(=O)[O-].[K+]", "CC(=O)[O-].[Na+]", (False, False, True)),
        ("NCc1ccccc1", "[NH3+]Cc1ccccc1.[Cl-]", (False, False, True)),
        ("NCc1ccccc1.Cl", "[NH3+]Cc1ccccc1", (False, False, True)),
        ("Cc1ccc(S(=O)(=O)[N-]c2ccccc2)cc1", "Cc1ccc(S(=O)(=O)Nc2ccccc2)cc1", (False, False, True)),
        ("*CC.Cl", "*CC", (False, False, True)),
        ("C[N+](C)(C)CC.[Cl-]", "C[N+](C)(C)CC.[Br-]", (False, False, True)),
    ],
)
def test_which_molecules_are_the_same(one, other, same):
    first, second = keys([one, other])
    assert tuple(first == second) == same


def test_a_molecule_without_inchi_has_a_second_key_of_its_own():
    first, second = keys(["*CC", "*CCC"])
    assert Chem.MolToInchiKey(Chem.MolFromSmiles("*CC")) == ""
    assert first[1] != second[1]
    assert first[1] not in keys(EVERYDAY)[:, 1]


# --- all of them -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "describe", [lambda s: circular(s, 2, 64, True), descriptors, keys, lambda s: scaffolds(s, True)]
)
def test_every_molecule_is_in_its_place(describe):
    smiles = [*EVERYDAY, "C", "CC"]
    together = describe(smiles)
    assert len(together) == len(smiles)
    for place, one in enumerate(smiles):
        np.testing.assert_array_equal(together[place], describe([one])[0])


@pytest.mark.parametrize(
    "describe", [lambda s: circular(s, 2, 64, True), descriptors, keys, lambda s: scaffolds(s, True)]
)
def test_no_molecules_no_rows(describe):
    assert len(describe([])) == 0


@pytest.mark.parametrize(("smiles", "reason"), BROKEN.items())
def test_a_broken_molecule_is_named(smiles, reason):
    with pytest.raises(InputError) as raised:
        keys(["CC", smiles])
    assert str(raised.value).startswith(f"{smiles!r} is no molecule that RDKit can read: {reason}")


def test_rdkit_is_silent(capfd):
    keys(["C[C@H](N)C(=O)O"])
    descriptors(["[H]"])
    with pytest.raises(InputError):
        circular(["c1cccc1"], 2, 64, True)
    assert capfd.readouterr().err == ""


def test_workers_need_not_wait_for_torch():
    code = "import sys, multigraft.graphs.molecules.descriptions; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, env=environment(), timeout=100).returncode == 0
