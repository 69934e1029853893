"""Attribute reconstruction: the mean squared error, and R2 over attributes that vary."""

import pytest
import torch

from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.tasks.attribute_reconstruction import AttributeReconstruction
from multigraft.tasks.base import Examples
from tests.helpers.graphs import random_graphs

TASK = AttributeReconstruction()


def test_loss_and_score_are_those_of_the_numbers():
    graphs = random_graphs(6, seed=1)
    asked = TASK.examples(graphs, generator(0))
    said = asked.answers.double() + torch.randn(asked.answers.shape, generator=generator(1), dtype=torch.float64)
    wrong = (said - asked.answers.double()).square()
    assert torch.allclose(TASK.loss(said, asked), wrong.mean())
    spread = asked.answers.double().var(0, correction=0)
    assert TASK.metric(said, asked) == pytest.approx(float((1 - wrong.mean(0) / spread).mean()))
    assert TASK.metric(asked.answers, asked) == 1


def test_an_attribute_that_does_not_vary_is_not_scored():
    answers = torch.tensor([[1.0, 5.0], [2.0, 5.0]])
    said = torch.tensor([[1.0, 0.0], [2.0, 0.0]])
    assert TASK.metric(said, Examples(random_graphs(1), torch.arange(2), answers)) == 1


def test_the_head_says_as_many_numbers_as_the_encoder_reads():
    graphs = random_graphs(3)
    head = TASK.grow(GCN(InputSchema.of(graphs), dim=8), graphs.origin)
    asked = TASK.examples(graphs, generator(0))
    z = torch.randn(graphs.num_nodes, 8)
    assert torch.allclose(head(z, asked), head.attributes(z)[asked.queries])
    assert head.attributes.out_features == graphs.x.shape[1]
    with pytest.raises(InputError, match="grow"):
        TASK.head(8, graphs.origin)
