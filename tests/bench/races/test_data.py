"""Races run on real graphs: on those that are always there, and on larger sets where somebody has them."""

import csv

import pytest
import torch

from multigraft.bench.races import data
from tests.helpers.coded import molecules
from tests.helpers.graphs import random_graphs
from tests.helpers.molecules import SMILES


@pytest.fixture
def no_raw_data(monkeypatch):
    """A machine without the directory of raw data."""
    monkeypatch.delenv("MULTIGRAFT_DATA", raising=False)
    monkeypatch.setattr(data, "load", lambda name, **options: molecules(60) if options else random_graphs(9))


@pytest.fixture
def raw_data(monkeypatch, tmp_path):
    """One with a small file in the place of each of the larger sets."""
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path))
    (tmp_path / "tudataset" / "ENZYMES" / "raw").mkdir(parents=True)
    file = tmp_path / "moleculenet" / "hiv" / "raw" / "HIV.csv"
    file.parent.mkdir(parents=True)
    with file.open("w", newline="") as lines:
        csv.writer(lines).writerows([["smiles", "HIV_active"], *([smiles, 0] for smiles in SMILES)])
    return tmp_path


def test_molecules_have_the_papers_codes(monkeypatch):
    asked = []
    monkeypatch.setattr(data, "load", lambda *names, **options: asked.append((names, options)) or molecules(60))
    assert len(data.molecules()) == 60
    assert asked == [(("nci5k",), {"featurization": "hu"})]


@pytest.mark.usefixtures("no_raw_data")
def test_what_is_always_there_stands_in():
    assert len(data.many_molecules()) == 60
    assert data.attributed_graphs().origin.name == "made"
    smiles = data.many_smiles(150)
    assert len(smiles) == 150
    assert smiles[:30] == smiles[60:90]


@pytest.mark.usefixtures("raw_data")
def test_larger_sets_are_taken_where_they_are(monkeypatch):
    sets = {"hiv": molecules(80), "ENZYMES": random_graphs(9)}
    monkeypatch.setattr(data, "load", sets.__getitem__)
    assert len(data.many_molecules(50)) == 50
    assert data.attributed_graphs() is sets["ENZYMES"]
    assert data.many_smiles(3) == SMILES[0:6:2]


def test_labelled_molecules_come_by_their_attributes_alone(monkeypatch):
    """The plain side reads nothing else: no structure, and no degrees."""
    monkeypatch.delenv("MULTIGRAFT_DATA", raising=False)
    graphs = data.labelled_graphs()
    assert len(graphs) > 1000
    assert graphs.origin.name == "chembl2321810 (attributes alone)"
    assert not graphs.origin.degree
    assert graphs.structure.shape[1] == 0 < graphs.x.shape[1]
    assert len(graphs.origin.node_classes) > 1 < len(graphs.origin.graph_classes)


@pytest.mark.usefixtures("raw_data")
def test_labelled_graphs_are_enzymes_where_they_are(monkeypatch):
    sets = {"ENZYMES": random_graphs(9)}
    monkeypatch.setattr(data, "load", sets.__getitem__)
    assert data.labelled_graphs() is sets["ENZYMES"]


def test_spaced_graphs_come_from_all_over_the_set():
    graphs = random_graphs(100)
    some = data.spaced(graphs, 25)
    assert torch.equal(some.x, graphs.select(torch.arange(0, 100, 4)).x)
    assert len(data.spaced(graphs, 500)) == 100


def test_batches_are_whole_and_the_same_for_everyone():
    graphs = random_graphs(50)
    ours, theirs = (data.batches(graphs, 16) for _ in range(2))
    first = [next(ours) for _ in range(3)]
    assert [len(batch) for batch in first] == [16, 16, 16]
    assert len({number for batch in first for number in batch}) == 48
    assert first == [next(theirs) for _ in range(3)] == [next(ours) for _ in range(3)]
