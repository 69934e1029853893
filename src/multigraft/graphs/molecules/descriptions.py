"""What RDKit computes of molecules, many SMILES at once; imports no torch, as this is what worker processes import."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32, Shaped, UInt64

from multigraft.errors import InputError
from multigraft.graphs.molecules.smiles import parse_smiles

if TYPE_CHECKING:
    from rdkit import Chem

BLOCK = 14  # letters of an InChIKey's first block
NEGATIVE = re.compile(r"-\d*[:\]]")  # an atom's charge in SMILES


def scaffolds(smiles: Sequence[str], chirality: bool) -> list[str]:
    """The Bemis-Murcko scaffold of each, as canonical SMILES; empty where there is no ring.

    Where RDKit cannot make it, the molecule's own SMILES.
    """
    from rdkit.Chem.Scaffolds.MurckoScaffold import MurckoScaffoldSmiles

    found = []
    for written, molecule in _molecules(smiles):
        try:
            found.append(MurckoScaffoldSmiles(mol=molecule, includeChirality=chirality))
        except (ValueError, RuntimeError):  # what it raises where a fragment cannot be sanitised
            found.append(written)
    return found


def circular(smiles: Sequence[str], radius: int, bits: int, counted: bool) -> Shaped[np.ndarray, "molecules bits"]:
    """How often each circular environment occurs, or whether; small integers, as processes have to send them."""
    from rdkit.Chem import rdFingerprintGenerator

    maker: Any = rdFingerprintGenerator.GetMorganGenerator(radius=radius, fpSize=bits)
    describe = maker.GetCountFingerprintAsNumPy if counted else maker.GetFingerprintAsNumPy
    return _rows(smiles, describe, bits, np.uint16 if counted else np.uint8)


def descriptors(smiles: Sequence[str]) -> Float32[np.ndarray, "molecules descriptors"]:
    """RDKit's properties; NaN where one cannot be computed, infinite where float32 cannot hold it."""
    from rdkit.Chem import Descriptors

    def describe(molecule: "Chem.Mol") -> list[Any]:
        found = Descriptors.CalcMolDescriptors(molecule, missingVal=float("nan"), silent=True)
        return [found[name] for name in names]

    names = descriptor_names()
    with np.errstate(over="ignore"):
        return _rows(smiles, describe, len(names), np.float64).astype(np.float32)


def descriptor_names() -> list[str]:
    """The names of the columns of `descriptors`; which there are depends on RDKit's version."""
    from rdkit.Chem import Descriptors

    return [name for name, _ in Descriptors.descList]


def keys(smiles: Sequence[str]) -> UInt64[np.ndarray, "molecules 3"]:
    """64 bits each: for the canonical SMILES, for the first block of the InChIKey, and for that of the parent.

    The parent is the largest fragment, its charges taken away as far as protons do that. Instead of the block of what
    has no InChI there is its canonical SMILES.
    """
    from rdkit import Chem
    from rdkit.Chem.MolStandardize import rdMolStandardize

    choose, uncharge = rdMolStandardize.LargestFragmentChooser().choose, rdMolStandardize.Uncharger().uncharge
    rows = np.empty((len(smiles), 3), np.uint64)
    for place, (_, molecule) in enumerate(_molecules(smiles)):
        canonical = Chem.MolToSmiles(molecule)
        block = parents = _connections(molecule, canonical)
        # InChI itself ignores protons too many, and finds most that are missing: this is for the rest, and for salts.
        if "." in canonical or NEGATIVE.search(canonical):
            parent = uncharge(choose(molecule))
            written = Chem.MolToSmiles(parent)
            parents = block if written == canonical else _connections(parent, written)
        rows[place] = _hash(canonical), _hash(block), _hash(parents)
    return rows


def canonical_keys(smiles: Sequence[str]) -> UInt64[np.ndarray, " molecules"]:
    """The first column of `keys` alone, in a small part of the time."""
    from rdkit import Chem

    return np.array([_hash(Chem.MolToSmiles(molecule)) for _, molecule in _molecules(smiles)], np.uint64)


def _connections(molecule: "Chem.Mol", canonical: str) -> str:
    from rdkit import Chem

    return Chem.MolToInchiKey(molecule)[:BLOCK] or f"no InChI: {canonical}"


def _molecules(smiles: Sequence[str]) -> "Iterator[tuple[str, Chem.Mol]]":
    """Each SMILES and its molecule; RDKit's own log is silenced meanwhile."""
    from rdkit import rdBase

    with rdBase.BlockLogs():
        for written in smiles:
            molecule, reason = parse_smiles(written)
            if molecule is None:
                raise InputError(f"{written!r} is no molecule that RDKit can read: {reason}")
            yield written, molecule


def _rows(
    smiles: Sequence[str], describe: "Callable[[Chem.Mol], Any]", width: int, kind: type
) -> Shaped[np.ndarray, "molecules width"]:
    rows = np.empty((len(smiles), width), kind)
    for place, (_, molecule) in enumerate(_molecules(smiles)):
        rows[place] = describe(molecule)
    return rows


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
