"""Sharing environments: embeddings, losses, gradients and statistics of batch norms are those without it."""

import copy
import dataclasses

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from multigraft.encoders import distinct, sharing
from multigraft.encoders.edge import GAT, GIN, EdgeGCN, GraphSAGE
from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.encoders.norms import NORMS
from multigraft.strategies.same import isame
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import resolve
from tests.helpers.coded import molecules, random_coded
from tests.helpers.graphs import random_graphs
from tests.helpers.models import assert_same, gradients
from tests.helpers.shared import always_sharing, repeating, sharing_little

KINDS = (GIN, EdgeGCN, GraphSAGE)
JUMPS = ("last", "concat", "max", "sum")


def made(kind, graphs, **options):
    """An encoder in double precision whose batch norms have met something, and put no node at the bend of a ReLU."""
    torch.manual_seed(0)
    encoder = kind(InputSchema.of(graphs), **{"dim": 8, "layers": 3, **options}).double()
    for norm in encoder.norms if hasattr(encoder, "norms") and encoder.norm != "none" else ():
        torch.nn.init.normal_(norm.bias)
        if encoder.norm == "layer":
            continue
        torch.nn.init.normal_(norm.running_mean)
        torch.nn.init.uniform_(norm.running_var, 0.5, 2)
    return encoder


def unshared(encoder):
    """The same encoder, each node for itself."""
    twin = copy.deepcopy(encoder)
    twin.sharing = False
    return twin


def step(encoder, graphs, weight):
    """Loss, gradients, and what is remembered, after a training step."""
    encoder.train()
    loss = (encoder(graphs) * weight).sum()
    found = {"loss": loss.detach()} | gradients(encoder, loss)
    return found | {name: value.double() for name, value in encoder.named_buffers()}


@pytest.fixture(scope="module", autouse=True)
def _small():
    with sharing_little():
        yield


# --- exactness -------------------------------------------------------------------------------------------------------


@given(repeating(), st.sampled_from(KINDS), st.sampled_from(JUMPS), st.sampled_from(list(NORMS)))
def test_embeddings_are_those_of_every_node_by_itself(graphs, kind, jk, norm):
    graphs = graphs.double()
    encoder = made(kind, graphs, jk=jk, norm=norm).eval()
    with always_sharing(), torch.no_grad():
        assert encoder.environments(graphs) is not None
        torch.testing.assert_close(encoder(graphs), unshared(encoder)(graphs), rtol=1e-9, atol=1e-12)


@given(repeating(), st.booleans(), st.sampled_from(["rows", "none"]))
def test_so_are_those_of_sames_network(graphs, degrees, scaling):
    graphs = dataclasses.replace(graphs, origin=dataclasses.replace(graphs.origin, degree=degrees)).double()
    torch.manual_seed(0)
    encoder = GCN(InputSchema.of(graphs, scaling), dim=8).double()
    with always_sharing():
        found = encoder.environments(graphs)
        assert found is not None
        torch.testing.assert_close(found.nodes(), encoder(graphs), rtol=1e-9, atol=1e-12)


@given(repeating(), st.sampled_from(KINDS), st.sampled_from(JUMPS), st.sampled_from(list(NORMS)))
def test_training_steps_are_those_of_every_node_by_itself(graphs, kind, jk, norm):
    graphs = graphs.double()
    encoder = made(kind, graphs, jk=jk, norm=norm)
    weight = torch.randn(graphs.num_nodes, encoder.dim, dtype=torch.float64)
    with always_sharing():
        assert_same(step(copy.deepcopy(encoder), graphs, weight), step(unshared(encoder), graphs, weight))


@pytest.mark.parametrize("task", ["am", "cp"])
def test_pretraining_is_what_it_was(task):
    graphs = molecules(128).double()
    (asked,) = resolve([task])
    torch.manual_seed(0)
    model = TaskModel(GIN(InputSchema.of(graphs), dim=12), [asked], graphs.origin).double().train()
    twin = copy.deepcopy(model)
    for part in twin.modules():
        if isinstance(part, GIN):
            part.sharing = False
    examples = asked.examples(graphs, torch.Generator().manual_seed(1))
    shared = copy.deepcopy(model.encoder).environments(examples.graphs)
    assert shared is not None
    assert len(shared.rows) < len(shared.of)
    found = []
    for one in (model, twin):
        loss = asked.loss(one({asked: examples})[asked], examples)
        found.append(
            {"loss": loss.detach()} | gradients(one, loss) | {name: b.double() for name, b in one.named_buffers()}
        )
    assert_same(*found)


@settings(max_examples=10)
@given(repeating())
def test_meta_learning_can_go_through_it(graphs):
    graphs = graphs.double()
    encoder = made(GIN, graphs, layers=2).train()

    def twice(one):
        """Gradients after an inner step, through that step."""
        names, start = zip(*one.named_parameters(), strict=True)
        inner = torch.autograd.grad((one(graphs) ** 2).sum(), start, create_graph=True, materialize_grads=True)
        moved = {name: old - 0.01 * slope for name, old, slope in zip(names, start, inner, strict=True)}
        outer = (torch.func.functional_call(one, moved, (graphs,)) ** 3).sum()
        return dict(zip(names, torch.autograd.grad(outer, start, materialize_grads=True), strict=True))

    with always_sharing():
        assert_same(twice(copy.deepcopy(encoder)), twice(unshared(encoder)))


def test_isame_over_gin_is_what_it_was():
    graphs = molecules(24).double()
    graphs = dataclasses.replace(
        graphs,
        graphs={"label": torch.arange(24) % 2},
        origin=dataclasses.replace(graphs.origin, graph_classes=("a", "b")),
    )
    tasks = resolve(["gc", "lp"])
    torch.manual_seed(0)
    model = TaskModel(made(GIN, graphs), tasks, graphs.origin).double().train()
    twin = copy.deepcopy(model)
    twin.encoder.sharing = False
    found = []
    for one in (model, twin):
        losses = isame().losses(one, tasks, graphs, torch.Generator().manual_seed(3))
        found.append(gradients(one, sum(losses.values())))
    assert_same(*found)


def check_molecules(graphs, options):
    """Both kinds of precision, on the graphs as one batch and 256 at a time without sharing."""
    for dtype, tolerance in ((torch.float64, 1e-9), (torch.float32, 1e-5)):
        data = graphs.double() if dtype == torch.float64 else graphs
        encoder = made(GIN, graphs, **options).to(dtype).eval()
        with torch.no_grad():
            found = encoder.environments(data)
            assert found is not None
            assert len(found.rows) < 0.6 * len(found.of)
            ours = found.nodes()
            plain = torch.cat([unshared(encoder)(data.select(some)) for some in torch.arange(len(data)).split(256)])
        assert float((ours - plain).abs().max()) <= tolerance * float(plain.abs().max())


def test_a_thousand_molecules_are_embedded_exactly():
    check_molecules(molecules(1000), {"dim": 32, "layers": 5})


@pytest.mark.slow
def test_ten_thousand_molecules_are_embedded_exactly(real_data):
    from multigraft.graphs.molecules.load import pack_smiles

    lines = (real_data / "moleculenet/hiv/raw/HIV.csv").read_text().splitlines()[1:10_101]
    graphs = pack_smiles([line.partition(",")[0] for line in lines])
    assert len(graphs) >= 10_000
    check_molecules(graphs.select(torch.arange(10_000)), {"dim": 300, "layers": 5})


def test_the_same_again_is_the_same_to_the_bit():
    graphs = molecules(200)
    encoder = made(GIN, graphs).float()
    assert torch.equal(encoder(graphs), copy.deepcopy(encoder)(graphs.select(torch.arange(200))))


# --- what is computed ------------------------------------------------------------------------------------------------


def test_layers_see_distinct_rows_alone():
    graphs = molecules(300).double()
    encoder = made(GIN, graphs, layers=2).eval()
    seen = []
    for layer in encoder.layers:
        layer.mlp[0].register_forward_hook(lambda _, inputs, out: seen.append(len(inputs[0])))
    with torch.no_grad():
        encoder(graphs)
    assert sum(seen) < 0.2 * 2 * graphs.num_nodes


def test_tiles_make_no_difference(monkeypatch):
    graphs = molecules(100).double()
    for encoder in (
        made(GIN, graphs).eval(),
        made(EdgeGCN, graphs).eval(),
        GCN(InputSchema.of(graphs), dim=8).double(),
    ):
        with torch.no_grad():
            whole = encoder.environments(graphs).nodes()
            with monkeypatch.context() as patch:
                patch.setattr(sharing, "TILE", 7)
                patch.setattr(distinct, "TILE", 7)
                tiled = encoder.environments(graphs.select(torch.arange(100))).nodes()
        torch.testing.assert_close(tiled, whole, rtol=1e-12, atol=1e-12)


def test_products_before_sums_make_no_difference(monkeypatch):
    graphs = molecules(100).double()
    encoder = made(GIN, graphs)
    weight = torch.randn(graphs.num_nodes, 8, dtype=torch.float64)
    found = []
    for widens in (1e9, 0.0):
        monkeypatch.setattr(sharing, "WIDENS", widens)
        found.append(step(copy.deepcopy(encoder), graphs.select(torch.arange(100)), weight))
    assert_same(*found)


@given(repeating())
def test_rectangular_matrices_can_be_transposed(graphs):
    with always_sharing():
        shared = sharing.Shared(graphs, sharing.Sharing(made(GIN, graphs).inputs, GIN.layer.weighting, True, 1))
        matrix = shared.around(2).adjacency
        columns, rows = len(shared.environments.after(1)), len(shared.environments.after(2))
        dense = matrix @ torch.eye(columns)
        assert dense.shape == (rows, columns)
        assert torch.equal(matrix.transposed @ torch.eye(rows), dense.T)
        assert torch.equal(matrix.transposed.transposed @ torch.eye(columns), dense)
        some = rows // 2
        assert torch.equal(matrix.part(some, rows) @ torch.eye(columns), dense[some:])


# --- where it is off -------------------------------------------------------------------------------------------------


def test_attributes_that_tell_nodes_apart_turn_it_off(monkeypatch):
    graphs = random_graphs(30, seed=1)
    encoder = GCN(InputSchema.of(graphs), dim=8)
    monkeypatch.setattr(sharing, "Shared", lambda *_: pytest.fail("a look at some nodes is enough"))
    assert encoder.environments(graphs) is None
    assert made(GIN, graphs).environments(graphs.double()) is None


def test_attributes_that_repeat_do_not():
    graphs = random_graphs(200, seed=1, most_nodes=4, features=1)
    few = dataclasses.replace(graphs, nodes={**graphs.nodes, "x": graphs.x.sign()})
    encoder = GCN(InputSchema.of(few, "none"), dim=8, layers=1)
    found = encoder.environments(few)
    assert found is not None
    torch.testing.assert_close(found.nodes(), encoder(few), rtol=1e-5, atol=1e-6)


def test_little_work_is_done_at_once(monkeypatch):
    graphs = molecules(100)
    encoder = made(GIN, graphs).float()
    assert encoder.environments(graphs) is not None
    weights = sum(weight.numel() for weight in encoder.layers.parameters()) // 3
    for short, expected in ((0, True), (1, False)):
        monkeypatch.setattr(sharing, "WORTH", weights * graphs.num_nodes + short)
        assert (encoder.environments(graphs.select(torch.arange(100))) is not None) is expected


def test_dropout_and_what_counts_rows_turn_it_off():
    graphs = molecules(100)
    encoder = made(GIN, graphs, dropout=0.5).float()
    assert encoder.train().environments(graphs) is None
    assert encoder.eval().environments(graphs) is not None
    assert made(GAT, graphs).environments(graphs.double()) is None
    assert made(GIN, graphs, concat=True).environments(graphs.double()) is None
    assert unshared(made(GIN, graphs)).environments(graphs.double()) is None


def test_small_batches_of_different_molecules_are_not_worth_it():
    graphs = random_coded(2, "ogb", seed=3)
    assert made(GIN, graphs).environments(graphs.double()) is None


def test_an_encoder_that_passes_graphs_its_own_way_shares_nothing():
    class Doubled(GCN):
        def forward(self, graphs, sizes=()):
            return 2 * super().forward(graphs, sizes)

    graphs = molecules(100)
    torch.manual_seed(0)
    assert GCN(InputSchema.of(graphs), dim=8).environments(graphs) is not None
    assert Doubled(InputSchema.of(graphs), dim=8).environments(graphs) is None
