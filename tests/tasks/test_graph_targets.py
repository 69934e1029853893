"""What multi-label classification and regression share: questions, head, and data without targets."""

import dataclasses

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.encoders.pooling import Pool
from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.tasks.descriptor_regression import DescriptorRegression
from multigraft.tasks.fingerprint_prediction import FingerprintPrediction
from multigraft.tasks.graph_regression import GraphRegression
from multigraft.tasks.graph_targets import TargetsHead, missing_targets
from multigraft.tasks.multi_label import MultiLabel
from multigraft.training.fit import train
from tests.helpers.coded import coded_graphs, random_coded, with_targets
from tests.helpers.graphs import random_graphs

TASKS = [MultiLabel(), GraphRegression()]


@pytest.mark.parametrize("task", TASKS)
@given(graphs=coded_graphs(targets=3))
def test_every_graph_is_asked_for_all_its_targets(task, graphs):
    examples = task.examples(graphs, generator(0))
    assert examples.graphs is graphs
    assert examples.queries.tolist() == list(range(len(graphs)))
    assert examples.answers is graphs.targets


@pytest.mark.parametrize("task", TASKS)
@given(graphs=coded_graphs(least_graphs=2, targets=2), seed=st.integers(0, 2**31))
def test_episodes_divide_the_graphs(task, graphs, seed):
    episode = task.episode(graphs, generator(seed))
    sizes = [len(side.graphs) for side in (episode.support, episode.target)]
    assert sum(sizes) == len(graphs)
    both = torch.cat([episode.support.answers, episode.target.answers]).nan_to_num(-1)
    assert torch.equal(both.sort(0).values, graphs.targets.nan_to_num(-1).sort(0).values)


@pytest.mark.parametrize("pool", ["mean", "sum", "attention", "set2set"])
def test_head_is_one_linear_layer_on_the_pooled_embedding(pool):
    graphs = random_coded(5, seed=1, targets=3)
    task = MultiLabel(pool=pool)
    head, z = task.head(4, graphs.origin), torch.randn(graphs.num_nodes, 4, generator=generator(0))
    assert isinstance(head, TargetsHead)
    assert isinstance(head.pool, Pool)
    logits = head(z, task.examples(graphs, generator(0)))
    assert logits.shape == (5, 3)
    torch.testing.assert_close(logits, head.graph(head.pool(z, graphs)))
    assert head.graph.in_features == (8 if pool == "set2set" else 4)


def test_a_norm_brings_sums_and_means_to_one_scale():
    graphs = random_coded(40, seed=1, targets=3)
    z = 5 + torch.randn(graphs.num_nodes, 4, generator=generator(0))
    for task in (MultiLabel(pool="mean+max+sum", norm="batch"), GraphRegression(pool="mean+max+sum", norm="batch")):
        head = task.head(4, graphs.origin)
        normed = head.norm(head.pool(z, graphs))
        assert torch.allclose(normed.mean(0), torch.zeros(12), atol=1e-5)
        assert torch.allclose(normed.std(0, correction=0), torch.ones(12), atol=1e-3)
        head.train(False)
        torch.testing.assert_close(
            head(z, task.examples(graphs, generator(0))), head.graph(head.norm(head.pool(z, graphs)))
        )


@pytest.mark.parametrize("task", [MultiLabel, GraphRegression, DescriptorRegression, FingerprintPrediction])
def test_heads_that_cannot_be_are_refused_before_anything_is_trained(task):
    with pytest.raises(InputError, match=f"unknown norm 'bach' for task '{task.name}': choose from batch, "):
        task(norm="bach")
    with pytest.raises(InputError, match=f"unknown readout 'meen' for task '{task.name}': choose from "):
        task(pool="meen")


def test_without_a_norm_heads_are_stored_as_before():
    plain = MultiLabel().head(4, random_coded(2, targets=1).origin)
    assert set(plain.state_dict()) == {"graph.weight", "graph.bias"}
    assert "norm" not in MultiLabel().config()
    assert MultiLabel(norm="batch").config()["norm"] == "batch"


@pytest.mark.parametrize("strategy", ["single", "esame", "isame", "reptile"])
def test_strategies_train_heads_with_a_norm(strategy):
    graphs = random_coded(60, seed=1, targets=2)
    graphs = with_targets(graphs, (torch.rand(60, 2, generator=generator(3)) < 0.5).float(), "binary")
    trained = train(
        graphs, tasks=[MultiLabel(norm="batch")], strategy=strategy, encoder="gin", dim=4, layers=1, norm="layer",
        epochs=1, batch_size=16, split="random", progress=False,
    )  # fmt: skip
    assert trained.model.heads["ml"].norm.num_batches_tracked > 0
    assert all(value.isfinite().all() for value in trained.model.state_dict().values())


def test_an_unknown_readout_is_refused():
    with pytest.raises(InputError, match="unknown norm 'most'"):
        MultiLabel(norm="most").head(4, random_coded(2, targets=1).origin)
    with pytest.raises(InputError, match="unknown readout 'most'"):
        MultiLabel(pool="most").head(4, random_coded(2, targets=1).origin)


def test_data_without_targets_of_the_kind_are_an_obstacle():
    real = with_targets(random_coded(4), torch.randn(4, 2), name="lipo")
    binary = random_coded(4, targets=2)
    assert missing_targets(random_graphs(3), "real", "ml") == "data set 'made' has no targets"
    assert missing_targets(real, "binary", "gr") == "the targets of data set 'lipo' are real, not binary: use task 'gr'"
    assert missing_targets(binary, "real", "ml") is not None
    assert missing_targets(real, "real", "ml") is missing_targets(binary, "binary", "gr") is None


def test_binary_ones_among_real_targets_are_named_to_choose_from():
    nan = torch.nan
    values = torch.tensor([[0.0, 0.5, 1.0, 0.0], [1.0, 1.0, 1.0, nan], [nan, 0.0, 1.0, 1.0]])
    graphs = with_targets(random_coded(3), values)
    names = ("active", "logP", "same", "a,b")
    graphs = dataclasses.replace(graphs, origin=dataclasses.replace(graphs.origin, targets=names))
    said = missing_targets(graphs, "binary", "gr")
    assert said is not None
    assert said.endswith("""use task 'gr', or choose those that are binary: --targets 'active,"a,b"'""")


@pytest.mark.parametrize("task", TASKS)
def test_they_are_asked_for_their_own_sake(task):
    assert not task.pretext
