"""A trained encoder in memory: embeddings, its untrained twin, its fingerprint, devices."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch_geometric.loader import DataLoader

from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.errors import InputError
from multigraft.models.trained import TrainedEncoder, evaluating, pick_device
from multigraft.tasks.model import TaskModel
from multigraft.tasks.registry import resolve
from tests.helpers.graphs import random_graphs


def trained_on(graphs, seed=0) -> TrainedEncoder:
    torch.manual_seed(seed)
    encoder, initial = (GCN(InputSchema.of(graphs), dim=6) for _ in range(2))
    model = TaskModel(encoder, resolve(["gc", "nc", "lp"]), graphs.origin)
    return TrainedEncoder(model, initial, graphs.origin, ("gc", "nc", "lp"), {"name": "esame"})


@pytest.fixture(scope="module")
def graphs():
    return random_graphs(7, seed=3)


@given(st.integers(1, 9))
def test_embeddings_do_not_depend_on_the_batch_size(batch_size):
    graphs = random_graphs(7, seed=3)
    trained = trained_on(graphs)
    for level, rows in (("graph", 7), ("node", graphs.num_nodes)):
        z = trained.embed(graphs, level, batch_size=batch_size)
        assert z.shape == (rows, 6)
        torch.testing.assert_close(z, trained.embed(graphs, level), rtol=1e-5, atol=1e-6)


def test_graph_embeddings_are_means_of_node_embeddings(graphs):
    trained = trained_on(graphs)
    nodes = trained.embed(graphs, "node")
    means = torch.stack([nodes[a:b].mean(0) for a, b in zip(graphs.node_offsets[:-1], graphs.node_offsets[1:],
                                                            strict=True)])  # fmt: skip
    torch.testing.assert_close(trained.embed(graphs), means)


def test_pyg_graphs_go_in_as_they_are(graphs):
    trained = trained_on(graphs)
    expected = trained.embed(graphs)
    for form in (list(graphs), graphs.to_batch(), next(iter(DataLoader(list(graphs), batch_size=7)))):
        torch.testing.assert_close(trained.embed(form), expected)


def test_untrained_twin_embeds_with_the_initial_weights(graphs):
    trained = trained_on(graphs)
    twin = trained.untrained()
    assert twin.encoder is trained.initial
    assert not torch.allclose(twin.embed(graphs), trained.embed(graphs))
    assert twin.fingerprint != trained.fingerprint


def test_fingerprint_names_the_weights(graphs):
    first, again, other = trained_on(graphs, 0), trained_on(graphs, 0), trained_on(graphs, 1)
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert len(first.fingerprint) == 16
    with torch.no_grad():
        next(again.encoder.parameters())[0, 0] += 1e-6
    assert again.fingerprint != first.fingerprint


def test_embedding_leaves_the_encoder_as_it_was(graphs):
    trained = trained_on(graphs)
    trained.encoder.train()
    trained.embed(graphs)
    assert trained.encoder.training
    with evaluating(trained.encoder, "cpu"):
        assert not trained.encoder.training
    assert trained.encoder.training
    with pytest.raises(InputError):
        trained.embed(random_graphs(3, features=9))
    assert trained.encoder.training


@pytest.mark.parametrize(("options", "says"), [({"level": "edge"}, "unknown level"), ({"batch_size": 0}, "at least 1"),
                                               ({"device": "abacus"}, "no device")])  # fmt: skip
def test_bad_options_are_refused(graphs, options, says):
    with pytest.raises(InputError, match=says):
        list(trained_on(graphs).batches(graphs, **options))


def test_other_columns_are_refused(graphs):
    with pytest.raises(InputError, match="embed data like its training data"):
        trained_on(graphs).embed(random_graphs(3, features=9))


def test_auto_device_is_a_device():
    assert pick_device("auto").type == ("cuda" if torch.cuda.is_available() else "cpu")
    assert pick_device("cpu") == torch.device("cpu")


def test_heads_can_be_trained_on_batches_as_they_come(graphs):
    head = torch.nn.Linear(6, 1)
    for z in trained_on(graphs).batches(graphs, batch_size=3):
        assert not torch.is_inference_mode_enabled()
        assert torch.is_grad_enabled()
        head(z).sum().backward()
    assert head.weight.grad is not None


def test_what_is_printed_of_an_encoder_fits_a_line():
    trained = trained_on(random_graphs(6, least_nodes=3))
    assert "\n" not in repr(trained)
    assert repr(trained).startswith(f"<TrainedEncoder: {trained.encoder.kind}")
    assert repr(trained.origin.name) in repr(trained)
