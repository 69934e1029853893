"""SAME on 16 graphs a step: drawing the episodes, the steps of eSAME and iSAME, and a study that trains many models.

The fast side is what a training run does between the calls of its loop, epoch after epoch; the plain side is
`multigraft.bench.plain.same`, on the same training part. A study trains a model in every worker process, each on one
thread; it races against a single process.
"""

from collections.abc import Callable, Iterator
from functools import cache

import torch

from multigraft.bench import products
from multigraft.bench.plain import episodes, same
from multigraft.bench.race import Race
from multigraft.bench.races.data import labelled_graphs
from multigraft.errors import MultigraftError
from multigraft.graphs.part import Part
from multigraft.processes import Pool, default_processes, keep_freed_memory
from multigraft.randomness import generator, seed_of
from multigraft.strategies.base import Questions
from multigraft.strategies.registry import build
from multigraft.tasks.registry import resolve
from multigraft.training.module import TrainingModule
from multigraft.training.options import TrainOptions
from multigraft.training.preparation import prepare
from multigraft.training.side import Side

TASKS = ("gc", "nc", "lp")
EPOCHS = 2  # that each worker of a study trains before it is waited for
PATIENCE = 600.0  # seconds


def episode() -> Race:
    """From a data set to the questions of a step."""
    ours = training("esame")
    plain = plain_episodes(ours)
    return Race(
        name="episode",
        fast=ours.draw_epoch,
        plain=lambda: next(plain),
        what=f"an episode {_on(ours)}",
        fast_units=ours.steps,
        bytes=2.0 * size(ours.draw_epoch()[0]),
    )


def esame_step() -> Race:
    """Training eSAME: episode, inner and outer step, optimiser."""
    return _step("esame", adapts_encoder=False)


def isame_step() -> Race:
    """Training iSAME."""
    return _step("isame", adapts_encoder=True)


def esame_study() -> Race:
    """Models that are trained by eSAME side by side."""
    return _study("esame", adapts_encoder=False)


def isame_study() -> Race:
    """Models that are trained by iSAME side by side."""
    return _study("isame", adapts_encoder=True)


class Training(TrainingModule):
    """A training run whose epochs are trained by calling what its loop calls, in the loop's order."""

    epoch = -1

    @property
    def current_epoch(self) -> int:
        return self.epoch

    def draw_epoch(self) -> list[Questions]:
        """The questions of all steps of the next epoch."""
        self.epoch += 1
        return [self.questions(step) for step in range(self.steps)]


def training(strategy: str) -> Training:
    """A fresh run with SAME's network and the options of its release, in a process that trains."""
    keep_freed_memory()
    graphs, tasks, method = labelled_graphs(), resolve(TASKS), build(strategy)
    options = TrainOptions(tasks=TASKS, strategy=method.config(), device="cpu")
    run = prepare(graphs, tasks, method, options, "gcn", {}, options.split)
    return Training(
        run.model, run.tasks, run.strategy, Part(graphs, run.split.train), Part(graphs, run.split.validation), options
    )


def trainer(ours: Training | Side) -> Callable[[], None]:
    """Train one more epoch with every call: all its steps, and its mean losses."""
    optimizer = ours.configure_optimizers()

    def train_epoch() -> None:
        ours.epoch += 1
        for step in range(ours.steps):
            loss = ours.training_step(step, step)
            optimizer.zero_grad()
            ours.backward(loss)
            optimizer.step()
        ours.scores()

    return train_epoch


def plain_episodes(ours: Training) -> Iterator[episodes.Episode]:
    """The plain side's episodes, on the same graphs."""
    part = ours.training_part
    data = episodes.graph_list(part.graphs.select(part.numbers))
    return episodes.loader(data, generator(0, "plain episodes"), ours.options.batch_size)


def plain_model(ours: Training) -> same.Model:
    """A fresh network of the same shape."""
    origin, schema = ours.training_part.graphs.origin, ours.model.encoder.inputs.schema
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of(0, "plain weights"))
        return same.Model(schema.width, len(origin.node_classes), len(origin.graph_classes))


def plain_trainer(ours: Training, adapts_encoder: bool) -> Callable[[], None]:
    """Make one more step with every call."""
    plain, drawn = same.SAME(plain_model(ours), adapts_encoder), plain_episodes(ours)
    return lambda: plain.step(next(drawn))


def size(questions: Questions) -> int:
    """Bytes of the tensors that an episode of each task consists of."""
    found: dict[int, int] = {}
    for drawn in questions.values():
        for half in (drawn.support, drawn.target):
            tensors = [half.queries, half.answers, *half.graphs.tensors().values()]
            found |= {tensor.data_ptr(): tensor.nbytes for tensor in tensors}
    return sum(found.values())


def train_epochs(strategy: str) -> None:
    """Train the model of this process for `EPOCHS` more epochs: what a worker of a study is given to do."""
    train_epoch = _kept_trainer(strategy)
    for _ in range(EPOCHS):
        train_epoch()


@cache
def _kept_trainer(strategy: str) -> Callable[[], None]:
    return trainer(training(strategy))


def _step(strategy: str, adapts_encoder: bool) -> Race:
    ours = training(strategy)
    return Race(
        name=f"{strategy}-step",
        fast=trainer(ours),
        plain=plain_trainer(ours, adapts_encoder),
        what=f"a step of {strategy} {_on(ours)}",
        fast_units=ours.steps,
    )


def _study(strategy: str, adapts_encoder: bool) -> Race:
    ours, processes = training(strategy), default_processes()
    pool = Pool(train_epochs, processes)

    def fast() -> None:
        for _ in range(processes):
            pool.give(strategy)
        while pool.busy:
            done = list(pool.outcomes(PATIENCE))
            if not done:
                raise MultigraftError(
                    f"no worker of the study has trained {EPOCHS} epochs within {PATIENCE:.0f} seconds"
                )
            if errors := [outcome.error for outcome in done if outcome.error is not None]:
                raise MultigraftError(f"a worker of the study failed: {errors[0]}")

    return Race(
        name=f"{strategy}-study",
        fast=fast,
        plain=plain_trainer(ours, adapts_encoder),
        what=f"a step of {strategy} {_on(ours)}; {processes} processes against one",
        fast_units=processes * EPOCHS * ours.steps,
        flops=sum(products.count(trainer(ours)).values()) / ours.steps,
        workers=processes,
        close=lambda: pool.__exit__(None, None, None),
    )


def _on(ours: Training) -> str:
    graphs = ours.training_part.graphs
    return f"on {ours.options.batch_size} graphs of {graphs.origin.name}, {', '.join(TASKS)}"
