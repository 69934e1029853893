"""Featurisations atom by atom and bond by bond, with the lists as their authors print them.

Sources: ``mol_to_graph_data_obj_simple`` in the release of Hu et al. 2020, "Strategies for Pre-training Graph Neural
Networks"; ``atom_to_feature_vector`` and ``bond_to_feature_vector`` of the Open Graph Benchmark's package.
"""

HU_CHIRALITY = ["CHI_UNSPECIFIED", "CHI_TETRAHEDRAL_CW", "CHI_TETRAHEDRAL_CCW", "CHI_OTHER"]
HU_BONDS = ["SINGLE", "DOUBLE", "TRIPLE", "AROMATIC"]
HU_DIRECTIONS = ["NONE", "ENDUPRIGHT", "ENDDOWNRIGHT"]

OGB_ATOMS = {
    "number": [*range(1, 119), "misc"],
    "chirality": ["CHI_UNSPECIFIED", "CHI_TETRAHEDRAL_CW", "CHI_TETRAHEDRAL_CCW", "CHI_OTHER", "misc"],
    "charge": [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, "misc"],
    "radicals": [0, 1, 2, 3, 4, "misc"],
}
OGB_STRUCTURE = {
    "degree": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "misc"],
    "hydrogens": [0, 1, 2, 3, 4, 5, 6, 7, 8, "misc"],
    "hybridisation": ["SP", "SP2", "SP3", "SP3D", "SP3D2", "misc"],
    "aromatic": [False, True],
    "ring": [False, True],
}
OGB_BONDS = ["SINGLE", "DOUBLE", "TRIPLE", "AROMATIC", "misc"]
OGB_STEREO = ["STEREONONE", "STEREOZ", "STEREOE", "STEREOCIS", "STEREOTRANS", "STEREOANY"]


def hu_atoms(molecule) -> list[list[int]]:
    rows = []
    for atom in molecule.GetAtoms():
        tag = str(atom.GetChiralTag())
        number = atom.GetAtomicNum()
        rows.append([number - 1 if number else 118, HU_CHIRALITY.index(tag) if tag in HU_CHIRALITY else 3])
    return rows


def hu_bonds(molecule) -> list[list[int]]:
    """Both atoms, the smaller number first, type and direction; in order."""
    rows = []
    for bond in molecule.GetBonds():
        kind, direction = str(bond.GetBondType()), str(bond.GetBondDir())
        rows.append(
            [
                *sorted([bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()]),
                HU_BONDS.index(kind) if kind in HU_BONDS else 0,
                HU_DIRECTIONS.index(direction) if direction in HU_DIRECTIONS else 0,
            ]
        )
    return sorted(rows)


def ogb_atoms(molecule) -> list[list[int]]:
    return [
        [
            place(OGB_ATOMS["number"], atom.GetAtomicNum()),
            place(OGB_ATOMS["chirality"], str(atom.GetChiralTag())),
            place(OGB_ATOMS["charge"], atom.GetFormalCharge()),
            place(OGB_ATOMS["radicals"], atom.GetNumRadicalElectrons()),
        ]
        for atom in molecule.GetAtoms()
    ]


def ogb_structure(molecule) -> list[list[int]]:
    """The columns that follow from the bonds, each plus one."""
    return [
        [
            1 + place(OGB_STRUCTURE["degree"], atom.GetTotalDegree()),
            1 + place(OGB_STRUCTURE["hydrogens"], atom.GetTotalNumHs()),
            1 + place(OGB_STRUCTURE["hybridisation"], str(atom.GetHybridization())),
            1 + OGB_STRUCTURE["aromatic"].index(atom.GetIsAromatic()),
            1 + OGB_STRUCTURE["ring"].index(atom.IsInRing()),
        ]
        for atom in molecule.GetAtoms()
    ]


def ogb_bonds(molecule) -> list[list[int]]:
    """Begin, end, type, stereo, conjugated; in RDKit's order."""
    return [
        [
            bond.GetBeginAtomIdx(),
            bond.GetEndAtomIdx(),
            place(OGB_BONDS, str(bond.GetBondType())),
            OGB_STEREO.index(str(bond.GetStereo())),
            int(bond.GetIsConjugated()),
        ]
        for bond in molecule.GetBonds()
    ]


def place(choices: list, value) -> int:
    return choices.index(value) if value in choices else len(choices) - 1
