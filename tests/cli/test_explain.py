"""``multigraft explain``."""

import pytest

from multigraft.cli.explain import drawn
from multigraft.evaluation.table import Difference, ProbeRow, ProbeTable
from tests.helpers.cli import answer, complaint, multigraft, write_folder
from tests.helpers.graphs import random_graphs

QUICK = ("--epochs", 1, "--dim", 4, "--layers", 1, "--validation-draws", 1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A folder, and an encoder that the recipe made of it."""
    here = tmp_path_factory.mktemp("explain")
    folder = write_folder(here / "mine", random_graphs(40, seed=1, least_nodes=4, density=0.5))
    found = answer("train", folder, *QUICK, "--out", here / "encoder")
    assert found["recipe"] == "attributed-graphs"
    return here / "encoder", folder


def test_json_and_the_sentence_for_people(made):
    found = answer("explain", *made, "--tasks", "nc", "--device", "cpu")
    assert found["verb"] == "explain"
    assert {"whole", "without walks", "bins alone"} <= {row["encoder"] for row in found["rows"]}
    said = multigraft("explain", *made, "--tasks", "nc", "--device", "cpu").stdout
    assert "with all parts; what it is ahead of" in said
    assert "without spectrum" in said


def test_what_is_better_is_ahead_of_errors_as_well():
    found = [
        Difference("gr", metric, "mean", "whole", rival, value, value - 1, value + 2)
        for metric, rival, value in (("rmse", "worse", -3.0), ("rmse", "better", 4.0), ("roc_auc", "worse", 3.0))
    ]
    rows = [ProbeRow("gr", "whole", metric, "mean", 1.0, 0.0, 2.0, 9) for metric in ("rmse", "roc_auc")]
    errors = drawn(ProbeTable("d", "strict", "random", 0, rows[:1], differences=found))[2]
    shown = [list(column.cells) for column in errors.columns]
    assert shown == [["worse", "better"], ["3.000", "-4.000"], ["1.000", "-6.000"], ["4.000", "-3.000"]]
    scores = drawn(ProbeTable("d", "strict", "random", 0, rows[1:], differences=found))[2]
    assert [list(column.cells) for column in scores.columns] == [["worse"], ["3.000"], ["2.000"], ["5.000"]]


def test_an_encoder_of_one_piece(made, tmp_path):
    _, folder = made
    answer("train", folder, "--encoder", "gcn", *QUICK, "--out", tmp_path / "gcn")
    assert "of one piece" in complaint("explain", tmp_path / "gcn", folder)
