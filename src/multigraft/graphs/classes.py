"""Equal things get equal numbers: exact relabelling, in which hashes only say where to look."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int64, Shaped
from torch import Tensor

SLOTS = 4  # of the table, for each thing that is looked up
MOST = 2**62  # what one whole number may hold
_FACTORS = (-7046029254386353131, -4658895280553007687)  # of the generator splitmix64, read as signed numbers

Same = Callable[[Int64[Tensor, " some"], Int64[Tensor, " some"]], Bool[Tensor, " some"]]


@dataclass(frozen=True, eq=False)
class Classes:
    """Which things are equal: ``of`` is the class of each, ``firsts`` the first thing of each class.

    Classes are numbered in the order of their first things.
    """

    of: Int64[Tensor, " things"]
    firsts: Int64[Tensor, " classes"]

    def __len__(self) -> int:
        return len(self.firsts)

    @classmethod
    def apart(cls, count: int, device: torch.device) -> "Classes":
        """Every thing a class of its own."""
        each = torch.arange(count, device=device)
        return cls(each, each)


def classes(hashes: Int64[Tensor, " things"], same: Same) -> Classes:
    """The classes of things of which ``same(some, others)`` says exactly, pair by pair, whether they are equal.

    Equal things must have equal hashes. Every thing looks into the slot of a table that its hash names, finds there the
    first thing of that slot, and is of its class if they are the same; what differs has met a collision, and looks
    again with other bits among those that are left. Each round settles the first thing of every slot and all that equal
    it, so it ends whatever the hashes are; if they are any good, after a few rounds.
    """
    left = everything = torch.arange(len(hashes), device=hashes.device)
    first = everything
    while len(left):
        slots = 1 << (SLOTS * len(left)).bit_length()
        slot = hashes & (slots - 1)
        table = hashes.new_full((slots,), len(everything)).scatter_reduce_(0, slot, left, "amin")
        met = table.index_select(0, slot)
        first = met if left is everything else first.index_copy(0, left, met)
        differs = (~same(left, met)).nonzero()[:, 0]
        left, hashes = left.index_select(0, differs), scrambled(hashes.index_select(0, differs))
    leads = first == everything
    return Classes((leads.cumsum(0) - 1).index_select(0, first), leads.nonzero()[:, 0])


def distinct(columns: Sequence[Int64[Tensor, " rows"]]) -> Classes:
    """The classes of the rows of a table of whole numbers; at least one column."""
    words = _packed(columns)
    hashes = words[0]
    for word in words[1:]:
        hashes = scrambled(hashes) + word

    def same(some: Tensor, others: Tensor) -> Tensor:
        alike = torch.ones(len(some), dtype=torch.bool, device=some.device)
        for word in words:
            alike &= word.index_select(0, some) == word.index_select(0, others)
        return alike

    return classes(scrambled(hashes), same)


def scrambled(values: Int64[Tensor, " some"]) -> Int64[Tensor, " some"]:
    """Hashes of numbers, in which every bit depends on many."""
    first, second = _FACTORS
    values = values * first
    values ^= values >> 32
    values *= second
    values ^= values >> 29
    return values


def bits(numbers: Shaped[Tensor, " some"]) -> Int64[Tensor, " some"]:
    """Numbers of any kind as whole ones, which are equal where every bit is."""
    if numbers.is_floating_point():
        numbers = numbers.contiguous().view(torch.int64 if numbers.dtype == torch.float64 else torch.int32)
    return numbers.long()


def _packed(columns: Sequence[Int64[Tensor, " rows"]]) -> list[Int64[Tensor, " rows"]]:
    """The same rows in as few columns as hold them: as many as fit are the digits of one number."""
    if not len(columns[0]):
        return [columns[0]]
    words, held = [torch.zeros_like(columns[0])], 1
    for column in columns:
        low, high = (int(end) for end in column.aminmax())
        span = high - low + 1
        if span > MOST:
            words.append(column)
            held = MOST
        elif held * span > MOST:
            words.append(column - low)
            held = span
        elif span > 1:
            words[-1] = words[-1] * span + (column - low)
            held *= span
    return words
