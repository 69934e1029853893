"""Worker processes that outlive a failing job, and die with whoever started them; or the same without processes."""

import ctypes
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from types import TracebackType
from typing import Any

_share: int | None = None  # of the cores, in a worker
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # as malloc.h of glibc numbers them


@dataclass(frozen=True)
class Outcome:
    """What became of a job; ``error`` is None where it was done."""

    job: Any
    error: str | None


@dataclass(eq=False)
class _Worker:
    process: Any
    pipe: Connection
    job: Any = None


class Pool:
    """Processes that call ``work(job)``, one job at a time, each on one thread unless the job asks for `own_cores`.

    They are started afresh (spawn), so nothing is shared but files. Leaving the block ends them at once, whatever they
    are doing: what they do must bear that.
    """

    def __init__(self, work: Callable[[Any], None], processes: int) -> None:
        self._work = work
        self._share = max(1, usable_cores() // processes)
        self._context = multiprocessing.get_context("spawn")
        self._workers = [self._worker() for _ in range(processes)]

    def __enter__(self) -> "Pool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.pipe.close()

    @property
    def idle(self) -> bool:
        """Whether a worker waits for a job."""
        return any(worker.job is None for worker in self._workers)

    @property
    def busy(self) -> list[Any]:
        """The jobs that are being done."""
        return [worker.job for worker in self._workers if worker.job is not None]

    def give(self, job: Any) -> None:
        """Hand a job to a worker that waits for one."""
        worker = next(worker for worker in self._workers if worker.job is None)
        worker.job = job
        worker.pipe.send(job)

    def outcomes(self, seconds: float) -> Iterator[Outcome]:
        """The jobs that end within so many seconds; returns at the first of them, or when the time is over."""
        ready = wait([worker.pipe for worker in self._workers if worker.job is not None], timeout=seconds)
        for worker in list(self._workers):
            if worker.pipe in ready:
                job, worker.job = worker.job, None
                try:
                    yield Outcome(job, worker.pipe.recv())
                except EOFError:  # it was killed, perhaps for want of memory
                    self._workers[self._workers.index(worker)] = self._worker()
                    worker.process.join()
                    yield Outcome(job, f"its process ended with code {worker.process.exitcode}")

    def _worker(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_serve, args=(theirs, self._work, self._share), daemon=True)
        process.start()
        theirs.close()
        return _Worker(process, ours)


class Here:
    """What a `Pool` is to its caller, without processes: a job is done when its outcome is asked for."""

    def __init__(self, work: Callable[[Any], None]) -> None:
        self._work = work
        self._jobs: list[Any] = []

    def __enter__(self) -> "Here":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._jobs.clear()

    @property
    def idle(self) -> bool:
        """Whether there is no job."""
        return not self._jobs

    @property
    def busy(self) -> list[Any]:
        """The job that waits, if any."""
        return list(self._jobs)

    def give(self, job: Any) -> None:
        """Keep a job for `outcomes`."""
        self._jobs.append(job)

    def outcomes(self, seconds: float) -> Iterator[Outcome]:
        """Do the job, however long it takes: ``seconds`` is for pools, which can wait beside the work."""
        if self._jobs:
            error = _attempt(self._work, self._jobs[0])
            yield Outcome(self._jobs.pop(0), error)


def default_processes() -> int:
    """A process a core; a single one where there is a GPU, as they would share it."""
    import torch

    return 1 if torch.cuda.is_available() else usable_cores()


def usable_cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def own_cores() -> int:
    """How many cores this process may keep busy all the time: in a worker of a `Pool` its share of them.

    Threads that wait for each other at every operation, as those of training do, lose far more than the other half
    where two processes have as many of them as there are cores.
    """
    return usable_cores() if _share is None else _share


def keep_freed_memory() -> None:
    """Let freed memory, up to 256 MiB of it, stay with this process, where the C library is glibc.

    Whoever has set glibc's own variables for this (``MALLOC_TRIM_THRESHOLD_``, ``MALLOC_MMAP_THRESHOLD_``) is obeyed.

    Training and embedding free and take the same megabytes every few milliseconds. Given back to the system they come
    back page by page, zeroed: a tenth of a small step's time, a quarter of what SAME's network needs to embed graphs.

    Source: mallopt(3), M_TRIM_THRESHOLD and M_MMAP_THRESHOLD.
    """
    if os.name != "posix" or {"MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_"} & os.environ.keys():
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    # Larger blocks are the system's, as ever. Before glibc 2.35 the limit is 32 MiB; one without the other would harm.
    if mallopt is not None and (mallopt(_MMAP_THRESHOLD, 2**26) or mallopt(_MMAP_THRESHOLD, 2**25)):
        mallopt(_TRIM_THRESHOLD, 2**28)


def die_with_parent() -> None:
    """End this process once the one that started it is gone, however that ended."""
    threading.Thread(target=_die_with, args=(os.getppid(),), daemon=True).start()


def _serve(pipe: Connection, work: Callable[[Any], None], share: int) -> None:
    """A worker's life: a job comes, its error or None goes back, until nobody is there any more."""
    global _share
    _share = share
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for whoever started us
    die_with_parent()
    _one_thread()
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        pipe.send(_attempt(work, job))


def _attempt(work: Callable[[Any], None], job: Any) -> str | None:
    """Do a job; the error if there is one."""
    try:
        work(job)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def _die_with(parent: int) -> None:
    """End this process when its parent has ended without saying so."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os._exit(1)


def _one_thread() -> None:
    import torch

    torch.set_num_threads(1)
