"""Small runs for lockstep."""

from multigraft.training.fit import prepared
from tests.helpers.training import small_graphs, train_small

GRAPHS = small_graphs()
OPTIONS = {
    "tasks": ["gc", "nc", "lp"], "strategy": "esame", "epochs": 2, "validate_every": 1, "validation_draws": 1,
    "batch_size": 6, "dim": 4, "layers": 2, "device": "cpu", "learning_rate": 0.01,
}  # fmt: skip


def runs(seeds=(0, 1), graphs=GRAPHS, **options):
    """Runs that differ in their seed."""
    return [prepared(graphs, seed=seed, **OPTIONS | options) for seed in seeds]


def alone(seed, out=None, graphs=GRAPHS, **options):
    """What becomes of such a run alone."""
    return train_small(graphs, seed=seed, out=out, **OPTIONS | options)
