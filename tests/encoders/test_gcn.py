"""The GCN against a dense version and against PyG, and what embeddings must not depend on."""

import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch_geometric.nn import GCNConv

from multigraft.encoders.base import Encoder
from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema, row_normalised
from multigraft.encoders.propagation import normalised_adjacency
from multigraft.graphs.packed import PackedGraphs
from tests.helpers.graphs import packed_graphs, random_graphs
from tests.reference import same as plain


def gcn(graphs, dim=8, layers=3):
    torch.manual_seed(0)
    return GCN(InputSchema.of(graphs), dim, layers)


def test_equals_the_plain_dense_version():
    graphs = random_graphs(6, seed=1, density=0.4).double()
    model = gcn(graphs).double()
    parameters = {f"encoder.{name}": value for name, value in model.named_parameters()}
    expected = torch.cat(plain.embeddings(parameters, graphs, plain.gcn))
    torch.testing.assert_close(model(graphs), expected, rtol=1e-10, atol=1e-12)


def test_propagation_equals_pygs_convolution():
    graphs = random_graphs(6, seed=2, density=0.4)
    convolution = GCNConv(4, 5)
    ours = normalised_adjacency(graphs) @ convolution.lin(row_normalised(graphs)) + convolution.bias
    torch.testing.assert_close(ours, convolution(row_normalised(graphs), graphs.edge_index))


def test_rows_have_unit_length_and_the_shape_says_dim():
    graphs = random_graphs(4, seed=3)
    z = gcn(graphs, dim=7, layers=2)(graphs)
    assert z.shape == (graphs.num_nodes, 7)
    norms = z.norm(dim=1)
    assert bool(((norms - 1).abs().lt(1e-5) | norms.eq(0)).all())


@given(packed_graphs(), st.data())
def test_embeddings_do_not_depend_on_batching(graphs, data):
    assume(InputSchema.of(graphs).width)
    model = gcn(graphs)
    together = model(graphs)
    number = data.draw(st.integers(0, len(graphs) - 1))
    first, last = graphs.node_offsets[number : number + 2]
    torch.testing.assert_close(model(graphs.select([number])), together[first:last], rtol=1e-5, atol=1e-6)


@given(packed_graphs(), st.integers(0, 2**31))
def test_embeddings_follow_their_nodes_under_renumbering(graphs, seed):
    assume(InputSchema.of(graphs).width)
    model = gcn(graphs)
    renumbered, order = renumber(graphs, torch.Generator().manual_seed(seed))
    torch.testing.assert_close(model(renumbered), model(graphs)[order], rtol=1e-5, atol=1e-6)


def renumber(graphs, generator):
    """The same graphs with nodes and edges in another order; ``order[new] = old``."""
    order = torch.argsort(graphs.node_graph + torch.rand(graphs.num_nodes, generator=generator, dtype=torch.float64))
    place = torch.argsort(order)
    mixed = torch.argsort(graphs.edge_graph + torch.rand(graphs.num_edges, generator=generator, dtype=torch.float64))
    nodes = {name: column[order] for name, column in graphs.nodes.items()}
    edges = place[graphs.edge_index][:, mixed]
    same = (graphs.node_offsets, graphs.edge_offsets)
    return PackedGraphs(edges, *same, nodes, graphs=graphs.graphs, origin=graphs.origin), order


def test_self_loops_in_the_data_are_replaced_not_doubled():
    graphs = random_graphs(1, seed=4, least_nodes=5, density=0.5)
    loops = torch.arange(graphs.num_nodes).expand(2, -1)
    edges = torch.cat([graphs.edge_index, loops], dim=1)
    offsets = torch.tensor([0, edges.shape[1]])
    looped = PackedGraphs(edges, graphs.node_offsets, offsets, graphs.nodes, origin=graphs.origin)
    model = gcn(graphs)
    torch.testing.assert_close(model(looped), model(graphs))


def test_config_builds_the_same_architecture():
    graphs = random_graphs(2, seed=5)
    model = gcn(graphs, dim=5, layers=2)
    again = GCN(model.inputs.schema, **model.config())
    again.load_state_dict(model.state_dict())
    assert torch.equal(again(graphs), model(graphs))


@pytest.mark.parametrize("each", [1, 2], ids=["a-batch-each", "two-batches-each"])
def test_several_of_it_pass_side_by_side(each):
    batches = [random_graphs(count, seed=count) for count in (3, 1, 4, 2)]
    weights = {
        name: torch.stack([dict(one.named_parameters())[name].detach() for one in several(4 // each)])
        for name, _ in gcn(batches[0]).named_parameters()
    }
    encoder = gcn(batches[0])
    ours, plain = encoder.abreast(weights, batches), Encoder.abreast(encoder, weights, batches)
    assert ours.shape == plain.shape == (4, max(batch.num_nodes for batch in batches), 8)
    for one, other, batch in zip(ours, plain, batches, strict=True):
        torch.testing.assert_close(one[: batch.num_nodes], other[: batch.num_nodes])


def several(count):
    """Encoders with weights of their own."""
    torch.manual_seed(1)
    return [GCN(InputSchema.of(random_graphs(1)), 8, 3) for _ in range(count)]


# --- in mixed precision ----------------------------------------------------------------------------------------------


def mixed():
    return torch.autocast("cpu", dtype=torch.bfloat16)


def test_mixed_precision_is_used_and_stays_close():
    graphs = random_graphs(6, seed=1, density=0.4)
    model = gcn(graphs)
    exact = model(graphs)
    with mixed():
        rounded = model(graphs)
    assert rounded.dtype == torch.float32
    assert not torch.equal(rounded, exact)
    torch.testing.assert_close(rounded, exact, rtol=0, atol=0.02)


def test_weights_of_several_pass_apart_and_abreast_in_mixed_precision():
    batches = [random_graphs(count, seed=count) for count in (3, 2)]
    models = several(2)
    weights = {
        name: torch.stack([dict(one.named_parameters())[name].detach() for one in models])
        for name, _ in models[0].named_parameters()
    }
    with mixed():
        expected = [model(batch) for model, batch in zip(models, batches, strict=True)]
        apart, abreast = models[0].apart(weights, batches), models[0].abreast(weights, batches)
    for ours, row, alone in zip(apart, abreast, expected, strict=True):
        torch.testing.assert_close(ours, alone, rtol=0, atol=0.02)
        torch.testing.assert_close(row[: len(alone)], alone, rtol=0, atol=0.02)


def test_inputs_that_are_fitted_anew_are_heard():
    """What a batch keeps from one pass to the next must not hold what belongs to the encoder."""
    graphs = random_graphs(6, seed=1, density=0.4)
    model = GCN(InputSchema.of(graphs, scaling="standard"), 8, 3)
    before = model(graphs)
    model.inputs.fit(graphs)
    assert not torch.allclose(model(graphs), before)
