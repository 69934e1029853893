"""Pure functions that part things by chance: from a number or labels and a generator to index tensors."""

from collections.abc import Sequence

import torch
from jaxtyping import Int64
from torch import Tensor

from multigraft.errors import InputError
from multigraft.graphs.names import SPLIT_FRACTIONS

Fractions = tuple[float, float, float]
Parts = tuple[Int64[Tensor, " train"], Int64[Tensor, " validation"], Int64[Tensor, " test"]]

TEST_SPECIES = (9606,)  # human
SPECIES_FRACTIONS = SPLIT_FRACTIONS["species"]
CORPUS_PART = 5000  # graphs say enough about a pretext task, and the rest is for training


def random_split(count: int, generator: torch.Generator, fractions: Fractions = (0.7, 0.1, 0.2)) -> Parts:
    """A uniformly random partition of ``range(count)``; the last part takes what rounding leaves.

    Raises:
        InputError: fractions that do not sum to 1, or a part that would be empty.
    """
    first, second = _part_sizes(count, fractions)
    return _dealt(torch.randperm(count, generator=generator), first, second)


def stratified_split(
    labels: Int64[Tensor, " graphs"], generator: torch.Generator, fractions: Fractions = (0.7, 0.1, 0.2)
) -> Parts:
    """A random partition in which every part has the classes in the proportions of the whole, to under two graphs.

    Graphs are shuffled and ordered by class; the test part, then validation, takes them at even spacing.

    Raises:
        InputError: as `random_split`.
    """
    first, second = _part_sizes(len(labels), fractions)
    order = _spread(labels, generator)
    test = _evenly(len(order), len(order) - first - second)
    rest = order[~test]
    validation = _evenly(len(rest), second)
    return in_order(rest[~validation], rest[validation], order[test])


def corpus_split(count: int, generator: torch.Generator, fractions: Fractions = (0.98, 0.01, 0.01)) -> Parts:
    """As `random_split`, but validation and test have at least one graph each, and at most `CORPUS_PART`.

    Raises:
        InputError: fractions that do not sum to 1, or fewer than three graphs.
    """
    check_fractions(fractions)
    if count < 3:
        raise InputError(f"{count} graphs are too few to split: every part needs one")
    second, third = (min(max(round(count * share), 1), CORPUS_PART, count // 3) for share in fractions[1:])
    return _dealt(torch.randperm(count, generator=generator), count - second - third, second)


def species_split(
    species: Int64[Tensor, " graphs"],
    generator: torch.Generator,
    fractions: Fractions = SPECIES_FRACTIONS,
    test: Sequence[int] = TEST_SPECIES,
) -> Parts:
    """The graphs of the species ``test``, at least one, are the test part; the others are divided at random.

    ``species`` are NCBI taxonomy numbers. Of ``fractions`` the first two count, in proportion to each other.
    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", section 5.1, and its release.

    Raises:
        InputError: no graph of a species in ``test``, too few of the others, or fractions that are none.
    """
    check_fractions(fractions)
    there = species.unique().tolist()
    if missing := sorted(set(test) - set(there)):
        present = ", ".join(map(str, there))
        raise InputError(f"species {missing[0]} is to be the test part, but the data has the species {present} alone")
    tested = torch.isin(species, torch.tensor(list(test), dtype=torch.int64))
    others = (~tested).nonzero()[:, 0]
    first = round(len(others) * fractions[0] / max(fractions[0] + fractions[1], 1e-9))
    if min(first, len(others) - first) < 1:
        raise InputError(f"{len(others)} graphs of other species than the test's are too few to train and validate on")
    order = others[torch.randperm(len(others), generator=generator)]
    return in_order(order[:first], order[first:], tested.nonzero()[:, 0])


def k_fold(
    count: int, folds: int, generator: torch.Generator, labels: Int64[Tensor, " graphs"] | None = None
) -> list[Int64[Tensor, " fold"]]:
    """A partition of ``range(count)`` into ``folds`` test parts of nearly equal size, stratified by any labels.

    Raises:
        InputError: fewer than two folds, or more folds than graphs.
    """
    if not 2 <= folds <= count:
        raise InputError(f"{folds} folds of {count} graphs: choose between 2 and {count}")
    order = torch.randperm(count, generator=generator) if labels is None else _spread(labels, generator)
    return [order[fold::folds].sort().values for fold in range(folds)]


def check_fractions(fractions: Sequence[float]) -> None:
    """Complain about shares of train, validation and test that are no shares of a whole."""
    if abs(sum(fractions) - 1) > 1e-9 or min(fractions) < 0:
        raise InputError(f"split fractions {tuple(fractions)} must be positive and sum to 1")


def as_percentages(fractions: Sequence[float]) -> str:
    """For instance ``80%/10%/10%``."""
    return "/".join(f"{share:.0%}" for share in fractions)


def in_order(train: Tensor, validation: Tensor, test: Tensor) -> Parts:
    """The three parts, each with its numbers in ascending order."""
    return train.sort().values, validation.sort().values, test.sort().values


def _part_sizes(count: int, fractions: Sequence[float]) -> tuple[int, int]:
    check_fractions(fractions)
    first, second = round(count * fractions[0]), round(count * fractions[1])
    if min(first, second, count - first - second) < 1:
        raise InputError(f"{count} graphs are too few for a {as_percentages(fractions)} split")
    return first, second


def _dealt(order: Tensor, first: int, second: int) -> Parts:
    return in_order(order[:first], order[first : first + second], order[first + second :])


def _spread(labels: Tensor, generator: torch.Generator) -> Tensor:
    """A random order, class after class: dealt out in turn, or at even spacing, every hand has its share of each."""
    noise = torch.rand(len(labels), generator=generator, dtype=torch.float64)
    return torch.argsort(labels + noise)


def _evenly(count: int, take: int) -> Tensor:
    """A mask of ``take`` positions of ``count`` at even spacing."""
    steps = torch.arange(count + 1) * take // count
    return steps.diff().bool()
