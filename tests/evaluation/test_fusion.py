"""Late fusion: two learners, each on its own columns, and the mean of what they say."""

import pytest
import torch

import multigraft as mg
from multigraft.errors import InputError
from multigraft.evaluation.column_answers import Pooled, by_columns, by_description, predictor_of, standardised
from multigraft.evaluation.column_learners import BINARY_LEARNERS, REAL_LEARNERS
from multigraft.evaluation.fusion import averaged, by_fusion
from multigraft.evaluation.target_baselines import descriptions
from tests.evaluation.test_column_answers import codes, sitting
from tests.helpers.finetuning import pretrained
from tests.helpers.graphs import random_graphs
from tests.helpers.measured import measured_molecules

LEARNERS = {"binary": BINARY_LEARNERS, "real": REAL_LEARNERS}


def apart(asked, kind, probe):
    """What each of both says of the test part by itself."""
    prepare = descriptions(asked.parts["train"])["ecfp-count"]
    [read] = by_columns("one", probe, codes, LEARNERS[kind][probe]).answer(asked)
    [described] = by_description("other", probe, prepare, LEARNERS[kind][probe]).answer(asked)
    return read.scores, described.scores


@pytest.mark.parametrize("probe", ["logistic", "knn", "best", "strong"])
def test_numbers_are_averaged_in_their_units(probe):
    asked = sitting("real")
    [fused] = by_fusion("one", probe, "real", codes, "ecfp-count").answer(asked)
    assert torch.allclose(fused.scores, torch.stack(apart(asked, "real", probe)).mean(0))


@pytest.mark.parametrize("probe", ["logistic", "knn", "best", "strong"])
def test_scores_of_yes_or_no_are_first_made_alike(probe):
    asked = sitting("binary")
    contender = by_fusion("one", probe, "binary", codes, "ecfp-count")
    assert (contender.name, contender.whole_graphs) == ("one + ecfp-count", True)
    [fused] = contender.answer(asked)
    prepare = descriptions(asked.parts["train"])["ecfp-count"]
    read = {part: examples.graphs.once(Pooled("one", codes, "mean")) for part, examples in asked.posed.items()}
    expected = []
    for x, learner in ((standardised(read), BINARY_LEARNERS[probe]), (prepare(asked), BINARY_LEARNERS[probe])):
        predictor = predictor_of(asked, x, learner)
        tried = predictor(x["validation"])
        deviation = tried.std(0, correction=0)
        expected.append((predictor(x["test"]) - tried.mean(0)) / torch.where(deviation > 0, deviation, 1))
    assert torch.allclose(fused.scores, (expected[0] + expected[1]) / 2)
    plain = torch.stack(apart(asked, "binary", probe)).mean(0)
    assert not torch.allclose(fused.scores, plain)


def test_alike_is_by_the_validation_parts_mean_and_deviation():
    tried, asked = torch.tensor([[0.0], [2.0]]).double(), torch.tensor([[3.0]]).double()
    far, flat = torch.tensor([[100.0], [300.0]]).double(), torch.tensor([[7.0], [7.0]]).double()
    assert averaged([(tried, asked), (far, 100 * asked)], align=True).item() == pytest.approx((2 + 1) / 2)
    assert averaged([(tried, asked), (flat, asked)], align=True).item() == pytest.approx((2 - 4) / 2)
    assert averaged([(tried, asked), (far, 100 * asked)], align=False).item() == pytest.approx(151.5)


def test_a_table_has_rows_of_its_own_for_what_is_fused():
    found = mg.probe(pretrained(), measured_molecules(60), fuse=("ecfp-count", "descriptors"))
    names = list(dict.fromkeys(row.encoder for row in found.rows))
    assert names[:6] == [
        "trained", "trained + ecfp-count", "trained + descriptors",
        "untrained", "untrained + ecfp-count", "untrained + descriptors",
    ]  # fmt: skip
    assert {one.against for one in found.differences} >= {"trained + ecfp-count", "ecfp-count"}


@pytest.mark.parametrize(("graphs", "options", "says"), [
    (lambda: measured_molecules(60), {"fuse": ["degrees"]}, "has no description 'degrees': it has ecfp-count"),
    (lambda: measured_molecules(60), {"fuse": ["ecfp-count"], "probes": ["head"]}, "heads read no descriptions"),
])  # fmt: skip
def test_what_cannot_be_fused_is_refused(graphs, options, says):
    with pytest.raises(InputError, match=says):
        mg.probe(pretrained(), graphs(), **options)


def test_classes_are_not_fused(tmp_path):
    graphs = random_graphs(40, seed=1)
    encoder = mg.train(graphs, tasks=["lp"], epochs=1, dim=6)
    with pytest.raises(InputError, match="where targets are asked for"):
        mg.probe(encoder, graphs, fuse=["ecfp-count"])


def test_beside_classes_it_is_the_targets_that_are_fused():
    found = mg.probe(pretrained(), measured_molecules(60), tasks=["ml", "lp"], fuse=("ecfp-count", "ecfp-count"))
    fused = [row for row in found.rows if row.encoder == "trained + ecfp-count"]
    assert {row.task for row in fused} == {"ml"}
    assert len({(row.metric, row.features) for row in fused}) == len(fused)
