"""With the same weights the plain embeddings are the package's, through a loader or one graph at a time."""

import pytest
import torch
from torch_geometric.data import Batch
from torch_geometric.loader import DataLoader

from multigraft.bench.plain import embedding as plain
from multigraft.bench.plain.gin import gin_like
from multigraft.bench.plain.molecules import data_list
from multigraft.encoders.edge import GIN
from multigraft.encoders.gcn import GCN
from multigraft.encoders.inputs import InputSchema
from multigraft.models.trained import embed_batches
from tests.helpers.coded import molecules
from tests.helpers.graphs import random_graphs

TOLERANCE = {torch.float32: 1e-5, torch.float64: 1e-9}
PRECISIONS = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])


def embeddings(encoder, graphs):
    return torch.cat(list(embed_batches(encoder, graphs, batch_size=16, device="cpu")))


def assert_alike(ours, theirs):
    assert ours.shape == theirs.shape
    assert float((ours - theirs).abs().max()) <= TOLERANCE[theirs.dtype] * float(theirs.abs().max())


def gcn(graphs, dtype):
    """The package's network with features, structure and degrees, and the plain one with the same weights."""
    torch.manual_seed(0)
    ours = GCN(InputSchema.of(graphs), dim=12, layers=3).to(dtype).eval()
    made = plain.gcn_like(ours)
    return ours, lambda graph: made(graph.x, graph.edge_index)


@PRECISIONS
def test_gcn_is_the_packages(dtype):
    graphs = random_graphs(50, structure=2, degree=True)
    graphs = graphs.double() if dtype == torch.float64 else graphs
    ours, encode = gcn(graphs, dtype)
    data = plain.input_list(ours, graphs)
    expected = embeddings(ours, graphs)
    assert_alike(plain.embed_each(encode, data), expected)
    assert_alike(plain.embed(encode, DataLoader(data, batch_size=7)), expected)


@PRECISIONS
def test_gin_is_the_packages(dtype):
    graphs = molecules(60).double() if dtype == torch.float64 else molecules(60)
    torch.manual_seed(0)
    ours = GIN(InputSchema.of(graphs), dim=12, layers=3).to(dtype).eval()
    made = gin_like(ours)
    batches = DataLoader(data_list(graphs), batch_size=16)
    found = plain.embed(lambda batch: made(batch.x, batch.edge_index, batch.edge_attr), batches)
    assert_alike(found, embeddings(ours, graphs))


def test_inputs_are_normalised_beforehand():
    graphs = random_graphs(20, structure=2, degree=True)
    ours, _ = gcn(graphs, torch.float32)
    data = plain.input_list(ours, graphs)
    assert torch.equal(torch.cat([one.x for one in data]), ours.inputs(graphs))
    assert [one.num_nodes for one in data] == graphs.node_counts.tolist()
    assert torch.equal(Batch.from_data_list(data).edge_index, graphs.edge_index)


def test_the_best_batch_size_is_taken(clock):
    """Time of a batch: as if a part of it were always the same, and memory were short beyond 64 graphs."""
    data = data_list(molecules(300))

    def encode(batch):
        clock.sleep(1 + batch.num_graphs * (0.1 if batch.num_graphs <= 64 else 0.3))
        return batch.x.float()

    assert plain.best_loader(encode, data).batch_size == 64


def test_batches_larger_than_the_data_are_not_tried(clock):
    data = data_list(molecules(60))[:40]
    assert plain.best_loader(lambda batch: batch.x.float(), data).batch_size in (16, 32)
