"""Graph contrast: the plain loss, what counts as near, and graphs that are alone."""

import math

import pytest
import torch
from hypothesis import given

import multigraft as mg
from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.tasks.base import Examples
from multigraft.tasks.graph_contrast import GraphContrast
from multigraft.tasks.views import VIEWS
from tests.helpers.coded import coded_graphs, random_coded
from tests.helpers.graphs import random_graphs
from tests.reference import contrast as plain

TASK = GraphContrast()


@given(coded_graphs(least_graphs=2))
def test_the_loss_is_the_plain_one(graphs):
    torch.manual_seed(0)
    head = TASK.head(4, graphs.origin).double()
    examples = TASK.examples(graphs, generator(0))
    z = torch.randn(examples.graphs.num_nodes, 4, generator=generator(1), dtype=torch.float64)
    with torch.no_grad():
        made = head.project(head.pool(z, examples.graphs)).tolist()
        loss = TASK.loss(head(z, examples), examples)
    count = len(graphs)
    assert abs(loss - plain.contrast_loss(made[:count], made[count:], 0.1)) < 1e-9


def test_every_graph_is_there_twice_and_knows_its_other_view():
    graphs = random_coded(5, seed=1)
    examples = TASK.examples(graphs, generator(0))
    assert len(examples.graphs) == 10
    assert examples.queries.tolist() == list(range(10))
    assert examples.answers.tolist() == [5, 6, 7, 8, 9, 0, 1, 2, 3, 4]


def test_the_score_is_the_share_whose_own_view_is_nearest():
    logits = torch.tensor([[3.0, 2.0, 2.0], [1.0, 5.0, 4.0], [0.5, 0.0, 0.4], [0.5, 0.0, 0.5]])
    assert TASK.metric(logits, Examples(random_graphs(1), torch.arange(4), torch.arange(4))) == 0.5


def test_a_graph_that_is_alone_in_a_batch_teaches_nothing():
    graphs = random_coded(1, seed=1)
    examples = TASK.examples(graphs, generator(0))
    head = TASK.head(4, graphs.origin)
    z = torch.randn(examples.graphs.num_nodes, 4, requires_grad=True)
    loss = TASK.loss(head(z, examples), examples)
    loss.backward()
    assert loss == 0
    assert bool(z.grad.isfinite().all())


def test_equal_views_are_as_near_as_can_be():
    graphs = random_coded(6, seed=2)
    examples = TASK.examples(graphs, generator(0))
    twice = torch.cat([torch.eye(6), torch.eye(6)])[examples.graphs.node_graph]
    head = TASK.head(6, graphs.origin)
    with torch.no_grad():
        for layer in (head.project[0], head.project[2]):
            layer.weight.copy_(torch.eye(6))
            layer.bias.zero_()
    logits = head(twice, examples)
    assert TASK.metric(logits, examples) == 1
    assert TASK.loss(logits, examples).item() == pytest.approx(math.log(5) - 10, abs=1e-5)


@pytest.mark.parametrize("first", VIEWS)
def test_every_view_is_trained_on(first):
    task = GraphContrast(first=first, second="attributes")
    found = mg.train(
        random_coded(20, seed=3), tasks=[task], epochs=1, encoder="gin", dim=6, layers=2, batch_size=8, split="random"
    )
    assert 0 <= found.metadata["validation"]["cl"] <= 1


@pytest.mark.parametrize(("options", "says"), [
    ({"first": "colours"}, "unknown view 'colours'"), ({"rate": 1.0}, "rate must lie"),
    ({"temperature": 0.0}, "temperature above 0"),
])  # fmt: skip
def test_bad_options_are_refused(options, says):
    with pytest.raises(InputError, match=says):
        GraphContrast(**options)


def test_a_single_graph_is_refused():
    assert "single graph" in TASK.obstacle(random_coded(1))


def test_numbers_that_are_none_are_not_hidden():
    asked = Examples(random_graphs(1), torch.arange(4), torch.arange(4))
    assert TASK.loss(torch.full((4, 3), torch.nan), asked).isnan()
    assert TASK.loss(torch.full((4, 3), torch.inf), asked).isnan()


def test_a_graph_that_is_alone_is_neither_right_nor_wrong():
    lone = torch.tensor([[1.0, -torch.inf, -torch.inf]] * 2)
    others = torch.tensor([[1.0, 2.0, 2.0], [3.0, 2.0, 2.0]])
    asked = Examples(random_graphs(1), torch.arange(4), torch.arange(4))
    assert TASK.metric(torch.cat([lone, others]), asked) == 0.5
    assert math.isnan(TASK.metric(lone, asked))
