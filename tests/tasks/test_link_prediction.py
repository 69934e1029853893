"""Link prediction: what is hidden stays hidden, non-edges are non-edges, nothing crosses graphs."""

import dataclasses
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from multigraft.errors import InputError
from multigraft.graphs.splits import share_of
from multigraft.randomness import generator
from multigraft.tasks.link_prediction import LinkPrediction
from tests.helpers.graphs import pack, packed_graphs, random_graphs
from tests.reference import episodes as plain

TASK = LinkPrediction()


def pairs(index):
    """Unordered pairs of a ``[2, n]`` index."""
    return [tuple(sorted(pair)) for pair in index.T.tolist()]


def parted(graphs, seed):
    """Kept and hidden edges, early and late non-edges of an episode."""
    episode = TASK.episode(graphs, generator(seed))
    support, target = episode.support, episode.target
    return support, target, *(
        pairs(e.queries[:, e.answers == answer]) for answer in (1, 0) for e in (support, target)
    )  # fmt: skip


@given(packed_graphs(), st.integers(0, 2**31))
def test_kept_and_hidden_edges_part_the_edges(graphs, seed):
    support, target, kept, hidden, _, _ = parted(graphs, seed)
    assert sorted(kept + hidden) == sorted(set(pairs(graphs.edge_index)))
    assert set(pairs(support.graphs.edge_index)) == set(kept)
    assert support.graphs is target.graphs
    of_graph = torch.bincount(graphs.node_graph[torch.tensor([p[0] for p in hidden], dtype=torch.int64)],
                              minlength=len(graphs))  # fmt: skip
    assert torch.equal(of_graph, share_of(graphs.edge_counts // 2, 20))


@given(packed_graphs(), st.integers(0, 2**31))
def test_negatives_are_distinct_nonedges_inside_one_graph(graphs, seed):
    _, _, _, _, early, late = parted(graphs, seed)
    negatives = early + late
    assert len(set(negatives)) == len(negatives)  # neither twice nor once each way
    assert not set(negatives) & set(pairs(graphs.edge_index))
    assert all(u != v and graphs.node_graph[u] == graphs.node_graph[v] for u, v in negatives)


@given(packed_graphs(), st.integers(0, 2**31))
def test_counts_are_those_of_the_plain_version(graphs, seed):
    support, target, *_ = parted(graphs, seed)
    draws = generator(seed, "plain")
    theirs = [plain.link_prediction(graph, draws) for graph in plain.unpack(graphs)]
    for ours, side in ((support, 0), (target, 1)):
        assert int(ours.answers.sum()) == sum(len(both[side].positives) for both in theirs)
        assert int((1 - ours.answers).sum()) == sum(len(both[side].negatives) for both in theirs)
    assert support.graphs.num_edges == 2 * sum(len(both[0].visible) for both in theirs)


def test_a_complete_graph_has_no_negatives_and_no_edges_no_questions():
    episode = TASK.episode(pack([torch.ones(5, 5)]), generator(0))
    assert (int(episode.support.answers.sum()), len(episode.support.answers)) == (8, 8)
    assert len(episode.target.answers) == 2
    nothing = TASK.episode(pack([torch.zeros(4, 4)]), generator(0)).target
    assert nothing.queries.shape == (2, 0)
    assert TASK.loss(torch.empty(0), nothing).item() == 0
    assert math.isnan(TASK.metric(torch.empty(0), nothing))


def test_pairs_come_in_either_order():
    queries = TASK.examples(random_graphs(200, seed=1), generator(0)).queries
    rising = float((queries[0] < queries[1]).double().mean())
    assert 0.4 < rising < 0.6


@pytest.mark.parametrize("ask", [TASK.examples, TASK.exam], ids=["training", "exam"])
def test_training_and_exam_ask_for_hidden_edges_alone(ask):
    graphs = random_graphs(5, seed=2, density=0.4)
    asked = ask(graphs, generator(3))
    visible = set(pairs(asked.graphs.edge_index))
    assert not visible & set(pairs(asked.queries))
    assert visible | set(pairs(asked.queries[:, asked.answers == 1])) == set(pairs(graphs.edge_index))
    assert len(visible) < len(set(pairs(graphs.edge_index)))


def test_training_asks_for_every_edge_in_the_end():
    graphs, draws = random_graphs(3, seed=2, density=0.5), generator(0)
    asked = set()
    for _ in range(60):
        examples = TASK.examples(graphs, draws)
        asked |= set(pairs(examples.queries[:, examples.answers == 1]))
    assert asked == set(pairs(graphs.edge_index))


@given(packed_graphs())
def test_file_order_asks_what_the_release_asks(graphs):
    task = LinkPrediction(order="file")
    listed, last = plain.listed_pairs(graphs)
    for examples, (edges, nonedges) in (
        (task.examples(graphs, generator(0)), listed),
        (task.exam(graphs, generator(0)), last),
    ):
        asked = [tuple(pair) for pair in examples.queries.T.tolist()]
        assert asked == edges + nonedges
        assert examples.answers.tolist() == [1] * len(edges) + [0] * len(nonedges)
        hidden = set(last[0])
        assert set(pairs(examples.graphs.edge_index)) == set(pairs(graphs.edge_index)) - hidden


def test_file_order_draws_nothing_and_leaves_episodes_alone():
    graphs = random_graphs(4, seed=2, density=0.5)
    one, two = (LinkPrediction(order="file").examples(graphs, generator(seed)) for seed in (0, 1))
    assert torch.equal(one.queries, two.queries)
    in_order, at_random = (LinkPrediction(order=order).episode(graphs, generator(0)) for order in ("file", "random"))
    assert torch.equal(in_order.target.queries, at_random.target.queries)


def test_an_unknown_order_is_refused():
    with pytest.raises(InputError, match="order must be one of random, file, got 'name'"):
        LinkPrediction(order="name")


def test_same_generator_same_episode_and_fresh_ones_otherwise():
    graphs, draws = random_graphs(10, seed=1), generator(0)
    first, second = (TASK.episode(graphs, draws).target.queries for _ in range(2))
    assert torch.equal(first, TASK.episode(graphs, generator(0)).target.queries)
    assert first.shape != second.shape or not torch.equal(first, second)


def test_structure_is_blanked_where_edges_are_hidden():
    graphs = random_graphs(5, seed=2, structure=2)
    assert bool((TASK.episode(graphs, generator(0)).support.graphs.structure == 0).all())


def test_head_and_loss_are_the_papers():
    graphs = random_graphs(4, seed=3, density=0.5)
    examples = TASK.exam(graphs, generator(0))
    z = torch.randn(graphs.num_nodes, 5, generator=generator(1))
    for relu in (True, False):
        head = LinkPrediction(relu=relu).head(5, graphs.origin)
        u, v = (head.node(z[i]) for i in examples.queries)
        if relu:
            u, v = torch.relu(u), torch.relu(v)
        logits = head(z, examples)
        torch.testing.assert_close(logits, head.pair(torch.cat([u, v], 1)).squeeze(1))
        p = torch.sigmoid(logits)
        expected = -torch.where(examples.answers == 1, p.log(), (1 - p).log()).mean()
        torch.testing.assert_close(TASK.loss(logits, examples), expected)


@given(st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=1, max_size=30))
def test_metric_is_the_area_under_the_roc_curve_with_ties(asked):
    examples = TASK.examples(random_graphs(3, seed=1), generator(0))
    answers = torch.tensor([int(a) for _, a in asked])
    object.__setattr__(examples, "answers", answers)
    scores = torch.tensor([float(s) for s, _ in asked])
    value = TASK.metric(scores, examples)
    if answers.unique().numel() < 2:
        assert math.isnan(value)
    else:
        assert abs(value - roc_auc_score(answers, scores)) < 1e-6


def test_data_without_edges_is_an_obstacle():
    assert "no edges" in (TASK.obstacle(pack([torch.zeros(3, 3)])) or "")
    assert TASK.obstacle(random_graphs(3, seed=1, density=0.9)) is None


def test_the_product_head_is_linear_in_products_whatever_their_order():
    graphs = random_graphs(4, seed=3, density=0.5)
    examples = TASK.exam(graphs, generator(0))
    head = LinkPrediction(pair="hadamard").head(5, graphs.origin)
    z = torch.randn(graphs.num_nodes, 5, generator=generator(1))
    u, v = (z[i] for i in examples.queries)
    expected = (u * v) @ head.pair.weight[0] + head.pair.bias
    torch.testing.assert_close(head(z, examples), expected)
    turned = dataclasses.replace(examples, queries=examples.queries.flip(0))
    torch.testing.assert_close(head(z, turned), expected)


def test_what_the_head_makes_of_a_pair_is_said_only_where_it_is_not_sames():
    assert LinkPrediction().config() == {"relu": True, "order": "random"}
    assert LinkPrediction(pair="hadamard").config() == {"relu": True, "order": "random", "pair": "hadamard"}
    assert LinkPrediction(**LinkPrediction(pair="hadamard").config()) == LinkPrediction(pair="hadamard")
    with pytest.raises(InputError, match="pair must be one of concat, hadamard, got 'sum'"):
        LinkPrediction(pair="sum")
