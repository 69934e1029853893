"""The encoders that hear edges: symmetries, masks, jumping knowledge."""

import dataclasses

import pytest
import torch
from torch import nn

from multigraft.encoders.edge import GAT, GIN, EdgeGCN, GraphSAGE
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from tests.helpers.coded import FEATURIZATIONS, random_coded
from tests.helpers.graphs import random_graphs

KINDS = (GIN, EdgeGCN, GraphSAGE, GAT)


def made(kind, graphs, **options):
    torch.manual_seed(0)
    return kind(InputSchema.of(graphs), **{"dim": 8, "layers": 3, **options}).double().eval()


def permuted(graphs, generator):
    """The nodes of every graph in another order; returns the graphs and where each node went."""
    place = torch.cat(
        [
            start + torch.randperm(count, generator=generator)
            for start, count in zip(graphs.node_offsets.tolist(), graphs.node_counts.tolist(), strict=False)
        ]
    )
    nodes = {name: torch.empty_like(column).index_copy_(0, place, column) for name, column in graphs.nodes.items()}
    return dataclasses.replace(graphs, edge_index=place[graphs.edge_index], nodes=nodes), place


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
@pytest.mark.parametrize("featurization", FEATURIZATIONS)
def test_neither_batching_nor_node_order_changes_an_embedding(kind, featurization):
    graphs = random_coded(7, featurization, seed=1).double()
    encoder = made(kind, graphs)
    z = encoder(graphs)
    alone = torch.cat([encoder(graphs.select([number])) for number in range(7)])
    assert torch.allclose(z, alone, rtol=1e-9, atol=1e-12)
    other, place = permuted(graphs, torch.Generator().manual_seed(3))
    assert torch.allclose(encoder(other)[place], z, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_what_is_masked_cannot_be_read(kind):
    graphs = random_coded(4, "ogb", seed=2).double()
    mask = torch.rand(graphs.num_nodes, generator=torch.Generator().manual_seed(0)) < 0.4
    hidden = torch.rand(graphs.num_edges, generator=torch.Generator().manual_seed(1)) < 0.4
    seen = dataclasses.replace(graphs, nodes={**graphs.nodes, "masked": mask}, edges={**graphs.edges, "masked": hidden})
    other = dataclasses.replace(
        seen,
        nodes=seen.nodes | {name: torch.where(mask[:, None], (seen.nodes[name] + 1) % 2, seen.nodes[name])
                            for name in ("codes", "structure_codes")},
        edges=seen.edges | {"codes": torch.where(hidden[:, None], (seen.edges["codes"] + 1) % 2, seen.edges["codes"])},
    )  # fmt: skip
    encoder = made(kind, graphs)
    assert torch.equal(encoder(seen), encoder(other))
    assert not torch.allclose(encoder(seen), encoder(graphs))


def test_types_that_are_masked_cannot_be_read():
    graphs = random_coded(4, "protein", seed=2, density=0.6).double()
    hidden = torch.ones(graphs.num_edges, dtype=torch.bool)
    seen = dataclasses.replace(graphs, edges={**graphs.edges, "masked": hidden})
    other = dataclasses.replace(seen, edges={**seen.edges, "types": 1 - seen.edges["types"]})
    encoder = made(GIN, graphs)
    assert torch.equal(encoder(seen), encoder(other))
    assert not torch.allclose(encoder(seen), encoder(graphs))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_graphs_with_attributes_and_without_categories_are_read_too(kind):
    graphs = random_graphs(4, seed=1, structure=2, degree=True).double()
    encoder = made(kind, graphs)
    assert encoder(graphs).shape == (graphs.num_nodes, 8)
    blank = dataclasses.replace(graphs, nodes={**graphs.nodes, "structure": torch.zeros_like(graphs.structure)})
    assert not torch.allclose(encoder(graphs), encoder(blank))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_a_loop_in_the_data_is_replaced(kind):
    graphs = random_graphs(1, least_nodes=5, density=0.5).double()
    looped = dataclasses.replace(
        graphs,
        edge_index=torch.cat([graphs.edge_index, torch.tensor([[2], [2]])], dim=1),
        edge_offsets=graphs.edge_offsets + torch.tensor([0, 1]),
    )
    encoder = made(kind, graphs)
    assert torch.allclose(encoder(looped), encoder(graphs))


def test_jumping_knowledge_joins_all_layers():
    graphs = random_coded(3).double()
    encoders = {jk: made(GIN, graphs, jk=jk) for jk in ("last", "concat", "max", "sum")}
    z = {jk: encoder(graphs) for jk, encoder in encoders.items()}
    assert encoders["concat"].dim == z["concat"].shape[1] == 32
    layers = z["concat"].unflatten(1, (4, 8))
    assert torch.equal(z["last"], layers[:, 3])
    assert torch.equal(z["max"], layers.amax(1))
    assert torch.allclose(z["sum"], layers.sum(1))
    assert encoders["concat"].config()["dim"] == 8


def test_dropout_is_for_training_alone():
    graphs = random_coded(3).double()
    encoder = made(GIN, graphs, dropout=0.5)
    assert torch.equal(encoder(graphs), encoder(graphs))
    encoder.train()
    assert not torch.equal(encoder(graphs), encoder(graphs))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_gradients_can_be_differentiated_again(kind):
    graphs = random_coded(2, seed=4, least_nodes=3).double()
    encoder = made(kind, graphs)
    parameters = [parameter for parameter in encoder.parameters() if parameter.requires_grad]
    first = torch.autograd.grad((encoder(graphs) ** 2).sum(), parameters, create_graph=True)
    second = torch.autograd.grad(sum((one**2).sum() for one in first), parameters, allow_unused=True)
    assert any(one is not None and bool(one.abs().sum() > 0) for one in second)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_a_batch_of_one_atom_can_be_learned_from(kind):
    atom = random_coded(1, most_nodes=1).double()
    assert atom.num_nodes == 1
    encoder = made(kind, random_coded(2, seed=4, least_nodes=3).double()).train()
    before = encoder.norms[0].running_mean.clone()
    encoder(atom).sum().backward()
    assert any(parameter.grad is not None for parameter in encoder.parameters())
    assert torch.equal(encoder.norms[0].running_mean, before)


def test_stages_hold_every_parameter_once():
    encoder = made(GIN, random_coded(2))
    staged = [p for stage in encoder.stages() for module in stage for p in module.parameters()]
    assert len(staged) == len({id(p) for p in staged}) == len(list(encoder.parameters()))


def test_without_a_norm_there_is_none():
    encoder = made(GIN, random_coded(2), norm="none")
    assert not any(isinstance(module, nn.BatchNorm1d | nn.LayerNorm) for module in encoder.modules())


def test_a_layer_norm_asks_the_same_of_a_graph_in_any_company():
    graphs = random_coded(4).double()
    encoder = made(GIN, graphs, norm="layer").double().train()
    alone = torch.cat([encoder(graphs.select(torch.tensor([place]))) for place in range(4)])
    torch.testing.assert_close(encoder(graphs), alone, rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(encoder.eval()(graphs), alone, rtol=1e-9, atol=1e-12)
    assert not list(encoder.buffers()), "nothing is remembered from one batch to the next"


def test_bad_options_and_other_data_are_refused():
    graphs = random_coded(2)
    with pytest.raises(InputError, match="unknown jumping knowledge 'best'"):
        made(GIN, graphs, jk="best")
    with pytest.raises(InputError, match="unknown norm 'group': choose from batch, layer, none"):
        made(GIN, graphs, norm="group")
    with pytest.raises(InputError, match=r"dropout must be at least 0 and below 1, got 1\.0"):
        made(GIN, graphs, dropout=1.0)
    with pytest.raises(InputError, match="load the data with the featurization of its training data"):
        made(GIN, graphs)(random_coded(2, "ogb"))
    with pytest.raises(InputError, match="reads 0 attributes"):
        made(GIN, graphs)(random_graphs(2))
