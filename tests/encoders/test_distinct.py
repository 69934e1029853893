"""What nodes have in common, and what is read from it, against every node by itself."""

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from multigraft.encoders import distinct
from multigraft.encoders.distinct import Distinct
from multigraft.encoders.readout import readout
from tests.helpers.graphs import packed_graphs


def over(graphs, rows=3, finish=True):
    """Embeddings of the graphs' nodes, of which there are so many different ones."""
    draws = torch.Generator().manual_seed(graphs.num_nodes)
    of = torch.randint(rows, (graphs.num_nodes,), generator=draws)
    table = torch.randn(rows, 5, generator=draws, dtype=torch.float64)
    torch.manual_seed(0)
    return Distinct(table, of, nn.Linear(5, 4).double()) if finish else Distinct(table, of)


@given(packed_graphs(), st.sampled_from(["mean", "sum", "max"]), st.booleans())
def test_pooled_is_the_readout_of_all_nodes(graphs, kind, finish):
    found = over(graphs, finish=finish)
    every = found.finish(found.rows)[found.of]
    pooled = (found.finished() if kind == "max" else found).pooled(graphs.node_counts, kind)
    torch.testing.assert_close(pooled, readout(every, graphs, kind), rtol=1e-9, atol=1e-12)
    assert torch.equal(found.nodes(), every)


def test_a_graph_without_nodes_gets_zeros():
    table = torch.ones(1, 2)
    found = Distinct(table, torch.zeros(3, dtype=torch.int64), lambda rows: rows + 7)
    counts = torch.tensor([0, 3, 0])
    for kind, expected in (("mean", 8.0), ("sum", 24.0)):
        assert found.pooled(counts, kind).tolist() == [[0.0, 0.0], [expected, expected], [0.0, 0.0]]
    assert found.finished().pooled(counts, "max").tolist() == [[0.0, 0.0], [8.0, 8.0], [0.0, 0.0]]


def test_some_nodes_share_the_same_rows():
    found = over(packed_graphs_of(6))
    assert torch.equal(found.some(1, 4).nodes(), found.nodes()[1:4])
    assert found.some(1, 4).rows is found.rows


def test_with_nothing_left_to_do_the_rows_stay_where_they_are():
    rows = torch.randn(4, 2)
    assert Distinct(rows, torch.arange(4)).finished().rows is rows


def test_many_rows_are_finished_some_at_a_time(monkeypatch):
    monkeypatch.setattr(distinct, "TILE", 2)
    sizes = []

    def finish(rows):
        sizes.append(len(rows))
        return 2 * rows

    found = Distinct(torch.randn(5, 2), torch.tensor([0, 4, 4]), finish)
    assert torch.equal(found.nodes(), 2 * found.rows[found.of])
    assert sizes == [2, 2, 1]


def packed_graphs_of(nodes):
    from tests.helpers.graphs import pack

    return pack([torch.zeros(nodes, nodes)])
