"""One encoder with a head for each task."""

import torch

from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.randomness import generator
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import resolve
from tests.helpers.graphs import random_graphs


def test_parameters_are_named_by_trunk_and_graft():
    graphs = random_graphs(4)
    model = TaskModel(GCN(InputSchema.of(graphs), dim=4), resolve(["gc", "lp"]), graphs.origin)
    roots = {".".join(name.split(".")[:2]) for name in model.state_dict()}
    assert roots == {"encoder.layers", "heads.gc", "heads.lp"}


def test_forward_is_the_head_on_the_embeddings_of_what_may_be_seen():
    graphs, tasks = random_graphs(4, least_nodes=3, density=0.5), resolve(["gc", "nc", "lp"])
    model = TaskModel(GCN(InputSchema.of(graphs), dim=4), tasks, graphs.origin)
    for task in tasks:
        examples = task.exam(graphs, generator(0))
        expected = model.heads[task.name](model.encoder(examples.graphs), examples)
        torch.testing.assert_close(model({task: examples})[task], expected)
        assert len(model({task: examples})[task]) == len(examples.answers)
