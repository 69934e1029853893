"""Recipes: files that training takes, chosen by the kind of data, under what is given."""

import inspect

import pytest

import multigraft as mg
from multigraft.encoders.graft import Graft
from multigraft.errors import InputError
from multigraft.training.fit import prepared, train
from multigraft.training.recipes.names import NO_RECIPE, RECIPE_NAMES
from multigraft.training.recipes.registry import RECIPES, named_recipe, recipe, recipe_for
from tests.helpers.coded import random_coded
from tests.helpers.graphs import random_graphs

OURS = named_recipe("attributed-graphs")


def test_the_light_names_are_the_registry():
    assert tuple(RECIPES) == RECIPE_NAMES
    assert NO_RECIPE not in RECIPES


@pytest.mark.parametrize("one", RECIPES.values(), ids=RECIPES)
def test_files_hold_options_of_training_and_say_why(one):
    assert one.options.keys() <= inspect.signature(train).parameters.keys()
    assert one.file.read_text().startswith("# What `multigraft train DATA` does")


def test_data_choose_their_recipe():
    assert recipe_for(random_graphs(3)) is OURS
    assert recipe_for(random_graphs(3, features=0, degree=True)) is OURS
    assert recipe_for(random_coded(3, "protein", targets=2)) is None
    assert recipe(random_coded(3, "protein"), epochs=2) == {"epochs": 2}


def test_molecules_are_trained_on_descriptions_and_what_was_measured(tmp_path):
    file = tmp_path / "mine.csv"
    file.write_text("smiles,active,weight\n" + "".join(f"{'C' * n}O,{n % 2},{n}.5\n" for n in range(1, 9)))
    for targets, asked in ((["active"], ["dr", "fp", "ml"]), (["weight"], ["dr", "fp", "gr"]), ([], ["dr", "fp"])):
        graphs = mg.load(file, targets=targets)
        assert recipe_for(graphs) is named_recipe("molecules")
        found = recipe(graphs)
        assert found["tasks"] == asked
        assert "featurization" not in found
        assert found["weights"].keys() == {"fp"}
        other = recipe(graphs, tasks=["am"])
        assert other["tasks"] == ["am"]
        assert not {"weights", "balancing"} & other.keys()
        weighed = recipe(graphs, balancing="pcgrad")
        assert weighed["balancing"] == "pcgrad"
        assert "weights" not in weighed
        assert recipe(graphs, weights={"dr": 2.0})["weights"] == {"dr": 2.0, "fp": 10.0}
        assert recipe(graphs, tasks=["dr", "am"], weights={"am": 2.0})["weights"] == {"am": 2.0}
    assert named_recipe("molecules").reading == {"featurization": "ogb"}
    assert named_recipe("attributed-graphs").reading == {}


def test_what_is_given_goes_first_entry_by_entry():
    found = recipe(random_graphs(3, density=0.9), epochs=3, task_options={"lp": {"relu": False}})
    assert found["epochs"] == 3
    assert found["encoder"] == "graft"
    assert found["task_options"] == {"gc": {"hidden": False}, "lp": {"pair": "hadamard", "relu": False}}


def test_nothing_is_said_of_tasks_that_are_not_trained_and_of_an_encoder_that_is_not_taken():
    graphs = random_graphs(3, density=0.9)
    assert recipe(graphs, tasks=["nc", "lp"])["task_options"] == {"lp": {"pair": "hadamard"}}
    assert recipe(random_graphs(3, density=0.0))["task_options"] == {"gc": {"hidden": False}}  # no edges, no lp
    other = recipe(graphs, encoder="gcn")
    assert other["encoder"] == "gcn"
    assert not {"dropout", "encoder_options", "dim"} & other.keys()
    assert recipe(graphs, encoder="graft")["dropout"] == OURS.options["dropout"]


def test_who_goes_on_from_an_encoder_has_its_architecture():
    graphs = random_graphs(40, seed=1, least_nodes=4, density=0.5)
    begun = mg.train(graphs, **recipe(graphs, epochs=1, dim=6), device="cpu", progress=False)
    run = prepared(graphs, **recipe(graphs, start=begun))
    assert run.model.encoder.config() == begun.encoder.config()
    assert run.strategy.name == OURS.options["strategy"]


def test_an_option_that_is_given_with_the_encoders_is_not_given_twice():
    graphs = random_graphs(40, seed=1, least_nodes=4, density=0.5)
    assert prepared(graphs, **recipe(graphs, encoder_options={"dropout": 0.1})).model.encoder.dropout == 0.1


@pytest.mark.parametrize("given", [{}, {"tasks": ["gc"]}, {"encoder": "gcn"}, {"encoder_options": {"walks": 2}}])
def test_recipes_can_be_trained(given):
    graphs = random_graphs(40, seed=1, least_nodes=4, density=0.5)
    run = prepared(graphs, **recipe(graphs, **given))
    assert isinstance(run.model.encoder, Graft) == ("encoder" not in given)
    assert run.options.batch_size == OURS.options["batch_size"]


def test_trained_by_its_recipe_an_encoder_is_read_as_the_recipe_says():
    graphs = random_graphs(40, seed=1, least_nodes=4, density=0.5)
    trained = mg.train(graphs, **mg.recipe(graphs, epochs=1, dim=6), device="cpu", progress=False)
    assert trained.readout == OURS.options["readout"]
    assert trained.tasks == ("gc", "nc", "lp")


def test_an_unknown_recipe_is_refused_with_the_names():
    with pytest.raises(InputError, match="no recipe 'best': choose from attributed-graphs"):
        named_recipe("best")
