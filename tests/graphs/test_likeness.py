"""Graphs are known again by a number: whatever the order of their nodes, and by nothing that is asked of them."""

import dataclasses

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from multigraft.graphs import likeness as module
from multigraft.graphs.likeness import ROUNDS, likeness
from tests.helpers.coded import coded_graphs, molecules, random_coded, with_targets
from tests.helpers.graphs import pack, packed_graphs, random_graphs
from tests.reference import likeness as plain


def alike(values) -> list[list[bool]]:
    """Which pairs are equal."""
    return [[one == other for other in values] for one in values]


def turned(graphs, seed=0):
    """The same graphs; in each the nodes stand in another order, and the edges of all."""
    draws = torch.Generator().manual_seed(seed)
    order = torch.cat(
        [
            first + torch.randperm(count, generator=draws)
            for first, count in zip(graphs.node_offsets.tolist(), graphs.node_counts.tolist(), strict=False)
        ]
    )
    place = torch.argsort(order)
    return dataclasses.replace(
        graphs, edge_index=place[graphs.edge_index], nodes={name: table[order] for name, table in graphs.nodes.items()}
    )


@given(packed_graphs(features=1), st.integers(0, 99))
def test_the_order_of_nodes_does_not_matter(graphs, seed):
    assert likeness(turned(graphs, seed)).tolist() == likeness(graphs).tolist()


@given(coded_graphs(), st.data())
def test_the_other_graphs_do_not_matter(graphs, data):
    chosen = data.draw(st.lists(st.integers(0, len(graphs) - 1), min_size=1, max_size=4))
    assert likeness(graphs.select(chosen)).tolist() == likeness(graphs)[chosen].tolist()


@settings(max_examples=30)
@given(packed_graphs(most_nodes=4, features=0))
def test_graphs_without_attributes_are_alike_as_their_colours_are(graphs):
    assert alike(likeness(graphs).tolist()) == alike(plain.likeness(graphs, ROUNDS))


@pytest.mark.parametrize("featurization", ["hu", "protein"])
def test_graphs_with_categories_are_alike_as_their_colours_are(featurization):
    graphs = random_coded(12, featurization, least_nodes=2)
    twice = graphs.select([*range(12), 3, 5])
    assert alike(likeness(twice).tolist()) == alike(plain.likeness(twice, ROUNDS))


def test_molecules_that_differ_differ():
    graphs = molecules(200)
    colours = plain.likeness(graphs, ROUNDS)
    assert len(likeness(graphs).unique()) == len(set(colours)) > 150


def test_an_attribute_a_category_or_an_edge_makes_another_graph():
    graphs = random_graphs(4, least_nodes=3)
    other = dataclasses.replace(graphs, nodes={**graphs.nodes, "x": graphs.x + torch.eye(len(graphs.x))[:, :1]})
    assert (likeness(other) == likeness(graphs)).tolist() == [False, True, True, True]
    line, ring = torch.zeros(4, 4, dtype=torch.bool), torch.zeros(4, 4, dtype=torch.bool)
    line[[0, 1, 2], [1, 2, 3]] = ring[[0, 1, 2, 3], [1, 2, 3, 0]] = True
    first, second = likeness(pack([line | line.T, ring | ring.T], features=0)).tolist()
    assert first != second


def test_columns_and_tables_keep_apart():
    graphs = random_graphs(3, least_nodes=3, features=2)
    swapped = dataclasses.replace(graphs, nodes={**graphs.nodes, "x": graphs.x.flip(1)})
    assert not bool((likeness(swapped) == likeness(graphs)).any())


def test_answers_have_no_part_in_it():
    graphs = random_coded(5, targets=2)
    assert likeness(with_targets(graphs, 1 - graphs.targets)).tolist() == likeness(graphs).tolist()
    classes = random_graphs(5)
    bare = dataclasses.replace(classes, graphs={}, nodes={"x": classes.x})
    assert likeness(bare).tolist() == likeness(classes).tolist()


def test_a_corpus_is_read_in_chunks(monkeypatch):
    graphs = molecules(30)
    whole = likeness(graphs).tolist()
    monkeypatch.setattr(module, "CHUNK", 7)
    assert likeness(graphs.select(torch.arange(30))).tolist() == whole


def test_zeros_of_either_sign_are_one():
    graphs = random_graphs(3, features=1)
    zero = dataclasses.replace(graphs, nodes={"x": torch.zeros_like(graphs.x)})
    assert likeness(dataclasses.replace(graphs, nodes={"x": -zero.x})).tolist() == likeness(zero).tolist()
