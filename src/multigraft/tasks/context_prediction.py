"""Context prediction: which surroundings belong to the neighbourhood of a node."""

import dataclasses
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from multigraft.encoders.base import Encoder
from multigraft.errors import InputError
from multigraft.graphs.arrays import arrays
from multigraft.graphs.hops import cut_out, hops, induced, random_nodes, reach
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.segments import segment_ids
from multigraft.tasks.base import Examples, Head
from multigraft.tasks.context_head import MODES, ContextHead, sibling
from multigraft.tasks.discrimination import Discrimination, matched

GRAPHS_TRIED_AT_ONCE = 64


class Radii(NamedTuple):
    """In hops from the centre: the neighbourhood is up to ``k``, its context farther than ``r1`` and up to ``r2``."""

    k: int
    r1: int
    r2: int


MOLECULES = Radii(5, 4, 7)
PROTEINS = Radii(4, 1, 4)  # all of an ego network of two hops, less the direct neighbours of the node drawn


@dataclass(frozen=True)
class ContextPrediction(Discrimination):
    """Queries are the centre of a neighbourhood and what is known of a context.

    Of every graph a random centre is drawn. Its neighbourhood, the subgraph of the nodes up to ``k`` hops away, is what
    the encoder sees (``Examples.graphs``); its context is the subgraph of the nodes more than ``r1`` and at most ``r2``
    hops away (``Examples.beside``). Anchors are the nodes in both. With ``cbow`` the query's second row is the number
    of a context, read as the mean over its anchors; with ``skipgram`` it is an anchor. Graphs whose centre has no
    anchors are left out. False pairs are made by shifting: ``negatives`` times, each by one more than the last,
    neighbourhoods meet the contexts (``cbow``), or anchors the neighbourhoods (``skipgram``), of graphs further on.

    Radii that are None: 5, 4, 7 for molecules as in the paper; for proteins 4, 1, 4, which on ego networks of two hops
    is what the release does.

    Source: Hu et al. 2020, "Strategies for Pre-training Graph Neural Networks", section 3.1.1. The paper's context
    begins at ``r1`` hops, the release's behind them; this is the release's.
    """

    mode: str = "cbow"
    negatives: int = 1
    k: int | None = None
    r1: int | None = None
    r2: int | None = None

    name = "cp"
    title = "context prediction"
    fewest = 2

    def __post_init__(self) -> None:
        if self.mode not in MODES:
            raise InputError(f"mode must be one of {', '.join(MODES)}, got {self.mode!r}")
        if self.negatives < 1:
            raise InputError(f"negatives must be at least 1, got {self.negatives}")
        for usual in (MOLECULES, PROTEINS):
            radii = self._or(usual)
            if not 1 <= radii.r1 < min(radii.k, radii.r2):
                raise InputError(f"context prediction needs 1 <= r1 < k and r1 < r2, got {radii}: name all three")

    def radii(self, origin: Origin) -> Radii:
        """The radii in use for data of that origin."""
        return self._or(PROTEINS if origin.featurization == "protein" else MOLECULES)

    def _or(self, usual: Radii) -> Radii:
        return Radii(*(own if own is not None else other for own, other in zip(self._named(), usual, strict=True)))

    def _named(self) -> tuple[int | None, int | None, int | None]:
        return self.k, self.r1, self.r2

    def obstacle(self, graphs: PackedGraphs) -> str | None:
        beyond = self.radii(graphs.origin).r1
        found = 0
        for first in range(0, len(graphs), GRAPHS_TRIED_AT_ONCE):
            some = graphs.select(torch.arange(first, min(first + GRAPHS_TRIED_AT_ONCE, len(graphs))))
            found += int((reach(some, beyond + 1) > beyond).sum())
            if found > 1:
                return None
        name = graphs.origin.name
        return f"data set {name!r} has fewer than two graphs with nodes more than {beyond} hops apart: no contexts"

    def head(self, dim: int, origin: Origin) -> Head:
        raise InputError(
            "the head of context prediction has an encoder like the main one inside: let it grow with that"
        )

    def grow(self, encoder: Encoder, origin: Origin) -> Head:
        radii = self.radii(origin)
        return ContextHead(sibling(encoder, radii.r2 - radii.r1), encoder.dim, self.mode)

    def examples(self, graphs: PackedGraphs, generator: torch.Generator) -> Examples:
        k, r1, r2 = self.radii(graphs.origin)
        centres = random_nodes(graphs, generator)
        on, distance = arrays(graphs.device), hops(graphs, centres, max(k, r2))
        away = on.of(distance)
        near, ring = away <= k, (away > r1) & (away <= r2)
        anchors = np.diff(on.below(on.places(near & ring), graphs.node_offsets))
        usable = anchors > 0
        if usable.sum() < 2:  # no context to be confused with: nothing is asked
            nothing = centres.new_empty(2, 0)
            return matched(nothing, nothing, graphs, _marked(graphs, on.tensor(ring)))
        asked = on.repeat(on.sent(usable), on.sent(graphs.node_counts.numpy()), graphs.num_nodes)
        contexts = induced(_marked(graphs, on.tensor(near)), on.tensor(ring & asked))
        neighbourhoods, number = cut_out(graphs, on.tensor(near & asked))
        own = number.index_select(0, centres.index_select(0, on.tensor(on.sent(usable.nonzero()[0]))))
        pairs = self._pairs(own, contexts, on.tensor(on.sent(anchors[usable])))
        return matched(*pairs, neighbourhoods, contexts)

    def _pairs(self, centres: Tensor, contexts: PackedGraphs, anchors: Tensor) -> tuple[Tensor, Tensor]:
        """True and false pairs: centres of neighbourhoods, and contexts or their anchors, so many of each context."""
        count = len(centres)
        own = others = torch.arange(count, device=centres.device)
        if self.mode == "skipgram":
            own, others = segment_ids(anchors), contexts.nodes["anchor"].nonzero()[:, 0]
        shifts = [shift for shift in range(1, self.negatives + 1) if shift % count]
        further = [(own + shift) % count for shift in shifts]
        if self.mode == "cbow":
            false = [torch.stack([centres, context]) for context in further]
        else:
            false = [torch.stack([centres.index_select(0, centre), others]) for centre in further]
        return torch.stack([centres.index_select(0, own), others]), torch.cat(false, dim=1)


def _marked(graphs: PackedGraphs, anchor: Tensor) -> PackedGraphs:
    return dataclasses.replace(graphs, nodes={**graphs.nodes, "anchor": anchor})
