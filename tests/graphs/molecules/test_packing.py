"""From parsed chunks to the columns of packed graphs."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from multigraft.graphs import store
from multigraft.graphs.molecules.featurization import FEATURIZERS
from multigraft.graphs.molecules.packing import Packer, empty_chunk, in_memory, smiles_chunks
from multigraft.graphs.molecules.parallel import Reading, parse
from multigraft.graphs.molecules.reading import Chunk
from multigraft.graphs.packed import Origin, PackedGraphs
from multigraft.graphs.streamed import ColumnFiles
from multigraft.graphs.texts import Reject, all_texts, ids_of, lines_of, rejects, smiles_of
from tests.helpers.smiles import BROKEN, written

pytest.importorskip("rdkit")

rows = st.lists(written() | st.sampled_from(list(BROKEN)), max_size=10)


def cut(smiles: list[str], size: int, targets: int, ids: bool) -> list[Chunk]:
    """The rows in chunks, the empty one first; identifiers and targets tell of the row that they belong to."""
    found = [empty_chunk(targets, ids)]
    for start in range(0, len(smiles), size):
        some = smiles[start : start + size]
        numbers = np.arange(start, start + len(some))
        values = (numbers[:, None] + np.arange(targets) / 10).astype(np.float32)
        found.append(Chunk(2 * numbers + 7, some, some, [f"m{n}" for n in numbers] if ids else None, values))
    return found


def pieces(chunks: list[Chunk], featurization: str = "hu") -> list[dict]:
    packer = Packer()
    return [packer.columns(chunk, parse(Reading(featurization), chunk.written)) for chunk in chunks]


def packed(chunks: list[Chunk], featurization: str = "hu") -> PackedGraphs:
    return store.assembled(in_memory(pieces(chunks, featurization)), Origin(featurization=featurization))


@pytest.mark.parametrize("featurization", FEATURIZERS)
@given(smiles=rows, size=st.integers(1, 4), targets=st.integers(0, 2), ids=st.booleans())
def test_chunks_do_not_show(featurization: str, smiles: list[str], size: int, targets: int, ids: bool):
    ours = packed(cut(smiles, size, targets, ids), featurization).tensors()
    theirs = packed(cut(smiles, 100, targets, ids), featurization).tensors()
    assert ours.keys() == theirs.keys()
    for name, tensor in theirs.items():
        assert torch.equal(ours[name], tensor), name
        assert ours[name].dtype == tensor.dtype


@given(smiles=rows, size=st.integers(1, 4))
def test_nothing_shifts_where_rows_are_rejected(smiles: list[str], size: int):
    graphs = packed(cut(smiles, size, 2, True))
    good = [number for number, one in enumerate(smiles) if one not in BROKEN]
    bad = [number for number, one in enumerate(smiles) if one in BROKEN]
    assert smiles_of(graphs) == [smiles[number] for number in good]
    assert ids_of(graphs) == [f"m{number}" for number in good]
    assert lines_of(graphs).tolist() == [2 * number + 7 for number in good]
    assert graphs.targets[:, 0].tolist() == good
    found = rejects(graphs)
    assert [(one.line, one.smiles) for one in found] == [(2 * number + 7, smiles[number]) for number in bad]
    assert all(one.reason.startswith(BROKEN[one.smiles]) for one in found)
    assert len(graphs) + len(found) == len(smiles)


@given(smiles=st.lists(written(), min_size=1, max_size=6), size=st.integers(1, 3))
def test_graphs_are_the_molecules(smiles: list[str], size: int):
    """Neighbours by RDKit, atom by atom."""
    from rdkit import Chem

    graphs = packed(cut(smiles, size, 0, False))
    for number, molecule in enumerate(map(Chem.MolFromSmiles, smiles)):
        one = graphs.select([number])
        assert one.num_nodes == molecule.GetNumAtoms()
        numbers = [atom.GetAtomicNum() or 119 for atom in molecule.GetAtoms()]
        assert (one.nodes["codes"][:, 0].int() + 1).tolist() == numbers
        for atom in molecule.GetAtoms():
            found = one.edge_index[1, one.edge_index[0] == atom.GetIdx()].tolist()
            assert sorted(found) == sorted(other.GetIdx() for other in atom.GetNeighbors())


@pytest.mark.parametrize("featurization", FEATURIZERS)
def test_both_directions_of_a_bond_lie_side_by_side(featurization: str):
    graphs = packed(cut(["CCO", "C#N", "C", "OC(=O)/C=C/C"], 2, 0, False), featurization)
    assert torch.equal(graphs.edge_index[:, ::2], graphs.edge_index.flip(0)[:, 1::2])
    assert torch.equal(graphs.edges["codes"][::2], graphs.edges["codes"][1::2])
    assert torch.equal(graphs.node_graph[graphs.edge_index[0]], graphs.edge_graph)
    assert ("structure_codes" in graphs.nodes) == (featurization == "ogb")
    assert graphs.x.shape == (graphs.num_nodes, 0)
    assert graphs.nodes["codes"].dtype == torch.uint8


def test_a_packer_counts_and_remembers_the_first_reject():
    packer = Packer()
    for chunk in cut(["C", "C(", "CC", "C1"], 2, 0, False):
        packer.columns(chunk, parse(Reading(), chunk.written))
    assert (packer.graphs, packer.rejected) == (2, 2)
    assert packer.first_reject == Reject(9, "C(", "no valid SMILES")


def test_columns_that_nobody_asked_for_are_not_there():
    graphs = packed(cut(["C"], 1, 0, False))
    assert "targets" not in graphs.graphs
    assert "id" not in graphs.attached
    assert all_texts(graphs.attached, "rejected_smiles") == []


def test_lists_of_smiles_in_chunks():
    chunks = list(smiles_chunks(["C", " CC ", "CCC"], 2))
    assert [chunk.lines.tolist() for chunk in chunks] == [[1, 2], [3]]
    assert chunks[0].written == chunks[0].shown == ["C", "CC"]
    assert chunks[1].targets.shape == (1, 0)


@given(smiles=rows, targets=st.integers(0, 2), ids=st.booleans())
def test_on_disk_and_in_memory_are_one(
    tmp_path_factory: pytest.TempPathFactory, smiles: list[str], targets: int, ids: bool
):
    folder: Path = tmp_path_factory.mktemp("packed")
    chunks = cut(smiles, 2, targets, ids)
    with ColumnFiles(folder) as columns:
        for piece in pieces(chunks):
            columns.append(piece)
        columns.write(folder / "streamed", Origin("name", notes=("näh",)))
    store.save(store.assembled(in_memory(pieces(chunks)), Origin("name", notes=("näh",))), folder / "saved")
    assert (folder / "streamed").read_bytes() == (folder / "saved").read_bytes()
