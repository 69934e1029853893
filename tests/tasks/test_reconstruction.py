"""Reconstruction: what is masked, what it was, and that the encoder cannot see it."""

import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import multigraft as mg
from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.tasks.attribute_reconstruction import AttributeReconstruction
from multigraft.tasks.graph_mae import GraphMAE
from multigraft.tasks.registry import TASKS as TASKS_BY_NAME
from tests.helpers.coded import coded_graphs, random_coded
from tests.helpers.graphs import packed_graphs, random_graphs

TASKS = [AttributeReconstruction(), GraphMAE()]


def hidden(counts, rate):
    return [min(count, min(int(count * rate) + 1, max(count - 1, 1))) for count in counts]


@given(packed_graphs(), st.sampled_from([0.1, 0.25, 0.9]), st.integers(0, 2**31))
def test_so_many_nodes_of_each_graph_are_masked_and_asked_for(graphs, rate, seed):
    asked = AttributeReconstruction(rate=rate).examples(graphs, generator(seed))
    counts = torch.bincount(graphs.node_graph[asked.queries], minlength=len(graphs))
    assert counts.tolist() == hidden(graphs.node_counts.tolist(), torch.tensor(rate).item())
    assert torch.equal(asked.graphs.nodes["masked"].nonzero()[:, 0], asked.queries)
    assert torch.equal(asked.answers, graphs.x[asked.queries])


@given(coded_graphs(), st.integers(0, 2**31))
def test_of_molecules_the_element_is_asked_for(graphs, seed):
    asked = GraphMAE().examples(graphs, generator(seed))
    assert asked.answers.shape == (len(asked.queries), 119)
    assert torch.equal(asked.answers.argmax(1), graphs.nodes["codes"][asked.queries, 0].long())
    assert bool((asked.answers.sum(1) == 1).all())


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_attributes_are_standardised_by_the_training_part_alone(task):
    graphs = random_graphs(12, seed=1)
    train = torch.arange(8)
    wide = graphs.select(train).x.double()
    fitted = task.fitted(graphs, train)
    assert torch.allclose(torch.tensor(fitted.mean).double(), wide.mean(0))
    other = dataclasses.replace(graphs, nodes={**graphs.nodes, "x": graphs.x.clone()})
    other.x[graphs.node_graph >= 8] *= 1000
    assert task.fitted(other, train) == fitted
    assert type(task)(**fitted.config()) == fitted
    asked = fitted.examples(graphs, generator(0))
    back = asked.answers * torch.tensor(fitted.deviation) + torch.tensor(fitted.mean)
    assert torch.allclose(back, graphs.x[asked.queries], atol=1e-5)


def test_a_constant_attribute_is_left_as_it_is():
    graphs = random_graphs(6, seed=1)
    graphs.nodes["x"][:, 0] = 7.0
    assert AttributeReconstruction().fitted(graphs, torch.arange(6)).deviation[0] == 1


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
@pytest.mark.parametrize("encoder", ["gcn", "gin", "graft"])
def test_the_encoder_does_not_see_what_is_asked(task, encoder):
    graphs = random_graphs(10, seed=2)
    trained = mg.train(graphs, tasks=[task], epochs=1, encoder=encoder, dim=8, split="random")
    asked = task.examples(graphs, generator(0))
    changed = dataclasses.replace(asked.graphs, nodes={**asked.graphs.nodes, "x": asked.graphs.x.clone()})
    changed.x[asked.queries] -= 5
    with torch.no_grad():
        seen, other = (trained.encoder.eval()(some) for some in (asked.graphs, changed))
    assert torch.allclose(seen, other, atol=1e-6)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_an_episode_hides_the_same_and_shares_the_questions(task):
    episode = task.episode(random_graphs(8, seed=3), generator(0))
    assert episode.support.graphs is episode.target.graphs
    both = torch.cat([episode.support.queries, episode.target.queries]).sort().values
    assert torch.equal(both, episode.support.graphs.nodes["masked"].nonzero()[:, 0])
    assert abs(len(episode.support) - len(episode.target)) <= 8


@pytest.mark.parametrize("strategy", ["joint", "isame", "esame"])
def test_they_are_trained_beside_others_and_saved(strategy, tmp_path):
    graphs = random_graphs(20, seed=4)
    found = mg.train(graphs, tasks=["ar", "mae"], strategy=strategy, epochs=1, dim=8, out=tmp_path / "one",
                     split="random", batch_size=8)  # fmt: skip
    assert torch.equal(mg.load_encoder(tmp_path / "one").embed(graphs), found.embed(graphs))


def test_what_cannot_be_is_refused():
    assert "task 'am'" in AttributeReconstruction().obstacle(random_coded(3))
    assert "all alike" in GraphMAE().obstacle(random_coded(3, "protein"))
    with pytest.raises(InputError, match="rate of masking"):
        GraphMAE(rate=0.0)
    with pytest.raises(InputError, match="gamma"):
        GraphMAE(gamma=0.5)


@pytest.mark.parametrize("order", [("gc", "ar"), ("ar", "gc"), ("nc", "mae"), ("mae", "lp")], ids=str)
@pytest.mark.parametrize("encoder", ["gcn", "graft"])
def test_nor_beside_tasks_that_hide_nothing(order, encoder):
    graphs = random_graphs(10, seed=2)
    tasks = [TASKS_BY_NAME[name].fitted(graphs, torch.arange(10)) for name in order]
    trained = mg.train(graphs, tasks=tasks, strategy="joint", epochs=1, encoder=encoder, dim=8, split="random")
    asked = {task.name: task.examples(graphs, generator(0)) for task in tasks}
    [mine] = [one for name, one in asked.items() if name in ("ar", "mae")]
    changed = dataclasses.replace(mine.graphs, nodes={**mine.graphs.nodes, "x": mine.graphs.x.clone()})
    changed.x[mine.queries] -= 5
    batches = [one.graphs for one in asked.values()]
    others = [changed if batch is mine.graphs else batch for batch in batches]
    with torch.no_grad():
        one, other = (trained.model.eval().embedded(some) for some in (batches, others))
    assert torch.allclose(one[mine.graphs], other[changed], atol=1e-6)


def test_mean_and_deviation_that_are_given_stay_and_must_fit():
    graphs = random_graphs(6, seed=1)
    width = graphs.x.shape[1]
    given = AttributeReconstruction(mean=(1.0,) * width, deviation=(2.0,) * width)
    assert given.fitted(graphs, torch.arange(6)) == given
    with pytest.raises(InputError, match=f"must have {width} numbers each"):
        AttributeReconstruction(mean=(1.0,), deviation=(2.0,)).fitted(graphs, torch.arange(6))


def test_who_goes_on_measures_attributes_as_before(tmp_path):
    graphs = random_graphs(20, seed=4)
    options = {"tasks": ["ar"], "epochs": 1, "dim": 8, "batch_size": 8}
    first = mg.train(graphs, out=tmp_path / "one", split="random", **options)
    moved = dataclasses.replace(graphs, nodes={**graphs.nodes, "x": graphs.x + 50})
    options.pop("dim")
    second = mg.train(moved, start=tmp_path / "one", split="random", **options)
    assert second.model.tasks[0].mean == first.model.tasks[0].mean
