"""Race fast versions against plain ones: ``python -m benchmarks.race``.

Both run by turns in one process, so that whatever else the machine does falls on both. What counts is the ratio, how
many times faster the fast version is, with its spread over the rounds; times only say what the ratios are ratios of.
"""

import random
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch_geometric.data import Batch

from multigraft.graphs.catalog import load
from multigraft.graphs.packed import PackedGraphs
from multigraft.strategies.same import divide
from multigraft.tasks.base import Episode
from multigraft.tasks.registry import resolve
from tests.reference import collation, episodes

ROUNDS = 20
REPEATS = 3
BATCHES = (16, 64, 256)
TASKS = resolve(["gc", "nc", "lp"])


@dataclass(frozen=True)
class Race:
    """Two ways to do one thing, each a function without arguments."""

    name: str
    fast: Callable[[], object]
    plain: Callable[[], object]


def races(graphs: PackedGraphs) -> Iterator[Race]:
    """What every training step waits for: from graph numbers to the tensors of a batch, and of an episode."""
    generator, draw = torch.Generator().manual_seed(0), random.Random(0)
    data, unpacked = list(graphs), episodes.unpack(graphs)
    for size in BATCHES:

        def picked(size: int = size) -> list[int]:
            return draw.sample(range(len(graphs)), size)

        yield Race(
            f"batch of {size} graphs",
            lambda picked=picked: graphs.select(picked()),
            lambda picked=picked: Batch.from_data_list([data[i] for i in picked()]),
        )
        yield Race(
            f"episode of {size} graphs",
            lambda picked=picked: episode(graphs.select(picked()), generator),
            lambda picked=picked: collation.multi_task_episode([unpacked[i] for i in picked()], generator),
        )


def episode(batch: PackedGraphs, generator: torch.Generator) -> list[Episode]:
    """An episode of SAME's tasks, as the strategies isame and esame draw it."""
    parts = divide(batch, len(TASKS), generator)
    return [task.episode(part, generator) for task, part in zip(TASKS, parts, strict=True)]


def seconds(action: Callable[[], object]) -> float:
    """Mean seconds of a few calls."""
    started = time.perf_counter()
    for _ in range(REPEATS):
        action()
    return (time.perf_counter() - started) / REPEATS


def run(race: Race, rounds: int = ROUNDS) -> str:
    """One line: medians of both in milliseconds, and the median ratio with the middle half of the ratios."""
    race.fast(), race.plain()
    times = []
    for number in range(rounds):
        order = (race.fast, race.plain) if number % 2 else (race.plain, race.fast)
        took = {action: seconds(action) for action in order}
        times.append((took[race.fast], took[race.plain]))
    fast, plain = (statistics.median(column) * 1e3 for column in zip(*times, strict=True))
    low, middle, high = statistics.quantiles([slow / quick for quick, slow in times], n=4)
    return f"{race.name:<24} {fast:8.2f} {plain:8.2f} {middle:8.1f}   {low:.1f} to {high:.1f}"


def main() -> None:
    """Race on the embedded molecules."""
    torch.set_num_threads(1)  # both versions: what is raced is the work, not the thread pool
    graphs = load("chembl2321810")
    print(f"{graphs.origin.name}, one thread, {ROUNDS} rounds in which the two versions take turns")
    print(f"{'':<24} {'fast ms':>8} {'plain ms':>8} {'ratio':>8}   middle half of the ratios")
    for race in races(graphs):
        print(run(race), flush=True)


if __name__ == "__main__":
    main()
