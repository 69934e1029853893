"""From written molecules, SMILES or mol blocks, to RDKit's; imports no torch, so that workers start quickly."""

import re
from typing import TYPE_CHECKING

from multigraft.errors import MissingExtraError

if TYPE_CHECKING:
    from rdkit import Chem

CXSMILES = re.compile(r"\|.*\|\s*")  # what may follow SMILES


def require_rdkit(what: str) -> None:
    """Do nothing where RDKit is installed.

    Raises:
        MissingExtraError: it is not; ``what`` needs it.
    """
    try:
        import rdkit  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(what, "molecules") from error


def parse_smiles(smiles: str) -> "tuple[Chem.Mol | None, str]":
    """The sanitised molecule and an empty reason, or None and the reason why there is none.

    RDKit takes what follows a blank for a name; as it might be a label, only the ``|...|`` of CXSMILES may follow here.
    """
    from rdkit import Chem

    molecule = Chem.MolFromSmiles(smiles)
    if molecule is not None:
        words = smiles.split(None, 1)
        if len(words) > 1 and not CXSMILES.fullmatch(words[1]):
            return None, f"text follows the SMILES: {words[1].strip()!r}"
        return _with_atoms(molecule)
    return None, _problem(Chem.MolFromSmiles(smiles, sanitize=False), "SMILES")


def parse_mol_block(block: str) -> "tuple[Chem.Mol | None, str]":
    """As `parse_smiles`, for a mol block (V2000 or V3000) as SDF files hold them."""
    from rdkit import Chem

    molecule = Chem.MolFromMolBlock(block)
    if molecule is not None:
        return _with_atoms(molecule)
    return None, _problem(Chem.MolFromMolBlock(block, sanitize=False), "mol block")


def strip_salts(molecule: "Chem.Mol") -> "Chem.Mol":
    """The fragment with the most heavy atoms, the first of several; the molecule itself where it is a single one."""
    from rdkit import Chem

    if len(Chem.GetMolFrags(molecule)) == 1:
        return molecule
    return max(Chem.GetMolFrags(molecule, asMols=True), key=lambda fragment: fragment.GetNumHeavyAtoms())


def read_molecule(written: str, mol_block: bool = False, strip: bool = False) -> "tuple[Chem.Mol | None, str, str]":
    """The molecule, its SMILES and an empty reason; or None, an empty SMILES and the reason why there is no molecule.

    The SMILES is as it was written, where that was SMILES and nothing was stripped from it; else RDKit's canonical one,
    from which the molecule is then read, so that parsing the SMILES again gives the same atoms in the same order.
    """
    from rdkit import Chem

    molecule, reason = parse_mol_block(written) if mol_block else parse_smiles(written)
    if molecule is None:
        return None, "", reason
    kept = strip_salts(molecule) if strip else molecule
    if kept is molecule and not mol_block:
        return molecule, written, ""
    smiles = Chem.MolToSmiles(kept)
    molecule, reason = parse_smiles(smiles)
    return (None, "", f"its SMILES, {smiles}, does not parse: {reason}") if molecule is None else (molecule, smiles, "")


def _with_atoms(molecule: "Chem.Mol") -> "tuple[Chem.Mol | None, str]":
    return (molecule, "") if molecule.GetNumAtoms() else (None, "no atoms")


def _problem(written: "Chem.Mol | None", kind: str) -> str:
    """What RDKit finds wrong with a molecule that it could read, but not sanitise."""
    from rdkit import Chem

    problems = Chem.DetectChemistryProblems(written) if written is not None else ()
    return problems[0].Message() if problems else f"no valid {kind}"
