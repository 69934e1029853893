"""What the machine can do at best, measured: dense products a second, and bytes a second through its memory."""

from collections.abc import Callable
from functools import cache

from multigraft.bench.sides import seconds_of, use_threads

SIDE = 1024  # of the square matrices: large enough for the best rate, a few MiB each
NUMBERS = 2**26  # float32 that are copied: 256 MiB, more than any cache holds
TRIES = 5


@cache
def product_rate(dtype: str, threads: int) -> float:
    """Floating point operations a second of the product of two square matrices, the best of a few."""
    import torch

    left, right = torch.ones(2, SIDE, SIDE, dtype=getattr(torch, dtype))
    out = torch.empty_like(left)
    return 2 * SIDE**3 / _best(lambda: torch.mm(left, right, out=out), threads)


@cache
def bandwidth(threads: int) -> float:
    """Bytes a second that are read and written when a large array is copied, the best of a few."""
    import torch

    source, target = torch.zeros(NUMBERS), torch.empty(NUMBERS)
    return 2 * source.element_size() * NUMBERS / _best(lambda: target.copy_(source), threads)


def _best(action: Callable[[], object], threads: int) -> float:
    import torch

    before = torch.get_num_threads()
    use_threads(threads)
    try:
        action()
        return min(seconds_of(action, 1) for _ in range(TRIES))
    finally:
        use_threads(before)
