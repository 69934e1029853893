"""Molecules that stand in several rows."""

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.duplicates import duplicates, same_molecule
from multigraft.graphs.molecules.load import load_table, pack_smiles
from multigraft.graphs.packed import PackedGraphs
from multigraft.graphs.splits import Split, split_graphs
from tests.helpers.graphs import pack

ETHANOL, BENZENE, ALANINE = ("CCO", "OCC", "C(O)C"), ("c1ccccc1", "C1=CC=CC=C1"), ("C[C@H](N)O", "C[C@@H](N)O")


def table(folder: Path, rows: str) -> PackedGraphs:
    path = folder / "mine.csv"
    path.write_text(f"smiles,y,z\n{rows}")
    return load_table(path)


def test_one_molecule_has_one_number_however_it_is_written_and_mirror_images_have_two():
    numbers = same_molecule(pack_smiles([*ETHANOL, *BENZENE, *ALANINE])).tolist()
    assert len(set(numbers[:3])) == len(set(numbers[3:5])) == 1
    assert len(set(numbers)) == 4


def test_molecules_in_several_rows_are_counted_and_the_first_is_shown(tmp_path):
    graphs = table(tmp_path, "CCO,1,0.5\nCC,0,1\nno molecule,1,1\nc1ccccc1,1,2\nOCC,1,\nC1=CC=CC=C1,,2\n")
    assert duplicates(graphs) == (
        "molecules that stand in several rows: 2, in 4 rows, the first is 'CCO' in lines 2, 6",
    )


def test_targets_that_differ_are_said_and_missing_ones_do_not_differ(tmp_path):
    graphs = table(tmp_path, "CCO,1,0.5\nCC,0,1\nc1ccccc1,1,2\nOCC,1,\nC1=CC=CC=C1,0,2\nC(O)C,,0.5\nOC(C),,\n")
    (said,) = duplicates(graphs)
    assert said.startswith("molecules that stand in several rows: 2, in 6 rows; targets differ for 1 of them, ")
    assert said.endswith("the first is 'c1ccccc1' in lines 4, 6")


def test_of_many_rows_of_a_molecule_some_are_named():
    assert duplicates(pack_smiles(["CC"] * 5)) == (
        "molecules that stand in several rows: 1, in 5 rows, the first is 'CC' in lines 1, 2, 3 and 2 more",
    )


@pytest.mark.parametrize("smiles", [["CC", "CO"], []])
def test_nothing_is_said_where_none_is_there_twice(smiles: list[str]):
    graphs = pack_smiles(smiles)
    assert duplicates(graphs, Split("made", 0, *torch.arange(len(smiles)).tensor_split(3))) == ()


def test_graphs_that_are_no_molecules_are_not_compared():
    graphs = pack([torch.ones(3, 3) > 0])
    assert duplicates(graphs, Split("made", 0, *torch.arange(1).tensor_split(3))) == ()
    with pytest.raises(InputError, match="has no SMILES"):
        same_molecule(graphs)


def test_a_split_that_parts_them_is_named_with_what_to_do():
    graphs = pack_smiles(["CCO", "CC", "OCC", "CN"])
    train, validation, test = torch.tensor([0]), torch.tensor([1]), torch.tensor([2, 3])
    _, said = duplicates(graphs, Split("random", 0, train, validation, test))
    assert said.startswith("1 of 2 test graphs are molecules that stand in the training or validation part as well")
    assert said.endswith("give each molecule one row, or choose the split scaffold")
    by_scaffold = duplicates(graphs, Split("scaffold", 0, train, validation, test))
    assert by_scaffold[1].endswith("give each molecule one row")
    assert len(duplicates(graphs, Split("random", 0, torch.tensor([0, 2]), validation, torch.tensor([3])))) == 1


def test_without_rdkit_nothing_is_said(monkeypatch):
    graphs = pack_smiles(["CC", "CC"])
    assert duplicates(graphs)
    monkeypatch.setattr("multigraft.graphs.duplicates.find_spec", lambda _: None)
    assert duplicates(graphs) == ()


@given(st.permutations([f"{start}1{'C' * (size - 2)}C1" for size in range(3, 13) for start in ("C", "OC")] * 2))
def test_splits_by_scaffold_part_no_molecule(smiles: list[str]):
    graphs = pack_smiles(smiles)
    for kind in ("scaffold", "random-scaffold"):
        assert len(duplicates(graphs, split_graphs(graphs, kind, 0))) == 1
