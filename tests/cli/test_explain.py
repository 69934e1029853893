"""``multigraft explain``."""

import pytest

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


def test_an_encoder_of_one_piece(made, tmp_path):
    _, folder = made
    answer("train", folder, "--encoder", "gcn", *QUICK, "--out", tmp_path / "gcn")
    assert "of one piece" in complaint("explain", tmp_path / "gcn", folder)
