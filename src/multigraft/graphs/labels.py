"""From the labels that a data set writes to classes 0 .. k-1."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor


def occurring(values: Int64[Tensor, " rows"]) -> tuple[Int64[Tensor, " rows"], tuple[str, ...]]:
    """Classes 0 .. k-1 for the values that occur, in ascending order, and the values as names of the classes."""
    found, classes = torch.unique(values, return_inverse=True)
    return classes, tuple(map(str, found.tolist()))


def first_one_hot(columns: Float[Tensor, "rows columns"]) -> Int64[Tensor, " rows"] | None:
    """The column of the 1 in the first of several one-hot blocks that lie side by side; None where there is no such.

    The first block ends at the first column by which every row has had its 1: a one-hot encoding is no wider than its
    largest value needs.
    """
    if not columns.shape[1] or not bool(((columns == 0) | (columns == 1)).all()):
        return None
    ones = columns.cumsum(1)
    complete = (ones >= 1).all(0)
    if not bool(complete.any()):
        return None
    end = int(complete.int().argmax())
    return columns.argmax(1) if bool((ones[:, end] == 1).all()) else None


def trailing_one_hot(columns: Float[Tensor, "rows columns"]) -> int:
    """How many of the last columns form a one-hot encoding, 0 for none; the narrowest, and at least two."""
    binary = ((columns == 0) | (columns == 1)).all(0).flip(0)
    usable = int(binary.long().cumprod(0).sum())
    ones = columns.flip(1)[:, :usable].cumsum(1)
    fits = (ones == 1).all(0)
    fits[:1] = False
    return int(fits.long().argmax()) + 1 if bool(fits.any()) else 0
