"""A task of one's own goes through every strategy: the contract is all they use."""

from dataclasses import dataclass

import pytest
import torch
from torch import nn

from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.randomness import generator
from multigraft.strategies.registry import STRATEGIES, build
from multigraft.tasks.base import Episode, Examples, Head, Task
from multigraft.tasks.model import TaskModel
from tests.helpers.graphs import random_graphs


class ValueHead(Head):
    def __init__(self, dim):
        super().__init__()
        self.out = nn.Linear(dim, 1)

    def forward(self, z, examples):
        return self.out(z)[examples.queries, 0]


@dataclass(frozen=True)
class FirstAttribute(Task):
    """Regression of every node's first attribute."""

    name = "first"
    title = "first attribute"
    metric_name = "negative squared error"

    def obstacle(self, graphs):
        return None

    def head(self, dim, origin):
        return ValueHead(dim)

    def examples(self, graphs, generator):
        return Examples(graphs, torch.arange(graphs.num_nodes), graphs.x[:, 0])

    def episode(self, graphs, generator):
        return Episode(self.examples(graphs, generator), self.examples(graphs, generator))

    def loss(self, logits, examples):
        return (logits - examples.answers).square().mean()

    def metric(self, logits, examples):
        return -self.loss(logits, examples).item()


@pytest.mark.parametrize("name", STRATEGIES)
def test_every_strategy_takes_a_foreign_task(name):
    graphs, task = random_graphs(6, least_nodes=2), FirstAttribute()
    torch.manual_seed(0)
    model = TaskModel(GCN(InputSchema.of(graphs), dim=8), [task], graphs.origin)
    strategy, optimiser = build(name), torch.optim.Adam(model.parameters(), 0.02)
    seen = []
    for step in range(60):
        loss = strategy.losses(model, [task], graphs, generator(0, step))["first"]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        seen.append(loss.item())
    assert seen[-1] < 0.8 * seen[0]
    logits, examples = strategy.answer(model, task, graphs, generator(1))
    assert task.metric(logits, examples) > -seen[0]
