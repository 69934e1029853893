"""Proteins as graphs: their columns, their notes, and the features that only count."""

import networkx as nx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.checksums import of_tensors
from multigraft.graphs.ego_networks import Network
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.proteins import LARGEST, Proteins, degree_features, pack_proteins
from multigraft.graphs.texts import ids_of
from multigraft.graphs.vocabulary import vocabulary
from tests.helpers.graphs import random_graphs
from tests.helpers.proteins import TYPES, networks, protein_graphs
from tests.reference.ego_networks import centre_of, unpacked


def hub(leaves: int) -> Proteins:
    pairs = torch.stack([torch.zeros(leaves, dtype=torch.int64), torch.arange(1, leaves + 1)])
    network = Network(leaves + 1, pairs, torch.ones(leaves, TYPES, dtype=torch.uint8))
    names = [f"p{number}" for number in range(leaves + 1)]
    return Proteins(names, torch.full((leaves + 1,), 9606), network, torch.full((leaves + 1, 2), torch.nan))


# --- columns ---------------------------------------------------------------------------------------------------------


def test_a_protein_is_a_graph_with_its_name_targets_and_species():
    graphs = protein_graphs(species=7227)
    assert ids_of(graphs) == ["p0", "p1", "p2", "p3", "p4"]
    assert ids_of(graphs.select([3, 0])) == ["p3", "p0"]
    assert graphs.targets.tolist() == [[1, 0], [0, 1], [1, 0], [0, 1], [1, 0]]
    assert graphs.graphs["species"].tolist() == [7227] * 5
    assert graphs.graphs["row"].tolist() == [0, 1, 2, 3, 4]
    assert (graphs.graphs["centre"].dtype, graphs.graphs["species"].dtype) == (torch.int64, torch.int64)


def test_nodes_have_one_code_and_their_number():
    graphs = protein_graphs()
    codes = graphs.nodes["codes"]
    assert (codes.dtype, codes.shape, codes.unique().tolist()) == (torch.uint8, (13, 1), [1])
    assert graphs.x.shape == (13, 0)
    assert graphs.nodes["protein"][:6].tolist() == [0, 1, 2, 0, 1, 2]
    assert set(graphs.nodes) == {"x", "codes", "protein"}


def test_the_vocabulary_fits():
    graphs = protein_graphs()
    words = vocabulary(graphs.origin.featurization)
    assert int(graphs.nodes["codes"].max()) < words.nodes[0]
    assert graphs.edges["types"].shape[1] == words.types == TYPES


def test_the_origin_says_what_the_data_is():
    origin = protein_graphs().origin
    assert (origin.name, origin.targets, origin.target_kind, origin.metric) == (
        "made", ("even", "odd"), "binary", "roc_auc",
    )  # fmt: skip
    assert not origin.degree


def test_it_comes_back_from_disk(tmp_path):
    graphs = protein_graphs()
    graphs.save(tmp_path / "proteins.safetensors")
    again = PackedGraphs.load(tmp_path / "proteins.safetensors")
    assert (of_tensors(again), again.origin) == (of_tensors(graphs), graphs.origin)


# --- sizes -----------------------------------------------------------------------------------------------------------


def test_hubs_are_cut_unless_told_otherwise():
    proteins = hub(LARGEST + 20)
    assert int(pack_proteins(proteins, Origin()).node_counts[0]) == LARGEST
    assert int(pack_proteins(proteins, Origin(), largest=None).node_counts[0]) == LARGEST + 21
    assert int(pack_proteins(proteins, Origin(), largest=3).node_counts[0]) == 3


def test_the_seed_decides_which_neighbours_of_a_hub_stay():
    proteins = hub(40)
    one, same, other = (
        pack_proteins(proteins, Origin(), largest=5, seed=seed).nodes["protein"][:5].tolist() for seed in (1, 1, 2)
    )
    assert one == same != other


def test_notes_say_how_large_the_networks_are():
    notes = protein_graphs().origin.notes
    assert notes == ("ego-networks of 1 hop: 2.6 proteins and 2.2 interactions on average, 4 proteins at most",)
    limited = protein_graphs(largest=2).origin.notes[0]
    assert "4 have the most that are kept, 2 proteins" in limited
    farther = pack_proteins(hub(4), Origin(notes=("and more",)), hops=2, largest=None).origin.notes
    assert farther[0].startswith("ego-networks of 2 hops: 5.0 proteins and 4.0 interactions")
    assert farther[1:] == ("and more",)


def test_sizes_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="hops 0"):
        pack_proteins(hub(2), Origin(), hops=0)


# --- degrees ---------------------------------------------------------------------------------------------------------


def test_degree_features_of_a_small_network():
    features = degree_features(protein_graphs())
    assert features[:, :3].tolist() == [[3, 3, 2], [3, 3, 2], [4, 4, 3], [2, 1, 1], [1, 0, 0]]
    assert features[2, 3:].tolist() == [0, 1, 1, 1, 0, 0, 0]
    assert features.dtype == torch.float32


@given(networks(), st.integers(1, 9), st.randoms(use_true_random=False))
def test_degree_features_count_what_networkx_counts(network: Network, largest: int, random):
    graphs = protein_graphs(network, largest)
    picked = random.choices(range(len(graphs)), k=4)
    features = degree_features(graphs)
    assert features.shape == (len(graphs), 3 + TYPES)
    for number in range(len(graphs)):
        graph, centre = unpacked(graphs, number, "protein"), centre_of(graphs, number, "protein")
        kinds = [data["types"] for _, _, data in graph.edges(centre, data=True)]
        by_type = [sum(column) for column in zip(*kinds, strict=True)] or [0] * TYPES
        expected = [nx.number_of_nodes(graph), nx.number_of_edges(graph), graph.degree(centre), *by_type]
        assert features[number].tolist() == expected
    assert torch.equal(degree_features(graphs.select(picked)), features[picked])


def test_degree_features_need_ego_networks():
    with pytest.raises(InputError, match="'made' holds no ego-networks"):
        degree_features(random_graphs(2))
