"""The plain episodes ask what the paper's algorithm 2 says, and as many questions as the package's."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch_geometric.data import Data

from multigraft.bench.plain import episodes
from multigraft.encoders.inputs import row_normalised
from multigraft.strategies.registry import build
from multigraft.tasks.registry import resolve
from tests.helpers.graphs import packed_graphs, random_graphs
from tests.reference import episodes as reference

SEEDS = st.integers(0, 2**16)


def draws(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pairs(index, first: int = 0) -> list[tuple[int, int]]:
    """Unordered pairs, sorted."""
    return sorted((min(u, v), max(u, v)) for u, v in (index - first).T.tolist())


@pytest.fixture(scope="module")
def graphs():
    return random_graphs(64, seed=3, least_nodes=4, density=0.4)


def test_the_list_holds_the_graphs_normalised(graphs):
    data = episodes.graph_list(graphs)
    assert len(data) == len(graphs)
    assert torch.equal(torch.cat([one.x for one in data]), row_normalised(graphs))
    assert torch.equal(torch.cat([one.node_label for one in data]), graphs.node_labels)
    assert torch.equal(torch.cat([one.y for one in data]), graphs.graph_labels)
    assert [one.num_edges for one in data] == graphs.edge_counts.tolist()


def test_an_episode_deals_every_graph_once_and_evenly(graphs):
    data = [Data(**one.to_dict(), number=torch.tensor([i])) for i, one in enumerate(episodes.graph_list(graphs)[:16])]
    seen = set()
    for seed in range(20):
        drawn = episodes.episode(data, draws(seed))
        assert list(drawn) == ["gc", "nc", "lp"]
        sizes = [
            sum({id(half.graphs): half.graphs.num_graphs for half in drawn[task]}.values())
            for task in ("gc", "nc", "lp")
        ]
        assert sorted(sizes) == [5, 5, 6]
        seen.add(tuple(sizes))
    assert len(seen) == 3, "who gets more is random"


def test_graph_classification_splits_graphs_60_to_40(graphs):
    data = episodes.graph_list(graphs)[:10]
    support, target = episodes.graph_classification(data, draws())
    assert [part.graphs.num_graphs for part in (support, target)] == [6, 4]
    there = Counter(one.x.sum().item() for one in data)
    again = [half.graphs.get_example(i).x.sum().item() for half in (support, target) for i in half.asked.tolist()]
    assert Counter(again) == there
    assert sorted([*support.answers.tolist(), *target.answers.tolist()]) == sorted(one.y.item() for one in data)


@given(packed_graphs(), SEEDS)
def test_labelled_nodes_are_a_share_of_each_graph_and_even_over_classes(graphs, seed):
    for one in episodes.graph_list(graphs):
        mask = episodes.labelled_nodes(one, draws(seed))
        assert int(mask.sum()) == max(1, one.num_nodes * 30 // 100)
        have, taken = Counter(one.node_label.tolist()), Counter(one.node_label[mask].tolist())
        most = max(taken.values())
        assert all(taken[label] >= min(have[label], most - 1) for label in have)


def test_node_classification_asks_for_every_node_once(graphs):
    data = episodes.graph_list(graphs)[:6]
    support, target = episodes.node_classification(data, draws())
    assert support.graphs is target.graphs
    assert bool((support.asked ^ target.asked).all())
    labels = torch.cat([one.node_label for one in data])
    assert torch.equal(support.answers, labels[support.asked])
    assert torch.equal(target.answers, labels[target.asked])


@given(packed_graphs(), SEEDS)
def test_link_prediction_hides_a_fifth_of_each_graphs_edges(graphs, seed):
    data = episodes.graph_list(graphs)
    support, target = episodes.link_prediction(data, draws(seed))
    batch = support.graphs
    assert batch is target.graphs
    for number, one in enumerate(data):
        first, last = batch.ptr[number : number + 2].tolist()
        edges = set(pairs(one.edge_index))
        seen = batch.get_example(number).edge_index
        early, late = ([half_pairs(half, first, last, answer) for answer in (1, 0)] for half in (support, target))
        assert sorted([*early[0], *late[0]]) == sorted(edges)
        assert pairs(seen) == sorted(2 * early[0]), "what is left is seen in both directions"
        nonedges = [*early[1], *late[1]]
        assert (
            len(nonedges)
            == len(set(nonedges))
            == min(len(edges), one.num_nodes * (one.num_nodes - 1) // 2 - len(edges))
        )
        assert not edges & set(nonedges)
        assert [len(late[0]), len(late[1])] == [reference.fifth(len(edges)), reference.fifth(len(nonedges))]


def half_pairs(half: episodes.Questions, first: int, last: int, answer: int) -> list[tuple[int, int]]:
    """The pairs of one graph with that answer."""
    here = (half.asked[0] >= first) & (half.asked[0] < last) & (half.answers == answer)
    found = half.asked[:, here]
    assert bool(((found >= first) & (found < last)).all()), "both nodes are of the same graph"
    assert bool((found[0] != found[1]).all())
    return pairs(found, first)


def test_pairs_come_in_either_order(graphs):
    support, _ = episodes.link_prediction(episodes.graph_list(graphs), draws())
    for answer in (0, 1):
        first, second = support.asked[:, support.answers == answer]
        assert 0.4 < (first < second).double().mean() < 0.6


def test_nonedges_are_uniform():
    graph = Data(edge_index=torch.tensor([[0, 1], [1, 0]]), num_nodes=4)
    generator = draws()
    found = Counter(pair for _ in range(2000) for pair in pairs(episodes.nonedges(graph, 2, generator)))
    assert found.keys() == {(0, 2), (0, 3), (1, 2), (1, 3), (2, 3)}
    assert all(700 < count < 900 for count in found.values())


def test_the_package_asks_as_many_questions(graphs):
    """Of every graph, whoever it is dealt to."""
    data, tasks = episodes.graph_list(graphs), {task.name: task for task in resolve(["gc", "nc", "lp"])}
    plain = {
        "gc": episodes.graph_classification, "nc": episodes.node_classification, "lp": episodes.link_prediction
    }  # fmt: skip
    for name, draw in plain.items():
        ours, theirs = tasks[name].episode(graphs, draws()), draw(data, draws())
        assert [len(half.answers) for half in (ours.support, ours.target)] == [len(half.answers) for half in theirs]
        edges = [half.graphs.num_edges for half in (ours.support, ours.target)]
        if name != "gc":  # there the two sides know different graphs
            assert edges == [half.graphs.num_edges for half in theirs]


def test_the_loader_has_whole_batches_for_ever_and_other_orders_every_time(graphs):
    data = episodes.graph_list(graphs)[:40]
    loader = episodes.loader(data, draws(), size=16)
    seen = [next(loader) for _ in range(5)]
    nodes = [
        sum({id(half.graphs): half.graphs.num_nodes for task in one.values() for half in task}.values()) for one in seen
    ]
    assert len(set(nodes)) > 1
    again = episodes.loader(data, draws(), size=16)
    for one in seen:
        other = next(again)
        assert torch.equal(one["lp"][0].asked, other["lp"][0].asked), "same generator, same episodes"


def test_strategies_that_learn_from_episodes_draw_the_same_tasks(graphs):
    drawn = build("esame").questions(resolve(["gc", "nc", "lp"]), graphs.select(torch.arange(16)), [16], draws())[0]
    assert [task.name for task in drawn] == list(episodes.episode(episodes.graph_list(graphs)[:16], draws()))
