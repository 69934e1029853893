"""The encoders that come with the package: they open, are small, and hold no molecule that they will be asked about."""

import json

import numpy as np
import pytest
import torch

import multigraft as mg
from multigraft.graphs.moleculenet import MOLECULENET
from multigraft.models.names import RELEASED, encoder_place

SMILES = ["CCO", "c1ccccc1O", "CC(=O)Oc1ccccc1C(=O)O", "C[N+](C)(C)C", "CCO"]
MOST_BYTES = 10_000_000


@pytest.fixture(params=RELEASED)
def name(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return request.param


def test_they_embed_molecules(name):
    rows = mg.GraphEmbedder(name).transform(SMILES)
    encoder = mg.load_encoder(name)
    assert rows.shape == (len(SMILES), encoder.width())
    assert np.isfinite(rows).all()
    assert np.allclose(rows[0], rows[4], atol=1e-4)
    assert np.abs(rows[:4, None] - rows[None, :4]).max(-1)[~np.eye(4, dtype=bool)].min() > 0.1
    before = mg.GraphEmbedder(encoder.untrained()).transform(SMILES)
    assert np.abs(rows - before).max() > 0.1


def test_they_are_small_and_without_code(name):
    files = list(encoder_place(name).iterdir())
    assert {file.suffix for file in files} == {".md", ".json", ".safetensors"}
    assert sum(file.stat().st_size for file in files) < MOST_BYTES


def test_what_they_say_of_themselves_is_true(name):
    place, encoder = encoder_place(name), mg.load_encoder(name)
    config = json.loads((place / "config.json").read_text())
    assert config["fingerprint"] == encoder.fingerprint
    assert encoder.model.tasks == ()
    card = (place / "README.md").read_text()
    for told in (
        name,
        encoder.fingerprint,
        "ChEMBL",
        "CC BY-SA 3.0",
        "ECFP",
        "license: cc-by-sa-3.0",
        "ESOL and QM9 were not",
    ):
        assert told in card


def test_no_molecule_that_is_evaluated_was_trained_on(name):
    excluded = {told.split()[0] for told in mg.load_encoder(name).origin.excluded}
    assert excluded == set(MOLECULENET) - {"esol", "qm9"}  # of which the card says that they were left in


def test_embeddings_do_not_depend_on_the_order_of_atoms(name):
    embedder = mg.GraphEmbedder(name)
    first, second = embedder.transform(["CCOC(=O)c1ccccc1N", "Nc1ccccc1C(=O)OCC"])
    assert torch.allclose(torch.tensor(first), torch.tensor(second), atol=1e-3, rtol=1e-4)
