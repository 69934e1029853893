"""The arrays that batches are computed with: NumPy's on the host, torch's on any other device.

A batch is some thousand numbers, for which an operation of torch takes about three times as long on a CPU as NumPy's.
Arithmetic, comparisons, slices and assignments read alike in both; what does not has one name here, so that the code of
batches is written once. An *array* is a NumPy array on the host and a tensor elsewhere.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

Array = Any
SPARSE = 64  # a table that has so many places a key is still quicker than sorting the keys


class Arrays(ABC):
    """The arrays of one device."""

    @abstractmethod
    def of(self, tensor: Tensor) -> Array:
        """The array of a tensor on that device; they share memory."""

    @abstractmethod
    def tensor(self, array: Array) -> Tensor:
        """The tensor of an array; they share memory."""

    @abstractmethod
    def sent(self, numbers: np.ndarray) -> Array:
        """An array of the host's, on the device."""

    @abstractmethod
    def arange(self, count: int) -> Array:
        """0, 1, ... ``count`` - 1."""

    @abstractmethod
    def random(self, count: int, generator: torch.Generator) -> Array:
        """Numbers of double precision, uniform in [0, 1); the generator is the device's."""

    @abstractmethod
    def offsets(self, counts: Array) -> Array:
        """Where each of several runs starts, and behind the last one the total."""

    @abstractmethod
    def whole(self, numbers: Array) -> Array:
        """The numbers rounded towards zero, as int64."""

    @abstractmethod
    def take(self, array: Array, rows: Array, axis: int = 0) -> Array:
        """The rows of an array, which must be there: it is not checked."""

    @abstractmethod
    def repeat(self, values: Array, counts: Array, total: int | None = None) -> Array:
        """Each value, or each column, so many times; a known ``total``, the sum of the counts, asks no device."""

    @abstractmethod
    def where(self, condition: Array, yes: Array, no: Array) -> Array:
        """``yes`` where the condition holds, ``no`` elsewhere."""

    @abstractmethod
    def marked(self, count: int, places: Array) -> Array:
        """A mask of ``count`` places, true at those that are named."""

    @abstractmethod
    def places(self, mask: Array) -> Array:
        """Where a mask is true; asks the device how often."""

    @abstractmethod
    def below(self, numbers: Array, limits: Tensor) -> np.ndarray:
        """How many of the numbers, which are in order, lie below each limit; all of the host's."""

    @abstractmethod
    def order(self, keys: Array) -> Array:
        """What puts the keys in order; equal ones come in any order."""

    @abstractmethod
    def distinct(self, keys: Tensor) -> tuple[Tensor, Tensor]:
        """The different keys of a tensor in order, and the place of each key among them."""

    @abstractmethod
    def peaks(self, numbers: Array) -> Array:
        """For each place, the largest number up to there."""

    @abstractmethod
    def repeated(self, keys: Array, size: int) -> Array:
        """For each key, whether an equal one comes before it; keys are less than ``size``."""

    @abstractmethod
    def leading(self, marked: Array, moves: Array, back: Array, most: int) -> Array:
        """Whether the way back from each place leads over a marked one: a step from those that ``moves`` marks.

        Every step leads to a place before, and none of the ways has more than ``most``.
        """

    def rows(self, column: Tensor, rows: Array, block: int = 1) -> Tensor:
        """The rows of a column, which must be there; with a ``block``, runs of so many rows, numbered as runs."""
        rest, count = column.shape[1:], len(rows) * block
        if not column.numel():  # a column without width
            return column.new_empty(count, *rest)
        runs = self.of(column).reshape(len(column) // block, block, *rest)
        return self.tensor(self.take(runs, rows).reshape(count, *rest))


class Host(Arrays):
    """NumPy's arrays."""

    def of(self, tensor: Tensor) -> Array:
        return tensor.numpy()

    def tensor(self, array: Array) -> Tensor:
        return torch.from_numpy(array)

    def rows(self, column: Tensor, rows: Array, block: int = 1) -> Tensor:
        if column.requires_grad or column.dtype is torch.bfloat16:  # NumPy has neither
            return Device(column.device).rows(column, torch.from_numpy(rows), block)
        if block == 1 and column.numel():
            return torch.from_numpy(column.numpy().take(rows, axis=0, mode="clip"))
        return super().rows(column, rows, block)

    def sent(self, numbers: np.ndarray) -> Array:
        return numbers

    def arange(self, count: int) -> Array:
        return np.arange(count)

    def random(self, count: int, generator: torch.Generator) -> Array:
        return torch.rand(count, generator=generator, dtype=torch.float64).numpy()

    def offsets(self, counts: Array) -> Array:
        found = np.empty(len(counts) + 1, np.int64)
        found[0] = 0
        counts.cumsum(out=found[1:])
        return found

    def whole(self, numbers: Array) -> Array:
        return numbers.astype(np.int64)

    def take(self, array: Array, rows: Array, axis: int = 0) -> Array:
        return array.take(rows, axis, mode="clip")  # the other modes take three times as long

    def repeat(self, values: Array, counts: Array, total: int | None = None) -> Array:
        return values.repeat(counts, axis=-1)

    def where(self, condition: Array, yes: Array, no: Array) -> Array:
        return np.where(condition, yes, no)

    def marked(self, count: int, places: Array) -> Array:
        mask = np.zeros(count, bool)
        mask[places] = True
        return mask

    def places(self, mask: Array) -> Array:
        return mask.nonzero()[0]

    def below(self, numbers: Array, limits: Tensor) -> np.ndarray:
        return numbers.searchsorted(limits.numpy())

    def order(self, keys: Array) -> Array:
        return keys.argsort()

    def distinct(self, keys: Tensor) -> tuple[Tensor, Tensor]:
        different, place = np.unique(keys.numpy(), return_inverse=True)
        return torch.from_numpy(different), torch.from_numpy(place)

    def peaks(self, numbers: Array) -> Array:
        return np.maximum.accumulate(numbers)

    def repeated(self, keys: Array, size: int) -> Array:
        number = np.arange(len(keys))
        if size > SPARSE * len(keys):
            order = keys.argsort(kind="stable")
            ordered, found = keys[order], np.zeros(len(keys), bool)
            found[order[1:]] = ordered[1:] == ordered[:-1]
            return found
        first = np.empty(size, np.int64)
        first[keys[::-1]] = number[::-1]  # of several numbers at one place the last one stays
        return first.take(keys, mode="clip") != number

    def leading(self, marked: Array, moves: Array, back: Array, most: int) -> Array:
        open_places = (moves & ~marked).nonzero()[0]
        towards = back[open_places]
        while (found := marked[towards]).any():  # the few that move, until none leads to what was found last
            marked[open_places[found]] = True
            open_places, towards = open_places[~found], towards[~found]
        return marked


@dataclass(frozen=True)
class Device(Arrays):
    """Tensors, on one device."""

    device: torch.device

    def of(self, tensor: Tensor) -> Array:
        return tensor

    def tensor(self, array: Array) -> Tensor:
        return array

    def sent(self, numbers: np.ndarray) -> Array:
        return torch.from_numpy(numbers).to(self.device, non_blocking=True)

    def arange(self, count: int) -> Array:
        return torch.arange(count, device=self.device)

    def random(self, count: int, generator: torch.Generator) -> Array:
        return torch.rand(count, generator=generator, device=self.device, dtype=torch.float64)

    def offsets(self, counts: Array) -> Array:
        return torch.nn.functional.pad(counts.cumsum(0), (1, 0))

    def whole(self, numbers: Array) -> Array:
        return numbers.long()

    def take(self, array: Array, rows: Array, axis: int = 0) -> Array:
        return array.index_select(axis, rows)

    def repeat(self, values: Array, counts: Array, total: int | None = None) -> Array:
        return torch.repeat_interleave(values, counts, dim=-1, output_size=total)

    def where(self, condition: Array, yes: Array, no: Array) -> Array:
        return torch.where(condition, yes, no)

    def marked(self, count: int, places: Array) -> Array:
        return torch.zeros(count, dtype=torch.bool, device=self.device).index_fill_(0, places, True)

    def places(self, mask: Array) -> Array:
        return mask.nonzero()[:, 0]

    def below(self, numbers: Array, limits: Tensor) -> np.ndarray:
        return torch.searchsorted(numbers, limits.to(self.device)).cpu().numpy()

    def order(self, keys: Array) -> Array:
        return keys.argsort()

    def distinct(self, keys: Tensor) -> tuple[Tensor, Tensor]:
        return torch.unique(keys, return_inverse=True)

    def peaks(self, numbers: Array) -> Array:
        return numbers.cummax(0).values

    def repeated(self, keys: Array, size: int) -> Array:
        order = keys.argsort(stable=True)
        ordered, found = keys[order], torch.zeros_like(keys, dtype=torch.bool)
        found[order[1:]] = ordered[1:] == ordered[:-1]
        return found

    def leading(self, marked: Array, moves: Array, back: Array, most: int) -> Array:
        towards = torch.where(moves, back, self.arange(len(back)))
        for _ in range(most.bit_length()):  # by doubling: each round looks twice as far back
            marked, towards = marked | marked[towards], towards[towards]
        return marked


HOST = Host()
HOSTS: dict[str, Arrays] = {"cpu": HOST}  # by type of device


def arrays(device: torch.device) -> Arrays:
    """The arrays of a device."""
    return HOSTS.get(device.type) or Device(device)
