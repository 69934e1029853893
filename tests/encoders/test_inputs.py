"""Input features: scalings, degrees on visible edges, columns that must fit."""

import dataclasses

import pytest
import torch
from hypothesis import given
from torch_geometric.transforms import NormalizeFeatures

from multigraft.encoders.inputs import MOST_DEGREES, InputFeatures, InputSchema, row_normalised
from multigraft.errors import InputError
from tests.helpers.graphs import pack, packed_graphs, random_graphs


def test_row_normalisation_is_pygs_graph_by_graph():
    graphs = random_graphs(12, seed=1)
    expected = torch.cat([NormalizeFeatures()(graphs[i]).x for i in range(len(graphs))])
    torch.testing.assert_close(row_normalised(graphs), expected)


@given(packed_graphs())
def test_row_normalisation_never_depends_on_the_batch(graphs):
    together = row_normalised(graphs)
    apart = torch.cat([row_normalised(graphs.select([i])) for i in range(len(graphs))])
    torch.testing.assert_close(together, apart)
    assert bool(torch.isfinite(together).all())


def test_schema_reads_everything_the_data_offers():
    graphs = random_graphs(5, seed=2, features=3, structure=2, degree=True)
    schema = InputSchema.of(graphs)
    most = int(torch.bincount(graphs.edge_index[1], minlength=1).max())
    assert (schema.attributes, schema.structure, schema.degrees) == (3, 2, most + 1)
    assert InputFeatures(schema)(graphs).shape == (graphs.num_nodes, schema.width)
    assert InputSchema.of(random_graphs(5, seed=2)).degrees == 0


def test_degrees_are_one_hot_and_share_the_last_place():
    star = torch.zeros(MOST_DEGREES + 9, MOST_DEGREES + 9)
    star[0] = 1
    graphs = pack([star], features=0, degree=True)
    schema = InputSchema.of(graphs)
    out = InputFeatures(schema)(graphs)
    assert schema.width == MOST_DEGREES
    assert out[0].argmax() == MOST_DEGREES - 1
    assert bool((out[1:, 1] == 1).all())
    assert bool((out.sum(1) == 1).all())


def test_degrees_and_structure_tell_nothing_of_hidden_edges():
    graphs = random_graphs(4, seed=3, density=0.6, structure=2, degree=True)
    inputs = InputFeatures(InputSchema.of(graphs))
    keep = torch.rand(graphs.num_edges, generator=torch.Generator().manual_seed(0)) < 0.5
    hidden = graphs.keep_edges(keep)
    bare = InputSchema.of(graphs).attributes + 2
    seen = inputs(hidden)
    assert bool((seen[:, graphs.x.shape[1] : bare] == 0).all())
    degrees = torch.bincount(graphs.edge_index[1][keep], minlength=graphs.num_nodes)
    assert torch.equal(seen[:, bare:].argmax(1), degrees)


def test_standard_scaling_takes_its_statistics_from_fit_alone():
    train, other = random_graphs(10, seed=4), random_graphs(10, seed=5)
    inputs = InputFeatures(InputSchema.of(train, "standard"))
    inputs.fit(train)
    torch.testing.assert_close(inputs(train).mean(0), torch.zeros(4), atol=1e-5, rtol=0)
    expected = (other.x - train.x.mean(0)) / train.x.std(0, correction=0)
    torch.testing.assert_close(inputs(other), expected)
    assert set(inputs.state_dict()) == {"mean", "deviation"}


def test_no_scaling_leaves_attributes_alone():
    graphs = random_graphs(3, seed=6)
    assert torch.equal(InputFeatures(InputSchema.of(graphs, "none"))(graphs), graphs.x)


def test_nodes_with_nothing_to_read_are_refused():
    with pytest.raises(InputError, match="nothing to read"):
        InputFeatures(InputSchema.of(random_graphs(3, features=0)))


def test_other_columns_than_the_schemas_are_refused():
    inputs = InputFeatures(InputSchema.of(random_graphs(3, features=4)))
    with pytest.raises(InputError, match=r"reads 4 attributes .* has 5"):
        inputs(random_graphs(3, features=5))


@pytest.mark.parametrize("constant", [0.0, 0.1, 1234.567])
def test_a_column_that_is_constant_in_training_is_not_blown_up_elsewhere(constant):
    graphs, others = random_graphs(4, seed=1), random_graphs(4, seed=2)
    x = torch.cat([graphs.x[:, :1], torch.full_like(graphs.x[:, :1], constant), graphs.x[:, 2:]], dim=1)
    known = dataclasses.replace(graphs, nodes={**graphs.nodes, "x": x})
    inputs = InputFeatures(InputSchema.of(known, "standard"))
    inputs.fit(known)
    assert float(inputs(known)[:, 1].abs().max()) < 1e-3
    assert torch.allclose(inputs(others)[:, 1], others.x[:, 1] - constant, atol=1e-3)
