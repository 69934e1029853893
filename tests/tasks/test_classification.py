"""What softmax tasks share: loss, accuracy, and data that cannot be classified."""

import math

import torch

from multigraft.randomness import generator
from multigraft.tasks.base import Examples
from multigraft.tasks.classification import missing_classes
from multigraft.tasks.graph_classification import GraphClassification
from tests.helpers.graphs import random_graphs

TASK = GraphClassification()


def test_loss_is_the_mean_cross_entropy_and_nothing_asked_costs_nothing():
    graphs = random_graphs(5, seed=1)
    examples = TASK.examples(graphs, generator(0))
    logits = torch.randn(5, 2, generator=generator(1))
    expected = -torch.log_softmax(logits, 1)[torch.arange(5), examples.answers].mean()
    torch.testing.assert_close(TASK.loss(logits, examples), expected)
    nothing = Examples(graphs, torch.empty(0, dtype=torch.int64), torch.empty(0, dtype=torch.int64))
    assert TASK.loss(torch.empty(0, 2), nothing).item() == 0
    assert math.isnan(TASK.metric(torch.empty(0, 2), nothing))


def test_accuracy_is_the_share_of_right_classes():
    examples = TASK.examples(random_graphs(8, seed=1), generator(0))
    right = torch.nn.functional.one_hot(examples.answers, 2).double()
    assert TASK.metric(right, examples) == 1.0
    assert TASK.metric(-right, examples) == 0.0


def test_classes_that_cannot_be_told_apart_are_an_obstacle():
    assert missing_classes("graph", "mine", ()) == "data set 'mine' has no graph labels"
    assert missing_classes("node", "mine", ("C",)) == "data set 'mine' has a single node class, 'C'"
    assert missing_classes("node", "mine", ("C", "N")) is None
