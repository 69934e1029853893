"""The curves of growth by name: what SAME's steps, embedding and studies cost at several sizes."""

import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import torch

from multigraft.bench import memory
from multigraft.bench.growth import Curve, Measure, timed
from multigraft.bench.made_graphs import made_graphs
from multigraft.bench.races.data import many_molecules
from multigraft.bench.races.same import Training, trainer
from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.registry import ENCODERS
from multigraft.errors import MultigraftError
from multigraft.graphs import store
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.part import Part
from multigraft.models.trained import embed_batches
from multigraft.processes import Pool, usable_cores
from multigraft.randomness import seed_of
from multigraft.strategies.registry import build
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import resolve
from multigraft.training.options import TrainOptions

TASKS = ("gc", "nc", "lp", "ep", "im")
BATCH, NODES, DEGREE, DIM, THREE = 16, 32, 4, 256, 3  # of a step, but for what grows
STEPS = 4  # of an epoch
STEP = f"a step of eSAME, GCN 3 x {DIM}"
PATIENCE = 600.0  # seconds
MOST = 40_000  # different molecules; where there are to be more, they come again
WORKED = 2  # epochs that a worker trains before it is waited for


def embed_graphs() -> Curve:
    """Time against the number of graphs."""
    encoder = network(made_graphs(1, NODES))

    def at(size: int) -> Measure:
        graphs = made_graphs(size, NODES)
        return timed(lambda: consume(embed_batches(encoder, graphs, device="cpu")))

    return Curve(f"embedding by GCN 3 x {DIM}, graphs of {NODES} nodes", "graphs", "ms", _doubled(64, 6), at)


def step_graphs() -> Curve:
    """Time against the graphs of a batch."""
    return _steps(f"graphs of {NODES} nodes", "graphs in a batch", _doubled(8, 6), lambda size: training(batch=size))


def step_nodes() -> Curve:
    """Time against the nodes of a graph."""
    return _steps(f"{BATCH} graphs", "nodes in a graph", _doubled(8, 6), lambda size: training(nodes=size))


def step_edges() -> Curve:
    """Time against the edges of a graph."""
    nodes = 64
    sizes = tuple(nodes * degree // 2 for degree in (2, 4, 8, 16, 32, 48))
    what = f"{BATCH} graphs of {nodes} nodes"
    return _steps(what, "edges in a graph", sizes, lambda size: training(nodes=nodes, degree=2 * size // nodes))


def step_width() -> Curve:
    """Time against the width of embeddings."""
    what = f"{BATCH} graphs of {NODES} nodes"
    return _steps(what, "width of embeddings", _doubled(16, 6), lambda size: training(dim=size))


def step_tasks() -> Curve:
    """Time against the number of tasks that share the encoder."""
    what = f"{BATCH} graphs of {NODES} nodes, with the first of {', '.join(TASKS)}"
    return _steps(what, "tasks", tuple(range(1, len(TASKS) + 1)), lambda size: training(tasks=size))


def study_cores() -> Curve:
    """Steps a second of models that are trained side by side, against the processes that train them."""
    pools: list[Pool] = []

    def at(size: int) -> Measure:
        pool = Pool(train_epochs, size)
        pools.append(pool)
        return lambda: _speed(pool, size)

    def close() -> None:
        for pool in pools:
            pool.__exit__(None, None, None)

    cores = usable_cores()
    sizes = tuple(sorted({*_doubled(1, cores.bit_length()), cores}))
    return Curve(
        f"{STEP}: {BATCH} graphs of {NODES} nodes, a model a process", "processes", "steps/s", sizes, at, close
    )


def memory_molecules() -> Curve:
    """The most memory of a process that embeds the molecules of a mapped file, against their number."""
    home = tempfile.TemporaryDirectory(prefix="multigraft-growth-")
    some = many_molecules(MOST)
    encoder = ENCODERS["gin"](InputSchema.of(some), dim=300, layers=2)

    def at(size: int) -> Measure:
        path = Path(home.name) / f"{size}.safetensors"
        store.save(some.select(torch.arange(size) % len(some)), path)

        def measure() -> float:
            memory.reset_peak()
            consume(embed_batches(encoder, store.load(path), device="cpu"))
            return memory.peak() or float("nan")

        return measure

    what = "embedding by GIN 2 x 300 from a mapped file; the peak of the process, with all libraries"
    return Curve(what, "molecules", "MiB", _doubled(4000, 6), at, home.cleanup)


CURVES: dict[str, Callable[[], Curve]] = {
    "embed-graphs": embed_graphs,
    "step-graphs": step_graphs,
    "step-nodes": step_nodes,
    "step-edges": step_edges,
    "step-width": step_width,
    "step-tasks": step_tasks,
    "study-cores": study_cores,
    "memory-molecules": memory_molecules,
}


def training(
    batch: int = BATCH, nodes: int = NODES, degree: int = DEGREE, dim: int = DIM, tasks: int = THREE
) -> Training:
    """A fresh run of eSAME on graphs that fill a few batches."""
    graphs, named = made_graphs(STEPS * batch, nodes, degree), TASKS[:tasks]
    method = build("esame")
    options = TrainOptions(tasks=named, strategy=method.config(), batch_size=batch, device="cpu")
    chosen = resolve(named)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(0, "heads"))
        model = TaskModel(network(graphs, dim), chosen, graphs.origin)
    everything = Part(graphs, torch.arange(len(graphs)))
    return Training(model, chosen, method, everything, everything, options)


def network(graphs: PackedGraphs, dim: int = DIM) -> GCN:
    """SAME's encoder for these graphs, with weights that are always the same."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(0, "weights"))
        return GCN(InputSchema.of(graphs), dim=dim)


def train_epochs(_: int) -> None:
    """Train the model of this process for a few more epochs: what a worker of a study is given to do."""
    train_epoch = _kept_trainer()
    for _epoch in range(WORKED):
        train_epoch()


@cache
def _kept_trainer() -> Callable[[], None]:
    return trainer(training())


def _speed(pool: Pool, processes: int) -> float:
    """Steps a second of all workers together."""
    began = time.perf_counter()
    for _ in range(processes):
        pool.give(0)
    while pool.busy:
        for outcome in pool.outcomes(PATIENCE):
            if outcome.error is not None:
                raise MultigraftError(f"a worker failed: {outcome.error}")
    return processes * WORKED * STEPS / (time.perf_counter() - began)


def _steps(what: str, x: str, sizes: tuple[int, ...], make: Callable[[int], Training]) -> Curve:
    """Time of a step of eSAME."""

    def at(size: int) -> Measure:
        ours = make(size)
        return timed(trainer(ours), ours.steps)

    return Curve(f"{STEP}: {what}", x, "ms", sizes, at)


def _doubled(first: int, count: int) -> tuple[int, ...]:
    return tuple(first * 2**place for place in range(count))


def consume(batches: Iterator[object]) -> None:
    """Take everything, and keep nothing."""
    for _ in batches:
        pass
