"""The split of a data set: index arrays that are stored with a run, and the ways to make them by name."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from multigraft import randomness
from multigraft.errors import InputError
from multigraft.graphs.arrays import arrays
from multigraft.graphs.checksums import identity
from multigraft.graphs.names import SPLIT_FRACTIONS
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.pairs import UndirectedEdges
from multigraft.graphs.partitions import (
    Fractions,
    Parts,
    corpus_split,
    random_split,
    species_split,
    stratified_split,
)
from multigraft.graphs.sampling import sampled
from multigraft.graphs.scaffolds import (
    plain_scaffolds_of,
    random_scaffold_split,
    scaffold_balanced_split,
    scaffold_split,
    scaffolds_of,
)

PARTS = ("train", "validation", "test")


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


@dataclass(frozen=True)
class SplitKind:
    """A way to divide graphs: from graphs, a generator and shares to three parts; and the shares it has by default."""

    divide: Callable[[PackedGraphs, torch.Generator, Fractions], Parts]
    fractions: Fractions


def _random(graphs: PackedGraphs, draws: torch.Generator, fractions: Fractions) -> Parts:
    return random_split(len(graphs), draws, fractions)


def _stratified(graphs: PackedGraphs, draws: torch.Generator, fractions: Fractions) -> Parts:
    return stratified_split(graphs.graph_labels.cpu(), draws, fractions)


def _corpus(graphs: PackedGraphs, draws: torch.Generator, fractions: Fractions) -> Parts:
    return corpus_split(len(graphs), draws, fractions)


def _scaffold(graphs: PackedGraphs, draws: torch.Generator, fractions: Fractions) -> Parts:
    return scaffold_split(scaffolds_of(graphs), fractions)


def _scaffold_balanced(graphs: PackedGraphs, draws: torch.Generator, fractions: Fractions) -> Parts:
    return scaffold_balanced_split(plain_scaffolds_of(graphs), draws, fractions)


def _random_scaffold(graphs: PackedGraphs, draws: torch.Generator, fractions: Fractions) -> Parts:
    return random_scaffold_split(scaffolds_of(graphs), draws, fractions)


def _species(graphs: PackedGraphs, draws: torch.Generator, fractions: Fractions) -> Parts:
    if "species" not in graphs.graphs:
        raise InputError(f"data set {graphs.origin.name!r} has no species: choose another split")
    return species_split(graphs.graphs["species"].cpu(), draws, fractions)


# To add a kind: its function here, its name and shares in `multigraft.graphs.names.SPLIT_FRACTIONS`.
_WAYS = {
    "stratified": _stratified,
    "random": _random,
    "scaffold": _scaffold,
    "scaffold-balanced": _scaffold_balanced,
    "random-scaffold": _random_scaffold,
    "species": _species,
    "corpus": _corpus,
}
SPLITS = {kind: SplitKind(way, SPLIT_FRACTIONS[kind]) for kind, way in _WAYS.items()}


def split_graphs(graphs: PackedGraphs, kind: str, seed: int, fractions: Fractions | None = None) -> Split:
    """A split of a data set, by a name in `SPLITS`; ``fractions`` None: `usual_fractions`.

    Without graph labels there is nothing to stratify by, and ``stratified`` becomes ``random``. The kind ``scaffold``
    is the same for every seed.

    Raises:
        InputError: an unknown kind, one that the data cannot have, too few graphs, or fractions that are none.
        MissingExtraError: scaffolds without RDKit.
    """
    if kind not in SPLITS:
        raise InputError(f"unknown split {kind!r}: choose from {', '.join(SPLITS)}")
    if kind == "stratified" and "label" not in graphs.graphs:
        kind = "random"
    chosen = SPLITS[kind]
    parts = chosen.divide(graphs, randomness.generator(seed, "split"), fractions or usual_fractions(graphs, kind))
    return Split(kind, seed, *parts, identity=identity(graphs))


def usual_fractions(graphs: PackedGraphs, kind: str) -> Fractions:
    """The shares of that kind of split.

    Molecules with targets are split at random in the shares of the splits by scaffold, so as to differ in nothing else.
    """
    return SPLITS["scaffold" if kind == "random" and _measured_molecules(graphs) else kind].fractions


def default_split(graphs: PackedGraphs) -> str:
    """The kind of split that is usual for such data.

    ``species`` for networks of several species; for molecules ``scaffold`` where something was measured of them, else
    ``corpus`` unless they have classes; ``stratified`` for all other graphs.
    """
    columns = graphs.graphs
    if "species" in columns and len(columns["species"].unique()) > 1:
        return "species"
    if _measured_molecules(graphs):
        return "scaffold"
    return "corpus" if "smiles" in graphs.attached and "label" not in columns else "stratified"


def _measured_molecules(graphs: PackedGraphs) -> bool:
    return "smiles" in graphs.attached and "targets" in graphs.graphs and graphs.targets.shape[1] > 0


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
    on, counts = arrays(edges.pairs.device), share_of(edges.counts, percent)
    pairs, pair, number = on.of(edges.pairs), on.of(edges.edge_pair), edges.pairs.shape[1]
    hidden = on.marked(number + 1, sampled(edges.host_counts, counts.cpu().numpy(), generator, on))
    apart = (on.take(pairs, on.places(mask), axis=1) for mask in (~hidden[:number], hidden[:number]))
    visible = ~on.take(hidden, on.where(pair < 0, number, pair))  # self loops are where nothing is hidden
    return LinkSplit(*map(on.tensor, apart), counts, on.tensor(visible))


def share_of(counts: Int64[Tensor, " graphs"], percent: int) -> Int64[Tensor, " graphs"]:
    """``percent`` of each count, rounded down, but at least one of two or more."""
    return (counts * percent // 100).maximum((counts >= 2).long())
