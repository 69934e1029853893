"""Readouts that are modules."""

import dataclasses

import pytest
import torch

from multigraft.encoders.pooling import POOLS, Pool, centres
from multigraft.encoders.readout import readout
from multigraft.errors import InputError
from tests.helpers.graphs import random_graphs

GRAPHS = random_graphs(5, seed=4, least_nodes=2)
CENTRED = dataclasses.replace(GRAPHS, graphs={**GRAPHS.graphs, "centre": GRAPHS.node_counts - 1})
Z = torch.randn(GRAPHS.num_nodes, 4, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("kind", POOLS)
def test_every_readout_has_its_width_and_does_not_mix_graphs(kind):
    torch.manual_seed(0)
    pool = Pool(kind, 4)
    pooled = pool(Z, CENTRED)
    assert pooled.shape == (5, pool.width)
    for number in range(5):
        alone = pool(Z[CENTRED.node_graph == number], CENTRED.select([number]))
        assert torch.allclose(pooled[number : number + 1], alone, atol=1e-6)


@pytest.mark.parametrize("kind", ["mean", "sum", "max"])
def test_plain_readouts_are_the_functions(kind):
    assert torch.equal(Pool(kind, 4)(Z, GRAPHS), readout(Z, GRAPHS, kind))


def test_attention_is_a_weighted_mean():
    torch.manual_seed(1)
    pool = Pool("attention", 4)
    pooled = pool(Z, GRAPHS)
    for number in range(5):
        own = Z[GRAPHS.node_graph == number]
        weights = pool.score(own).softmax(0)
        assert torch.allclose(pooled[number], (weights * own).sum(0), atol=1e-6)


def test_set2set_is_what_pyg_computes():
    from torch_geometric.nn.aggr import Set2Set

    torch.manual_seed(2)
    pool, theirs = Pool("set2set", 4), Set2Set(4, processing_steps=2)
    with torch.no_grad():
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            getattr(theirs.lstm, f"{name}_l0").copy_(getattr(pool.memory, name))
    assert torch.allclose(pool(Z, GRAPHS), theirs(Z, GRAPHS.node_graph), atol=1e-5)


def test_the_centre_is_read_beside_the_mean():
    pooled = Pool("mean+centre", 4)(Z, CENTRED)
    assert torch.equal(pooled[:, :4], readout(Z, CENTRED, "mean"))
    last = CENTRED.node_offsets[1:] - 1
    assert torch.equal(centres(CENTRED), last)
    assert torch.equal(pooled[:, 4:], Z[last])


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="unknown readout 'median'"):
        Pool("median", 4)
    with pytest.raises(InputError, match="no centres of graphs"):
        Pool("mean+centre", 4)(Z, GRAPHS)
