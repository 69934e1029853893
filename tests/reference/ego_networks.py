"""Ego-networks and their overlap, one protein after the other, with networkx's own searches and Python's sets."""

import networkx as nx
import torch

from multigraft.graphs.packed import PackedGraphs


def ego_network(graph: nx.Graph, centre: int, hops: int) -> nx.Graph:
    """The nodes within ``hops`` of ``centre`` and all edges among them."""
    near = nx.single_source_shortest_path_length(graph, centre, cutoff=hops)
    return graph.subgraph(near)


def unpacked(graphs: PackedGraphs, number: int, column: str = "node") -> nx.Graph:
    """One packed graph with its nodes under their numbers in the network; edges have their ``types`` as a list.

    Both directions of an edge must lie side by side, with the same types.
    """
    first, last = graphs.node_offsets[number : number + 2].tolist()
    start, stop = graphs.edge_offsets[number : number + 2].tolist()
    names = dict(enumerate(graphs.nodes[column][first:last].tolist(), start=first))
    found = nx.Graph()
    found.add_nodes_from(names.values())
    for edge in range(start, stop, 2):
        u, v = graphs.edge_index[:, edge].tolist()
        assert graphs.edge_index[:, edge + 1].tolist() == [v, u]
        assert torch.equal(graphs.edges["types"][edge], graphs.edges["types"][edge + 1])
        assert not found.has_edge(names[u], names[v])
        found.add_edge(names[u], names[v], types=graphs.edges["types"][edge].tolist())
    return found


def centre_of(graphs: PackedGraphs, number: int, column: str = "node") -> int:
    """The centre of one packed graph, by its number in the network."""
    return int(graphs.nodes[column][graphs.node_offsets[number] + graphs.graphs["centre"][number]])


def overlap(graphs: PackedGraphs, train: list[int], test: list[int]) -> tuple[float, float, float, float]:
    """Neighbours, centres, nearest and twins, as `NeighbourhoodOverlap` defines them."""
    inside = [set(unpacked(graphs, number, "protein")) for number in range(len(graphs))]
    centres = [centre_of(graphs, number, "protein") for number in range(len(graphs))]
    trained = {centres[number] for number in train}
    neighbours, found, nearest = [], [], []
    for number in test:
        around = inside[number] - {centres[number]}
        if around:
            neighbours.append(len(around & trained) / len(around))
        found.append(any(centres[number] in inside[other] for other in train))
        nearest.append(max(len(inside[number] & inside[o]) / len(inside[number] | inside[o]) for o in train))
    twins = [similarity == 1 for similarity in nearest]
    means = (sum(values) / len(values) if values else 0.0 for values in (neighbours, found, nearest, twins))
    return tuple(means)
