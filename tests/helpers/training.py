"""Short training runs for tests."""

import lightning as L

from multigraft.models.trained import TrainedEncoder
from multigraft.training.fit import train
from tests.helpers.graphs import random_graphs


def small_graphs(count=30, seed=11, **options):
    """Enough graphs for a split and a few batches."""
    return random_graphs(count, seed=seed, least_nodes=4, most_nodes=9, density=0.4, **options)


def train_small(graphs=None, **options) -> TrainedEncoder:
    """Two epochs of a narrow encoder, unless ``options`` say otherwise."""
    narrow = {"batch_size": 6, "dim": 8, "layers": 2, "progress": False, "device": "cpu"}
    options = {"epochs": 2, "validate_every": 1, "validation_draws": 2, **narrow, **options}
    return train(small_graphs() if graphs is None else graphs, **options)


class FakeTrainer(L.Trainer):
    """What callbacks and modules ask of a trainer, and no more."""

    current_epoch = 0
    global_step = 0
    max_epochs = 0
    should_stop = False

    def __init__(self, **values):
        self.__dict__.update(values)
