"""Environments: which nodes of a batch have equal neighbourhoods, so that what follows from these is computed once.

See docs/speed/environment-sharing.md for why nodes of one environment have equal embeddings.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import torch
from jaxtyping import Int64
from torch import Tensor

from multigraft.encoders.neighbourhoods import Entries
from multigraft.graphs.classes import Classes, bits, classes, distinct, scrambled
from multigraft.graphs.segments import offsets, spans
from multigraft.graphs.sorting import sorted_values, stable_order

MOST_APART = 0.9  # share of distinct nodes beyond which telling the others apart does not pay


class Heard(NamedTuple):
    """What some rows hear, entries of row r from ``starts[r]`` on: of which environment each is, and of which kind."""

    starts: Int64[Tensor, " rows"]
    sources: Int64[Tensor, " entries"]
    kinds: Int64[Tensor, " entries"]


class Environments:
    """The colours of Weisfeiler and Leman, exact, round by round as they are asked for.

    After round 0 two nodes share a colour where their ``columns`` are equal; after round l where they did so before,
    and hear the same: as many entries of each kind from nodes of each colour. The kind of an entry is its weight and
    its row of ``features``, whole numbers that say all that layers read of it. Where next to no nodes share a colour,
    each has one of its own from there on, which is as exact.
    """

    def __init__(
        self,
        columns: Sequence[Int64[Tensor, " nodes"]],
        entries: Entries,
        features: Sequence[Int64[Tensor, " entries"]] = (),
    ) -> None:
        self.nodes = entries.nodes
        self.kinds = distinct([bits(entries.weights), *features])
        edges = len(entries.weights) - self.nodes
        self._targets, order = stable_order(entries.edges[1, :edges])
        self._sources = entries.edges[0].index_select(0, order)
        self._kinds = self.kinds.of.index_select(0, order)
        self._loops = self.kinds.of[edges:]
        self._degrees = self._loops.new_zeros(self.nodes)
        self._degrees.index_add_(0, self._targets, torch.ones_like(self._targets))
        self._starts = offsets(self._degrees)
        self._rounds = [self._worth(distinct(columns))]

    def after(self, rounds: int) -> Classes:
        """The environments of so many hops."""
        while len(self._rounds) <= rounds:
            known = self._rounds[-1]
            self._rounds.append(known if len(known) == self.nodes else self._worth(self._refined(known)))
        return self._rounds[rounds]

    def share(self, rounds: int) -> float:
        """Of the rows of all layers, those that are left to compute."""
        left = sum(len(self.after(number)) for number in range(1, rounds + 1))
        return left / max(1, rounds * self.nodes)

    def heard(self, rounds: int) -> Heard:
        """What the first node of each environment hears: entries of environments of one hop less, its loop the last."""
        firsts, known = self.after(rounds).firsts, self.after(rounds - 1).of
        starts, sources, kinds = self._entries
        counts = self._degrees.index_select(0, firsts) + 1
        at = spans(starts.index_select(0, firsts), counts)
        heard = known.index_select(0, sources.index_select(0, at))
        return Heard(counts.cumsum(0) - counts, heard, kinds.index_select(0, at))

    @cached_property
    def _entries(self) -> Heard:
        """All entries of all nodes, each node's loop behind its edges."""
        each = torch.arange(self.nodes, device=self._starts.device)
        at = torch.cat([torch.arange(len(self._targets), device=each.device) + self._targets, self._starts[1:] + each])
        sources, kinds = torch.cat([self._sources, each]), torch.cat([self._kinds, self._loops])
        return Heard(
            self._starts[:-1] + each,
            torch.empty_like(sources).index_copy_(0, at, sources),
            torch.empty_like(kinds).index_copy_(0, at, kinds),
        )

    def _worth(self, found: Classes) -> Classes:
        return Classes.apart(self.nodes, found.of.device) if len(found) > MOST_APART * self.nodes else found

    def _refined(self, known: Classes) -> Classes:
        """The next round: nodes are compared by their own code and the sorted codes of what they hear."""
        kinds = len(self.kinds)
        codes = known.of.index_select(0, self._sources).mul_(kinds).add_(self._kinds)
        own = (known.of * kinds).add_(self._loops)
        sums = offsets(scrambled(codes)).index_select(0, self._starts).diff()  # sums wrap around, differences do too
        hashes = scrambled(scrambled(own).mul_(3).add_(sums))
        span = len(known) * kinds
        ordered = sorted_values(torch.add(codes, self._targets, alpha=span)).sub_(self._targets, alpha=span)
        facts = (own, hashes, self._degrees)

        def same(some: Tensor, others: Tensor) -> Tensor:
            alike = torch.ones(len(some), dtype=torch.bool, device=some.device)
            for fact in facts:
                alike &= fact.index_select(0, some) == fact.index_select(0, others)
            starts, counts = self._starts.index_select(0, some), self._degrees.index_select(0, some)
            row, at = self._spread(some, starts, counts)
            shift = torch.where(alike, self._starts.index_select(0, others) - starts, 0)
            beside = shift.index_select(0, row).add_(at)
            differs = ordered.index_select(0, at) != ordered.index_select(0, beside)
            return alike.index_fill(0, row.index_select(0, differs.nonzero()[:, 0]), False)

        return classes(hashes, same)

    def _spread(self, some: Tensor, starts: Tensor, counts: Tensor) -> tuple[Tensor, Tensor]:
        """Of the entries of some nodes which of the nodes each is of, and where it is."""
        if len(some) == self.nodes:
            return self._targets, torch.arange(len(self._targets), device=some.device)
        ends = counts.cumsum(0)
        rows = torch.arange(len(some), device=some.device)
        row = torch.repeat_interleave(rows, counts)
        return row, torch.arange(len(row), device=some.device) + (starts - ends + counts).index_select(0, row)
