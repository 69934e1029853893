"""Graph classification: every graph on one side of an episode, head and loss as the paper has them."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.packed import Origin
from multigraft.randomness import generator
from multigraft.tasks.graph_classification import GraphClassification
from tests.helpers.graphs import packed_graphs, random_graphs
from tests.reference import same as plain

TASK = GraphClassification()


@given(packed_graphs(), st.integers(0, 2**31))
def test_support_and_target_part_the_graphs(graphs, seed):
    episode = TASK.episode(graphs, generator(seed))
    support, target = episode.support, episode.target
    assert len(support.graphs) == len(support.answers) >= 1
    assert len(support.graphs) + len(target.graphs) == len(graphs)
    both = torch.cat([support.graphs.x, target.graphs.x])
    assert torch.equal(both.sort(0).values, graphs.x.sort(0).values)
    assert torch.equal(support.answers, support.graphs.graph_labels)
    assert support.queries.tolist() == list(range(len(support.graphs)))


@pytest.mark.parametrize(("count", "support"), [(10, 6), (5, 3), (2, 1), (1, 1), (3, 2), (16, 10)])
def test_sixty_percent_are_support(count, support):
    episode = TASK.episode(random_graphs(count), generator(0))
    assert (len(episode.support.answers), len(episode.target.answers)) == (support, count - support)


def test_same_generator_same_episode_and_fresh_ones_otherwise():
    graphs = random_graphs(20, seed=1)
    draws = generator(0)
    first, second = (TASK.episode(graphs, draws).support.graphs.x for _ in range(2))
    again = TASK.episode(graphs, generator(0)).support.graphs.x
    assert torch.equal(first, again)
    assert first.shape != second.shape or not torch.equal(first, second)


@pytest.mark.parametrize("pool", ["mean", "sum"])
def test_head_pools_over_each_graph(pool):
    graphs = random_graphs(4, seed=2)
    head = GraphClassification(pool=pool).head(3, graphs.origin)
    z = torch.randn(graphs.num_nodes, 3, generator=generator(1))
    logits = head(z, TASK.examples(graphs, generator(0)))
    first = torch.relu(head.node(z[: graphs.node_offsets[1]]))
    expected = head.graph(first.mean(0) if pool == "mean" else first.sum(0))
    torch.testing.assert_close(logits[0], expected)
    assert logits.shape == (4, len(graphs.origin.graph_classes))


def test_loss_is_cross_entropy_and_zero_of_nothing():
    graphs = random_graphs(6, seed=3)
    examples = TASK.examples(graphs, generator(0))
    logits = torch.randn(6, 2, generator=generator(2))
    torch.testing.assert_close(TASK.loss(logits, examples), plain.cross_entropy(list(logits), examples.answers))
    nothing = TASK.episode(random_graphs(1), generator(0)).target
    assert TASK.loss(torch.empty(0, 2), nothing).item() == 0
    assert torch.isnan(torch.tensor(TASK.metric(torch.empty(0, 2), nothing)))


def test_metric_is_accuracy():
    examples = TASK.examples(random_graphs(6, seed=3), generator(0))
    right = torch.nn.functional.one_hot(examples.answers, 2).float()
    assert TASK.metric(right, examples) == 1
    assert TASK.metric(-right, examples) == 0


@pytest.mark.parametrize(("classes", "says"), [((), "no graph labels"), (("a",), "single graph class, 'a'")])
def test_data_without_two_classes_is_an_obstacle(classes, says):
    graphs = random_graphs(2)
    object.__setattr__(graphs, "origin", Origin("poor", graph_classes=classes))
    assert says in (TASK.obstacle(graphs) or "")
    assert TASK.obstacle(random_graphs(2)) is None


def test_missing_labels_are_named():
    graphs = random_graphs(2)
    object.__setattr__(graphs, "graphs", {})
    with pytest.raises(InputError, match="has no graph labels"):
        TASK.examples(graphs, generator(0))


@pytest.mark.parametrize("pool", ["attention", "mean+centre", "nonsense"])
def test_readouts_of_other_tasks_are_refused(pool):
    with pytest.raises(InputError, match="for task 'gc': choose from mean, sum, max, std"):
        GraphClassification(pool=pool)


@pytest.mark.parametrize("pool", ["mean", "mean+max+sum"])
def test_the_linear_head_is_linear_on_a_normalised_readout(pool):
    graphs = random_graphs(4, seed=2)
    task = GraphClassification(pool=pool, hidden=False)
    head = task.head(3, graphs.origin)
    z = torch.randn(graphs.num_nodes, 3, generator=generator(1))
    own = z[: graphs.node_offsets[1]]
    whole = own.mean(0) if pool == "mean" else torch.cat([own.mean(0), own.amax(0), own.sum(0)])
    whole = (whole - whole.mean()) / (whole.var(correction=0) + head.norm.eps).sqrt()
    torch.testing.assert_close(head(z, task.examples(graphs, generator(0)))[0], head.graph(whole))


def test_readouts_side_by_side_suit_the_head_with_a_layer_too():
    graphs = random_graphs(4, seed=2)
    head = GraphClassification(pool="mean+max+sum").head(3, graphs.origin)
    z = torch.randn(graphs.num_nodes, 3, generator=generator(1))
    first = torch.relu(head.node(z[: graphs.node_offsets[1]]))
    expected = head.graph(torch.cat([first.mean(0), first.amax(0), first.sum(0)]))
    torch.testing.assert_close(head(z, TASK.examples(graphs, generator(0)))[0], expected)
