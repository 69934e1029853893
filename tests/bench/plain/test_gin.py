"""With the same weights PyG's GIN and the package's give the same embeddings and gradients."""

import pytest
import torch

from multigraft.bench.plain.gin import gin_like
from multigraft.bench.plain.molecules import data_list, drawn
from multigraft.encoders.edge import GIN
from multigraft.encoders.inputs import InputSchema
from tests.helpers.coded import molecules
from tests.helpers.models import assert_same, gradients

CASES = {  # precision, whether in training, relative tolerance
    "float32": (torch.float32, False, 1e-5),
    "float32-training": (torch.float32, True, 1e-4),  # PyTorch's batch norm is exact to a few times 1e-5
    "float64": (torch.float64, False, 1e-9),
    "float64-training": (torch.float64, True, 1e-9),
}


def networks(graphs, dtype, training):
    """Both, with running statistics that are not those of a fresh network."""
    torch.manual_seed(0)
    ours = GIN(InputSchema.of(graphs), dim=12, layers=3).to(dtype)
    for norm in ours.norms:
        torch.nn.init.uniform_(norm.running_mean, -0.5, 0.5)
        torch.nn.init.uniform_(norm.running_var, 0.5, 2.0)
        torch.nn.init.uniform_(norm.weight, 0.5, 2.0)
    ours.train(training)
    return ours, gin_like(ours)


def embeddings(ours, plain, graphs):
    batch = drawn(data_list(graphs), range(len(graphs)), lambda one: one)
    return ours(graphs), plain(batch.x, batch.edge_index, batch.edge_attr)


@pytest.mark.parametrize("case", CASES)
def test_embeddings_are_the_same(case):
    dtype, training, tolerance = CASES[case]
    graphs = molecules(80).double() if dtype == torch.float64 else molecules(80)
    with torch.no_grad():
        z, plain = embeddings(*networks(graphs, dtype, training), graphs)
    assert plain.dtype == dtype
    assert float((z - plain).abs().max()) <= tolerance * float(plain.abs().max())


def test_gradients_are_the_same():
    graphs = molecules(80).double()
    ours, plain = networks(graphs, torch.float64, training=True)
    loss, plain_loss = (z.square().mean() for z in embeddings(ours, plain, graphs))
    found, theirs = gradients(ours, loss), gradients(plain, plain_loss)
    kept = {name: value for name, value in theirs.items() if name in found}  # all but the tables
    assert len(kept) == 3 * 6
    assert_same({name: found[name] for name in kept}, kept)


def test_weights_are_copied():
    ours, plain = networks(molecules(60), torch.float32, training=False)
    with torch.no_grad():
        for parameter in plain.parameters():
            parameter.zero_()
    assert all(bool(weights.any()) for name, weights in ours.named_parameters() if "norms" not in name)
