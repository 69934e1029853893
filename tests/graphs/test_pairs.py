"""Pair arithmetic against plain loops over every pair of every graph."""

import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chisquare

from multigraft.graphs import arrays
from multigraft.graphs import pairs as pairs_module
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.pairs import (
    _in_pairs,
    file_order,
    first_nonedges,
    nonedge_at,
    nonedge_counts,
    pair_of_rank,
    random_orientation,
    rank_of_pair,
    sample_nonedges,
    undirected_edges,
)
from multigraft.graphs.segments import offsets
from tests.helpers.coded import coded_graphs
from tests.helpers.graphs import pack, packed_graphs, random_graphs

Pair = tuple[int, int]


@pytest.fixture
def way(request, monkeypatch):
    """Non-edges of small graphs listed on the host, the same by operations of a device, or searched for."""
    if request.param == "device":
        monkeypatch.setattr(arrays, "HOSTS", {})
    if request.param == "searched":
        monkeypatch.setattr(pairs_module, "FEW_NODES", 0)


WAYS = pytest.mark.parametrize("way", ["listed", "device", "searched"], indirect=True)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def as_pairs(pairs: torch.Tensor) -> list[Pair]:
    return [(u, v) for u, v in pairs.T.tolist()]


def edges_by_loop(graphs: PackedGraphs) -> list[list[Pair]]:
    """Of each graph: its unordered pairs with an edge, in row-major order."""
    present = {(min(u, v), max(u, v)) for u, v in as_pairs(graphs.edge_index)}
    return [[pair for pair in all_pairs(graphs, g) if pair in present] for g in range(len(graphs))]


def nonedges_by_loop(graphs: PackedGraphs) -> list[list[Pair]]:
    edges = edges_by_loop(graphs)
    return [[pair for pair in all_pairs(graphs, g) if pair not in edges[g]] for g in range(len(graphs))]


def all_pairs(graphs: PackedGraphs, g: int) -> list[Pair]:
    nodes = range(int(graphs.node_offsets[g]), int(graphs.node_offsets[g + 1]))
    return list(itertools.combinations(nodes, 2))


def with_edges(graphs: PackedGraphs, edge_index: list[Pair]) -> PackedGraphs:
    """One graph with this exact edge list."""
    edges = torch.tensor(edge_index, dtype=torch.int64).view(-1, 2).T.contiguous()
    return PackedGraphs(edges, graphs.node_offsets, torch.tensor([0, len(edge_index)]), graphs.nodes)


# --- edges ----------------------------------------------------------------------------------------------------------


@given(packed_graphs() | coded_graphs())
def test_undirected_edges_equal_a_loop(graphs: PackedGraphs):
    edges = undirected_edges(graphs)
    expected = edges_by_loop(graphs)
    assert as_pairs(edges.pairs) == list(itertools.chain(*expected))
    assert edges.counts.tolist() == [len(pairs) for pairs in expected]
    assert torch.equal(edges.pairs[:, edges.edge_pair], torch.sort(graphs.edge_index, dim=0).values)


def test_self_loops_repeats_and_one_way_edges():
    one = pack([torch.zeros(4, 4)])
    graphs = with_edges(one, [(3, 1), (2, 2), (0, 1), (1, 0), (0, 1), (2, 0)])
    edges = undirected_edges(graphs)
    assert as_pairs(edges.pairs) == [(0, 1), (0, 2), (1, 3)]
    assert edges.edge_pair.tolist() == [2, -1, 0, 0, 0, 1]
    # (0, 1) has an entry with row <= column; the others come behind it in the order in which they are stored.
    assert file_order(graphs, edges).tolist() == [0, 2, 1]


@pytest.mark.parametrize(
    ("edges", "in_pairs"),
    [
        ([(0, 1), (1, 0), (0, 2), (2, 0)], True),
        ([(0, 2), (2, 0), (0, 1), (1, 0)], False),
        ([(1, 0), (0, 1), (0, 2), (2, 0)], False),
        ([(0, 1), (1, 0), (0, 1), (1, 0)], False),
        ([(0, 1), (1, 0), (2, 2), (2, 2)], False),
        ([(0, 1), (1, 0), (0, 2), (2, 1)], False),
        ([(0, 1), (1, 0), (0, 2)], False),
        ([], False),
    ],
    ids=["bonds", "unordered", "larger first", "twice", "loops", "one way", "odd", "none"],
)
def test_edges_in_pairs_are_known(edges, in_pairs):
    graphs = with_edges(pack([torch.zeros(4, 4)]), edges)
    assert _in_pairs(graphs) is in_pairs
    found = undirected_edges(graphs)
    assert (found.entries is None) is in_pairs
    expected = sorted({(min(u, v), max(u, v)) for u, v in edges if u != v})
    assert as_pairs(found.pairs) == expected
    assert found.counts.tolist() == found.host_counts.tolist() == [len(expected)]
    pair_of_edge = [expected.index((min(u, v), max(u, v))) if u != v else -1 for u, v in edges]
    assert found.edge_pair.tolist() == pair_of_edge


@given(packed_graphs())
def test_file_order_equals_a_loop(graphs: PackedGraphs):
    edges = undirected_edges(graphs)
    entries = [pair for pair in as_pairs(graphs.edge_index) if pair[0] < pair[1]]
    assert as_pairs(edges.pairs[:, file_order(graphs, edges)]) == entries


# --- ranks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nodes", [2, 3, 4, 5, 17, 60])
def test_ranks_number_the_upper_triangle_row_by_row(nodes: int):
    pairs = torch.combinations(torch.arange(nodes)).T
    rank = torch.arange(pairs.shape[1])
    sizes = torch.full_like(rank, nodes)
    assert torch.equal(rank_of_pair(pairs[0], pairs[1], sizes), rank)
    i, j = pair_of_rank(rank, sizes)
    assert torch.equal(torch.stack([i, j]), pairs)


@pytest.mark.parametrize("nodes", [1000, 99_999, 100_000, 10_000_000])
def test_ranks_are_exact_at_both_ends_of_every_row(nodes: int):
    rows = torch.arange(nodes - 1) if nodes <= 100_000 else torch.randint(nodes - 1, (100_000,), generator=seeded())
    sizes = torch.full_like(rows, nodes)
    for columns in (rows + 1, torch.full_like(rows, nodes - 1)):
        i, j = pair_of_rank(rank_of_pair(rows, columns, sizes), sizes)
        assert torch.equal(i, rows)
        assert torch.equal(j, columns)


@given(st.integers(2, 100_000), st.data())
def test_pair_and_rank_are_inverse(nodes: int, data: st.DataObject):
    rank = torch.tensor([data.draw(st.integers(0, nodes * (nodes - 1) // 2 - 1))])
    size = torch.tensor([nodes])
    i, j = pair_of_rank(rank, size)
    assert 0 <= int(i) < int(j) < nodes
    assert torch.equal(rank_of_pair(i, j, size), rank)


# --- non-edges ------------------------------------------------------------------------------------------------------


@given(packed_graphs())
def test_nonedge_at_lists_every_nonedge_in_order(graphs: PackedGraphs):
    expected = nonedges_by_loop(graphs)
    assert nonedge_counts(graphs).tolist() == [len(pairs) for pairs in expected]
    for g, pairs in enumerate(expected):
        found = nonedge_at(graphs, torch.full((len(pairs),), g), torch.arange(len(pairs)))
        assert as_pairs(found) == pairs


@given(packed_graphs(), st.integers(0, 8))
def test_first_nonedges_equal_a_loop(graphs: PackedGraphs, take: int):
    pairs, taken = first_nonedges(graphs, torch.full((len(graphs),), take))
    expected = [found[:take] for found in nonedges_by_loop(graphs)]
    assert as_pairs(pairs) == list(itertools.chain(*expected))
    assert taken.tolist() == [len(found) for found in expected]


def assert_sample_holds(graphs: PackedGraphs, take: torch.Tensor, pairs: torch.Tensor, taken: torch.Tensor) -> None:
    nonedges = nonedges_by_loop(graphs)
    starts = offsets(taken).tolist()
    for g, (wanted, begin, end) in enumerate(zip(take.tolist(), starts[:-1], starts[1:], strict=True)):
        drawn = as_pairs(pairs[:, begin:end])
        assert len(drawn) == min(wanted, len(nonedges[g]))
        assert len(set(drawn)) == len(drawn)
        assert set(drawn) <= set(nonedges[g])
    assert pairs.shape[1] == starts[-1]


@given(packed_graphs() | coded_graphs(), st.data())
def test_samples_are_distinct_nonedges_of_their_graph(graphs: PackedGraphs, data: st.DataObject):
    counts = st.lists(st.integers(0, 12), min_size=len(graphs), max_size=len(graphs))
    take = torch.tensor(data.draw(counts))
    pairs, taken = sample_nonedges(graphs, take, seeded(data.draw(st.integers(0, 1000))))
    assert_sample_holds(graphs, take, pairs, taken)


@WAYS
@pytest.mark.parametrize("seed", range(2))
def test_samples_hold_where_small_and_large_graphs_meet(way, seed: int):
    small, large = random_graphs(3, seed), random_graphs(2, seed, least_nodes=40, most_nodes=60, density=0.1)
    shapes = [_adjacency(g, k) for g, k in [(small, 0), (large, 0), (small, 1), (large, 1), (small, 2)]]
    graphs = pack(shapes)
    take = torch.tensor([3, 40, 4, 50, 2])
    pairs, taken = sample_nonedges(graphs, take, seeded(seed))
    assert_sample_holds(graphs, take, pairs, taken)


def _adjacency(graphs: PackedGraphs, g: int) -> torch.Tensor:
    one = graphs.select([g])
    adjacency = torch.zeros(one.num_nodes, one.num_nodes)
    adjacency[one.edge_index[0], one.edge_index[1]] = 1
    return adjacency


@WAYS
def test_sets_are_uniform(way):
    """Every set of four of the nine non-edges of a ring is equally likely: chi-square over many copies."""
    copies = 10_000
    ring = torch.eye(6).roll(1, 1) + torch.eye(6).roll(-1, 1)
    graphs = pack([ring] * copies)
    pairs, taken = sample_nonedges(graphs, torch.full((copies,), 4), seeded())
    assert taken.tolist() == [4] * copies
    local = pairs % 6
    rank = rank_of_pair(local[0], local[1], torch.full_like(local[0], 6)).view(copies, 4).sort(1).values
    seen = (rank * 15 ** torch.arange(4)).sum(1).unique(return_counts=True)[1]
    assert len(seen) == 126  # nine over four
    assert chisquare(seen.tolist()).pvalue > 1e-4


@WAYS
@pytest.mark.parametrize("seed", range(3))
def test_few_of_many_nonedges(way, seed: int):
    graphs = random_graphs(5, seed, least_nodes=20, most_nodes=40, density=0.1)
    take = torch.tensor([1, 0, 7, 300, 2])
    pairs, taken = sample_nonedges(graphs, take, seeded(seed))
    assert_sample_holds(graphs, take, pairs, taken)


def test_both_ways_find_nonedges_of_the_same_numbers(monkeypatch):
    """Numbered differently, so one draw gives different pairs; all there are, drawn in turn, are the same."""
    graphs = random_graphs(8, 4, most_nodes=15)
    everything = nonedge_counts(graphs)
    listed = sample_nonedges(graphs, everything, seeded())[0]
    monkeypatch.setattr(pairs_module, "FEW_NODES", 0)
    searched = sample_nonedges(graphs, everything, seeded())[0]
    assert as_pairs(searched) == list(itertools.chain(*nonedges_by_loop(graphs)))
    assert sorted(as_pairs(listed)) == sorted(as_pairs(searched))


def test_a_sample_stays_small_on_a_graph_of_many_nodes():
    path = torch.arange(100_000)
    edges = torch.stack([path[:-1], path[1:]])
    graphs = PackedGraphs(edges, torch.tensor([0, 100_000]), torch.tensor([0, 99_999]), {"x": torch.zeros(100_000, 0)})
    pairs, taken = sample_nonedges(graphs, torch.tensor([99_999]), seeded())
    assert taken.tolist() == [99_999]
    assert bool((pairs[1] - pairs[0] >= 2).all())
    assert torch.unique(pairs[0] * 100_000 + pairs[1]).numel() == 99_999


def test_equal_generators_draw_equal_samples():
    graphs, take = random_graphs(6, most_nodes=30), torch.full((6,), 5)
    first, again = (sample_nonedges(graphs, take, seeded(1))[0] for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, sample_nonedges(graphs, take, seeded(2))[0])


def test_no_graphs_and_no_nonedges():
    none = random_graphs(2).select([])
    assert sample_nonedges(none, torch.empty(0, dtype=torch.int64), seeded())[0].shape == (2, 0)
    complete = pack([torch.ones(5, 5), torch.zeros(1, 1)])
    pairs, taken = sample_nonedges(complete, torch.tensor([3, 3]), seeded())
    assert pairs.shape == (2, 0)
    assert taken.tolist() == [0, 0]


# --- orientation ----------------------------------------------------------------------------------------------------


def test_orientation_keeps_pairs_and_turns_half_of_them():
    pairs = torch.stack([torch.arange(10_000), torch.arange(10_000) + 1])
    turned = random_orientation(pairs, seeded())
    assert torch.equal(turned.sort(0).values, pairs)
    share = (turned[0] > turned[1]).double().mean()
    assert abs(float(share) - 0.5) < 0.02  # four standard deviations
