"""Small models in double precision, and their episodes."""

import torch

from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import resolve
from tests.helpers.graphs import random_graphs

TASKS = resolve(["gc", "nc", "lp"])


def double_model(graphs, seed=1):
    """A narrow GCN with heads for all tasks."""
    torch.manual_seed(seed)
    return TaskModel(GCN(InputSchema.of(graphs), dim=6), TASKS, graphs.origin).double()


def double_graphs(count=12, seed=5):
    """Graphs with double-precision attributes."""
    graphs = random_graphs(count, seed=seed, least_nodes=4, most_nodes=8, density=0.5)
    graphs.nodes["x"] = graphs.x.double()
    return graphs


def gradients(model, loss):
    """The gradient of a loss by name of parameter; zeros where there is none."""
    names, values = zip(*model.named_parameters(), strict=True)
    found = torch.autograd.grad(loss, values, allow_unused=True, materialize_grads=True)
    return dict(zip(names, found, strict=True))


def assert_same(ours, theirs, tolerance=1e-9):
    """Equal but for rounding, relative to the largest."""
    assert ours.keys() == theirs.keys()
    scale = max(float(value.abs().max()) for value in theirs.values())
    assert scale > 0
    for name, value in theirs.items():
        assert float((ours[name] - value).abs().max()) <= tolerance * scale, name
