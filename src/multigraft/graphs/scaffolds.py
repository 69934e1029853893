"""Scaffold splits: molecules that share their rings and linkers stay together, so that a test asks of new ones.

A scaffold is what Bemis & Murcko (1996, "The properties of known drugs. 1. Molecular frameworks") leave of a molecule:
its rings and what connects them. All molecules without a ring share the empty scaffold, and are one group.
"""

from collections.abc import Sequence
from functools import partial

import torch

from multigraft.errors import InputError
from multigraft.graphs.chunks import map_chunks
from multigraft.graphs.molecules import descriptions
from multigraft.graphs.molecules.smiles import require_rdkit
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.partitions import Fractions, Parts, as_percentages, check_fractions, in_order
from multigraft.graphs.texts import smiles_of

MANY = 10_000  # SMILES from which on more processes are faster than one
EIGHTY_TEN_TEN = (0.8, 0.1, 0.1)


def scaffolds(smiles: Sequence[str], chirality: bool = True) -> list[str]:
    """The Bemis-Murcko scaffold of every molecule, as canonical SMILES; stereo centres tell scaffolds apart or do not.

    A molecule whose scaffold RDKit cannot make is given its own SMILES for one, so that it is a group of its own.

    Raises:
        InputError: a SMILES that does not parse.
        MissingExtraError: RDKit is not installed.
    """
    require_rdkit("a split by scaffold")
    found = map_chunks(partial(descriptions.scaffolds, chirality=chirality), smiles, MANY)
    return [scaffold for chunk in found for scaffold in chunk]


def scaffolds_of(graphs: PackedGraphs) -> list[str]:
    """`scaffolds` of the molecules in a data set, computed once; errors as there and as `texts.smiles_of`."""
    return graphs.once(_scaffolds_of)


def plain_scaffolds_of(graphs: PackedGraphs) -> list[str]:
    """As `scaffolds_of`, stereo centres left out."""
    return graphs.once(_plain_scaffolds_of)


def scaffold_split(scaffolds: Sequence[str], fractions: Fractions = EIGHTY_TEN_TEN) -> Parts:
    """The deterministic scaffold split: the largest groups are for training, rare scaffolds for the test.

    Groups, sorted by (size, first molecule) descending, go to training while it keeps within its share; else to
    validation while both keep within theirs; else to the test part, which may exceed its share.

    Source: ``scaffold_split`` in the release of Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks".

    Raises:
        InputError: fractions that do not sum to 1, or a part that stays empty.
    """
    check_fractions(fractions)
    groups = sorted(_groups(scaffolds), key=lambda group: (len(group), group[0]), reverse=True)
    for_training = fractions[0] * len(scaffolds)
    up_to_validation = (fractions[0] + fractions[1]) * len(scaffolds)
    train, validation, test = [], [], []
    for group in groups:
        if len(train) + len(group) <= for_training:
            train += group
        elif len(train) + len(validation) + len(group) <= up_to_validation:
            validation += group
        else:
            test += group
    return _parts(train, validation, test, fractions)


def scaffold_balanced_split(
    scaffolds: Sequence[str], generator: torch.Generator, fractions: Fractions = EIGHTY_TEN_TEN
) -> Parts:
    """The "balanced" scaffold split: groups in a random order, those larger than half a test part before the others.

    A group goes to training while that keeps within its share, else to validation likewise, else to the test part.
    The test then holds common scaffolds, so that scores are much higher than under `scaffold_split`.

    Source: ``scaffold_split(balanced=True)`` of Chemprop (Yang et al. 2019, "Analyzing Learned Molecular
    Representations for Property Prediction"), which GROVER (Rong et al. 2020) takes; their draws are Python's.

    Raises:
        InputError: as `scaffold_split`.
    """
    check_fractions(fractions)
    shares = [share * len(scaffolds) for share in fractions]
    groups = _groups(scaffolds)
    large = [group for group in groups if len(group) > min(shares[1:]) / 2]
    small = [group for group in groups if len(group) <= min(shares[1:]) / 2]
    train, validation, test = [], [], []
    for group in _shuffled(large, generator) + _shuffled(small, generator):
        if len(train) + len(group) <= shares[0]:
            train += group
        elif len(validation) + len(group) <= shares[1]:
            validation += group
        else:
            test += group
    return _parts(train, validation, test, fractions)


def random_scaffold_split(
    scaffolds: Sequence[str], generator: torch.Generator, fractions: Fractions = EIGHTY_TEN_TEN
) -> Parts:
    """Groups in a random order fill validation, then the test part, each within its share; the rest is for training.

    Source: ``random_scaffold_split`` in the release of Hu et al. 2020; its draws are NumPy's.

    Raises:
        InputError: as `scaffold_split`.
    """
    check_fractions(fractions)
    for_validation, for_test = (int(share * len(scaffolds)) for share in fractions[1:])
    train, validation, test = [], [], []
    for group in _shuffled(_groups(scaffolds), generator):
        if len(validation) + len(group) <= for_validation:
            validation += group
        elif len(test) + len(group) <= for_test:
            test += group
        else:
            train += group
    return _parts(train, validation, test, fractions)


def _groups(scaffolds: Sequence[str]) -> list[list[int]]:
    """The molecules of each scaffold, in the order in which scaffolds first occur."""
    groups: dict[str, list[int]] = {}
    for number, scaffold in enumerate(scaffolds):
        groups.setdefault(scaffold, []).append(number)
    return list(groups.values())


def _shuffled(groups: list[list[int]], generator: torch.Generator) -> list[list[int]]:
    return [groups[place] for place in torch.randperm(len(groups), generator=generator).tolist()]


def _parts(train: list[int], validation: list[int], test: list[int], fractions: Fractions) -> Parts:
    for name, part in (("training", train), ("validation", validation), ("test", test)):
        if not part:
            count = len(train) + len(validation) + len(test)
            raise InputError(
                f"{count} molecules by scaffold, {as_percentages(fractions)}: the {name} part stays empty, as "
                "too many of them share a scaffold; bring more, or divide them at random"
            )
    first, second, third = (torch.tensor(part, dtype=torch.int64) for part in (train, validation, test))
    return in_order(first, second, third)


def _scaffolds_of(graphs: PackedGraphs) -> list[str]:
    return scaffolds(smiles_of(graphs))


def _plain_scaffolds_of(graphs: PackedGraphs) -> list[str]:
    return scaffolds(smiles_of(graphs), chirality=False)
