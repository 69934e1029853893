"""The model card says what the encoder is."""

import torch
import yaml

from multigraft.graphs.splits import Split
from multigraft.models.card import model_card
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
    for fact in ("`gc`, `nc`, `lp`", trained.fingerprint, graphs.origin.checksum, "6 / 2 / 2", "gc 0.5124", "torch 2",
                 "gcn (dim 6, layers 3)", "4 attributes", "best_epoch 4"):  # fmt: skip
        assert fact in card
    assert "{" not in card


def test_card_of_an_encoder_without_history():
    assert "none stored" in model_card(trained_on(random_graphs(3)))
