"""Multi-label classification: missing labels count nowhere, and the score is the data's own."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from multigraft.errors import InputError
from multigraft.randomness import generator
from multigraft.tasks import multi_label
from multigraft.tasks.base import Examples
from multigraft.tasks.multi_label import MultiLabel, alike
from tests.helpers.coded import coded_graphs, random_coded, with_targets
from tests.reference import pretext as plain

TASK = MultiLabel()


@given(coded_graphs(targets=3))
def test_loss_is_the_mean_over_the_labels_that_are_there(graphs):
    examples = TASK.examples(graphs, generator(0))
    logits = torch.randn(len(graphs), 3, generator=generator(1), dtype=torch.float64)
    expected = plain.labelled_loss(logits, examples.answers)
    assert abs(TASK.loss(logits, examples) - expected) < 1e-12


def test_missing_labels_teach_nothing():
    graphs = with_targets(random_coded(2), torch.tensor([[1.0, math.nan], [math.nan, math.nan]]), "binary")
    examples = TASK.examples(graphs, generator(0))
    logits = torch.randn(2, 2, generator=generator(1), requires_grad=True)
    (gradient,) = torch.autograd.grad(TASK.loss(logits, examples), logits)
    assert gradient.isfinite().all()
    assert (gradient != 0).tolist() == [[True, False], [False, False]]


def test_no_label_at_all_costs_nothing():
    graphs = with_targets(random_coded(3), torch.full((3, 2), math.nan), "binary")
    examples = TASK.examples(graphs, generator(0))
    assert TASK.loss(torch.randn(3, 2), examples).item() == 0
    assert math.isnan(TASK.metric(torch.randn(3, 2), examples))


def test_metric_is_the_mean_over_targets_with_both_classes():
    answers = torch.tensor([[1, 0, 1], [0, 0, math.nan], [1, 0, 0], [0, 0, 1], [1, math.nan, 1]])
    logits = torch.randn(5, 3, generator=generator(0))
    examples = TASK.examples(with_targets(random_coded(5), answers, "binary"), generator(0))
    there = [[0, 1, 2, 3, 4], [0, 2, 3, 4]]
    for task, score in ((TASK, roc_auc_score), (MultiLabel(score="average_precision"), average_precision_score)):
        expected = [score(answers[rows, t], logits[rows, t]) for t, rows in zip((0, 2), there, strict=True)]
        assert task.metric(logits, examples) == pytest.approx(sum(expected) / 2)


def test_metric_needs_answers_alone():
    graphs = random_coded(30, seed=2, targets=2)
    examples, logits = TASK.examples(graphs, generator(0)), torch.randn(30, 2, generator=generator(1))
    bare = Examples(graphs.select([]), examples.queries, examples.answers)
    assert TASK.metric(logits, bare) == TASK.metric(logits, examples)


def test_the_datas_own_score_unless_one_is_named():
    graphs, train = random_coded(4, targets=1), torch.arange(3)
    muv = with_targets(graphs, graphs.targets, "binary", metric="average_precision")
    odd = with_targets(graphs, graphs.targets, "binary", metric="rmse")
    named = MultiLabel(score="roc_auc")
    found = [task.fitted(data, train).metric_name for task, data in
             ((TASK, graphs), (TASK, muv), (TASK, odd), (named, muv))]  # fmt: skip
    assert found == ["roc_auc", "average_precision", "roc_auc", "roc_auc"]
    fitted = TASK.fitted(muv, train)
    assert MultiLabel(**fitted.config()) == fitted
    assert TASK.metric_name == "roc_auc"


def test_predictions_are_probabilities():
    logits = torch.tensor([[0.0, 100.0], [-100.0, 1.0]])
    torch.testing.assert_close(TASK.predictions(logits), torch.tensor([[0.5, 1.0], [0.0, 0.7310586]]))


def test_a_score_of_regression_is_refused():
    with pytest.raises(InputError, match="roc_auc, average_precision"):
        MultiLabel(score="rmse")


def test_targets_of_one_class_are_an_obstacle():
    ones = with_targets(random_coded(3), torch.tensor([[1.0, math.nan]] * 3), "binary")
    assert "both classes" in (TASK.obstacle(ones) or "")
    one_of_two = with_targets(random_coded(3), torch.tensor([[1.0, 1.0], [1.0, 0.0], [1.0, math.nan]]), "binary")
    assert TASK.obstacle(one_of_two) is None


@st.composite
def sparse(draw):
    """Labels of few of many targets, and some of the graphs."""
    rows, width = draw(st.integers(1, 25)), draw(st.integers(1, 6))
    draws = generator(draw(st.integers(0, 99)))
    targets = torch.randint(2, (rows, width), generator=draws).float()
    targets[torch.rand(rows, width, generator=draws) < 0.7] = math.nan
    return targets, torch.randperm(rows, generator=draws)[: draw(st.integers(1, rows))]


@given(sparse())
def test_graphs_that_were_measured_alike_follow_each_other(drawn):
    targets, part = drawn
    order = alike(targets, part, generator(1))
    assert sorted(order.tolist()) == list(range(len(part)))
    labels = [set((~targets[number].isnan()).nonzero()[:, 0].tolist()) for number in part[order].tolist()]
    bare = [not known for known in labels]
    assert bare == sorted(bare)  # those without a label are last
    runs = _runs([known for known in labels if known])
    assert runs <= targets.shape[1]


def _runs(labels):
    """The fewest stretches whose graphs all have a label of one target."""
    runs, shared = 0, set()
    for known in labels:
        shared &= known
        if not shared:
            runs, shared = runs + 1, set(known)
    return runs


def test_the_order_is_random_and_follows_from_the_generator():
    targets = torch.full((60, 6), math.nan)
    targets[torch.arange(60), torch.arange(60) % 6] = 1.0
    part = torch.arange(60)
    orders = [alike(targets, part, generator(seed)) for seed in (0, 0, 1)]
    assert torch.equal(orders[0], orders[1])
    assert not torch.equal(orders[0], orders[2])
    groups = orders[0].reshape(6, 10).remainder(6)
    assert bool((groups == groups[:, :1]).all())  # targets one after the other
    assert len({tuple(order[::10].remainder(6).tolist()) for order in (orders[0], orders[2])}) == 2


def test_few_at_a_time_are_the_same(monkeypatch):
    targets = torch.where(torch.rand(40, 5, generator=generator(0)) < 0.3, 1.0, math.nan)
    whole = alike(targets, torch.arange(40), generator(1))
    monkeypatch.setattr(multi_label, "AT_ONCE", 7)
    assert torch.equal(alike(targets, torch.arange(40), generator(1)), whole)


def test_only_a_grouped_task_wishes_for_an_order():
    graphs, part = random_coded(12, seed=2, targets=2), torch.arange(8)
    graphs = with_targets(graphs, torch.ones(12, 2), "binary")
    assert TASK.arrangement(graphs, part, generator(0)) is None
    assert sorted(MultiLabel(grouped=True).arrangement(graphs, part, generator(0)).tolist()) == list(range(8))
    assert "grouped" not in TASK.config()
    assert MultiLabel(grouped=True).config()["grouped"] is True
