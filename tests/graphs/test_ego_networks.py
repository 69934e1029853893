"""Ego-networks: against networkx's searches, and what must hold where only some nodes are kept."""

import networkx as nx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs import ego_networks as module
from multigraft.graphs.ego_networks import Network, ego_networks
from multigraft.graphs.findings import findings
from tests.helpers.proteins import SMALL, TYPES, as_networkx, networks
from tests.reference.ego_networks import centre_of, ego_network, unpacked


def drawn(network: Network, seed: int = 0, **options):
    return ego_networks(network, torch.Generator().manual_seed(seed), **options)


def star(leaves: int) -> Network:
    pairs = torch.stack([torch.zeros(leaves, dtype=torch.int64), torch.arange(1, leaves + 1)])
    return Network(leaves + 1, pairs, torch.ones(leaves, TYPES, dtype=torch.uint8))


# --- the network -----------------------------------------------------------------------------------------------------


def test_rows_of_one_pair_count_together_whatever_their_order():
    ends = torch.tensor([[2, 0, 1, 1, 3, 2], [0, 2, 2, 2, 3, 0]])
    types = torch.eye(TYPES, dtype=torch.uint8)[[0, 3, 1, 1, 2, 0]]
    network = Network.of(4, ends, types)
    assert network.pairs.tolist() == [[0, 1], [2, 2]]
    assert network.types.tolist() == [[1, 0, 0, 1, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0]]
    assert network.size == 4


@given(networks())
def test_a_network_has_every_pair_once_in_order(network: Network):
    low, high = network.pairs
    assert bool((low < high).all())
    keys = low * network.size + high
    assert bool((keys.diff() > 0).all())
    assert bool((network.types.sum(1) > 0).all())


def test_a_network_of_no_rows_has_its_nodes():
    network = Network.of(3, torch.empty(2, 0, dtype=torch.int64), torch.empty(0, TYPES, dtype=torch.uint8))
    assert (network.size, network.pairs.shape, network.types.shape) == (3, (2, 0), (0, TYPES))
    graphs = drawn(network)
    assert (len(graphs), graphs.num_nodes, graphs.num_edges) == (3, 3, 0)


# --- whole neighbourhoods --------------------------------------------------------------------------------------------


def test_small_networks_are_as_they_are_drawn_on_paper():
    graphs = drawn(SMALL)
    assert graphs.node_offsets.tolist() == [0, 3, 6, 10, 12, 13]
    assert graphs.nodes["node"].tolist() == [0, 1, 2, 0, 1, 2, 0, 1, 2, 3, 2, 3, 4]
    assert graphs.graphs["centre"].tolist() == [0, 1, 2, 1, 0]
    assert graphs.edge_offsets.tolist() == [0, 6, 12, 20, 22, 22]
    assert graphs.edge_index[:, :6].T.tolist() == [[0, 1], [1, 0], [0, 2], [2, 0], [1, 2], [2, 1]]
    assert graphs.edge_index[:, 20:].T.tolist() == [[10, 11], [11, 10]]
    assert graphs.edges["types"].argmax(1)[:6].tolist() == [0, 0, 1, 1, 2, 2]
    assert graphs.edges["types"].argmax(1)[20:].tolist() == [3, 3]


@pytest.mark.parametrize("at_once", [1, 3, 64])
@given(network=networks(), hops=st.integers(1, 4))
def test_graphs_are_those_that_networkx_finds(network: Network, hops: int, at_once: int):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "AT_ONCE", at_once)
        graphs = drawn(network, hops=hops)
    whole = as_networkx(network)
    assert len(graphs) == network.size
    for number in range(network.size):
        expected = ego_network(whole, number, hops)
        found = unpacked(graphs, number)
        assert nx.utils.graphs_equal(found, nx.Graph(expected))
        assert centre_of(graphs, number) == number


@given(networks(), st.integers(1, 3))
def test_nodes_and_pairs_are_in_the_order_of_the_network(network: Network, hops: int):
    graphs = drawn(network, hops=hops)
    within = graphs.node_graph.diff() == 0
    assert bool((graphs.nodes["node"].diff()[within] > 0).all())
    ends = graphs.edge_index[:, ::2]
    assert bool((ends[0] < ends[1]).all())
    assert bool(((ends[0] * graphs.num_nodes + ends[1]).diff() > 0).all())


@given(networks())
def test_packed_graphs_are_whole(network: Network):
    graphs = drawn(network)
    assert (graphs.edges["types"].dtype, graphs.edges["types"].shape) == (torch.uint8, (graphs.num_edges, TYPES))
    assert graphs.x.shape == (graphs.num_nodes, 0)
    for start, end in graphs.node_graph[graphs.edge_index].T.tolist():
        assert start == end
    assert not any("reverse" in line or "self" in line or "already" in line for line in findings(graphs))


def test_many_hops_reach_all_that_is_joined():
    length = 200  # more than a small integer holds
    path = torch.stack([torch.arange(length - 1), torch.arange(1, length)])
    network = Network(length, path, torch.ones(length - 1, TYPES, dtype=torch.uint8))
    assert drawn(network, hops=length).node_counts.tolist() == [length] * length


# --- some of a neighbourhood -----------------------------------------------------------------------------------------


@given(networks(), st.integers(1, 3), st.integers(1, 6), st.integers(0, 2**16))
def test_of_a_large_neighbourhood_the_nearer_nodes_are_kept(network: Network, hops: int, largest: int, seed: int):
    graphs = drawn(network, seed, hops=hops, largest=largest)
    whole = as_networkx(network)
    for number in range(network.size):
        away = nx.single_source_shortest_path_length(whole, number, cutoff=hops)
        found = unpacked(graphs, number)
        assert len(found) == min(len(away), largest)
        farthest = max(away[node] for node in found)
        assert {node for node, steps in away.items() if steps < farthest} <= set(found) <= set(away)
        assert nx.utils.graphs_equal(found, nx.Graph(whole.subgraph(found)))
        assert nx.is_connected(found)
        assert centre_of(graphs, number) == number


@given(networks(), st.integers(1, 3))
def test_a_limit_that_none_reaches_changes_nothing(network: Network, hops: int):
    limited, whole = drawn(network, hops=hops, largest=network.size), drawn(network, hops=hops)
    for name, tensor in whole.tensors().items():
        assert torch.equal(limited.tensors()[name], tensor), name


def test_every_neighbour_is_as_likely_to_be_kept():
    leaves, kept, times = 10, 4, 300
    counts = torch.zeros(leaves + 1)
    for seed in range(times):
        graphs = drawn(star(leaves), seed, largest=kept)
        counts[graphs.nodes["node"][: graphs.node_offsets[1]]] += 1
    assert counts[0] == times
    expected = times * (kept - 1) / leaves
    # Five standard deviations of a binomial count.
    assert bool(((counts[1:] - expected).abs() < 5 * (expected * (1 - (kept - 1) / leaves)) ** 0.5).all())


def test_the_same_seed_keeps_the_same_nodes():
    one, same, other = (drawn(star(30), seed, largest=5).nodes["node"][:5].tolist() for seed in (3, 3, 4))
    assert one == same != other


# --- what cannot be --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [({"hops": 0}, "hops 0: an ego-network reaches 1 hop"), ({"largest": 0}, "largest 0: an ego-network has 1 node")],
)
def test_sizes_that_leave_nothing_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        drawn(SMALL, **options)


def test_a_network_without_nodes_is_refused():
    empty = Network.of(0, torch.empty(2, 0, dtype=torch.int64), torch.empty(0, TYPES, dtype=torch.uint8))
    with pytest.raises(InputError, match="its list of interactions is empty"):
        drawn(empty)
