"""What is asked, and what may be seen meanwhile: against loops, for arbitrary graphs."""

import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.evaluation.questions import (
    INPUT_COLUMNS,
    every_graph,
    every_node,
    every_target,
    graph_itself,
    graph_of_node,
    graph_of_pair,
    held_out_edges,
    last_edges,
    visible,
)
from multigraft.graphs.texts import attached_texts
from tests.helpers.coded import FEATURIZATIONS, random_coded
from tests.helpers.graphs import pack, packed_graphs, random_graphs
from tests.reference.protocols import edge_lists, node_pairs, paper_questions

seeds = st.integers(0, 1000)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def asked_by_graph(examples):
    """Of each graph: the pairs asked for with answer 1, and with answer 0, smaller node first."""
    found = [(set(), set()) for _ in range(len(examples.graphs))]
    for (u, v), answer, graph in zip(
        examples.queries.T.tolist(), examples.answers.tolist(), graph_of_pair(examples).tolist(), strict=True
    ):
        found[graph][1 - answer].add((min(u, v), max(u, v)))
    return found


def undirected(graphs):
    return [{(min(u, v), max(u, v)) for u, v in stored if u != v} for stored in edge_lists(graphs)]


# --- what encoders see ----------------------------------------------------------------------------------------------


def test_visible_graphs_have_inputs_and_edges_and_nothing_else():
    graphs = random_graphs(3, structure=2)
    columns = {**graphs.nodes, "second_label": graphs.node_labels}
    told = dataclasses.replace(graphs, nodes=columns, edges={"label": graphs.edge_index[0]})
    seen = visible(told)
    assert set(seen.nodes) == {"x", "structure"}
    assert not seen.graphs
    assert not seen.edges
    assert torch.equal(seen.x, graphs.x)
    assert torch.equal(seen.edge_index, graphs.edge_index)
    assert "label" in told.nodes


@pytest.mark.parametrize("featurization", FEATURIZATIONS)
def test_what_encoders_of_molecules_and_proteins_read_is_visible_and_no_more(featurization):
    graphs = random_coded(4, featurization, targets=2, least_nodes=3, density=0.6)
    count = torch.arange(len(graphs))
    told = dataclasses.replace(
        graphs,
        nodes={**graphs.nodes, "label": graphs.node_graph, "protein": graphs.node_graph},
        graphs={**graphs.graphs, "row": count, "centre": count, "species": count, "label": count},
        attached=attached_texts(smiles=["C"] * 4, id=["x"] * 4),
    )
    seen = visible(told)
    assert set(seen.nodes) == set(graphs.nodes)
    assert set(seen.edges) == set(graphs.edges)
    assert set(seen.graphs) == {"centre"}
    assert not seen.attached
    assert not any("label" in name or "target" in name for name in seen.tensors())
    for table, names in INPUT_COLUMNS.items():
        for name in set(names) & set(getattr(seen, table)):
            assert torch.equal(getattr(seen, table)[name], getattr(told, table)[name])


def test_structure_that_bonds_tell_is_blank_where_edges_are_held_out():
    graphs = random_coded(6, "ogb", least_nodes=5, density=0.6)
    examples = held_out_edges(graphs, seeded())
    assert graphs.nodes["structure_codes"].any()
    assert not visible(examples.graphs).nodes["structure_codes"].any()
    assert len(visible(examples.graphs).edges["codes"]) == examples.graphs.num_edges < graphs.num_edges


# --- graphs and nodes -----------------------------------------------------------------------------------------------


@given(packed_graphs())
def test_every_graph_and_every_node_is_asked_for_once(graphs):
    whole = every_graph(graphs, seeded())
    assert whole.graphs is graphs
    assert torch.equal(whole.answers, graphs.graph_labels[whole.queries])
    assert torch.equal(graph_itself(whole), torch.arange(len(graphs)))
    single = every_node(graphs, seeded())
    assert single.graphs is graphs
    assert torch.equal(single.queries, torch.arange(graphs.num_nodes))
    assert torch.equal(single.answers, graphs.node_labels)
    assert torch.equal(graph_of_node(single), graphs.node_graph)


# --- strict pairs ---------------------------------------------------------------------------------------------------


@given(packed_graphs(most_nodes=9), seeds)
def test_held_out_edges_are_hidden_and_balanced_by_nonedges(graphs, seed):
    examples = held_out_edges(graphs, seeded(seed))
    before, after = undirected(graphs), undirected(examples.graphs)
    for graph, (positives, negatives) in enumerate(asked_by_graph(examples)):
        hidden = before[graph] - after[graph]
        count = len(before[graph])
        assert len(hidden) == max(count // 5, int(count >= 2))
        assert positives <= hidden
        nonedges = set(node_pairs(graphs, graph)) - before[graph]
        assert negatives <= nonedges
        assert len(positives) == len(negatives) == min(len(hidden), len(nonedges))


@given(packed_graphs(most_nodes=9), seeds)
def test_no_pair_is_asked_for_twice_nor_crosses_graphs(graphs, seed):
    examples = held_out_edges(graphs, seeded(seed))
    pairs = {frozenset(pair) for pair in examples.queries.T.tolist()}
    assert len(pairs) == examples.queries.shape[1]
    assert all(len(pair) == 2 for pair in pairs)
    first, second = examples.queries
    assert torch.equal(graphs.node_graph[first], graphs.node_graph[second])


@given(packed_graphs(most_nodes=9, structure=2), seeds)
def test_what_remains_is_visible_in_both_directions_and_in_order(graphs, seed):
    seen = held_out_edges(graphs, seeded(seed)).graphs
    for whole, left in zip(edge_lists(graphs), edge_lists(seen), strict=True):
        kept = set(left)
        assert left == [edge for edge in whole if edge in kept]
        assert kept == {(v, u) for u, v in kept}
    assert not seen.structure.any()


def test_self_loops_stay_and_are_not_asked_for():
    graphs = pack([torch.ones(5, 5)])
    loops = torch.arange(5).expand(2, -1)
    graphs = dataclasses.replace(
        graphs, edge_index=torch.cat([graphs.edge_index, loops], 1), edge_offsets=torch.tensor([0, 25])
    )
    seen = held_out_edges(graphs, seeded()).graphs
    assert (seen.edge_index[0] == seen.edge_index[1]).sum() == 5
    assert seen.num_edges == 5 + 2 * 8


def test_the_order_inside_a_pair_is_random():
    examples = held_out_edges(random_graphs(300, least_nodes=10), seeded())
    for answer in (0, 1):
        first, second = examples.queries[:, examples.answers == answer]
        assert abs((first < second).double().mean().item() - 0.5) < 4 * 0.5 / len(first) ** 0.5


def test_equal_seeds_ask_the_same_and_others_do_not():
    graphs = random_graphs(20, least_nodes=8)
    first, again, other = (held_out_edges(graphs, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(first.queries, again.queries)
    assert torch.equal(first.graphs.edge_index, again.graphs.edge_index)
    assert first.queries.shape == other.queries.shape
    assert not torch.equal(first.queries, other.queries)


def test_every_edge_is_held_out_equally_often():
    copies = 3000
    ring = torch.eye(10).roll(1, 1) + torch.eye(10).roll(-1, 1)
    examples = held_out_edges(pack([ring] * copies), seeded())
    positives = examples.queries[:, examples.answers == 1] % 10
    ends = torch.bincount(positives.flatten(), minlength=10)
    assert ends.sum() == 2 * 2 * copies
    assert (ends.double() / ends.sum() - 0.1).abs().max() < 0.01


# --- paper pairs ----------------------------------------------------------------------------------------------------


@given(packed_graphs(most_nodes=10))
def test_last_edges_equal_the_plain_version(graphs):
    examples = last_edges(graphs, seeded())
    positives, negatives = paper_questions(graphs)
    assert examples.graphs is graphs
    assert [tuple(pair) for pair in examples.queries.T.tolist()] == positives + negatives
    assert examples.answers.tolist() == [1] * len(positives) + [0] * len(negatives)


@pytest.mark.parametrize("seed", range(3))
def test_last_edges_equal_the_plain_version_on_larger_graphs(seed):
    graphs = random_graphs(8, seed, least_nodes=20, most_nodes=40, density=0.2, shuffled=True)
    positives, negatives = paper_questions(graphs)
    asked = last_edges(graphs, seeded(seed)).queries.T.tolist()
    assert [tuple(pair) for pair in asked] == positives + negatives
    assert len(positives) > 50


def test_nothing_is_drawn_at_random():
    graphs = random_graphs(5, least_nodes=8)
    assert torch.equal(last_edges(graphs, seeded(1)).queries, last_edges(graphs, seeded(2)).queries)


def test_the_last_tenth_begins_where_floating_point_says():
    counts = torch.arange(200_000)
    assert (counts * 9 // 10).tolist() == [int(0.9 * count) for count in range(200_000)]


def test_last_edges_equal_the_plain_version_on_enzymes(real_data):
    from multigraft.graphs.catalog import load

    graphs = load("ENZYMES").select(torch.arange(60))
    positives, negatives = paper_questions(graphs)
    assert [tuple(pair) for pair in last_edges(graphs, seeded()).queries.T.tolist()] == positives + negatives


# --- nothing to ask -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pose", [held_out_edges, last_edges])
@pytest.mark.parametrize("shape", [torch.zeros(1, 1), torch.zeros(4, 4), torch.tensor([[0, 1], [0, 0]])])
def test_graphs_with_too_few_edges_are_passed_over(pose, shape):
    examples = pose(pack([shape, shape]), seeded())
    assert not (examples.answers == 0).any()
    assert len(examples.answers) <= 2
    assert examples.queries.shape == (2, len(examples.answers))


# --- targets --------------------------------------------------------------------------------------------------------


def test_every_target_is_asked_of_every_graph_missing_ones_as_such():
    graphs = random_coded(7, targets=3)
    examples = every_target(graphs, seeded())
    assert examples.queries.tolist() == graph_itself(examples).tolist() == list(range(7))
    assert examples.answers is graphs.targets
    assert examples.answers.isnan().any()
    assert examples.graphs is graphs
