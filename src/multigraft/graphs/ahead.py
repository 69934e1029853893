"""Batches that are made while others are computed with."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

import torch

Key = TypeVar("Key")
Made = TypeVar("Made")


def ahead(make: Callable[[Key], Made], keys: Iterable[Key], depth: int = 1) -> Iterator[Made]:
    """``make`` of every key, in their order; up to ``depth`` are made by a thread while the caller has the one before.

    What is made depends on its key alone, so it is the same with any depth; 0 makes each when it is asked for, in the
    caller's thread. An error in ``make`` comes out where its result would. When the caller stops, after Ctrl-C too,
    nothing more is made, and the thread has ended.

    It can pay where making a batch leaves the device idle that computes with it: graphs that lie on the host, in a
    mapped file perhaps, for a model on a GPU that is waited for; how much, was not measured. On the CPU a batch is made
    in a hundredth of the time that a GIN takes for it, from a file that has to be read from disk as well, and on the
    same cores: there is nothing to gain, see `depth_for`.
    """
    if depth < 1:
        yield from map(make, keys)
        return

    def made(key: Key) -> Made:
        with torch.no_grad():  # batches have no gradients, and the caller's own setting is the caller's thread's
            return make(key)

    left = iter(keys)
    executor = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    waiting: deque[Future[Made]] = deque()
    try:
        waiting.extend(executor.submit(made, key) for key in islice(left, depth))
        while waiting:
            found = waiting.popleft().result()
            waiting.extend(executor.submit(made, key) for key in islice(left, 1))
            yield found
            del found  # while the next is waited for, the caller may have let go of it
    finally:
        executor.shutdown(cancel_futures=True)


def depth_for(device: torch.device | str) -> int:
    """How far ahead batches are worth making for a model on this device."""
    return 0 if torch.device(device).type == "cpu" else 1
