"""Splits as pure functions: from sizes or labels and a generator to index arrays, which are stored with a run."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from multigraft import randomness
from multigraft.errors import InputError
from multigraft.graphs.checksums import identity
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.pairs import UndirectedEdges
from multigraft.graphs.segments import choose, segment_ids

SPLITS = ("stratified", "random")
PARTS = ("train", "validation", "test")
Fractions = tuple[float, float, float]


@dataclass(frozen=True, eq=False)
class Split:
    """Graph numbers of the training, validation and test part; sorted, disjoint.

    ``identity`` is that of the graphs the numbers speak of, see `multigraft.graphs.checksums.identity`.
    """

    kind: str
    seed: int
    train: Int64[Tensor, " train"]
    validation: Int64[Tensor, " validation"]
    test: Int64[Tensor, " test"]
    identity: str = ""

    def for_graphs(self, graphs: PackedGraphs) -> "Split":
        """The same split, checked to be one of these graphs and marked as theirs.

        Raises:
            InputError: parts that overlap or name graphs that are not there, or a split of other graphs.
        """
        if self.identity not in ("", identity(graphs)):
            raise InputError("the split was made for other graphs: make one of these, or leave it out")
        numbers = torch.cat([getattr(self, part) for part in PARTS])
        if not all(len(getattr(self, part)) for part in PARTS):
            raise InputError(f"every part of a split needs graphs: {', '.join(PARTS)}")
        if int(numbers.min()) < 0 or int(numbers.max()) >= len(graphs):
            raise InputError(f"a split of {len(graphs)} graphs must name numbers in 0..{len(graphs) - 1}")
        if len(numbers.unique()) < len(numbers):
            raise InputError("a graph is in two parts of the split, or twice in one: parts must be disjoint")
        return dataclasses.replace(self, identity=identity(graphs))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        parts = {part: getattr(self, part).tolist() for part in PARTS}
        return {"kind": self.kind, "seed": self.seed, "identity": self.identity, **parts}

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Split":
        """The split that ``to_json`` wrote."""
        parts = {part: torch.tensor(stored[part], dtype=torch.int64) for part in PARTS}
        return cls(stored["kind"], stored["seed"], identity=stored["identity"], **parts)


def split_graphs(graphs: PackedGraphs, kind: str, seed: int, fractions: Fractions = (0.7, 0.1, 0.2)) -> Split:
    """A random or stratified split of a data set; without graph labels there is nothing to stratify by: random.

    Raises:
        InputError: an unknown kind, or too few graphs.
    """
    if kind not in SPLITS:
        raise InputError(f"unknown split {kind!r}: choose from {', '.join(SPLITS)}")
    draws = randomness.generator(seed, "split")
    if kind == "stratified" and "label" in graphs.graphs:
        parts = stratified_split(graphs.graph_labels.cpu(), draws, fractions)
    else:
        kind, parts = "random", random_split(len(graphs), draws, fractions)
    return Split(kind, seed, *parts, identity=identity(graphs))


def random_split(
    count: int, generator: torch.Generator, fractions: Fractions = (0.7, 0.1, 0.2)
) -> tuple[Int64[Tensor, " train"], Int64[Tensor, " validation"], Int64[Tensor, " test"]]:
    """A uniformly random partition of ``range(count)``; the last part takes what rounding leaves.

    Raises:
        InputError: fractions that do not sum to 1, or a part that would be empty.
    """
    first, second = _part_sizes(count, fractions)
    order = torch.randperm(count, generator=generator)
    return _sorted(order[:first], order[first : first + second], order[first + second :])


def stratified_split(
    labels: Int64[Tensor, " graphs"], generator: torch.Generator, fractions: Fractions = (0.7, 0.1, 0.2)
) -> tuple[Int64[Tensor, " train"], Int64[Tensor, " validation"], Int64[Tensor, " test"]]:
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
    return _sorted(rest[~validation], rest[validation], order[test])


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


@dataclass(frozen=True, eq=False)
class LinkSplit:
    """The undirected edges of some graphs, told apart by whether message passing may see them.

    ``kept`` and ``held_out`` are node pairs in global numbers, ordered by graph; ``held_out_counts`` how many of each
    graph are held out; ``visible`` which of the directed edges may be seen, self loops among them.
    """

    kept: Int64[Tensor, "2 kept"]
    held_out: Int64[Tensor, "2 held_out"]
    held_out_counts: Int64[Tensor, " graphs"]
    visible: Bool[Tensor, " edges"]


def link_split(edges: UndirectedEdges, generator: torch.Generator, percent: int = 20) -> LinkSplit:
    """Hold out ``percent`` of each graph's undirected edges, in both directions: see `share_of`."""
    counts = share_of(edges.counts, percent)
    held_out = choose(segment_ids(edges.counts), counts, generator)
    visible = edges.edge_pair < 0  # self loops
    visible[~visible] = ~held_out[edges.edge_pair[~visible]]
    return LinkSplit(edges.pairs[:, ~held_out], edges.pairs[:, held_out], counts, visible)


def share_of(counts: Int64[Tensor, " graphs"], percent: int) -> Int64[Tensor, " graphs"]:
    """``percent`` of each count, rounded down, but at least one of two or more."""
    return (counts * percent // 100).maximum((counts >= 2).long())


def _part_sizes(count: int, fractions: Sequence[float]) -> tuple[int, int]:
    if abs(sum(fractions) - 1) > 1e-9 or min(fractions) < 0:
        raise InputError(f"split fractions {tuple(fractions)} must be positive and sum to 1")
    first, second = round(count * fractions[0]), round(count * fractions[1])
    if min(first, second, count - first - second) < 1:
        raise InputError(f"{count} graphs are too few for a {'/'.join(f'{f:.0%}' for f in fractions)} split")
    return first, second


def _spread(labels: Tensor, generator: torch.Generator) -> Tensor:
    """A random order, class after class: dealt out in turn, or at even spacing, every hand has its share of each."""
    noise = torch.rand(len(labels), generator=generator, dtype=torch.float64)
    return torch.argsort(labels + noise)


def _evenly(count: int, take: int) -> Tensor:
    """A mask of ``take`` positions of ``count`` at even spacing."""
    steps = torch.arange(count + 1) * take // count
    return steps.diff().bool()


def _sorted(*parts: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    train, validation, test = (part.sort().values for part in parts)
    return train, validation, test
