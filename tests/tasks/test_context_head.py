"""The head of context prediction: an encoder beside the main one, and inner products."""

import pytest
import torch
from torch_geometric import nn as pyg

from multigraft.encoders.base import ModuleEncoder
from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.registry import ENCODERS
from multigraft.randomness import generator
from multigraft.tasks.context_head import MODES, sibling
from multigraft.tasks.context_prediction import ContextPrediction
from tests.helpers.coded import coded, path, ring
from tests.helpers.graphs import pack, random_graphs

GRAPHS = coded(pack([path(20), ring(16) + ring(16).T, path(12)]))


def encoder_of(kind, **options):
    torch.manual_seed(1)
    return ENCODERS[kind](InputSchema.of(GRAPHS), dim=6, layers=5, **options)


@pytest.mark.parametrize("kind", ENCODERS)
def test_a_sibling_is_of_the_same_kind_and_width_but_not_depth(kind):
    encoder = encoder_of(kind, **({"jk": "last"} if kind == "graft" else {}))
    other = sibling(encoder, 3)
    assert type(other) is type(encoder)
    assert other.dim == encoder.dim
    assert other.config() == {**encoder.config(), "layers": 3}
    assert other.inputs.schema == encoder.inputs.schema
    names = [name for name, value in other.named_parameters() if value.ndim > 1]
    assert all(not torch.equal(other.get_parameter(name), encoder.get_parameter(name)) for name in names)


def test_a_sibling_of_a_module_is_a_copy_with_weights_of_its_own():
    encoder = ModuleEncoder(pyg.GraphSAGE(InputSchema.of(GRAPHS).width, 6, 2), InputSchema.of(GRAPHS))
    other = sibling(encoder, 3)
    assert other.config() == encoder.config()
    for name, value in encoder.named_parameters():
        assert other.get_parameter(name) is not value
        assert value.ndim < 2 or not torch.equal(other.get_parameter(name), value)


def test_a_sibling_scales_attributes_alike():
    graphs = random_graphs(6, seed=1)
    encoder = ENCODERS["gcn"](InputSchema.of(graphs, "standard"), dim=6, layers=2)
    encoder.inputs.fit(graphs)
    assert torch.equal(sibling(encoder, 3).inputs.mean, encoder.inputs.mean)
    assert torch.allclose(encoder.inputs.mean, graphs.x.mean(0))


@pytest.mark.parametrize("mode", MODES)
def test_logits_are_inner_products_with_anchors_or_their_means(mode):
    task = ContextPrediction(mode)
    examples = task.examples(GRAPHS, generator(0))
    head = task.grow(encoder_of("gin"), GRAPHS.origin).eval()
    z = torch.randn(examples.graphs.num_nodes, 6, generator=generator(1))
    around, expected = head.encoder(examples.beside), []
    for centre, context in examples.queries.T.tolist():
        if mode == "cbow":
            mine = (examples.beside.node_graph == context) & examples.beside.nodes["anchor"]
            expected.append(z[centre] @ around[mine].mean(0))
        else:
            assert bool(examples.beside.nodes["anchor"][context])
            expected.append(z[centre] @ around[context])
    torch.testing.assert_close(head(z, examples), torch.stack(expected))


def test_the_auxiliary_network_has_as_many_layers_as_the_context_is_wide():
    grown = ContextPrediction().grow(encoder_of("gin"), GRAPHS.origin)
    assert len(grown.encoder.layers) == 3
    wide = ContextPrediction(k=3, r1=2, r2=7).grow(encoder_of("gcn"), GRAPHS.origin)
    assert len(wide.encoder.layers) == 5


def test_jumping_knowledge_that_widens_with_depth_is_turned_to_the_main_width():
    task, encoder = ContextPrediction(), encoder_of("gin", jk="concat")
    head = task.grow(encoder, GRAPHS.origin)
    assert (encoder.dim, head.encoder.dim, head.turn.out_features) == (36, 24, 36)
    examples = task.examples(GRAPHS, generator(0))
    assert head(encoder(examples.graphs), examples).shape == examples.answers.shape


def test_the_head_learns_and_so_does_what_is_inside():
    task = ContextPrediction()
    encoder = encoder_of("gin")
    head, examples = task.grow(encoder, GRAPHS.origin), task.examples(GRAPHS, generator(0))
    task.loss(head(encoder(examples.graphs), examples), examples).backward()
    assert any(bool(p.grad.any()) for p in head.encoder.parameters())
    assert any(bool(p.grad.any()) for p in encoder.parameters())
