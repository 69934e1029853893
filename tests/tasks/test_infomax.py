"""Infomax: every node with its own summary and with the next graph's."""

import torch
from hypothesis import given

from multigraft.randomness import generator
from multigraft.tasks.infomax import Infomax
from tests.helpers.coded import coded_graphs, random_coded
from tests.helpers.graphs import pack, random_graphs
from tests.reference import pretext as plain

TASK = Infomax()


@given(coded_graphs())
def test_every_node_is_asked_about_its_own_graph_and_the_next(graphs):
    examples = TASK.examples(graphs, generator(0))
    own = graphs.node_graph.tolist()
    true = list(enumerate(own))
    false = [(node, (graph + 1) % len(graphs)) for node, graph in true] if len(graphs) > 1 else []
    assert [tuple(pair) for pair in examples.queries.T.tolist()] == true + false
    assert examples.answers.tolist() == [1] * len(true) + [0] * len(false)


@given(coded_graphs())
def test_logits_and_loss_are_the_plain_ones(graphs):
    torch.manual_seed(0)
    head = TASK.head(4, graphs.origin).double()
    z = torch.randn(graphs.num_nodes, 4, generator=generator(1), dtype=torch.float64)
    examples = TASK.examples(graphs, generator(0))
    parts = list(z.split(graphs.node_counts.tolist()))
    expected = plain.infomax_loss(parts, head.weight)
    assert abs(TASK.loss(head(z, examples), examples) - expected) < 1e-12


def test_nothing_is_drawn():
    graphs, draws = random_coded(4, seed=1), generator(0)
    before = draws.get_state()
    TASK.examples(graphs, draws)
    assert torch.equal(draws.get_state(), before)


def test_a_graph_that_is_alone_has_no_false_pairs():
    examples = TASK.examples(random_graphs(1, seed=1, least_nodes=4), generator(0))
    assert bool((examples.answers == 1).all())


def test_the_weight_starts_within_one_over_the_root_of_the_width():
    torch.manual_seed(0)
    weight = TASK.head(100, random_graphs(1).origin).weight
    assert weight.shape == (100, 100)
    assert 0.09 < float(weight.detach().abs().max()) <= 0.1
    assert abs(float(weight.detach().mean())) < 0.005


def test_one_graph_is_no_data_set():
    assert "single graph" in (TASK.obstacle(random_graphs(1)) or "")
    assert TASK.obstacle(pack([torch.zeros(1, 1)] * 2)) is None
