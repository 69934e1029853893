"""Files of molecules piece by piece: every row in its place, and the graphs those that loading gives."""

import gzip

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from multigraft.errors import InputError
from multigraft.graphs.molecules.load import load_table
from multigraft.graphs.molecules.reading import survey
from multigraft.models import streams
from multigraft.models.streams import gathered, original_cells, pieces
from tests.helpers.graphs import random_graphs
from tests.helpers.molecules import BROKEN, SMILES, molecule_encoder, predicting_encoder
from tests.models.test_trained import trained_on

ROWS = [*SMILES[:4], *BROKEN, *SMILES[4:]]


def table_of(path, **options):
    return survey(path, options.pop("smiles_column", None), targets=(), id_column=options.pop("id_column", ""))


@pytest.fixture
def csv_file(tmp_path):
    """A CSV with broken molecules, empty lines, quoted commas and cells over several lines."""
    lines = ["name,smiles,note"]
    for row, smiles in enumerate(ROWS):
        lines.append(f'm{row}," {smiles}","a, ""b""\nc"' if row % 3 == 0 else f"m{row},{smiles},")
        lines += [""] * (row % 2)
    path = tmp_path / "molecules.csv"
    path.write_text("\n".join(lines))
    return path


def sdf(path):
    from rdkit import Chem

    with path.open("w") as file:
        for row, smiles in enumerate(SMILES):
            molecule = Chem.MolFromSmiles(smiles)
            molecule.SetProp("_Name", f"m{row}")
            file.write(Chem.MolToMolBlock(molecule) + f"> <mass>\n{row}\n\n$$$$\n")
        file.write("broken\n\n\nnothing\nM  END\n> <mass>\n9\n\n$$$$\n")
    return path


@pytest.mark.parametrize("size", [1, 4, 100])
@pytest.mark.parametrize("encoder", [molecule_encoder(), predicting_encoder(), predicting_encoder(featurization="ogb")],
                         ids=["plain", "hu", "ogb"])  # fmt: skip
def test_every_row_is_in_its_place(monkeypatch, csv_file, encoder, size):
    monkeypatch.setattr(streams, "ROWS", size)
    found = list(pieces(encoder, table_of(csv_file)))
    assert [piece.rows.count for piece in found] == [
        min(size, len(ROWS) - start) for start in range(0, len(ROWS), size)
    ]
    cells = [row for piece in found for row in piece.cells]
    assert [row[0] for row in cells] == [f"m{row}" for row in range(len(ROWS))]
    assert [shown for piece in found for shown in piece.shown] == ROWS
    text = csv_file.read_text().splitlines()
    for line, row in zip([line for piece in found for line in piece.lines], cells, strict=True):
        assert text[line - 1].startswith(f"{row[0]},")
    wrong = {start * size + row for start, piece in enumerate(found) for row in piece.rows.reasons}
    assert [ROWS[row] for row in sorted(wrong)] == list(BROKEN)
    kept = [start * size + row for start, piece in enumerate(found) for row in piece.rows.kept.tolist()]
    assert sorted([*kept, *wrong]) == list(range(len(ROWS)))
    assert [smiles for piece in found for smiles in piece.rows.smiles] == SMILES


@pytest.mark.parametrize("featurization", ["hu", "ogb"])
@pytest.mark.parametrize("strip", [False, True])
def test_graphs_are_those_that_loading_gives(monkeypatch, csv_file, featurization, strip):
    monkeypatch.setattr(streams, "ROWS", 5)
    whole = load_table(csv_file, featurization=featurization, targets=(), id_column="", strip_salts=strip)
    first = 0
    for piece in pieces(predicting_encoder(featurization=featurization), table_of(csv_file), strip):
        expected = whole.select(torch.arange(first, first + len(piece.rows.graphs)))
        first += len(piece.rows.graphs)
        assert torch.equal(piece.rows.graphs.edge_index, expected.edge_index)
        for table in ("nodes", "edges"):
            ours, theirs = getattr(piece.rows.graphs, table), getattr(expected, table)
            assert ours.keys() == theirs.keys()
            assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert first == len(whole)


def test_several_processes_give_the_same(monkeypatch, csv_file):
    monkeypatch.setattr(streams, "ROWS", 5)
    encoder, table = predicting_encoder(), table_of(csv_file)
    alone = list(pieces(encoder, table))
    monkeypatch.setattr("multigraft.graphs.molecules.parallel.MANY", 2)
    monkeypatch.setattr("multigraft.graphs.molecules.parallel.usable_cores", lambda: 2)
    for one, two in zip(pieces(encoder, table), alone, strict=True):
        assert (one.lines, one.cells, one.rows.reasons) == (two.lines, two.cells, two.rows.reasons)
        assert torch.equal(one.rows.graphs.nodes["codes"], two.rows.graphs.nodes["codes"])


@pytest.mark.parametrize("encoder", [molecule_encoder(), predicting_encoder()], ids=["plain", "hu"])
def test_mol_blocks(tmp_path, encoder):
    (piece,) = pieces(encoder, table_of(sdf(tmp_path / "a.sdf")))
    assert piece.rows.kept.tolist() == list(range(len(SMILES)))
    assert list(piece.rows.reasons) == [len(SMILES)]
    assert piece.shown[-1] == "broken"
    from rdkit.Chem import CanonSmiles

    assert list(piece.rows.smiles) == list(map(CanonSmiles, SMILES))


def test_an_encoder_that_reads_no_molecules(csv_file):
    with pytest.raises(InputError, match="do not come from SMILES"):
        next(pieces(trained_on(random_graphs(4)), table_of(csv_file)))


# --- the cells as they are in the file -------------------------------------------------------------------------------


def originals(path, size, monkeypatch):
    monkeypatch.setattr(streams, "ROWS", size)
    table = table_of(path)
    cells = original_cells(table)
    return pa.concat_tables([cells(piece) for piece in pieces(predicting_encoder(), table)])


@pytest.mark.parametrize("size", [1, 4, 100])
def test_texts_stay_as_they_are(monkeypatch, csv_file, size):
    found = originals(csv_file, size, monkeypatch)
    assert found.column_names == ["name", "smiles", "note"]
    assert found["smiles"].to_pylist() == [f" {one}" if row % 3 == 0 else one for row, one in enumerate(ROWS)]
    assert found["note"].to_pylist()[:2] == ['a, "b"\nc', ""]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("size", [1, 3, 100])
def test_parquet_keeps_its_types(monkeypatch, tmp_path, size, packed):
    table = pa.table({"smiles": ROWS, "n": pa.array([None, *range(len(ROWS) - 1)], pa.int16()),
                      "nested": [[float(row)] for row in range(len(ROWS))]})  # fmt: skip
    path = tmp_path / "a.parquet"
    pq.write_table(table, path, row_group_size=5)
    if packed:
        path.with_name("a.parquet.gz").write_bytes(gzip.compress(path.read_bytes()))
        path = path.with_name("a.parquet.gz")
    assert originals(path, size, monkeypatch).equals(table)


def test_mol_blocks_become_smiles(monkeypatch, tmp_path):
    found = originals(sdf(tmp_path / "a.sdf"), 3, monkeypatch)
    assert found.column_names == ["smiles", "_Name", "mass"]
    assert found["smiles"].to_pylist()[-2:] == ["N#Cc1ccncc1", None]
    assert found["_Name"].to_pylist()[-2:] == ["m6", "broken"]


def test_lists_of_smiles_get_columns(monkeypatch, tmp_path):
    (tmp_path / "a.smi").write_text("CCO ethanol\nC\n\nC( what is this\n")
    found = originals(tmp_path / "a.smi", 2, monkeypatch)
    assert found.to_pylist() == [
        {"smiles": "CCO", "id": "ethanol"}, {"smiles": "C", "id": ""}, {"smiles": "", "id": ""},
        {"smiles": "C(", "id": "what is this"},
    ]  # fmt: skip


@pytest.mark.parametrize("encoder", [molecule_encoder(), predicting_encoder()], ids=["plain", "hu"])
@pytest.mark.parametrize(("nodes", "counts"), [(0, [2] * 6), (11, [4, 8]), (10**6, [12])], ids=["each", "some", "all"])
def test_pieces_can_be_gathered(monkeypatch, csv_file, encoder, nodes, counts):
    (whole,) = pieces(encoder, table_of(csv_file))
    monkeypatch.setattr(streams, "ROWS", 2)
    found = list(gathered(pieces(encoder, table_of(csv_file)), nodes))
    assert [piece.rows.count for piece in found] == counts
    for part in ("lines", "cells", "shown"):
        assert [row for piece in found for row in getattr(piece, part)] == list(getattr(whole, part))
    starts = [sum(counts[:place]) for place in range(len(counts))]
    kept = torch.cat([piece.rows.kept + start for piece, start in zip(found, starts, strict=True)])
    assert torch.equal(kept, whole.rows.kept)
    reasons = {
        start + row: why for piece, start in zip(found, starts, strict=True) for row, why in piece.rows.reasons.items()
    }
    assert reasons == whole.rows.reasons
    assert [one for piece in found for one in piece.rows.smiles] == list(whole.rows.smiles)
    codes = "codes" if "codes" in whole.rows.graphs.nodes else "x"
    assert torch.equal(torch.cat([piece.rows.graphs.nodes[codes] for piece in found]), whole.rows.graphs.nodes[codes])
    assert sum(len(piece.rows.graphs) for piece in found) == len(whole.rows.graphs)


def test_pieces_without_a_single_graph_can_be_gathered(monkeypatch, tmp_path):
    monkeypatch.setattr(streams, "ROWS", 1)
    path = tmp_path / "broken.smi"
    path.write_text("C(\nC(\nCC\n")
    for encoder in (molecule_encoder(), predicting_encoder()):
        (found,) = gathered(pieces(encoder, table_of(path)), 10)
        assert (found.rows.count, found.rows.kept.tolist(), sorted(found.rows.reasons)) == (3, [2], [0, 1])
        assert len(found.rows.graphs) == 1
