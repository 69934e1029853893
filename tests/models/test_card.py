"""The model card says what the encoder is."""

import dataclasses

import torch
import yaml

from multigraft.graphs.splits import Split
from multigraft.models.card import model_card
from multigraft.tasks.graph_regression import GraphRegression
from multigraft.tasks.model import TaskModel
from multigraft.training.fit import untrained
from tests.helpers.coded import random_coded
from tests.helpers.graphs import random_graphs
from tests.models.test_trained import trained_on


def test_card_has_the_hubs_metadata_and_the_facts():
    graphs = random_graphs(10, seed=3)
    trained = trained_on(graphs)
    trained.split = Split("random", 3, torch.arange(6), torch.arange(6, 8), torch.arange(8, 10), "c")
    trained.metadata = {
        "seed": 3,
        "epochs": 9,
        "best_epoch": 4,
        "validation": {"gc": 0.51239},
        "versions": {"torch": "2"},
    }
    card = model_card(trained)
    front = yaml.safe_load(card.split("---")[1])
    assert front["library_name"] == "multigraft"
    assert front["license"] == "mit"
    for fact in ("`gc`, `nc`, `lp`", trained.fingerprint, graphs.origin.checksum, "6 / 2 / 2", "torch 2",
                 "gc accuracy 0.5124", "gcn (dim 6, layers 3)", "4 attributes", "best_epoch 4"):  # fmt: skip
        assert fact in card
    assert "{" not in card


def test_card_of_an_encoder_without_history():
    assert "none stored" in model_card(trained_on(random_graphs(3)))


def test_a_card_says_nothing_of_inputs_that_there_are_none_of():
    graphs = random_graphs(6)
    trained = trained_on(graphs)
    line = next(line for line in model_card(trained).splitlines() if line.startswith("| Input"))
    assert "4 attributes (scaling `rows`)" in line
    assert " 0 " not in line
    molecules = untrained(random_coded(6), encoder="gin", dim=4, layers=1)
    line = next(line for line in model_card(molecules).splitlines() if line.startswith("| Input"))
    assert "attributes" not in line
    assert f"{sum(molecules.encoder.inputs.schema.codes)} categories of nodes" in line


def test_an_error_is_shown_as_what_it_is():
    graphs = random_coded(12, targets=2)
    trained = untrained(graphs, encoder="gin", dim=4, layers=1)
    model = TaskModel(trained.encoder, [GraphRegression(score="rmse")], graphs.origin)
    told = dataclasses.replace(trained, model=model, metadata={"validation": {"gr": -2.14, "ml": None}})
    assert "| Best validation scores | gr rmse 2.14 |" in model_card(told)
