"""Which molecules of an evaluation set a pre-training corpus holds: they inflate results, and should be removed.

Two molecules are the same by canonical SMILES, stereo centres included; by the first block of the InChIKey, which says
how atoms are connected and knows neither stereo centres nor protons more or less, nor most tautomers; or by that block
of their parents, the largest fragment without its charges, so that a salt is the same as its acid or base.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Int64, UInt64
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.chunks import map_chunks
from multigraft.graphs.molecules import descriptions
from multigraft.graphs.molecules.smiles import require_rdkit
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.remembered import remembered
from multigraft.graphs.texts import lines_of, smiles_of

MANY = 5_000  # molecules from which on several processes are faster
CHECKSUM = 12  # digits that name a version of a data set
WAYS = ("by_smiles", "by_inchikey", "by_parent")  # in which molecules are the same

Keys = UInt64[np.ndarray, "molecules 3"]


@dataclass(frozen=True)
class Overlap:
    """What a corpus holds of an evaluation set.

    Attributes:
        name: Of the evaluation set.
        graphs: Of the evaluation set; rows that do not parse are none.
        molecules: Of these graphs that differ in canonical SMILES.
        by_smiles: Of these molecules that the corpus holds by canonical SMILES.
        by_inchikey: Of these molecules that the corpus holds by first block of the InChIKey.
        by_parent: Of these molecules whose largest fragment, uncharged, is that of a molecule of the corpus.
    """

    name: str
    graphs: int
    molecules: int
    by_smiles: int
    by_inchikey: int
    by_parent: int


def overlap(corpus: PackedGraphs, others: Mapping[str, PackedGraphs], progress: bool = False) -> list[Overlap]:
    """What the corpus holds of each evaluation set, in their order; ``progress`` draws a bar while keys are computed.

    Raises:
        InputError: data that did not come from SMILES.
        MissingExtraError: RDKit is not installed.
    """
    held = keys_of(corpus, progress)
    return [_compared(name, held, keys_of(graphs, progress)) for name, graphs in others.items()]


def shared(corpus: PackedGraphs, evaluation: PackedGraphs) -> list[dict[str, int | str | bool]]:
    """The graphs of an evaluation set that the corpus holds: number, line if any, SMILES, and how they are the same.

    Errors as `overlap`.
    """
    ways = _held(keys_of(evaluation), keys_of(corpus))
    places = np.flatnonzero(ways.any(axis=1))
    some = evaluation.select(torch.from_numpy(places))
    lines = lines_of(some).tolist() if "line" in some.attached else [""] * len(places)
    return [
        {"graph": int(place), "line": line, "smiles": smiles, **dict(zip(WAYS, map(bool, ways[place]), strict=True))}
        for place, line, smiles in zip(places, lines, smiles_of(some), strict=True)
    ]


def kept(corpus: PackedGraphs, evaluation: Sequence[str]) -> Int64[Tensor, " kept"]:
    """The numbers of those graphs of the corpus that are none of the SMILES: by canonical SMILES, InChIKey or parent.

    Raises:
        InputError: a corpus that did not come from SMILES, or a SMILES that does not parse.
        MissingExtraError: RDKit is not installed.
    """
    held = _held(keys_of(corpus), molecule_keys(evaluation)).any(axis=1)
    return torch.from_numpy(np.flatnonzero(~held))


def without(corpus: PackedGraphs, evaluation: Sequence[str]) -> PackedGraphs:
    """The graphs that are `kept`, as a copy in memory; a corpus that does not fit there is to be selected from."""
    numbers = kept(corpus, evaluation)
    return _knowing(corpus.select(numbers), keys_of(corpus)[numbers.numpy()])


def excluding(corpus: PackedGraphs, others: Mapping[str, PackedGraphs], progress: bool = False) -> PackedGraphs:
    """The corpus `without` the molecules of any evaluation set, and with a note of how many were taken out.

    Raises:
        InputError: data that did not come from SMILES, or nothing is left.
        MissingExtraError: RDKit is not installed.
    """
    keys_of(corpus, progress)
    left = without(corpus, [smiles for graphs in others.values() for smiles in smiles_of(graphs)])
    if not len(left):
        raise InputError(f"nothing is left of {corpus.origin.name!r} without the molecules of {', '.join(others)}")
    note = f"{len(corpus) - len(left)} of {len(corpus)} molecules were taken out: those of {', '.join(others)}"
    named = tuple(f"{name} {graphs.origin.checksum[:CHECKSUM]}" for name, graphs in others.items())
    origin = replace(left.origin, notes=(*left.origin.notes, note), excluded=(*left.origin.excluded, *named))
    return _knowing(replace(left, origin=origin), keys_of(left))


def keys_of(graphs: PackedGraphs, progress: bool = False) -> Keys:
    """`molecule_keys` of the molecules in a data set, computed once; errors as there and as `texts.smiles_of`."""
    made = graphs.once(_made)
    if not made:
        made.append(molecule_keys(smiles_of(graphs), progress))
    return made[0]


def molecule_keys(smiles: Sequence[str], progress: bool = False) -> Keys:
    """64 bits each that stand for the canonical SMILES, the first block of the InChIKey, and that of the parent.

    Where there is no InChI, a key stands for canonical SMILES. The keys of many molecules are kept in the user's cache:
    they take about a millisecond each.

    Raises:
        InputError: a SMILES that does not parse.
        MissingExtraError: RDKit is not installed.
    """
    require_rdkit("comparing molecules")

    def compute(some: Sequence[str]) -> Keys:
        return np.concatenate(map_chunks(descriptions.keys, some, MANY, "comparing molecules", progress))

    return remembered("molecule keys 2", smiles, compute)


def _compared(name: str, corpus: UInt64[np.ndarray, "corpus 3"], evaluation: UInt64[np.ndarray, "rows 3"]) -> Overlap:
    first_rows = np.unique(evaluation[:, 0], return_index=True)[1]
    molecules = evaluation[first_rows]
    return Overlap(name, len(evaluation), len(molecules), *_held(molecules, corpus).sum(axis=0).tolist())


def _held(asked: UInt64[np.ndarray, "asked 3"], there: UInt64[np.ndarray, "there 3"]) -> Bool[np.ndarray, "asked 3"]:
    """Whether each key of ``asked`` is among those ``there``."""
    return np.stack([np.isin(asked[:, column], there[:, column]) for column in range(asked.shape[1])], axis=1)


def _knowing(graphs: PackedGraphs, keys: Keys) -> PackedGraphs:
    """The graphs, whose keys are known already: they take long to compute."""
    graphs.once(_made).append(keys)
    return graphs


def _made(graphs: PackedGraphs) -> list[Keys]:
    """What has been computed for these graphs."""
    return []
