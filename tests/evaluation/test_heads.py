"""Fresh heads: what they can learn, when they stop, and what decides their answers."""

import dataclasses
import math

import pytest
import torch

from multigraft.encoders.readout import readout
from multigraft.evaluation import heads
from multigraft.evaluation.answers import by_head, by_learner
from multigraft.evaluation.heads import EPOCHS, PATIENCE, class_scores
from multigraft.evaluation.learners import LEARNERS
from multigraft.evaluation.metrics import METRICS, score
from multigraft.evaluation.protocols import STRICT, Sitting
from multigraft.graphs.splits import PARTS
from multigraft.tasks.multi_label import MultiLabel
from multigraft.tasks.registry import TASKS
from multigraft.tasks.scores import SCORES
from tests.helpers.coded import with_targets
from tests.helpers.graphs import random_graphs

OF_CLASSES = ("gc", "nc", "lp")
GRAPHS = random_graphs(90, seed=7, least_nodes=6, density=0.4)


def sitting(task="gc", graphs=GRAPHS, seed=0):
    """A third of the graphs for each part."""
    third = len(graphs) // 3
    parts = {part: graphs.select(torch.arange(third) + third * place) for place, part in enumerate(PARTS)}
    return Sitting.of(TASKS[task], STRICT, parts, seed)


def attributes(graphs):
    return graphs.x


def answered(asked, embed=attributes):
    return next(by_head("one", embed, GRAPHS.origin).answer(asked)).scores


def value(scores, asked):
    return score(METRICS[asked.how.metrics[0]], scores, asked.posed["test"].answers)


def swinging():
    """Graphs of class 1 have nodes of +1 and -1 in turn, others have 0: alike in the mean, not for a head."""
    turns = torch.arange(GRAPHS.num_nodes) % 2 * 2.0 - 1
    x = torch.stack([turns * GRAPHS.graph_labels[GRAPHS.node_graph], torch.ones_like(turns)], dim=1)
    return dataclasses.replace(GRAPHS, nodes={**GRAPHS.nodes, "x": x.repeat(1, 8)})


def scripted(monkeypatch, values):
    """Validation scores as written, the last of them for ever; how many were asked for."""
    asked = []

    def fake(metric, scores, answers):
        asked.append(values[min(len(asked), len(values) - 1)])
        return asked[-1]

    monkeypatch.setattr(heads, "score", fake)
    return asked


# --- what it learns --------------------------------------------------------------------------------------------------


def test_a_head_learns_what_a_line_through_the_mean_cannot():
    asked = sitting(graphs=swinging())
    line = next(by_learner("one", "svm", attributes, LEARNERS["svm"]).answer(asked)).scores
    assert value(answered(asked), asked) == 1
    assert value(line, asked) < 0.75


def test_a_head_reads_node_classes_that_are_there_to_read():
    told = torch.nn.functional.one_hot(GRAPHS.node_labels, 3).float()
    asked = sitting("nc", dataclasses.replace(GRAPHS, nodes={**GRAPHS.nodes, "x": told}))
    assert value(answered(asked), asked) == 1


def test_unit_and_place_of_a_column_do_not_matter():
    """But for rounding, which training may blow up: most answers are the same."""
    plain, moved = (answered(sitting("nc"), embed) for embed in (attributes, lambda seen: 1000 * seen.x + 50))
    assert (plain.argmax(1) == moved.argmax(1)).double().mean() > 0.9


@pytest.mark.parametrize("task", OF_CLASSES)
def test_constant_embeddings_tell_nothing(task):
    asked = sitting(task)
    scores = answered(asked, lambda seen: torch.ones(seen.num_nodes, 5))
    assert torch.allclose(scores, scores[:1].expand_as(scores), atol=1e-6)


# --- what decides its answers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", OF_CLASSES)
def test_the_seed_decides_and_torchs_own_generator_neither_does_nor_is_touched(task):
    one = answered(sitting(task))
    torch.manual_seed(123)
    before = torch.get_rng_state()
    again = answered(sitting(task))
    assert torch.equal(before, torch.get_rng_state())
    assert torch.equal(one, again)
    asked = sitting(task)
    assert not torch.equal(one, answered(dataclasses.replace(asked, seed=1)))  # the same questions


@pytest.mark.parametrize("task", OF_CLASSES)
def test_the_answers_of_the_test_part_do_not_touch_it(task):
    asked = sitting(task)
    posed = dict(asked.posed)
    posed["test"] = dataclasses.replace(posed["test"], answers=1 - posed["test"].answers.clamp_max(1))
    assert torch.equal(answered(asked), answered(dataclasses.replace(asked, posed=posed)))


def test_training_questions_hide_the_edges_that_they_ask_for():
    """Every batch is posed as the protocol poses: no pair with answer 1 is an edge that can be seen."""
    batches = heads._batches(sitting("lp"))
    assert [len(examples.graphs) for examples in batches] == [3] * 10
    for examples in batches:
        seen = set(map(tuple, examples.graphs.edge_index.T.tolist()))
        pairs = examples.queries[:, examples.answers == 1].T.tolist()
        assert pairs
        assert not seen & set(map(tuple, pairs))


def test_many_graphs_come_in_batches_of_32_and_few_in_as_many_batches_as_there_are():
    many, few = sitting("gc", random_graphs(1200, seed=1, most_nodes=2)), sitting("gc", random_graphs(9, seed=1))
    assert [len(examples.graphs) for examples in heads._batches(many)] == [32] * 12 + [16]
    assert [len(examples.graphs) for examples in heads._batches(few)] == [1] * 3


# --- when it stops ---------------------------------------------------------------------------------------------------


def test_the_best_epoch_is_kept_the_first_of_equals(monkeypatch):
    asked = sitting("nc")
    scripted(monkeypatch, [0.1, 0.2, 0.3])
    monkeypatch.setattr(heads, "EPOCHS", 3)
    third = answered(asked)
    monkeypatch.setattr(heads, "EPOCHS", EPOCHS)
    scripted(monkeypatch, [0.1, 0.2, 0.3, 0.2, 0.3, 0.1])
    assert torch.equal(answered(asked), third)
    scripted(monkeypatch, [0.1, 0.2, 0.3, 0.2, 0.4, 0.1])
    assert not torch.equal(answered(asked), third)


def test_it_stops_when_nothing_has_got_better_for_long(monkeypatch):
    asked = scripted(monkeypatch, [0.5, 0.4, 0.6, 0.6])
    answered(sitting("nc"))
    assert len(asked) == 3 + PATIENCE < EPOCHS


def test_where_validation_cannot_tell_the_last_epoch_counts(monkeypatch):
    never = scripted(monkeypatch, [math.nan])
    last = answered(sitting("nc"))
    assert len(never) == EPOCHS
    scripted(monkeypatch, [epoch / EPOCHS for epoch in range(EPOCHS)])
    assert torch.equal(answered(sitting("nc")), last)


# --- scores ----------------------------------------------------------------------------------------------------------


def test_a_single_logit_is_a_score_for_one_class_against_the_other():
    logits = torch.tensor([-1.0, 0.5])
    assert class_scores(logits).tolist() == [[1.0, -1.0], [-0.5, 0.5]]
    assert class_scores(torch.eye(3)).tolist() == torch.eye(3).tolist()
    assert class_scores(logits).dtype == torch.float64


# --- targets ---------------------------------------------------------------------------------------------------------


def sized(kind):
    """Graphs whose targets follow from their embeddings, some missing: numbers in large units, or yes and no."""
    level = readout(GRAPHS.x, GRAPHS)[:, :2]
    values = 500 + 80 * level if kind == "real" else (level > 0).float()
    values[torch.rand(values.shape, generator=torch.Generator().manual_seed(0)) < 0.1] = torch.nan
    return with_targets(GRAPHS, values, kind)


def asked_of_targets(kind):
    return sitting("ml" if kind == "binary" else "gr", sized(kind))


def target_scores(asked):
    origin = asked.parts["train"].origin
    return next(by_head("one", attributes, origin).answer(asked)).scores


@pytest.mark.parametrize("kind", ["binary", "real"])
def test_a_head_learns_targets_in_their_own_units(kind):
    asked = asked_of_targets(kind)
    scores, answers = target_scores(asked), asked.posed["test"].answers
    assert scores.shape == (30, 2)
    if kind == "binary":
        assert ((scores >= 0) & (scores <= 1)).all()
        assert SCORES["roc_auc"].function(scores, answers) > 0.9
    else:
        mean = asked.posed["train"].answers.nanmean(0).expand(30, -1)
        assert SCORES["rmse"].function(scores, answers) < 0.7 * SCORES["rmse"].function(mean, answers)


def test_of_errors_the_smallest_ends_training_and_is_kept(monkeypatch):
    """Errors that grow for ever are no progress: the first epoch is kept, and patience runs out."""
    asked = scripted(monkeypatch, [1.0, 2.0, 3.0])
    target_scores(asked_of_targets("real"))
    assert len(asked) == 1 + heads.PATIENCE
    asked = scripted(monkeypatch, [9.0 - 0.1 * epoch for epoch in range(50)])
    target_scores(asked_of_targets("real"))
    assert len(asked) == 49 + 1 + heads.PATIENCE


def test_a_head_of_ego_networks_reads_the_centre(monkeypatch):
    pools, head = [], MultiLabel.head
    monkeypatch.setattr(MultiLabel, "head", lambda task, *rest: pools.append(task.pool) or head(task, *rest))
    graphs = sized("binary")
    centre = torch.zeros(len(graphs), dtype=torch.int64)
    for told in (graphs, dataclasses.replace(graphs, graphs={**graphs.graphs, "centre": centre})):
        target_scores(sitting("ml", told))
    assert pools == ["mean", "mean+centre"]
