"""Both sides of a race embed the graphs that are said, with the same weights."""

import re

import pytest
import torch

from multigraft.bench.races import embedding
from multigraft.bench.races.data import spaced
from multigraft.encoders.edge import GIN
from multigraft.encoders.gcn import GCN
from multigraft.models.precision import Precision
from tests.helpers.coded import molecules
from tests.helpers.graphs import random_graphs

BUILDERS = {
    "embed-gin": embedding.embed_gin,
    "embed-gin-bf16": embedding.embed_gin_bf16,
    "embed-gcn": embedding.embed_gcn,
    "embed-gcn-loader": embedding.embed_gcn_loader,
}


@pytest.fixture(autouse=True)
def _few_graphs(monkeypatch):
    monkeypatch.setattr(embedding, "many_molecules", lambda: molecules(60))
    monkeypatch.setattr(embedding, "attributed_graphs", lambda: random_graphs(40, degree=True))
    monkeypatch.setattr(embedding, "SOME", 20)


@pytest.mark.parametrize("name", BUILDERS)
def test_both_sides_embed_the_same(name):
    race = BUILDERS[name]()
    assert race.name == name
    fast, plain = race.fast(), race.plain()
    assert (race.fast_units, race.plain_units) == (len(fast), len(plain))
    assert len(plain) == 20
    shared = fast[torch.arange(20) * len(fast) // 20].float()
    difference = float((shared - plain).norm() / plain.norm())
    assert difference < (0.1 if name == "embed-gin-bf16" else 1e-5)


def test_loss_of_precision_is_said():
    [said] = re.findall(r"relative error of ([\d.e-]+)", embedding.embed_gin_bf16().what)
    encoder, graphs, precision = embedding.fresh(GIN, molecules(60)), spaced(molecules(60), 20), Precision(bf16=True)
    exact, rounded = (embedding.embedded(encoder, graphs, how) for how in (None, precision))
    assert 1e-4 < float(said) < 0.1
    assert float(said) == pytest.approx(precision.error, rel=0.5)
    assert float(said) == pytest.approx(float((rounded - exact).norm() / exact.norm()), rel=0.5)


def test_hardware_without_bfloat16_is_said(monkeypatch):
    for there in (True, False):
        monkeypatch.setattr(embedding, "has_bf16", lambda device, there=there: there)
        assert ("no bfloat16 products" in embedding.embed_gin_bf16().what) is not there


@pytest.mark.parametrize("kind", [GIN, GCN])
def test_encoders_are_the_same_for_everyone(kind):
    graphs = molecules(60) if kind is GIN else random_graphs(9)
    state = torch.get_rng_state()
    one, other = (embedding.fresh(kind, graphs).state_dict() for _ in range(2))
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert torch.equal(torch.get_rng_state(), state)


def test_encoders_have_the_shapes_that_are_said():
    gin, gcn = embedding.fresh(GIN, molecules(60)), embedding.fresh(GCN, random_graphs(9))
    assert (gin.dim, len(gin.layers)) == (300, 5)
    assert (gcn.dim, len(gcn.layers)) == (256, 3)


def test_the_loader_is_chosen_once(monkeypatch):
    chosen = []
    best = embedding.best_loader
    monkeypatch.setattr(embedding, "best_loader", lambda *given: chosen.append(best(*given)) or chosen[-1])
    race = embedding.embed_gin()
    assert chosen == []
    race.plain(), race.plain()
    assert len(chosen) == 1
