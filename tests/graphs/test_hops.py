"""Breadth-first search of a whole batch against networkx, one graph at a time."""

import networkx as nx
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.graphs.hops import _all_edges, hops, induced, random_nodes, reach
from multigraft.randomness import generator
from tests.helpers.coded import coded, coded_graphs, path, random_coded, ring, side_by_side
from tests.helpers.graphs import pack
from tests.reference import pretext as plain


@given(coded_graphs(), st.integers(0, 9), st.integers(0, 2**31))
def test_hops_are_networkx_shortest_paths(graphs, most, seed):
    centres = random_nodes(graphs, generator(seed))
    found = hops(graphs, centres, most).tolist()
    for number, molecule in enumerate(plain.unpack(graphs)):
        first = int(graphs.node_offsets[number])
        ways = nx.single_source_shortest_path_length(molecule.graph, int(centres[number]) - first, most)
        assert found[first : first + molecule.size] == [ways.get(node, most + 1) for node in range(molecule.size)]


@given(coded_graphs(), st.sampled_from([0, 3, 300]), st.integers(0, 2**31))
def test_both_searches_find_the_same(graphs, most, seed):
    centres = random_nodes(graphs, generator(seed))
    assert torch.equal(hops(graphs, centres, most), _all_edges(graphs.edge_index, centres, graphs.num_nodes, most))


def test_edges_lead_one_way():
    chain = pack([path(4)])
    forward = chain.keep_edges(chain.edge_index[0] < chain.edge_index[1])
    for edges in (forward, chain):
        expected = [3, 3, 0, 1] if edges is forward else [2, 1, 0, 1]
        assert hops(edges, torch.tensor([2]), 2).tolist() == expected
        assert _all_edges(edges.edge_index, torch.tensor([2]), 4, 2).tolist() == expected


@given(coded_graphs(least_graphs=2), st.integers(0, 2**31))
def test_batching_does_not_change_distances(graphs, seed):
    centres = random_nodes(graphs, generator(seed))
    together = hops(graphs, centres, 5)
    starts = graphs.node_offsets[:-1]
    apart = [hops(graphs.select([g]), centres[g : g + 1] - starts[g], 5) for g in range(len(graphs))]
    assert torch.equal(together, torch.cat(apart))


@given(coded_graphs(), st.integers(0, 2**31))
def test_a_random_node_is_its_graphs_own(graphs, seed):
    assert graphs.node_graph[random_nodes(graphs, generator(seed))].tolist() == list(range(len(graphs)))


def test_every_node_is_drawn_as_often():
    graphs = pack([path(5)] * 4000)
    counts = torch.bincount(random_nodes(graphs, generator(0)) % 5)
    assert abs(counts - 800).max() < 130  # five standard deviations


@given(coded_graphs(), st.integers(1, 6))
def test_reach_is_the_longest_shortest_way(graphs, most):
    for molecule, found in zip(plain.unpack(graphs), reach(graphs, most).tolist(), strict=True):
        ways = dict(nx.all_pairs_shortest_path_length(molecule.graph, most))
        longest = max(max(from_one.values()) for from_one in ways.values())
        if molecule.size <= 16:
            assert found == longest
        else:
            assert longest / 2 <= found <= longest


def test_reach_of_rings_and_fragments():
    graphs = pack([ring(30) + ring(30).T, side_by_side(torch.zeros(1, 1), path(8)), torch.zeros(3, 3)])
    assert reach(graphs, 20).tolist() == [15, 7, 0]
    assert reach(graphs, 4).tolist() == [4, 4, 0]


@given(coded_graphs("ogb", targets=2), st.integers(0, 2**31))
def test_induced_subgraphs_are_the_plain_ones(graphs, seed):
    keep = torch.rand(graphs.num_nodes, generator=generator(seed)) < 0.5
    parts = induced(graphs, keep)
    expected, left = [], []
    for number, molecule in enumerate(plain.unpack(graphs)):
        first = int(graphs.node_offsets[number])
        nodes = [node for node in range(molecule.size) if keep[first + node]]
        if nodes:
            left.append(number)
            expected.append(plain.subgraph(molecule, nodes))
    assert len(parts) == len(expected)
    assert torch.equal(parts.targets.nan_to_num(-1), graphs.targets[left].nan_to_num(-1))
    for ours, theirs in zip(plain.unpack(parts), expected, strict=True):
        assert list(ours.edges) == list(theirs.edges)
        for name, column in theirs.nodes.items():
            assert torch.equal(ours.nodes[name], column)
        for pair, row in theirs.edges.items():
            assert torch.equal(ours.edges[pair]["codes"], row["codes"])


def test_everything_or_nothing_kept():
    graphs = random_coded(4, "hu", seed=3)
    everything, nothing = (induced(graphs, torch.full((graphs.num_nodes,), keep)) for keep in (True, False))
    for name, column in graphs.tensors().items():
        assert torch.equal(everything.tensors()[name], column)
    assert (len(nothing), nothing.num_nodes, nothing.num_edges) == (0, 0, 0)


def test_node_numbers_do_not_outlive_their_graph():
    graphs = coded(pack([path(4)] * 2), "protein")
    graphs.graphs["centre"] = torch.tensor([3, 0])
    assert "centre" not in induced(graphs, torch.ones(8, dtype=torch.bool)).graphs
