"""Readouts against a loop over graphs."""

import re
from typing import get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.encoders.names import READOUT_NAMES
from multigraft.encoders.readout import Readout, pooled, pooled_width, readout
from multigraft.graphs.packed import PackedGraphs
from tests.helpers.graphs import packed_graphs, random_graphs

PLAIN = {"mean": lambda z: z.mean(0), "sum": lambda z: z.sum(0), "max": lambda z: z.amax(0)}
PLAIN["std"] = lambda z: z.std(0, correction=0)
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
    assert torch.equal(found, torch.zeros(pooled_width(kind, 3)))


def test_equal_rows_have_no_deviation_and_a_gradient_all_the_same():
    graphs = random_graphs(2, seed=1)
    z = torch.ones(graphs.num_nodes, 2, requires_grad=True)
    spread = readout(z, graphs, "std")
    assert not bool(spread.any())
    spread.sum().backward()
    assert bool(z.grad.isfinite().all())


def test_an_unknown_readout_is_refused():
    graphs = random_graphs(2, seed=1)
    for kind in ("attention", "mean+centre"):
        with pytest.raises(Exception, match=f"{re.escape(kind)}"):  # the types say it first, where they are checked
            pooled(torch.ones(graphs.num_nodes, 2), graphs.node_graph, graphs.node_counts, kind)


def test_the_light_names_are_the_readouts():
    assert get_args(Readout) == READOUT_NAMES


def test_every_readout_is_tested_against_the_loop():
    assert set(PLAIN) == set(get_args(Readout))
