"""Graphs for an encoder: the featurisation is the encoder's, whatever is given."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
import torch

import multigraft as mg
from multigraft.errors import InputError
from multigraft.models.sources import check_reads_molecules, graphs_for, rows_for, salts_for, smiles_rows
from tests.helpers.cli import python
from tests.helpers.graphs import random_graphs
from tests.helpers.molecules import BROKEN, SMILES, molecule_encoder
from tests.helpers.packages import without
from tests.models.test_trained import trained_on


def of(featurization: str):
    """An encoder that says it was trained on molecules so featurised; no more of it is read here."""
    trained = molecule_encoder()
    return dataclasses.replace(trained, origin=dataclasses.replace(trained.origin, featurization=featurization))


@pytest.fixture
def asked(monkeypatch):
    """What `catalog.load` is asked, in the order of the calls."""
    calls = []
    none = random_graphs(0)

    def load(source, **options):
        calls.append((source, options))
        return none

    monkeypatch.setattr("multigraft.graphs.catalog.load", load)
    return calls


@pytest.mark.parametrize("featurization", ["hu", "ogb"])
def test_files_and_names_are_read_as_the_encoder_needs_them(asked, tmp_path, featurization):
    graphs_for(of(featurization), "bbbp", targets=("p_np",))
    graphs_for(of(featurization), tmp_path / "a.csv")
    assert asked == [
        ("bbbp", {"featurization": featurization, "strip_salts": False, "targets": ("p_np",)}),
        (tmp_path / "a.csv", {"featurization": featurization, "strip_salts": False}),
    ]


def test_graphs_and_data_of_other_kinds_are_read_as_ever(asked):
    graphs = random_graphs(3)
    graphs_for(of("hu"), graphs)
    graphs_for(of("protein"), "yeast")
    graphs_for(of(""), "ENZYMES")
    assert asked == [(graphs, {}), ("yeast", {}), ("ENZYMES", {})]


def test_another_featurisation_can_be_asked_for(asked):
    graphs_for(of("hu"), "bbbp", featurization="ogb")
    assert asked == [("bbbp", {"featurization": "ogb", "strip_salts": False})]


# --- rows ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("featurization", ["", "hu", "ogb"])
def test_rows_that_parse_keep_their_places(featurization):
    rows = smiles_rows(of(featurization), ["C", "C(", "CC", "", "CCC"])
    assert (rows.count, rows.kept.tolist()) == (5, [0, 2, 4])
    assert rows.graphs.node_counts.tolist() == [1, 2, 3]
    assert list(rows.reasons) == [1, 3]


@pytest.mark.parametrize("featurization", ["", "hu", "ogb"])
@pytest.mark.parametrize(("broken", "reason"), BROKEN.items(), ids=str)
def test_reasons(featurization, broken, reason):
    rows = smiles_rows(of(featurization), [broken])
    assert (len(rows.graphs), rows.kept.tolist(), rows.graphs.num_nodes) == (0, [], 0)
    assert reason in rows.reasons[0]


@pytest.mark.parametrize("featurization", ["", "hu", "ogb"])
def test_salts(featurization):
    counts = [smiles_rows(of(featurization), ["CC(=O)[O-].[Na+]"], strip).graphs.num_nodes for strip in (False, True)]
    assert counts == [5, 4]


@pytest.mark.parametrize("featurization", ["", "hu"])
def test_nothing(featurization):
    rows = rows_for(of(featurization), [])
    assert (len(rows.graphs), rows.count, rows.reasons) == (0, 0, {})


def test_an_rdkit_molecule_stands_for_its_canonical_smiles():
    from rdkit import Chem

    molecules = [Chem.MolFromSmiles(one) for one in SMILES]
    given, written = (rows_for(of("hu"), some).graphs for some in (molecules, list(map(Chem.MolToSmiles, molecules))))
    for name, column in written.tensors().items():
        assert torch.equal(given.tensors()[name], column), name
    hydrogens = rows_for(of("hu"), [Chem.AddHs(Chem.MolFromSmiles("CCO"))])
    assert hydrogens.graphs.num_nodes == 3


def test_molecules_that_are_none():
    from rdkit import Chem

    rows = rows_for(of("hu"), [Chem.Mol(), None, "C", 3.0, "C(", float("nan"), pd.NA])
    assert rows.kept.tolist() == [2]
    assert sorted(rows.reasons) == [0, 1, 3, 4, 5, 6]
    assert "no atoms" in rows.reasons[0]
    assert [rows.reasons[row] for row in (1, 5, 6)] == ["no SMILES"] * 3
    assert rows.reasons[3] == "a float is no SMILES and no molecule"
    assert (rows.written, rows.reasons[4]) == ({0: "", 4: "C("}, "no valid SMILES")


def test_graphs_go_in_as_they_are():
    graphs = random_graphs(5, seed=2)
    trained = trained_on(graphs)
    assert rows_for(trained, graphs).graphs is graphs
    rows = rows_for(trained, list(graphs))
    assert (rows.kept.tolist(), rows.count, rows.reasons) == ([0, 1, 2, 3, 4], 5, {})
    torch.testing.assert_close(rows.graphs.x, graphs.x)


@pytest.mark.parametrize("things", [{"a": 1}, 5, torch.zeros(3, 2)], ids=["dictionary", "number", "tensor"])
def test_what_is_neither_rows_nor_graphs(things):
    with pytest.raises(InputError, match="cannot take graphs from"):
        rows_for(of("hu"), things)


@pytest.mark.parametrize("things", [np.zeros((3, 2)), pd.DataFrame({"a": ["C"], "b": ["C"]}), np.array("C")])
def test_arrays_that_are_no_column(things):
    with pytest.raises(InputError, match="one column of SMILES"):
        rows_for(of("hu"), things)


# --- encoders of something else, and no RDKit ------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "featurization"), [("ENZYMES", ""), ("yeast", "protein"), ("nci5k", "protein")])
def test_encoders_that_read_no_molecules(name, featurization):
    trained = of(featurization)
    other = dataclasses.replace(trained, origin=dataclasses.replace(trained.origin, name=name))
    with pytest.raises(InputError, match=f"'{name}', whose graphs do not come from SMILES"):
        rows_for(other, SMILES)


@pytest.mark.parametrize(("name", "featurization"), [("ENZYMES", "hu"), ("mine", "ogb"), ("chembl2321810", "")])
def test_encoders_that_do(name, featurization):
    trained = of(featurization)
    check_reads_molecules(dataclasses.replace(trained, origin=dataclasses.replace(trained.origin, name=name)))


def test_without_rdkit(tmp_path):
    place = molecule_encoder().save(tmp_path / "encoder")
    script = (
        without("rdkit")
        + f"""
import multigraft as mg
try:
    mg.GraphEmbedder({str(place)!r}).transform(["CCO"])
except mg.InputError as error:
    print(error)
"""
    )
    wanted = "reading molecules needs the extra 'molecules': pip install 'multigraft[molecules]'\n"
    assert python("-c", script).stdout == wanted


def test_a_set_by_name_gives_what_its_smiles_give():
    """The embedded sets: reading them by name, or their rows one by one, is the same."""
    graphs = mg.load("chembl2321810")
    trained = molecule_encoder()
    from multigraft.graphs.molecules.embedded import chembl_rows, embedded_files

    rows = rows_for(trained, [row.smiles for row in chembl_rows(*embedded_files("chembl2321810"))])
    assert torch.equal(rows.graphs.x, graphs.x)
    assert torch.equal(rows.graphs.edge_index, graphs.edge_index)


@pytest.mark.parametrize(("known", "asked", "strip"), [
    (False, None, False), (True, None, True), (False, True, True), (True, True, True), (False, False, False)
])  # fmt: skip
def test_salts_are_as_asked_or_as_in_training(known, asked, strip):
    trained = of("hu")
    trained.origin = dataclasses.replace(trained.origin, strip_salts=known)
    assert salts_for(trained, asked) is strip
    assert rows_for(trained, ["CCO.Cl"], asked).smiles[0] == ("CCO" if strip else "CCO.Cl")
