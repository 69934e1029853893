"""The layers, each against its equation written out node by node."""

import math

import pytest
import torch

from multigraft.encoders.edge_features import edge_features
from multigraft.encoders.edge_layers import (
    GATLayer,
    GCNLayer,
    GINLayer,
    SAGELayer,
    Surroundings,
    segment_softmax,
)
from multigraft.encoders.inputs import InputSchema
from tests.helpers.coded import random_coded

GRAPHS = random_coded(3, seed=3, least_nodes=2, density=0.5).double()
SCHEMA = InputSchema.of(GRAPHS)


def run(layer):
    """The layer's output, its input, and for each node its entries: (source, embedding of the edge)."""
    torch.manual_seed(1)
    hidden = torch.randn(GRAPHS.num_nodes, 6, dtype=torch.float64)
    entries, features = layer.weighting(GRAPHS), edge_features(GRAPHS, SCHEMA)
    out = layer(hidden, Surroundings(entries.adjacency(), entries.sums(features), entries=entries, features=features))
    heard = [[] for _ in range(GRAPHS.num_nodes)]
    for (source, target), edge in zip(entries.edges.T.tolist(), layer.edges(features), strict=True):
        heard[target].append((source, edge))
    return out, hidden, heard


def test_gin_sums_and_then_transforms():
    layer = GINLayer(SCHEMA, 6).double()
    out, hidden, heard = run(layer)
    plain = torch.stack([layer.mlp(sum(hidden[s] + e for s, e in entries)) for entries in heard])
    assert torch.allclose(out, plain)


def test_gin_for_proteins_joins_message_and_edge():
    layer = GINLayer(SCHEMA, 6, concat=True).double().eval()
    out, hidden, heard = run(layer)
    sums = torch.stack([sum(torch.cat([hidden[s], e]) for s, e in entries) for entries in heard])
    assert torch.allclose(out, layer.mlp(sums))


def test_gcn_weighs_by_both_degrees():
    layer = GCNLayer(SCHEMA, 6).double()
    out, hidden, heard = run(layer)
    for node, entries in enumerate(heard):
        parts = ((layer.linear(hidden[s]) + e) / math.sqrt(len(entries) * len(heard[s])) for s, e in entries)
        assert torch.allclose(out[node], sum(parts))


def test_graphsage_takes_means_of_length_one():
    layer = SAGELayer(SCHEMA, 6).double()
    out, hidden, heard = run(layer)
    for node, entries in enumerate(heard):
        mean = sum(layer.linear(hidden[s]) + e for s, e in entries) / len(entries)
        assert torch.allclose(out[node], mean / mean.norm())


@pytest.mark.parametrize("heads", [1, 3])
def test_gat_weighs_by_attention(heads):
    layer = GATLayer(SCHEMA, 6, heads=heads).double()
    out, hidden, heard = run(layer)
    own = layer.linear(hidden).view(-1, heads, 6)
    for node, entries in enumerate(heard):
        found = []
        for head in range(heads):
            messages = [own[s, head] + e.view(heads, 6)[head] for s, e in entries]
            scores = torch.stack([layer.attention[0, head] @ torch.cat([own[node, head], m]) for m in messages])
            weights = torch.where(scores > 0, scores, 0.2 * scores).softmax(0)
            found.append(sum(w * m for w, m in zip(weights, messages, strict=True)))
        assert torch.allclose(out[node], sum(found) / heads + layer.bias)


def test_a_softmax_per_segment_sums_to_one_and_bears_large_scores():
    scores = torch.tensor([[1000.0], [999.0], [-5.0]])
    weights = segment_softmax(scores, torch.tensor([0, 0, 2]), 3)
    assert torch.allclose(weights[:2, 0], torch.tensor([1.0, 0.0]).softmax(0))
    assert float(weights[2, 0]) == 1
