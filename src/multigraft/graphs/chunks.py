"""The same work on many texts, in pieces: by several processes where there are enough of them to pay."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from multigraft.graphs.molecules.parallel import in_order
from multigraft.processes import usable_cores
from multigraft.progress import counting

T = TypeVar("T")

PIECES = 8  # a process at least, so that the last one to work does not keep the others waiting long
LARGEST = 2000  # texts of a piece, so that something is heard now and then


def map_chunks(
    work: Callable[[Sequence[str]], T], items: Sequence[str], many: int, what: str = "", progress: bool = False
) -> list[T]:
    """What ``work`` makes of consecutive pieces of ``items``, in their order; together the pieces are all of them.

    From ``many`` items on, a process a core does it; then ``work`` must be a function of a module, or a
    `functools.partial` of one. An error in a piece is raised here. ``progress`` draws a bar, called ``what``.

    Raises:
        MultigraftError: a process was killed, or RDKit ended it.
    """
    if len(items) < many:
        return [work(items)]
    size = min(-(-len(items) // (usable_cores() * PIECES)), LARGEST)
    pieces = [items[start : start + size] for start in range(0, len(items), size)]
    found = []
    with counting(what, len(items), "molecules", progress) as advance:
        for piece, one in zip(pieces, in_order(work, pieces, len(items), many=many), strict=True):
            found.append(one)
            advance(len(piece))
    return found
