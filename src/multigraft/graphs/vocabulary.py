"""What the categories of nodes and edges mean, and how many there are of each."""

from dataclasses import dataclass

from multigraft.errors import InputError
from multigraft.graphs.names import FEATURIZATIONS


@dataclass(frozen=True)
class Vocabulary:
    """How many categories each column of codes has.

    Attributes:
        nodes: Of ``nodes["codes"]``.
        structure: Of ``nodes["structure_codes"]``, the 0 for what is hidden included.
        edges: Of ``edges["codes"]``.
        types: Columns of ``edges["types"]``.
    """

    nodes: tuple[int, ...]
    structure: tuple[int, ...] = ()
    edges: tuple[int, ...] = ()
    types: int = 0


# hu: atomic number less one, chirality tag; bond type, bond direction.
#   Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", appendix C.
# ogb: atomic number less one, chirality, formal charge, radical electrons; degree, hydrogens, hybridisation, aromatic,
#   in a ring; bond type, stereo, conjugated. Source: Hu et al. 2020, "Open Graph Benchmark", and its package.
# protein: the same for every protein; seven types of interaction. Source: as hu.
VOCABULARIES = {
    "hu": Vocabulary(nodes=(119, 4), edges=(4, 3)),
    "ogb": Vocabulary(nodes=(119, 5, 12, 6), structure=(13, 11, 7, 3, 3), edges=(5, 6, 2)),
    "protein": Vocabulary(nodes=(2,), types=7),
}


def vocabulary(featurization: str) -> Vocabulary:
    """The vocabulary of that name; an empty one for data without codes.

    Raises:
        InputError: no featurisation of that name.
    """
    if not featurization:
        return Vocabulary(nodes=())
    if featurization not in VOCABULARIES:
        raise InputError(f"unknown featurization {featurization!r}: choose from {', '.join(FEATURIZATIONS)}")
    return VOCABULARIES[featurization]
