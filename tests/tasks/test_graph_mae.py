"""GraphMAE: the plain loss, and a decoder that hears neighbours alone."""

import pytest
import torch

from multigraft.encoders.edge import GIN
from multigraft.encoders.inputs import InputSchema
from multigraft.randomness import generator
from multigraft.tasks.graph_mae import GraphMAE
from tests.helpers.coded import path, random_coded
from tests.helpers.graphs import pack, random_graphs
from tests.reference import contrast as plain

TASK = GraphMAE()


@pytest.mark.parametrize("gamma", [1.0, 2.0, 3.0])
def test_the_loss_is_the_plain_one(gamma):
    graphs = random_graphs(5, seed=1)
    task = GraphMAE(gamma=gamma)
    asked = task.examples(graphs.double(), generator(0))
    said = torch.randn(asked.answers.shape, generator=generator(1), dtype=torch.float64)
    expected = plain.scaled_cosine_error(said.tolist(), asked.answers.tolist(), gamma)
    assert abs(task.loss(said, asked) - expected) < 1e-9


def test_the_score_is_the_mean_cosine():
    asked = TASK.examples(random_coded(5, seed=1), generator(0))
    assert TASK.metric(3 * asked.answers, asked) == pytest.approx(1)
    assert TASK.metric(-asked.answers, asked) == pytest.approx(-1)


def test_a_masked_nodes_own_embedding_is_not_decoded():
    graphs = pack([path(6) + path(6).T])
    torch.manual_seed(0)
    head = TASK.grow(GIN(InputSchema.of(random_coded(2)), dim=8, layers=2), random_coded(2).origin)
    asked = TASK.examples(graphs, generator(0))
    z = torch.randn(6, 8)
    moved = z.clone()
    moved[asked.graphs.nodes["masked"]] += 10
    assert torch.equal(head(z, asked), head(moved, asked))
    moved = z.clone()
    moved[~asked.graphs.nodes["masked"]] += 10
    assert not torch.allclose(head(z, asked), head(moved, asked))


def test_the_decoder_says_what_is_asked():
    coded, plain_graphs = random_coded(2), random_graphs(2)
    assert TASK.grow(GIN(InputSchema.of(coded), dim=8), coded.origin).decode[2].out_features == 119
    wide = TASK.grow(GIN(InputSchema.of(plain_graphs), dim=8), plain_graphs.origin).decode[2].out_features
    assert wide == plain_graphs.x.shape[1]


def test_a_gamma_that_is_not_whole_is_a_number_where_predictions_are_perfect():
    task, graphs = GraphMAE(gamma=1.5), random_graphs(200, seed=1)
    asked = task.examples(graphs, generator(0))
    loss = task.loss((3 * asked.answers).requires_grad_(), asked)
    loss.backward()
    assert 0 <= loss.item() < 1e-6
