"""Our own encoder: symmetries, what each ingredient adds, and that nothing hidden is read."""

import dataclasses
import itertools

import pytest
import torch
from hypothesis import given
from torch.nn.functional import layer_norm

from multigraft.encoders.graft import Graft
from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.spectrum import leading_eigenvectors
from multigraft.encoders.walks import return_probabilities
from multigraft.errors import InputError
from tests.encoders.test_edge import permuted
from tests.helpers.coded import FEATURIZATIONS, random_coded
from tests.helpers.graphs import packed_graphs, random_graphs

SMALL = {"dim": 6, "layers": 2, "walks": 4, "spectrum": 3, "bins": 3, "fourier": 5, "periods": 2}
INGREDIENTS = {
    "walks": 0, "spectrum": 0, "bins": 0, "fourier": 0, "periods": 0, "degree": False, "own": False, "carry": False,
    "jk": "last",
}  # fmt: skip


def made(graphs, **options):
    torch.manual_seed(0)
    encoder = Graft(InputSchema.of(graphs, "standard"), **{**SMALL, **options}).double().eval()
    encoder.fit(graphs)
    return encoder


def plain(encoder, graphs):
    """The embeddings by loops over nodes, with the encoder's own weights."""
    count = graphs.num_nodes
    heard = [{node} for node in range(count)]
    for source, target in graphs.edge_index.T.tolist():
        heard[target].add(source)
    x = (graphs.x - encoder.inputs.mean) / encoder.inputs.deviation
    degree = torch.tensor([len(own) for own in heard], dtype=torch.float64).log()[:, None]
    walks = return_probabilities(graphs, encoder.walks)
    hidden = torch.cat([x, degree, walks, encoder.pieces(x), encoder.waves(x), encoder.periodic(x)], dim=1)
    parts = [hidden, leading_eigenvectors(graphs, encoder.spectrum)]
    for depth, (layer, norm) in enumerate(zip(encoder.layers, encoder.norms, strict=True)):
        total = torch.stack([sum(hidden[one] for one in sorted(own)) for own in heard])
        mean = torch.stack([row / len(own) for row, own in zip(total, heard, strict=True)])
        update = layer.linear(torch.cat([hidden, mean, total], dim=1))
        update = torch.relu(layer_norm(update, update.shape[1:], norm.weight, norm.bias, norm.eps))
        hidden = update + hidden if depth else update
        parts.append(hidden)
    return torch.cat(parts, dim=1)


def test_equals_a_loop_over_nodes():
    graphs = random_graphs(5, seed=4, density=0.5).double()
    encoder = made(graphs)
    torch.testing.assert_close(encoder(graphs), plain(encoder, graphs), rtol=1e-9, atol=1e-10)


@given(packed_graphs())
def test_batching_never_changes_an_embedding(graphs):
    graphs = dataclasses.replace(graphs.double(), origin=dataclasses.replace(graphs.origin, degree=True))
    encoder = made(graphs)
    apart = torch.cat([encoder(graphs.select([number])) for number in range(len(graphs))])
    torch.testing.assert_close(encoder(graphs), apart, rtol=1e-6, atol=1e-6)
    beside = encoder.together([graphs, graphs.select([0])])
    torch.testing.assert_close(torch.cat(beside), torch.cat([apart, encoder(graphs.select([0]))]), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("featurization", FEATURIZATIONS)
def test_neither_batching_nor_node_order_changes_what_is_known_of_molecules_and_proteins(featurization):
    graphs = random_coded(6, featurization, seed=1).double()
    encoder = made(graphs, spectrum=0)  # of symmetric graphs it is only some choice
    z = encoder(graphs)
    alone = torch.cat([encoder(graphs.select([number])) for number in range(6)])
    torch.testing.assert_close(z, alone, rtol=1e-9, atol=1e-10)
    other, place = permuted(graphs, torch.Generator().manual_seed(3))
    torch.testing.assert_close(encoder(other)[place], z, rtol=1e-9, atol=1e-10)


def test_node_order_changes_nothing_spectrum_included():
    graphs = random_graphs(3, seed=11, least_nodes=8, density=0.5).double()  # without symmetries
    encoder = made(graphs)
    other, place = permuted(graphs, torch.Generator().manual_seed(3))
    torch.testing.assert_close(encoder(other)[place], encoder(graphs), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("left_out", [{}, *({name: value} for name, value in INGREDIENTS.items()), INGREDIENTS])
def test_blocks_say_what_the_embedding_is_made_of(left_out):
    graphs = random_graphs(3, seed=1, density=0.5).double()
    encoder = made(graphs, **left_out)
    z, blocks = encoder(graphs), encoder.blocks()
    assert z.shape == (graphs.num_nodes, encoder.dim) == (graphs.num_nodes, sum(blocks.values()))
    ends = dict(zip(blocks, itertools.accumulate(blocks.values()), strict=True))
    for name, wanted in (("walks", return_probabilities), ("spectrum", leading_eigenvectors)):
        if name in blocks:
            own = z[:, ends[name] - blocks[name] : ends[name]]
            assert torch.equal(own, wanted(graphs, blocks[name]))


def test_degrees_count_neighbours_and_the_node():
    graphs = random_graphs(3, seed=1, density=0.5).double()
    encoder = made(graphs)
    counts = torch.bincount(graphs.edge_index[1], minlength=graphs.num_nodes) + 1
    assert torch.equal(encoder(graphs)[:, encoder.blocks()["input"]], counts.double().log())


def test_nothing_is_read_through_a_hidden_edge():
    graphs = random_graphs(4, seed=3, least_nodes=5, density=0.6, structure=2, degree=True).double()
    keep = torch.rand(graphs.num_edges, generator=torch.Generator().manual_seed(0)) < 0.5
    encoder = made(graphs)
    hidden = graphs.keep_edges(keep)
    edges = graphs.edge_index[:, keep]
    counts = torch.bincount(graphs.node_graph[edges[1]], minlength=4)
    rebuilt = dataclasses.replace(  # as if the edges had never been there
        graphs,
        edge_index=edges,
        edge_offsets=torch.cat([torch.zeros(1, dtype=torch.int64), counts.cumsum(0)]),
        nodes={**graphs.nodes, "structure": torch.zeros_like(graphs.structure)},
    )
    assert torch.equal(encoder(hidden), encoder(rebuilt))
    assert not torch.allclose(encoder(graphs), encoder(rebuilt))


@pytest.mark.parametrize("featurization", ["hu", "ogb"])
def test_what_is_masked_cannot_be_read(featurization):
    graphs = random_coded(4, featurization, seed=2).double()
    mask = torch.rand(graphs.num_nodes, generator=torch.Generator().manual_seed(0)) < 0.4
    hidden = torch.rand(graphs.num_edges, generator=torch.Generator().manual_seed(1)) < 0.4
    seen = dataclasses.replace(graphs, nodes={**graphs.nodes, "masked": mask}, edges={**graphs.edges, "masked": hidden})
    codes = torch.where(mask[:, None], (seen.nodes["codes"] + 1) % 2, seen.nodes["codes"])
    bonds = torch.where(hidden[:, None], (seen.edges["codes"] + 1) % 2, seen.edges["codes"])
    other = dataclasses.replace(seen, nodes=seen.nodes | {"codes": codes}, edges=seen.edges | {"codes": bonds})
    encoder = made(graphs)
    assert torch.equal(encoder(seen), encoder(other))
    assert not torch.allclose(encoder(seen), encoder(graphs))


def test_attributes_of_masked_nodes_cannot_be_read_through_pieces_or_waves():
    graphs = random_graphs(4, seed=1).double()
    encoder, mask = made(graphs), torch.arange(graphs.num_nodes) % 3 == 0
    seen = dataclasses.replace(graphs, nodes={**graphs.nodes, "masked": mask})
    other = dataclasses.replace(seen, nodes={**seen.nodes, "x": torch.where(mask[:, None], 7.0, seen.x)})
    assert torch.equal(encoder(seen), encoder(other))


def test_dropout_is_for_training_alone():
    graphs = random_graphs(4, seed=1).double()
    encoder = made(graphs, dropout=0.5)
    quiet = encoder(graphs)
    assert torch.equal(quiet, encoder(graphs))
    encoder.train()
    assert not torch.allclose(encoder(graphs), quiet)


def test_without_attributes_there_are_no_pieces_and_no_waves():
    graphs = random_graphs(4, seed=1, features=0, degree=True).double()
    encoder = made(graphs)
    assert not {"fourier", "bins"} & encoder.blocks().keys()
    assert encoder(graphs).shape == (graphs.num_nodes, encoder.dim)


def test_gradients_reach_every_parameter():
    graphs = random_coded(4, "ogb", seed=2).double()
    encoder = made(graphs).train()
    z = encoder(graphs)
    (z * torch.randn(z.shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)).sum().backward()
    assert all(bool(parameter.grad.any()) for parameter in encoder.parameters())


def test_config_builds_the_same_again():
    graphs = random_graphs(3, seed=1).double()
    encoder = made(graphs, dropout=0.25, own=False)
    again = Graft(encoder.inputs.schema, **encoder.config()).double().eval()
    again.load_state_dict(encoder.state_dict())
    assert torch.equal(again(graphs), encoder(graphs))
    assert again.config() == encoder.config()
    assert [len(stage) for stage in encoder.stages()] == [0, 2, 2]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"jk": "sum"}, "unknown jumping knowledge 'sum' for encoder 'graft': choose from concat, last"),
        ({"norm": "batch"}, "unknown norm 'batch' for encoder 'graft': choose from layer, none"),
        ({"dropout": 1.0}, "dropout must be at least 0 and below 1, got 1.0"),
        ({"walks": -1}, "walks must be at least 0, got -1"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        made(random_graphs(2), **options)


def test_what_the_input_knows_comes_from_the_graphs_it_is_fitted_on_alone():
    graphs, others = random_graphs(6, seed=1).double(), random_graphs(6, seed=2).double()
    encoder, other = made(graphs), made(others)
    assert not torch.equal(encoder.pieces.edges, other.pieces.edges)
    other.fit_as(encoder)
    assert torch.equal(encoder.pieces.edges, other.pieces.edges)
    assert torch.allclose(encoder.inputs.mean, graphs.x.mean(0))
    assert torch.equal(other.inputs.mean, encoder.inputs.mean)


def test_encoders_from_before_there_were_periods_are_known_by_what_they_say():
    schema = InputSchema.of(random_graphs(3), "standard")
    old, new = Graft(schema, **{**SMALL, "periods": 0}), Graft(schema, **SMALL)
    assert "periods" not in old.config()
    assert Graft(schema, **old.config()).blocks() == old.blocks()
    assert new.config()["periods"] == 2
    assert new.blocks() == {**old.blocks(), "periods": 2 * 2 * schema.attributes}
