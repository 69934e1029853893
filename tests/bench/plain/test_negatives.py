"""Negative pairs of the plain version are what the package's are: as many, all different, none of them a bond."""

import random
from collections import Counter

import torch
from torch_geometric.data import Data

from multigraft.bench.plain.molecules import data_list, drawn
from multigraft.bench.plain.negatives import NegativeEdges
from multigraft.tasks.edge_prediction import EdgePrediction
from tests.helpers.coded import molecules, random_coded


def negatives(graphs, seed=0):
    """All molecules in one batch."""
    return drawn(data_list(graphs), range(len(graphs)), NegativeEdges(random.Random(seed)))


def test_as_many_pairs_as_by_the_package():
    for graphs in (molecules(200), random_coded(50, density=0.7), random_coded(20, density=1.0)):
        batch = negatives(graphs)
        ours = EdgePrediction().examples(graphs, torch.Generator().manual_seed(0))
        false = ours.queries[:, ours.answers == 0]
        sizes = [torch.bincount(graphs.node_graph[pairs[0]], minlength=len(graphs))
                 for pairs in (batch.negative_edge_index, false)]  # fmt: skip
        assert torch.equal(*sizes)


def test_pairs_are_different_and_no_bonds():
    graphs = molecules(200)
    pairs = negatives(graphs).negative_edge_index
    low, high = pairs
    assert bool((low < high).all())
    assert torch.equal(graphs.node_graph[low], graphs.node_graph[high])
    both = torch.cat([pairs, graphs.edge_index], dim=1)
    assert both.unique(dim=1).shape[1] == both.shape[1]


def test_every_pair_is_as_likely():
    chain = Data(x=torch.zeros(6, 2), edge_index=torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]]))
    draw, rounds = NegativeEdges(random.Random(0)), 3000
    found = Counter(pair for _ in range(rounds) for pair in map(tuple, draw(chain).negative_edge_index.T.tolist()))
    assert len(found) == 6 * 5 // 2 - 2
    expected = 2 * rounds / len(found)
    assert sum((count - expected) ** 2 / expected for count in found.values()) < 40  # chi squared, 12 degrees


def test_the_same_seed_draws_the_same():
    graphs = molecules(60)
    same, other = negatives(graphs).negative_edge_index, negatives(graphs, seed=1).negative_edge_index
    assert torch.equal(negatives(graphs).negative_edge_index, same)
    assert not torch.equal(same, other)
