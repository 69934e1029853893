"""Readouts against a loop over graphs."""

from typing import get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.encoders.readout import Readout, pooled_width, readout
from multigraft.graphs.packed import PackedGraphs
from tests.helpers.graphs import packed_graphs

PLAIN = {"mean": lambda z: z.mean(0), "sum": lambda z: z.sum(0), "max": lambda z: z.amax(0)}
PLAIN["std"] = lambda z: z.std(0, correction=0).clamp_min(1e-6)
for together in ("mean+max+sum", "mean+std+max+sum"):
    PLAIN[together] = lambda z, kinds=together: torch.cat([PLAIN[kind](z) for kind in kinds.split("+")])


@given(packed_graphs(), st.sampled_from(sorted(PLAIN)))
def test_equals_a_loop_over_graphs(graphs, kind):
    z = torch.randn(graphs.num_nodes, 3, generator=torch.Generator().manual_seed(0))
    bounds = zip(graphs.node_offsets[:-1], graphs.node_offsets[1:], strict=True)
    expected = torch.stack([PLAIN[kind](z[a:b]) for a, b in bounds])
    torch.testing.assert_close(readout(z, graphs, kind), expected)


@pytest.mark.parametrize("kind", sorted(PLAIN))
def test_a_graph_without_nodes_gets_zeros(kind):
    empty = torch.empty(2, 0, dtype=torch.int64)
    graphs = PackedGraphs(empty, torch.tensor([0, 0, 2]), torch.tensor([0, 0, 0]), {"x": torch.ones(2, 1)})
    found = readout(torch.ones(2, 3), graphs, kind)[0]
    assert torch.allclose(found, torch.zeros(pooled_width(kind, 3)), atol=1e-5)


def test_every_readout_is_tested_against_the_loop():
    assert set(PLAIN) == set(get_args(Readout))
