"""SMILES for tests: everyday molecules and odd ones, alone and several in one line."""

from hypothesis import strategies as st

EVERYDAY = ["CCO", "c1ccccc1O", "CC(=O)Oc1ccccc1C(=O)O", "C[C@H](N)C(=O)O", "N[C@@H](C)C(=O)O", "C#N", "OC(=O)/C=C/C"]
RING_OF_30 = "C1" + "C" * 28 + "C1"
LONG = "C" * 250 + "/C=C/O"
ODD = [
    "C",  # one atom
    "[H][H]",
    "[He]",
    "*",  # no element
    "*CC",
    RING_OF_30,
    LONG,
    "[U]$[C]",  # a quadruple bond
    "C[Fe]<-N",  # a dative bond
    "[Fe]~C",  # a bond of no known order
    "F/C(Cl)=C(F)/Br",
    "F/C=C\\F",
    "C[N+](C)(C)CC(=O)[O-]",
    "F[S](F)(F)(F)(F)F",
    "[CH3]",  # a radical
    "[O][O]",
    "C[Pt@SP1](F)(Cl)Br",  # chirality beyond the first four tags
    "[Na+].[Cl-]",
    "[13CH4]",
    "[Og]",
    "CC1=CC=CC=C1.Cl",
    "[Fe+6]",  # a charge that is not in OGB's list
]
BROKEN = {  # and how the reason begins
    "C(C)(C)(C)(C)C": "Explicit valence for atom # 0 C",
    "C1CC": "no valid SMILES",
    "c1cccc1": "Can't kekulize",
    "%%": "no valid SMILES",
    "": "no atoms",
}


def written() -> st.SearchStrategy[str]:
    """One molecule of one or more fragments."""
    fragments = st.lists(st.sampled_from(EVERYDAY + ODD), min_size=1, max_size=3)
    return fragments.map(".".join)
