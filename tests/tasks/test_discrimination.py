"""Telling true pairs from false ones: loss and metric, whatever the pairs are."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from multigraft.randomness import generator
from multigraft.tasks.base import Examples
from multigraft.tasks.context_prediction import ContextPrediction
from multigraft.tasks.discrimination import matched
from multigraft.tasks.edge_prediction import EdgePrediction
from multigraft.tasks.infomax import Infomax
from tests.helpers.coded import random_coded

GRAPHS = random_coded(2, seed=1, least_nodes=3)


def asked(answers):
    """Questions with those answers."""
    return Examples(GRAPHS, torch.zeros(2, len(answers), dtype=torch.int64), torch.tensor(answers, dtype=torch.int64))


@pytest.mark.parametrize(("task", "weight"), [(EdgePrediction(), 1), (ContextPrediction(negatives=3), 3)])
@given(pairs=st.lists(st.tuples(st.floats(-5, 5), st.integers(0, 1)), max_size=20))
def test_loss_is_the_mean_of_the_true_and_that_of_the_false_by_their_number(task, weight, pairs):
    logits = torch.tensor([logit for logit, _ in pairs], dtype=torch.float64)
    of = {0: [], 1: []}
    for logit, answer in pairs:
        of[answer].append(math.log1p(math.exp(-logit if answer else logit)))
    means = {answer: sum(terms) / len(terms) if terms else 0.0 for answer, terms in of.items()}
    loss = task.loss(logits, asked([answer for _, answer in pairs]))
    assert loss.item() == pytest.approx(means[1] + weight * means[0], abs=1e-12)


@given(st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 1)), max_size=20))
def test_metric_is_the_area_under_the_roc_curve(pairs):
    answers, logits = [answer for _, answer in pairs], torch.tensor([float(logit) for logit, _ in pairs])
    value = Infomax().metric(logits, asked(answers))
    if len(set(answers)) < 2:
        assert math.isnan(value)
    else:
        assert value == pytest.approx(roc_auc_score(answers, logits))


def test_true_pairs_come_first():
    true, false = torch.tensor([[0, 1], [1, 2]]), torch.tensor([[0], [2]])
    examples = matched(true, false, GRAPHS)
    assert examples.queries.tolist() == [[0, 1, 0], [1, 2, 2]]
    assert examples.answers.tolist() == [1, 1, 0]
    assert examples.beside is None


@pytest.mark.parametrize("task", [EdgePrediction(), Infomax(), ContextPrediction()])
def test_they_are_pretext_tasks_scored_alike(task):
    assert task.pretext
    assert task.metric_name == "roc_auc"
    assert type(task)(**task.config()) == task


def test_an_episode_divides_the_graphs():
    graphs = random_coded(10, seed=3, least_nodes=2)
    episode = Infomax().episode(graphs, generator(0))
    assert (len(episode.support.graphs), len(episode.target.graphs)) == (6, 4)
    assert episode.support.graphs.num_nodes + episode.target.graphs.num_nodes == graphs.num_nodes
