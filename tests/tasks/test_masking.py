"""What is masked, against the plain version with the same draws; and that nothing else is."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.randomness import generator
from multigraft.tasks.masking import masked_atoms, masked_interactions
from tests.helpers.coded import coded, coded_graphs, path, random_coded
from tests.helpers.graphs import pack
from tests.reference import pretext as plain


@given(coded_graphs(), st.integers(0, 2**31), st.sampled_from([0.05, 0.15, 0.5, 0.9]))
def test_atoms_are_those_of_the_plain_version(graphs, seed, rate):
    (asked,) = masked_atoms(graphs, rate, False, generator(seed))
    expected = []
    drawn = plain.noise_of(graphs.node_counts.tolist(), rate, generator(seed))
    for first, molecule, noise in zip(graphs.node_offsets.tolist(), plain.unpack(graphs), drawn, strict=False):
        expected += [first + atom for atom in sorted(plain.masked_atoms(molecule, noise))]
    found, again = asked.queries.tolist()
    assert sorted(found) == expected
    assert found == again
    assert asked.graphs.nodes["masked"].nonzero()[:, 0].tolist() == expected
    assert asked.answers.tolist() == graphs.nodes["codes"][found, 0].tolist()
    assert "masked" not in asked.graphs.edges


@given(coded_graphs("ogb"), st.integers(0, 2**31))
def test_bonds_are_those_that_touch_masked_atoms(graphs, seed):
    atoms, bonds = masked_atoms(graphs, 0.15, True, generator(seed))
    assert atoms.graphs is bonds.graphs
    marked, expected, classes = atoms.graphs.nodes["masked"], [], []
    for first, molecule in zip(graphs.node_offsets.tolist(), plain.unpack(graphs), strict=False):
        some = {atom for atom in range(molecule.size) if marked[first + atom]}
        for u, v in plain.touching(molecule, some):
            expected.append((first + u, first + v))
            classes.append(119 + int(molecule.edges[u, v]["codes"][0]))
    assert [tuple(pair) for pair in bonds.queries.T.tolist()] == expected
    assert bonds.answers.tolist() == classes
    hidden = bonds.graphs.edge_index[:, bonds.graphs.edges["masked"]]
    assert {tuple(sorted(pair)) for pair in hidden.T.tolist()} == set(expected)
    assert hidden.shape[1] == 2 * len(expected)  # both directions


@given(coded_graphs("ogb"), st.integers(0, 2**31))
def test_what_follows_from_a_masked_bond_is_hidden_at_its_ends(graphs, seed):
    _, bonds = masked_atoms(graphs, 0.15, True, generator(seed))
    ends = set(bonds.queries.flatten().tolist())
    for node, (before, after) in enumerate(
        zip(graphs.nodes["structure_codes"], bonds.graphs.nodes["structure_codes"], strict=True)
    ):
        assert torch.equal(after, torch.zeros_like(before) if node in ends else before)
    (atoms_alone,) = masked_atoms(graphs, 0.15, False, generator(seed))
    assert torch.equal(atoms_alone.graphs.nodes["structure_codes"], graphs.nodes["structure_codes"])


@given(coded_graphs("protein"), st.integers(0, 2**31), st.sampled_from([0.15, 0.6]))
def test_interactions_are_those_of_the_plain_version(graphs, seed, rate):
    asked = masked_interactions(graphs, rate, generator(seed))
    networks = plain.unpack(graphs)
    noise = plain.noise_of([len(network.edges) for network in networks], rate, generator(seed))
    expected = {}
    for first, network, drawn in zip(graphs.node_offsets.tolist(), networks, noise, strict=False):
        for u, v in plain.masked_interactions(network, drawn):
            expected[first + u, first + v] = network.edges[u, v]["types"].tolist()
    found = list(map(tuple, asked.queries.T.tolist()))
    assert len(found) == len(expected)
    assert dict(zip(found, asked.answers.tolist(), strict=True)) == expected
    hidden = asked.graphs.edge_index[:, asked.graphs.edges["masked"]]
    assert sorted(map(tuple, hidden.T.tolist())) == sorted([*expected, *((v, u) for u, v in expected)])


def test_one_more_than_the_rate_rounded_down():
    sizes = [1, 6, 7, 13, 14, 20, 40]
    graphs = coded(pack([path(size) for size in sizes]))
    (asked,) = masked_atoms(graphs, 0.15, False, generator(0))
    counts = torch.bincount(graphs.node_graph[asked.queries[0]]).tolist()
    assert counts == [int(size * 0.15 + 1) for size in sizes] == [1, 1, 2, 2, 3, 4, 7]


def test_a_high_rate_masks_everything_and_no_more():
    graphs = coded(pack([path(2), path(3)]))
    (asked,) = masked_atoms(graphs, 0.99, False, generator(0))
    assert sorted(asked.queries[0].tolist()) == [0, 1, 2, 3, 4]


def test_the_graphs_handed_in_stay_as_they_are():
    for featurization in ("ogb", "protein"):
        graphs = random_coded(5, featurization, seed=4, density=0.5)
        before = {name: column.clone() for name, column in graphs.tensors().items()}
        if featurization == "protein":
            masked_interactions(graphs, 0.15, generator(0))
        else:
            masked_atoms(graphs, 0.15, True, generator(0))
        assert before.keys() == graphs.tensors().keys()
        assert all(torch.equal(column, before[name]) for name, column in graphs.tensors().items())
