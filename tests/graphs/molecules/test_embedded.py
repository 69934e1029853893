"""The embedded sets: whole, joined rightly, and nothing dropped in silence."""

import csv
import statistics
import sys
import time
from pathlib import Path

import pytest
import torch

from multigraft.errors import InputError, MissingExtraError
from multigraft.graphs.molecules.embedded import (
    chembl_rows,
    embedded_checksum,
    embedded_files,
    nci_rows,
    read_embedded,
    read_embedded_as,
)
from multigraft.graphs.molecules.embedded_files import FILES
from multigraft.graphs.texts import lines_of, rejects, smiles_of


@pytest.fixture(scope="module")
def sets() -> dict:
    pytest.importorskip("rdkit")
    return {name: read_embedded(name) for name in ("nci5k", "chembl2321810")}


def test_chembl_has_every_compound_with_its_activity(sets: dict):
    """Activities are joined here by hand, through dictionaries in both directions."""
    smiles_file, activity_file = embedded_files("chembl2321810")
    activity = {row[0]: float(row[1]) for row in list(csv.reader(activity_file.read_text().splitlines()))[1:]}
    lines = [line.split() for line in smiles_file.read_text().splitlines()]
    structure = {compound: smiles for smiles, compound in lines}
    assert activity.keys() == structure.keys()
    middle = statistics.median(activity.values())
    graphs = sets["chembl2321810"]
    assert len(graphs) == len(activity) == 1017
    assert graphs.graph_labels.tolist() == [int(activity[compound] > middle) for _, compound in lines]
    assert graphs.origin.graph_classes == ("inactive", "active")
    assert graphs.origin.node_classes == ("C", "N", "O", "F", "S", "Cl", "Br", "I")
    assert graphs.graph_labels.sum() == 508


def test_nci_leaves_out_eight_rows_and_names_them(sets: dict):
    graphs = sets["nci5k"]
    assert len(graphs) == 4991
    (note,) = (note for note in graphs.origin.notes if "left out" in note)
    assert "left out 8 of 4999 rows of first_5K.smi" in note
    for line in (2098, 2898, 3227, 3370, 4509, 4596, 4597, 4781):
        assert f"line {line} (Explicit valence" in note
    assert len(graphs.origin.node_classes) == 33
    assert graphs.origin.node_classes[:2] == ("B", "C")


def test_nci_areas_are_those_that_rdkit_computes(sets: dict):
    """The published areas and RDKit's own agree, so rows are joined rightly; a shift by one row would not pass."""
    from rdkit import Chem, rdBase
    from rdkit.Chem.rdMolDescriptors import CalcTPSA

    rows = nci_rows(*embedded_files("nci5k"))
    with rdBase.BlockLogs():
        found = [(row.value, CalcTPSA(mol)) for row in rows[::10] if (mol := Chem.MolFromSmiles(row.smiles))]
    agree = sum(abs(published - computed) < 0.5 for published, computed in found)
    assert agree / len(found) > 0.99


@pytest.mark.parametrize("name", ["nci5k", "chembl2321810"])
def test_the_element_is_the_label_and_not_among_the_inputs(sets: dict, name: str):
    graphs = sets[name]
    assert graphs.x.shape[1] == 3
    assert graphs.structure.shape[1] == 6
    assert graphs.origin.degree
    assert torch.equal(graphs.node_labels.unique(), torch.arange(len(graphs.origin.node_classes)))
    carbon = graphs.node_labels == graphs.origin.node_classes.index("C")
    inputs = torch.cat([graphs.x, graphs.structure], 1)
    assert not (inputs == carbon[:, None].float()).all(0).any()
    assert (graphs.x.sum(1) == 1).all()  # one charge
    assert (graphs.structure[:, 2:].sum(1) == 1).all()  # one hybridisation


@pytest.mark.parametrize("name", ["nci5k", "chembl2321810"])
def test_bonds_go_both_ways_and_stay_inside_their_molecule(sets: dict, name: str):
    graphs = sets[name]
    assert torch.equal(graphs.edge_index[:, ::2], graphs.edge_index.flip(0)[:, 1::2])
    assert torch.equal(graphs.node_graph[graphs.edge_index[0]], graphs.edge_graph)
    assert torch.equal(graphs.node_graph[graphs.edge_index[1]], graphs.edge_graph)
    assert (graphs.node_counts > 0).all()


def test_classes_are_halves(sets: dict):
    for graphs in sets.values():
        assert graphs.graph_labels.float().mean() == pytest.approx(0.5, abs=0.01)


def test_reading_is_quiet_and_quick(capfd: pytest.CaptureFixture[str]):
    pytest.importorskip("rdkit")
    start = time.process_time()
    read_embedded("nci5k")
    assert time.process_time() - start < 10
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


def test_checksums_tell_the_sets_apart(sets: dict):
    for name, graphs in sets.items():
        assert graphs.origin.checksum == embedded_checksum(name)
    assert embedded_checksum("nci5k") != embedded_checksum("chembl2321810")


def test_without_rdkit_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "rdkit", None)
    with pytest.raises(MissingExtraError, match=r"'nci5k' needs the extra 'molecules': pip install"):
        read_embedded("nci5k")


def test_an_rdkit_without_its_example_data_is_named(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("rdkit")
    monkeypatch.setitem(FILES, "nci5k", ("NCI/gone.smi", "NCI/gone.csv"))
    with pytest.raises(InputError, match=r"gone\.smi is missing"):
        read_embedded("nci5k")


# --- as molecules are otherwise --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["nci5k", "chembl2321810"])
@pytest.mark.parametrize("featurization", ["hu", "ogb"])
def test_the_same_molecules_and_classes_in_another_featurization(sets: dict, name: str, featurization: str):
    own, other = sets[name], read_embedded_as(name, featurization)
    assert torch.equal(own.node_offsets, other.node_offsets)
    assert torch.equal(own.graph_labels, other.graph_labels)
    assert other.origin.featurization == featurization
    assert (other.origin.graph_classes, other.origin.checksum) == (own.origin.graph_classes, own.origin.checksum)
    assert "label" not in other.nodes
    assert other.x.shape[1] == 0


def test_values_become_a_target(sets: dict):
    rows = {row.line: row for row in nci_rows(*embedded_files("nci5k"))}
    graphs = read_embedded_as("nci5k", "hu")
    values = [rows[line].value for line in lines_of(graphs).tolist()]
    assert graphs.targets.flatten().tolist() == pytest.approx(values)
    assert smiles_of(graphs) == [rows[line].smiles for line in lines_of(graphs).tolist()]
    assert [one.line for one in rejects(graphs)] == [2098, 2898, 3227, 3370, 4509, 4596, 4597, 4781]
    assert (graphs.origin.targets, graphs.origin.target_kind) == (("polar surface area",), "real")
    assert torch.equal(graphs.graph_labels, (graphs.targets[:, 0] > statistics.median(values)).long())


def test_salts_are_stripped_where_that_is_asked_for():
    whole, stripped = (read_embedded_as("nci5k", "hu", strip_salts=strip) for strip in (False, True))
    assert stripped.num_nodes < whole.num_nodes
    assert len(stripped) == len(whole)
    assert sum("." in one for one in smiles_of(whole)) > 0 == sum("." in one for one in smiles_of(stripped))


# --- files that do not belong together -------------------------------------------------------------------------------


def files(folder: Path, structures: str, values: str) -> tuple[Path, Path]:
    (folder / "a.smi").write_text(structures)
    (folder / "b.csv").write_text(values)
    return folder / "a.smi", folder / "b.csv"


def test_rows_are_joined_by_line_and_by_number(tmp_path: Path):
    rows = nci_rows(*files(tmp_path, "CC\t7\nC,C\t9\n", "# about\nCC,1.5\nC,C,2\n"))
    assert [(row.line, row.smiles, row.value) for row in rows] == [(1, "CC", 1.5), (2, "C,C", 2.0)]
    rows = chembl_rows(*files(tmp_path, "CC 7\nCO 9\n", "Name,Act\n9,1\n7,2\n"))
    assert [(row.line, row.smiles, row.value) for row in rows] == [(1, "CC", 2.0), (2, "CO", 1.0)]


@pytest.mark.parametrize(
    ("read", "structures", "values", "message"),
    [
        (nci_rows, "CC\t7\n", "# about\n", "has 1 molecules, b.csv 0 values"),
        (nci_rows, "CC\t7\n", "# about\nCO,1\n", "line 1: CC, but b.csv has CO"),
        (chembl_rows, "CC 7\n", "Name,Act\n7,1\n8,1\n", "has 1 molecules, b.csv 2 values"),
        (chembl_rows, "CC 7\n", "Name,Act\n8,1\n", "differ in compound 7"),
        (chembl_rows, "CC 7\nCO 7\n", "Name,Act\n7,1\n8,1\n", "differ in compound 8"),
    ],
)
def test_files_that_do_not_belong_together(tmp_path: Path, read, structures: str, values: str, message: str):
    with pytest.raises(InputError, match=message):
        read(*files(tmp_path, structures, values))
