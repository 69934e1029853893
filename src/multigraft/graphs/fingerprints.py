"""What chemists have always described molecules by: circular fingerprints and descriptors, the baselines of any table.

``ecfp-count``, ``ecfp-binary``: how often, or whether, each circular environment of up to two bonds occurs, hashed to
2048 columns; stereo centres count for nothing. Source: Rogers & Hahn 2010, "Extended-Connectivity Fingerprints".
``descriptors``: RDKit's list of properties, mass, logP and polar surface area among them.
``ecfp+descriptors``: the counts and the descriptors side by side.
"""

from collections.abc import Sequence
from functools import partial

import numpy as np
from jaxtyping import Float32, Shaped

from multigraft.errors import InputError
from multigraft.graphs.chunks import map_chunks
from multigraft.graphs.molecules import descriptions
from multigraft.graphs.molecules.smiles import require_rdkit
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.remembered import remembered
from multigraft.graphs.texts import smiles_of

BITS = 2048
RADIUS = 2
MANY, MANY_SLOW = 10_000, 1_000  # molecules from which on several processes are faster; a descriptor takes longer

Rows = Float32[np.ndarray, "molecules width"]


def fingerprint(smiles: Sequence[str], kind: str, progress: bool = False) -> Rows:
    """A row a molecule; ``kind`` is a name in `FINGERPRINTS`. ``progress`` draws a bar where there are many.

    A descriptor is NaN where it cannot be computed, and infinite where float32 cannot hold it (``Ipc`` of large
    molecules): whoever learns from descriptors has to fill in and to clip. Descriptors of many molecules are kept in
    the user's cache.

    Raises:
        InputError: an unknown kind, or a SMILES that does not parse.
        MissingExtraError: RDKit is not installed.
    """
    if kind not in FINGERPRINTS:
        raise InputError(f"unknown fingerprint {kind!r}: choose from {', '.join(FINGERPRINTS)}")
    require_rdkit("fingerprints")
    parts = [describe(smiles, progress) for describe in FINGERPRINTS[kind]]
    return np.concatenate(parts, axis=1, dtype=np.float32)


def fingerprint_of(graphs: PackedGraphs, kind: str, progress: bool = False) -> Rows:
    """`fingerprint` of the molecules in a data set, computed once for each kind; not to be written to.

    Raises:
        InputError: as `fingerprint`, or the data did not come from SMILES.
        MissingExtraError: RDKit is not installed.
    """
    made = graphs.once(_made)
    if kind not in made:
        made[kind] = fingerprint(smiles_of(graphs), kind, progress)
        made[kind].setflags(write=False)
    return made[kind]


def fingerprint_names(kind: str) -> list[str]:
    """The names of a fingerprint's columns; which descriptors there are depends on RDKit's version.

    Raises:
        InputError: an unknown kind.
        MissingExtraError: RDKit is not installed.
    """
    if kind not in FINGERPRINTS:
        raise InputError(f"unknown fingerprint {kind!r}: choose from {', '.join(FINGERPRINTS)}")
    require_rdkit("fingerprints")
    circular = [] if kind == "descriptors" else [f"ecfp {number}" for number in range(BITS)]
    return circular + (descriptions.descriptor_names() if _descriptors in FINGERPRINTS[kind] else [])


def _made(graphs: PackedGraphs) -> dict[str, Rows]:
    """What has been computed for these graphs."""
    return {}


def _counts(smiles: Sequence[str], progress: bool) -> Shaped[np.ndarray, "molecules bits"]:
    work = partial(descriptions.circular, radius=RADIUS, bits=BITS, counted=True)
    return np.concatenate(map_chunks(work, smiles, MANY, "fingerprints", progress))


def _bits(smiles: Sequence[str], progress: bool) -> Shaped[np.ndarray, "molecules bits"]:
    work = partial(descriptions.circular, radius=RADIUS, bits=BITS, counted=False)
    return np.concatenate(map_chunks(work, smiles, MANY, "fingerprints", progress))


def _descriptors(smiles: Sequence[str], progress: bool) -> Float32[np.ndarray, "molecules descriptors"]:
    def compute(some: Sequence[str]) -> Float32[np.ndarray, "molecules descriptors"]:
        return np.concatenate(map_chunks(descriptions.descriptors, some, MANY_SLOW, "descriptors", progress))

    return remembered("descriptors 1", smiles, compute)


# What stands side by side in each kind.
FINGERPRINTS = {
    "ecfp-count": (_counts,),
    "ecfp-binary": (_bits,),
    "descriptors": (_descriptors,),
    "ecfp+descriptors": (_counts, _descriptors),
}
