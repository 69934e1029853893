"""Both sides read the SMILES that are said."""

import pytest

from multigraft.bench.races import featurising
from multigraft.graphs.texts import smiles_of
from tests.helpers.coded import molecules


@pytest.fixture(autouse=True)
def _few_molecules(monkeypatch):
    monkeypatch.setattr(featurising, "many_smiles", lambda: smiles_of(molecules(120)))
    monkeypatch.setattr(featurising, "AT_ONCE", 50)


def test_both_sides_read_the_same_molecules():
    race = featurising.featurise()
    assert (race.name, race.fast_units, race.plain_units) == ("featurise", 50, 50)
    for _ in range(3):
        fast, plain = race.fast(), race.plain()
        assert fast.node_counts.tolist() == [len(graph.x) for graph in plain]


def test_in_parallel_the_package_reads_all(monkeypatch):
    monkeypatch.setattr(featurising, "usable_cores", lambda: 3)
    race = featurising.featurise_parallel()
    assert (race.name, race.fast_units, race.plain_units, race.workers) == ("featurise-parallel", 120, 50, 3)
    assert len(race.fast()) == 120
    assert len(race.plain()) == 50
    assert "3 processes against one" in race.what


def test_pieces_come_from_all_over_the_list(monkeypatch):
    smiles = smiles_of(molecules(120))
    asked = []
    monkeypatch.setattr(featurising, "molecule_graphs", asked.append)
    race = featurising.featurise()
    race.plain(), race.plain(), race.plain()
    assert asked == [smiles[0:100:2], smiles[1:100:2], smiles[0:100:2]]
