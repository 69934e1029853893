"""What is said of atoms and bonds: the featurisations ``hu`` and ``ogb``, many molecules at once, into NumPy arrays.

``hu``: atomic number and chirality; bond type and direction. Source: Hu et al. 2020, "Strategies for Pre-training Graph
Neural Networks", appendix C, and its release.
``ogb``: nine columns for atoms, three for bonds. Source: Hu et al. 2020, "Open Graph Benchmark", and its package's
``features.py``. The five that follow from the bonds are kept apart, as tasks that hide bonds must hide them as well.

No torch here: this is what worker processes import.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float64, Int32, Int64, UInt8

if TYPE_CHECKING:
    from rdkit import Chem

NO_ELEMENT = 118  # the code of a wildcard; an element has its number less one
CARBON = 6 - 1
LARGE = 200  # atoms from which on a square matrix costs more than a walk along the bonds
DIRECTION = 10  # what one step of direction adds to a bond's order where both are one number


@dataclass(frozen=True, eq=False)
class Features:
    """Some molecules, one after the other.

    ``node_codes`` and ``bond_codes`` are categories as `multigraft.graphs.vocabulary` counts them, ``structure_codes``
    those that follow from the bonds, plus one. ``bonds`` are pairs of atom numbers inside the molecule.
    """

    node_counts: Int32[np.ndarray, " graphs"]
    bond_counts: Int32[np.ndarray, " graphs"]
    node_codes: UInt8[np.ndarray, "nodes kinds"]
    structure_codes: UInt8[np.ndarray, "nodes structure_kinds"]
    bonds: Int32[np.ndarray, "bonds 2"]
    bond_codes: UInt8[np.ndarray, "bonds bond_kinds"]


# --- hu --------------------------------------------------------------------------------------------------------------


def hu(molecules: "Sequence[Chem.Mol]", smiles: Sequence[str]) -> Features:
    """Node codes: atomic number less one (118: none), chirality tag (RDKit's first four; a later one counts as other).

    Bond codes: single, double, triple, aromatic (any other kind, a dative bond say, counts as single); no direction,
    up, down. The bonds of a molecule are sorted. ``smiles`` is what the molecules were parsed from.

    A Python object for every atom and bond would cost as much as parsing, so objects are made for the few atoms that
    are no plain carbon, and bonds come from the adjacency matrix.
    """
    node_counts = _counts(molecule.GetNumAtoms() for molecule in molecules)
    found = [_entries(molecule, written) for molecule, written in zip(molecules, smiles, strict=True)]
    place = np.concatenate([np.empty(0, np.int64), *(places for places, _ in found)])
    order = np.concatenate([np.empty(0), *(orders for _, orders in found)])
    first, second = np.divmod(place, np.repeat(node_counts, [len(places) for places, _ in found]))
    once = first < second
    direction, order = np.divmod(order[once], DIRECTION)
    kind = (order == 2.0) + 2 * (order == 3.0) + 3 * (order == 1.5)
    return Features(
        node_counts=node_counts,
        bond_counts=_counts(molecule.GetNumBonds() for molecule in molecules),
        node_codes=_hu_atoms(molecules, node_counts),
        structure_codes=np.empty((int(node_counts.sum()), 0), np.uint8),
        bonds=np.stack([first[once], second[once]], axis=1).astype(np.int32),
        bond_codes=np.stack([kind, direction], axis=1).astype(np.uint8),
    )


def _hu_atoms(molecules: "Sequence[Chem.Mol]", node_counts: Int32[np.ndarray, " graphs"]) -> UInt8[np.ndarray, "n 2"]:
    from rdkit import Chem
    from rdkit.Chem import rdqueries

    query = rdqueries.AtomNumEqualsQueryAtom(CARBON + 1, negate=True)
    query.ExpandQuery(rdqueries.HasChiralTagQueryAtom(), Chem.CompositeQueryType.COMPOSITE_OR)
    chosen = [list(molecule.GetAtomsMatchingQuery(query)) for molecule in molecules]
    atoms = list(chain.from_iterable(chosen))
    starts = np.cumsum(node_counts, dtype=np.int64) - node_counts
    places = np.repeat(starts, [len(some) for some in chosen]) + _column(atoms, Chem.Atom.GetIdx)
    codes = np.zeros((int(node_counts.sum()), 2), np.uint8)
    codes[:, 0] = CARBON
    codes[places, 0] = _elements(_column(atoms, Chem.Atom.GetAtomicNum))
    codes[places, 1] = np.minimum(_column(atoms, Chem.Atom.GetChiralTag), 3)
    return codes


def _entries(molecule: "Chem.Mol", smiles: str) -> tuple[Int64[np.ndarray, " some"], Float64[np.ndarray, " some"]]:
    """Where the adjacency matrix, read row by row, has bonds, and their orders; at least its upper triangle."""
    from rdkit import Chem

    directed = any(mark in smiles for mark in "/\\|")  # what stands between | may give bonds directions as well
    if not directed and molecule.GetNumAtoms() < LARGE:
        orders = Chem.GetAdjacencyMatrix(molecule, useBO=True).ravel()
        places = orders.nonzero()[0]
        if len(places) == 2 * molecule.GetNumBonds():  # a dative bond has one direction there, one without order none
            return places, orders[places]
    return _walk(molecule)


def _walk(molecule: "Chem.Mol") -> tuple[Int64[np.ndarray, " bonds"], Float64[np.ndarray, " bonds"]]:
    """As `_entries`, the upper triangle only, bond by bond; a bond's direction is added to its order."""
    from rdkit.Chem import BondDir, BondType

    orders = {BondType.DOUBLE: 2.0, BondType.TRIPLE: 3.0, BondType.AROMATIC: 1.5}
    directions = {BondDir.ENDUPRIGHT: DIRECTION, BondDir.ENDDOWNRIGHT: 2 * DIRECTION}
    entries = []
    for bond in molecule.GetBonds():
        first, second = sorted((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()))
        order = orders.get(bond.GetBondType(), 1.0) + directions.get(bond.GetBondDir(), 0)
        entries.append((first * molecule.GetNumAtoms() + second, order))
    table = np.array(sorted(entries), dtype=np.float64).reshape(-1, 2)
    return table[:, 0].astype(np.int64), table[:, 1]


# --- ogb -------------------------------------------------------------------------------------------------------------


def ogb(molecules: "Sequence[Chem.Mol]", _smiles: Sequence[str]) -> Features:
    """OGB's lists, with its last entry, "misc", for what is not in them; bonds in RDKit's order.

    Node codes: atomic number, chirality, formal charge, radical electrons. Structure codes, plus one: degree,
    hydrogens, hybridisation, aromatic, in a ring. Bond codes: type, stereo, conjugated.
    """
    from rdkit.Chem import Atom, Bond

    atoms = [atom for molecule in molecules for atom in molecule.GetAtoms()]
    bonds = [bond for molecule in molecules for bond in molecule.GetBonds()]
    nodes = (
        _elements(_column(atoms, Atom.GetAtomicNum)),
        np.minimum(_column(atoms, Atom.GetChiralTag), 4),
        _listed(_column(atoms, Atom.GetFormalCharge) + 5, 11),
        _listed(_column(atoms, Atom.GetNumRadicalElectrons), 5),
    )
    structure = (
        _listed(_column(atoms, Atom.GetTotalDegree), 11),
        _listed(_column(atoms, Atom.GetTotalNumHs), 9),
        _looked_up(_column(atoms, Atom.GetHybridization), _hybridisations(), 5),
        _column(atoms, Atom.GetIsAromatic),
        _column(atoms, Atom.IsInRing),
    )
    of_bonds = (
        _looked_up(_column(bonds, Bond.GetBondType), _bond_types(), 4),
        _looked_up(_column(bonds, Bond.GetStereo), _stereo(), 5),
        _column(bonds, Bond.GetIsConjugated),
    )
    ends = (_column(bonds, Bond.GetBeginAtomIdx), _column(bonds, Bond.GetEndAtomIdx))
    return Features(
        node_counts=_counts(molecule.GetNumAtoms() for molecule in molecules),
        bond_counts=_counts(molecule.GetNumBonds() for molecule in molecules),
        node_codes=np.stack(nodes, axis=1).astype(np.uint8),
        structure_codes=(np.stack(structure, axis=1) + 1).astype(np.uint8),
        bonds=np.stack(ends, axis=1).astype(np.int32),
        bond_codes=np.stack(of_bonds, axis=1).astype(np.uint8),
    )


def _hybridisations() -> list[Any]:
    from rdkit.Chem import HybridizationType as Kind

    return [Kind.SP, Kind.SP2, Kind.SP3, Kind.SP3D, Kind.SP3D2]


def _bond_types() -> list[Any]:
    from rdkit.Chem import BondType as Kind

    return [Kind.SINGLE, Kind.DOUBLE, Kind.TRIPLE, Kind.AROMATIC]


def _stereo() -> list[Any]:
    from rdkit.Chem import BondStereo as Kind

    return [Kind.STEREONONE, Kind.STEREOZ, Kind.STEREOE, Kind.STEREOCIS, Kind.STEREOTRANS]  # what is left: any


FEATURIZERS: "dict[str, Callable[[Sequence[Chem.Mol], Sequence[str]], Features]]" = {"hu": hu, "ogb": ogb}


# --- columns ---------------------------------------------------------------------------------------------------------


def _column(things: Sequence[Any], of: Callable[[Any], int]) -> Int64[np.ndarray, " things"]:
    """``of`` every thing, as whole numbers: RDKit's enumerations are such."""
    return np.fromiter(map(of, things), np.int64, len(things))


def _elements(numbers: Int64[np.ndarray, " atoms"]) -> Int64[np.ndarray, " atoms"]:
    return np.where(numbers == 0, NO_ELEMENT, numbers - 1)


def _listed(places: Int64[np.ndarray, " atoms"], other: int) -> Int64[np.ndarray, " atoms"]:
    """The same places in a list of ``other`` entries, and ``other`` for what lies outside."""
    return np.where((places < 0) | (places >= other), other, places)


def _looked_up(values: Int64[np.ndarray, " things"], known: list[Any], other: int) -> Int64[np.ndarray, " things"]:
    """The place of every value among the known ones, ``other`` where it is none of them."""
    table = np.full(max(map(int, known)) + 2, other)
    table[list(map(int, known))] = range(len(known))
    return table[np.minimum(values, len(table) - 1)]


def _counts(numbers: Any) -> Int32[np.ndarray, " graphs"]:
    return np.fromiter(numbers, np.int32)
