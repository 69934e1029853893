"""Chunks of written molecules to arrays: parsed and featurised by several processes, and taken in their order."""

import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing import current_process
from typing import Any, TypeVar

import numpy as np
from jaxtyping import Int64

from multigraft.errors import MultigraftError
from multigraft.graphs.molecules.featurization import FEATURIZERS, Features
from multigraft.graphs.molecules.smiles import read_molecule
from multigraft.processes import die_with_parent, usable_cores

Job = TypeVar("Job")
Result = TypeVar("Result")

MANY = 20_000  # molecules from which on the time that processes need to start is saved again
AHEAD = 2  # chunks a process that are read before their results are taken; as many as its queue holds
MOST = 60  # processes that Windows can wait for


@dataclass(frozen=True)
class Reading:
    """How molecules are read: their featurisation, whether salts are stripped, and whether they are mol blocks."""

    featurization: str = "hu"
    strip_salts: bool = False
    mol_blocks: bool = False


@dataclass(frozen=True, eq=False)
class Parsed:
    """What became of some written molecules.

    ``kept``: places of those that parse, in their order; ``smiles`` and ``features`` are theirs. ``reasons``: why the
    others do not, by place.
    """

    kept: Int64[np.ndarray, " graphs"]
    smiles: list[str]
    features: Features
    reasons: dict[int, str]


def parse(reading: Reading, written: Sequence[str]) -> Parsed:
    """Parse and featurise some molecules; RDKit's own log is silenced."""
    from rdkit import rdBase

    kept, molecules, texts, reasons = [], [], [], {}
    with rdBase.BlockLogs():
        for place, one in enumerate(written):
            molecule, smiles, reason = read_molecule(one, reading.mol_blocks, reading.strip_salts)
            if molecule is None:
                reasons[place] = reason
            else:
                kept.append(place)
                molecules.append(molecule)
                texts.append(smiles)
        features = FEATURIZERS[reading.featurization](molecules, texts)
    return Parsed(np.array(kept, dtype=np.int64), texts, features, reasons)


def in_order(
    work: Callable[[Job], Result], jobs: Iterable[Job], count: int, processes: int | None = None, many: int = MANY
) -> Iterator[Result]:
    """``work`` of every job, in their order, while later ones are being done; never many results at a time.

    ``count`` molecules in all: fewer than ``many`` this process does itself, as where a single one is asked for; and so
    does a process of a study's, which shares the cores with its likes and may have no children.
    ``work`` must be a function of a module, or a `functools.partial` of one.

    Raises:
        MultigraftError: a process was killed, or RDKit ended it.
    """
    processes = min(usable_cores() if processes is None else processes, MOST)
    if processes <= 1 or count < many or current_process().daemon:
        yield from map(work, jobs)
        return
    # Unlike multiprocessing's, its processes need no `if __name__ == "__main__"` in the caller's script.
    from joblib.externals.loky import ProcessPoolExecutor
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    executor: Any = ProcessPoolExecutor(processes, initializer=_begin)
    waiting: deque[Any] = deque()
    try:
        for job in jobs:
            waiting.append(executor.submit(work, job))
            if len(waiting) >= AHEAD * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    except TerminatedWorkerError as error:
        said = "a process that parses molecules was ended: memory ran out, or a molecule made RDKit fail"
        raise MultigraftError(f"{said}; try a single process, which tells which") from error
    finally:
        _until_taken(waiting)
        executor.shutdown(wait=True, kill_workers=True)


def _until_taken(waiting: Iterable[Any]) -> None:
    """Let the executor take up what it was given: shut down before that, a thread of its fails and says so aloud."""
    deadline = time.monotonic() + 1
    while not all(one.running() or one.done() for one in waiting) and time.monotonic() < deadline:
        time.sleep(0.001)


def _begin() -> None:
    """Leave Ctrl-C to the process that started this one, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
