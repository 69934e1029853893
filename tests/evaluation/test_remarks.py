"""What is said beside the rows."""

import dataclasses

import pytest
import torch

from multigraft.evaluation.protocols import STRICT, Sitting
from multigraft.evaluation.remarks import FEW_TESTED, few_tested, recognised, remarks, unmeasured
from multigraft.graphs.splits import PARTS, Split
from multigraft.graphs.texts import attached_texts
from multigraft.models.known import known_after
from multigraft.tasks.registry import TASKS
from tests.helpers.coded import random_coded, with_targets
from tests.helpers.graphs import random_graphs


def sitting(values, kind="binary", metric=""):
    """Four graphs of each part, the last of which are tested."""
    graphs = with_targets(random_coded(12, least_nodes=3), values, kind, metric=metric)
    parts = {part: graphs.select(torch.arange(4) + 4 * place) for place, part in enumerate(PARTS)}
    return Sitting.of(TASKS["ml" if kind == "binary" else "gr"], STRICT, parts, 0)


@pytest.fixture
def small_parts(monkeypatch):
    """Parts of four graphs have enough of a kind."""
    monkeypatch.setattr("multigraft.evaluation.remarks.FEW_OF_A_KIND", 1)


@pytest.mark.usefixtures("small_parts")
def test_a_single_yes_or_no_needs_no_remark():
    assert remarks(sitting(torch.arange(12).remainder(2)[:, None].float())) == ()


def test_few_of_a_kind_are_counted():
    values = torch.arange(12).remainder(2)[:, None].float().repeat(1, 5)
    values[8:, 0] = torch.tensor([1.0, 0.0, 0.0, torch.nan])
    values[8:, 1] = 0.0  # has no score
    [_, told] = remarks(sitting(values))
    assert told.startswith(
        "ml: fewer than 5 test graphs are of one kind for t0 (1 of 3), t2 (2 of 4), t3 (2 of 4) and 1 "
    )


@pytest.mark.usefixtures("small_parts")
def test_of_how_many_targets_a_score_is_the_mean():
    values = torch.arange(12).remainder(2)[:, None].float().repeat(1, 3)
    assert remarks(sitting(values)) == ("ml: roc_auc is the mean over the 3 targets.",)
    values[8:, 1] = 1
    [told] = remarks(sitting(values, metric="average_precision"))
    assert told == "ml: average_precision is the mean over 2 of 3 targets; the others have none on these test graphs."


def test_which_way_an_error_is_better():
    [told] = remarks(sitting(torch.rand(12, 1, generator=torch.Generator().manual_seed(0)), "real", "mae"))
    assert told == "gr: the lower mae, the better; a difference below zero favours the first."
    [told, _] = remarks(sitting(torch.rand(12, 2, generator=torch.Generator().manual_seed(0)), "real"))
    assert told == "gr: rmse is the mean over the 2 targets, each in its own unit."


def test_nothing_is_said_of_classes():
    graphs = random_graphs(12, least_nodes=3)
    parts = {part: graphs.select(torch.arange(4) + 4 * place) for place, part in enumerate(PARTS)}
    assert remarks(Sitting.of(TASKS["gc"], STRICT, parts, 0)) == ()


def test_few_test_graphs_are_counted_and_enough_are_not():
    assert few_tested(FEW_TESTED) == ()
    [told] = few_tested(6)
    assert told.startswith("Scores are of 6 graphs alone: ")
    assert few_tested(1)[0].startswith("Scores are of 1 graph alone: ")


def test_molecules_without_targets_are_said_to_be_asked_for_something_else():
    graphs = with_targets(random_coded(4, least_nodes=3), torch.ones(4, 1))
    bare = dataclasses.replace(graphs, origin=dataclasses.replace(graphs.origin, targets=()))
    molecules = dataclasses.replace(bare, attached=attached_texts(smiles=["C"] * 4))
    assert unmeasured(graphs, [TASKS["ml"]]) == unmeasured(bare, [TASKS["lp"]]) == ()
    [told] = unmeasured(molecules, [TASKS["lp"]])
    assert told.endswith("this is about lp (link prediction) in their graphs.")


def test_test_graphs_that_were_trained_on_are_counted():
    graphs = random_graphs(12, least_nodes=4)
    known = known_after(None, graphs, Split("mine", 0, torch.arange(5), torch.arange(5, 7), torch.arange(7, 12)))
    [told] = recognised(known, graphs.select([11, 6, 0, 9]), "validation")
    assert told.startswith("2 of the 4 validation graphs are among those that the encoder was trained on")
    assert recognised(known, graphs.select([11, 9])) == ()
    [told] = recognised(None, graphs)
    assert told.startswith("What it was trained on is not known")
