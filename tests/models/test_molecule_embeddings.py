"""Embeddings of files of molecules: identity, vectors, and what became none."""

import json
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from multigraft.errors import InputError
from multigraft.graphs import checksums
from multigraft.graphs.catalog import load
from multigraft.models import streams
from multigraft.models.embedder import GraphEmbedder
from multigraft.models.molecule_embeddings import rejects_file, write_molecule_embeddings
from tests.helpers.graphs import random_graphs
from tests.helpers.molecules import BROKEN, SMILES, molecule_encoder, predicting_encoder
from tests.models.test_streams import sdf
from tests.models.test_trained import trained_on

ROWS = [*SMILES[:2], *BROKEN, *SMILES[2:], SMILES[0]]
DIM = 6


@pytest.fixture
def table(tmp_path):
    """A CSV with identifiers, broken molecules and a duplicate."""
    path = tmp_path / "in.csv"
    pd.DataFrame({"mol_id": [f"m{row}" for row in range(len(ROWS))], "smiles": ROWS}).to_csv(path, index=False)
    return path


def vectors(table):
    return np.stack(table["embedding"].to_numpy(zero_copy_only=False))


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize("batch_size", [2, 256])
@pytest.mark.parametrize("encoder", [molecule_encoder(), predicting_encoder()], ids=["plain", "hu"])
def test_a_row_a_molecule(monkeypatch, tmp_path, table, encoder, size, batch_size):
    monkeypatch.setattr(streams, "ROWS", size)
    out = tmp_path / "z.parquet"
    counts = write_molecule_embeddings(encoder, table, out, batch_size=batch_size)
    assert counts == (len(ROWS) - len(BROKEN), len(BROKEN))
    found = pq.read_table(out)
    assert found.column_names == ["line", "id", "smiles", "embedding"]
    assert found.schema.field("embedding").type == pa.list_(pa.float32(), DIM)
    whole = [row for row, smiles in enumerate(ROWS) if smiles not in BROKEN]
    assert found["line"].to_pylist() == [row + 2 for row in whole]
    assert found["id"].to_pylist() == [f"m{row}" for row in whole]
    assert found["smiles"].to_pylist() == [ROWS[row] for row in whole]
    expected = GraphEmbedder(encoder).transform([ROWS[row] for row in whole])
    np.testing.assert_allclose(vectors(found), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("size", [3, 1000])
@pytest.mark.parametrize("batch_size", [2, 256])
def test_a_row_an_atom(monkeypatch, tmp_path, table, size, batch_size):
    monkeypatch.setattr(streams, "ROWS", size)
    encoder, out = predicting_encoder(), tmp_path / "z.parquet"
    graphs = load(table, targets=())
    counts = write_molecule_embeddings(encoder, table, out, "node", batch_size=batch_size)
    assert counts == (graphs.num_nodes, len(BROKEN))
    found = pq.read_table(out)
    assert found.column_names == ["line", "id", "node", "embedding"]
    expected = [(line, node) for line, count in
                zip(graphs.attached["line"].tolist(), graphs.node_counts.tolist(), strict=True)
                for node in range(count)]  # fmt: skip
    assert list(zip(found["line"].to_pylist(), found["node"].to_pylist(), strict=True)) == expected
    np.testing.assert_allclose(vectors(found), encoder.embed(graphs, "node").numpy(), rtol=1e-5, atol=1e-6)


def test_the_rejects_lie_beside(tmp_path, table):
    out = tmp_path / "z.parquet"
    write_molecule_embeddings(predicting_encoder(), table, out)
    assert rejects_file(out) == tmp_path / "z.rejects.csv"
    found = pd.read_csv(rejects_file(out), keep_default_na=False)
    assert list(found) == ["line", "smiles", "reason"]
    assert found["smiles"].tolist() == list(BROKEN)
    assert found["line"].tolist() == list(range(4, 4 + len(BROKEN)))
    assert all(word in reason for word, reason in zip(BROKEN.values(), found["reason"], strict=True))


def test_a_list_of_rejects_is_of_the_last_call(tmp_path, table):
    out = tmp_path / "z.parquet"
    write_molecule_embeddings(predicting_encoder(), table, out)
    (tmp_path / "good.smi").write_text("C a\nCC b\n")
    assert write_molecule_embeddings(predicting_encoder(), tmp_path / "good.smi", out) == (2, 0)
    assert rejects_file(out).read_text() == "line,smiles,reason\n"
    assert pq.read_table(out)["id"].to_pylist() == ["a", "b"]


def test_without_identifiers(tmp_path):
    (tmp_path / "in.csv").write_text("smiles\nC\nC\n")
    write_molecule_embeddings(predicting_encoder(), tmp_path / "in.csv", tmp_path / "z.parquet")
    assert pq.read_table(tmp_path / "z.parquet").column_names == ["line", "smiles", "embedding"]


def test_chosen_columns(tmp_path):
    (tmp_path / "in.csv").write_text("id,structure,name\n1,C,a\n1,CC,b\n")
    options = {"smiles_column": "structure", "id_column": "name"}
    write_molecule_embeddings(predicting_encoder(), tmp_path / "in.csv", tmp_path / "z.parquet", **options)
    assert pq.read_table(tmp_path / "z.parquet")["id"].to_pylist() == ["a", "b"]


def test_mol_blocks(tmp_path):
    out = tmp_path / "z.parquet"
    assert write_molecule_embeddings(predicting_encoder(), sdf(tmp_path / "in.sdf"), out) == (len(SMILES), 1)
    found = pq.read_table(out)
    assert found["id"].to_pylist() == [f"m{row}" for row in range(len(SMILES))]
    np.testing.assert_allclose(
        vectors(found), GraphEmbedder(predicting_encoder()).transform(found["smiles"].to_pylist()), rtol=1e-5, atol=1e-6
    )
    assert "broken" in rejects_file(out).read_text()


def test_salts(tmp_path):
    (tmp_path / "in.smi").write_text("CCO.[Na]\n")
    write_molecule_embeddings(predicting_encoder(), tmp_path / "in.smi", tmp_path / "z.parquet", strip_salts=True)
    assert pq.read_table(tmp_path / "z.parquet")["smiles"].to_pylist() == ["CCO"]


def test_metadata_identifies_encoder_and_data(tmp_path, table):
    encoder = predicting_encoder()
    write_molecule_embeddings(encoder, table, tmp_path / "z.parquet")
    told = json.loads(pq.read_schema(tmp_path / "z.parquet").metadata[b"multigraft"])
    assert told["fingerprint"] == encoder.fingerprint
    assert told["data"] == {"name": "in", "checksum": checksums.of_files([table])}
    assert told["data"]["checksum"] == load(table).origin.checksum


@pytest.mark.parametrize("shown", [False, True])
def test_a_bar_where_it_is_asked_for(monkeypatch, tmp_path, table, shown):
    asked, done = [], []

    @contextmanager
    def counting(*how):
        asked.append(how)
        yield done.append

    monkeypatch.setattr("multigraft.models.molecule_embeddings.counting", counting)
    write_molecule_embeddings(predicting_encoder(), table, tmp_path / "z.parquet", progress=shown)
    assert asked == [("embedding", len(ROWS), "molecules", shown)]
    assert sum(done) == len(ROWS)


# --- what cannot be --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "is empty"),
        ("smiles\n", "no rows"),
        ("id,smiles\na,C\nb,CC\na,CCC\n", r"lines 2 and 4: both have the identifier 'a' \(column 'id'\)"),
        ("name,structure\na,CCO\n", "column 'structure' looks like SMILES"),
    ],
)
def test_files_that_cannot_be(tmp_path, text, named):
    (tmp_path / "in.csv").write_text(text)
    with pytest.raises(InputError, match=named):
        write_molecule_embeddings(predicting_encoder(), tmp_path / "in.csv", tmp_path / "z.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(("options", "named"), [({"batch_size": 0}, "at least 1"), ({"device": "abacus"}, "no device"),
                                                ({"level": "edge"}, "unknown level")])  # fmt: skip
def test_nothing_is_left_of_a_failed_write(tmp_path, table, options, named):
    with pytest.raises(InputError, match=named):
        write_molecule_embeddings(predicting_encoder(), table, tmp_path / "z.parquet", **options)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_file_without_a_molecule_is_refused(tmp_path):
    (tmp_path / "names.csv").write_text("smiles\naspirin\ncaffeine\n")
    with pytest.raises(InputError, match=r"names\.csv: none of its 2 rows is a molecule .*\(line 2, 'aspirin'"):
        write_molecule_embeddings(predicting_encoder(), tmp_path / "names.csv", tmp_path / "z.parquet")
    assert [path.name for path in tmp_path.iterdir()] == ["names.csv"]


def test_an_encoder_of_other_graphs(tmp_path, table):
    with pytest.raises(InputError, match="'made', whose graphs do not come from SMILES"):
        write_molecule_embeddings(trained_on(random_graphs(4)), table, tmp_path / "z.parquet")


def test_the_input_is_not_overwritten(tmp_path, table):
    table = table.rename(tmp_path / "z.rejects.csv")
    with pytest.raises(InputError, match="is what is read"):
        write_molecule_embeddings(predicting_encoder(), table, tmp_path / "z.parquet")
    with pytest.raises(InputError, match="is what is read"):
        write_molecule_embeddings(predicting_encoder(), table, table)
