"""Recipes on the command line: when they are taken, and that they are said aloud."""

import json

import pytest

from multigraft.cli.recipes import with_recipe
from multigraft.models.storage import load_encoder
from tests.helpers.cli import answer, complaint, multigraft, write_folder
from tests.helpers.coded import random_coded
from tests.helpers.graphs import random_graphs
from tests.helpers.orchard import orchard

QUICK = ("--epochs", 1, "--dim", 4, "--layers", 1, "--validation-draws", 1)
GRAPHS = random_graphs(40, seed=1, least_nodes=4, density=0.5)


def test_who_names_a_method_gets_no_recipe():
    for given in ({"tasks": ("gc",)}, {"strategy": "joint"}, {"encoder": "gcn"}, {"start": "dir"}, {"inner_steps": 3}):
        assert with_recipe(None, GRAPHS, given) == (None, given, "")
    assert with_recipe("none", GRAPHS, {"epochs": 2}) == (None, {"epochs": 2}, "")
    assert with_recipe(None, random_coded(3, "protein"), {"epochs": 2}) == (None, {"epochs": 2}, "")


def test_who_asks_for_one_gets_it_under_what_is_given(capsys):
    name, options, _ = with_recipe("attributed-graphs", GRAPHS, {"tasks": ("lp",), "seed": 3})
    assert name == "attributed-graphs"
    assert (options["encoder"], options["seed"], options["tasks"]) == ("graft", 3, ("lp",))
    said = capsys.readouterr().err
    assert "note: recipe attributed-graphs (" in said
    assert "task-options lp.pair=hadamard" in said
    assert "featurization" not in said
    assert "--recipe none does without" in said


def test_a_recipe_is_taken_said_and_stored(tmp_path):
    folder = write_folder(tmp_path / "mine", GRAPHS)
    found = multigraft("train", folder, *QUICK, "--out", tmp_path / "ours", "--json")
    assert json.loads(found.stdout.splitlines()[-1])["recipe"] == "attributed-graphs"
    assert "encoder graft" in found.stderr
    stored = json.loads((tmp_path / "ours" / "options.json").read_text())
    assert (stored["encoder"]["kind"], stored["strategy"]["name"]) == ("graft", "joint")
    usual = answer("train", folder, "--recipe", "none", *QUICK, "--out", tmp_path / "usual")
    assert usual["recipe"] is None
    stored = json.loads((tmp_path / "usual" / "options.json").read_text())
    assert (stored["encoder"]["kind"], stored["strategy"]["name"]) == ("gcn", "esame")


def test_its_file_is_a_configuration_too(tmp_path):
    from multigraft.training.recipes.registry import named_recipe

    folder = write_folder(tmp_path / "mine", GRAPHS)
    words = ("--config", named_recipe("attributed-graphs").file, *QUICK)
    assert answer("train", folder, *words, "--out", tmp_path / "configured")["recipe"] is None
    answer("train", folder, *QUICK, "--out", tmp_path / "recipe")
    one, other = (json.loads((tmp_path / name / "options.json").read_text()) for name in ("configured", "recipe"))
    assert one == other


@pytest.fixture
def table(tmp_path):
    """A table of molecules with a property that some have."""
    lines = (f"{smiles},{int('c' in smiles)}" for smiles in dict.fromkeys(orchard(150)))
    (tmp_path / "mine.csv").write_text("\n".join(["smiles,ring", *lines]) + "\n")
    return tmp_path / "mine.csv"


def test_molecules_have_a_recipe_and_are_read_as_it_says(table, tmp_path):
    found = multigraft("train", table, *QUICK, "--out", tmp_path / "ours", "--json")
    said = json.loads(found.stdout.splitlines()[-1])
    assert said["recipe"] == "molecules"
    assert set(said["validation"]) == {"dr", "fp", "ml"}
    assert "featurization ogb" in found.stderr
    trained = load_encoder(tmp_path / "ours")
    assert (trained.origin.featurization, trained.encoder.kind, trained.readout) == ("ogb", "gin", "mean+max+sum")
    shown = answer("probe", tmp_path / "ours", table)
    assert {"trained", "untrained", "ecfp-count", "descriptors"} <= {row["encoder"] for row in shown["rows"]}


def test_who_names_a_featurization_gets_it(table, tmp_path):
    said = multigraft("train", table, *QUICK, "--featurization", "hu", "--out", tmp_path / "ours")
    assert "featurization hu, encoder gin" in said.stderr
    assert load_encoder(tmp_path / "ours").origin.featurization == "hu"


def test_who_goes_on_from_an_encoder_reads_molecules_as_it_does(table, tmp_path):
    answer("train", table, *QUICK, "--out", tmp_path / "first")
    further = ("--start", tmp_path / "first", "--strategy", "finetune", "--tasks", "ml", "--epochs", 1)
    answer("train", table, *further, "--out", tmp_path / "second")
    assert load_encoder(tmp_path / "second").origin.featurization == "ogb"
    wrong = complaint("train", table, *further, "--featurization", "hu", "--out", tmp_path / "third")
    assert "featurization" in wrong
