"""Node classification: 30 % of each graph's nodes, as even over the classes as they can be."""

from collections import Counter

import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.randomness import generator
from multigraft.tasks.node_classification import NodeClassification, labelled_nodes
from tests.helpers.graphs import pack, packed_graphs, random_graphs
from tests.reference import episodes as plain

TASK = NodeClassification()


@given(packed_graphs(), st.integers(0, 2**31))
def test_labelled_nodes_are_thirty_percent_drawn_class_by_class(graphs, seed):
    mask = labelled_nodes(graphs, generator(seed))
    for first, last in zip(graphs.node_offsets[:-1].tolist(), graphs.node_offsets[1:].tolist(), strict=True):
        labels, chosen = graphs.node_labels[first:last], mask[first:last]
        assert int(chosen.sum()) == max(1, (last - first) * 30 // 100)
        has, taken = Counter(labels.tolist()), Counter(labels[chosen].tolist())
        rounds = max(taken.values())
        for name, available in has.items():
            assert taken[name] in {min(available, rounds), min(available, rounds - 1)}


@given(packed_graphs(), st.integers(0, 2**31))
def test_support_and_target_part_the_nodes_of_the_same_graphs(graphs, seed):
    episode = TASK.episode(graphs, generator(seed))
    support, target = episode.support, episode.target
    assert support.graphs is target.graphs is graphs
    assert torch.cat([support.queries, target.queries]).sort().values.tolist() == list(range(graphs.num_nodes))
    assert torch.equal(support.answers, graphs.node_labels[support.queries])
    assert torch.equal(target.answers, graphs.node_labels[target.queries])


@given(packed_graphs(), st.integers(0, 2**31))
def test_counts_by_class_are_those_of_the_plain_version(graphs, seed):
    mask = labelled_nodes(graphs, generator(seed))
    draws = generator(seed, "plain")
    for graph, first in zip(plain.unpack(graphs), graphs.node_offsets[:-1].tolist(), strict=True):
        theirs = Counter(graph.node_labels[v] for v in plain.labelled_nodes(graph, draws))
        ours = Counter(label for v, label in enumerate(graph.node_labels) if mask[first + v])
        assert sorted(theirs.values()) == sorted(ours.values())  # which classes the last round takes is chance


def test_every_node_of_a_class_is_drawn_equally_often():
    graphs = pack([torch.zeros(10, 10)], node_classes=2)
    object.__setattr__(graphs, "nodes", {**graphs.nodes, "label": torch.tensor([0] * 8 + [1] * 2)})
    draws = generator(3)
    counts = torch.stack([labelled_nodes(graphs, draws) for _ in range(3000)]).double().mean(0)
    # three nodes: one or two of each class, the odd one by the toss of a coin; so 1.5 of 8 and 1.5 of 2 on average
    torch.testing.assert_close(counts, torch.tensor([1.5 / 8] * 8 + [0.75] * 2, dtype=torch.float64), atol=0.04, rtol=0)


def test_same_generator_same_episode_and_fresh_ones_otherwise():
    graphs, draws = random_graphs(10, seed=1), generator(0)
    first, second = labelled_nodes(graphs, draws), labelled_nodes(graphs, draws)
    assert torch.equal(first, labelled_nodes(graphs, generator(0)))
    assert not torch.equal(first, second)


def test_head_is_one_linear_layer():
    graphs = random_graphs(3, seed=2)
    head, z = TASK.head(5, graphs.origin), torch.randn(graphs.num_nodes, 5)
    examples = TASK.episode(graphs, generator(0)).target
    torch.testing.assert_close(head(z, examples), head.node(z)[examples.queries])
    assert [name for name, _ in head.named_parameters()] == ["node.weight", "node.bias"]


def test_examples_ask_for_every_node():
    graphs = random_graphs(3, seed=2)
    examples = TASK.exam(graphs, generator(0))
    assert examples.queries.tolist() == list(range(graphs.num_nodes))
    assert torch.equal(examples.answers, graphs.node_labels)
