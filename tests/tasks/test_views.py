"""Views of graphs: how much of each is left, that it is a part of the graph, and that graphs stay apart."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.graphs.hops import hops
from multigraft.graphs.pairs import undirected_edges
from multigraft.randomness import generator
from multigraft.tasks.views import VIEWS, view
from tests.helpers.coded import coded_graphs, path, ring
from tests.helpers.graphs import pack

RATES = st.sampled_from([0.1, 0.2, 0.5, 0.9])
KINDS = sorted(VIEWS)


def numbered(graphs):
    """The graphs with their nodes' own numbers as a column."""
    graphs.nodes["number"] = torch.arange(graphs.num_nodes)
    return graphs


def left(counts, rate):
    return [count - int(torch.tensor(count) * rate) for count in counts]


@given(coded_graphs(), RATES, st.sampled_from(KINDS), st.integers(0, 2**31))
def test_a_view_is_a_part_of_every_graph(graphs, rate, kind, seed):
    graphs = numbered(graphs)
    seen = view(graphs, kind, rate, generator(seed))
    edges = {tuple(pair) for pair in graphs.edge_index.T.tolist()}
    number = seen.nodes["number"]
    assert len(seen) == len(graphs)
    assert torch.equal(graphs.node_graph[number], seen.node_graph)
    assert {tuple(pair) for pair in number[seen.edge_index].T.tolist()} <= edges
    assert torch.equal(seen.nodes["codes"], graphs.nodes["codes"][number])


@given(coded_graphs(), RATES, st.integers(0, 2**31))
def test_the_rate_is_what_is_left_out_of_each_graph(graphs, rate, seed):
    counts = graphs.node_counts.tolist()
    for kind in ("nodes", "subgraph"):
        assert view(graphs, kind, rate, generator(seed)).node_counts.tolist() == left(counts, rate)
    shown = view(graphs, "edges", rate, generator(seed))
    assert undirected_edges(shown).host_counts.tolist() == left(undirected_edges(graphs).host_counts.tolist(), rate)
    assert shown.num_nodes == graphs.num_nodes
    masked = view(graphs, "attributes", rate, generator(seed)).nodes["masked"]
    hidden = torch.zeros(len(graphs), dtype=torch.long).index_add_(0, graphs.node_graph, masked.long())
    assert (graphs.node_counts - hidden).tolist() == left(counts, rate)


def test_an_edge_goes_in_both_directions():
    graphs = pack([ring(9) + ring(9).T, path(7) + path(7).T])
    seen = view(graphs, "edges", 0.3, generator(0))
    pairs = {tuple(pair) for pair in seen.edge_index.T.tolist()}
    assert pairs == {(end, start) for start, end in pairs}
    assert len(pairs) == 2 * (9 - 2 + 6 - 1)


@pytest.mark.parametrize("seed", range(5))
def test_a_subgraph_of_a_connected_graph_is_connected(seed):
    graphs = pack([ring(12) + ring(12).T, path(9) + path(9).T])
    seen = view(graphs, "subgraph", 0.5, generator(seed))
    assert int(hops(seen, seen.node_offsets[:-1], 20).max()) <= 12


@pytest.mark.parametrize("kind", KINDS)
def test_all_views_have_the_same_columns_and_follow_from_the_generator(kind):
    graphs = pack([ring(12) + ring(12).T, path(9) + path(9).T])
    seen, again, other = (view(graphs, kind, 0.4, generator(seed)) for seed in (1, 1, 2))
    assert "masked" in seen.nodes
    assert torch.equal(seen.edge_index, again.edge_index)
    assert torch.equal(seen.nodes["masked"], again.nodes["masked"])
    same = torch.equal(seen.nodes["x"], other.nodes["x"]) and torch.equal(seen.edge_index, other.edge_index)
    assert not (same and torch.equal(seen.nodes["masked"], other.nodes["masked"]))
