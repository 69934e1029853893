"""Edge prediction: all edges in plain training, hidden ones wherever a model is judged."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.graphs.pairs import nonedge_counts, undirected_edges
from multigraft.graphs.splits import share_of
from multigraft.randomness import generator
from multigraft.tasks.edge_prediction import EdgePrediction
from tests.helpers.coded import coded_graphs, random_coded, ring
from tests.helpers.graphs import pack, packed_graphs, random_graphs

TASK = EdgePrediction()


def pairs(index):
    """Unordered pairs of a ``[2, n]`` index."""
    return [tuple(sorted(pair)) for pair in index.T.tolist()]


def sides(examples):
    """The true and the false pairs."""
    return [pairs(examples.queries[:, examples.answers == answer]) for answer in (1, 0)]


@given(coded_graphs(), st.integers(0, 2**31))
def test_training_asks_for_every_edge_and_as_many_nonedges(graphs, seed):
    examples = TASK.examples(graphs, generator(seed))
    true, false = sides(examples)
    edges = undirected_edges(graphs)
    assert examples.graphs is graphs
    assert sorted(true) == sorted(pairs(edges.pairs))
    assert_nonedges(graphs, false, torch.minimum(edges.counts, nonedge_counts(graphs)))


@given(packed_graphs(), st.integers(0, 2**31))
def test_an_exam_asks_for_hidden_edges(graphs, seed):
    examples = TASK.exam(graphs, generator(seed))
    true, false = sides(examples)
    hidden = share_of(undirected_edges(graphs).counts, 20)
    assert not set(pairs(examples.graphs.edge_index)) & set(true)
    assert sorted({*pairs(examples.graphs.edge_index), *true}) == sorted(set(pairs(graphs.edge_index)))
    assert per_graph(graphs, true) == hidden.tolist()
    assert_nonedges(graphs, false, torch.minimum(hidden, nonedge_counts(graphs)))


@given(packed_graphs(), st.integers(0, 2**31))
def test_an_episode_shares_what_is_hidden(graphs, seed):
    episode = TASK.episode(graphs, generator(seed))
    assert episode.support.graphs is episode.target.graphs
    visible = set(pairs(episode.support.graphs.edge_index))
    true, false = (a + b for a, b in zip(sides(episode.support), sides(episode.target), strict=True))
    hidden = share_of(undirected_edges(graphs).counts, 20)
    assert len(set(true)) == len(true) == int(hidden.sum())
    assert not visible & set(true)
    assert visible | set(true) == set(pairs(graphs.edge_index))
    assert_nonedges(graphs, false, torch.minimum(hidden, nonedge_counts(graphs)))
    for ours, theirs in zip(sides(episode.support), sides(episode.target), strict=True):
        assert 0 <= len(ours) - len(theirs) <= 1


def per_graph(graphs, found):
    """How many of the pairs each graph has; none lies in two."""
    of = [[int(graphs.node_graph[node]) for node in pair] for pair in found]
    assert all(a == b for a, b in of)
    return torch.bincount(torch.tensor([a for a, _ in of], dtype=torch.int64), minlength=len(graphs)).tolist()


def assert_nonedges(graphs, found, counts):
    """Distinct pairs of different nodes of one graph that no edge joins, so many of each."""
    assert len(set(found)) == len(found)
    assert all(u != v for u, v in found)
    assert not set(found) & set(pairs(graphs.edge_index))
    assert per_graph(graphs, found) == counts.tolist()


def test_the_head_is_the_inner_product_and_has_nothing_to_learn():
    graphs = random_coded(5, seed=1, density=0.5)
    examples = TASK.examples(graphs, generator(0))
    z, head = torch.randn(graphs.num_nodes, 4, generator=generator(1)), TASK.head(4, graphs.origin)
    expected = torch.stack([z[u] @ z[v] for u, v in examples.queries.T.tolist()])
    torch.testing.assert_close(head(z, examples), expected)
    assert list(head.parameters()) == []


def test_structure_is_blanked_where_edges_are_hidden_and_nowhere_else():
    graphs = random_coded(5, "ogb", seed=2, density=0.5)
    assert bool((TASK.exam(graphs, generator(0)).graphs.nodes["structure_codes"] == 0).all())
    assert bool((TASK.examples(graphs, generator(0)).graphs.nodes["structure_codes"] > 0).all())


def test_questions_differ_from_call_to_call_and_follow_from_the_generator():
    graphs, draws = random_graphs(10, seed=1, least_nodes=5), generator(0)
    first, second = (TASK.exam(graphs, draws).queries for _ in range(2))
    assert torch.equal(first, TASK.exam(graphs, generator(0)).queries)
    assert first.shape != second.shape or not torch.equal(first, second)


def test_complete_graphs_and_graphs_without_edges():
    complete = pack([torch.ones(5, 5)])
    assert sides(TASK.examples(complete, generator(0)))[1] == []
    loose = TASK.episode(pack([torch.zeros(4, 4)]), generator(0))
    assert loose.support.queries.shape == loose.target.queries.shape == (2, 0)
    assert TASK.loss(torch.empty(0), loose.target).item() == 0


def test_data_without_edges_is_an_obstacle():
    assert "no edges" in (TASK.obstacle(pack([torch.zeros(3, 3)])) or "")
    assert TASK.obstacle(pack([ring(5)])) is None
