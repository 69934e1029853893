"""Embeddings on disk: identifiers, vectors, and where they come from."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from multigraft.errors import InputError
from multigraft.graphs.catalog import load
from multigraft.models.parquet import write_embeddings
from tests.helpers.graphs import random_graphs
from tests.helpers.molecules import predicting_encoder
from tests.models.test_trained import trained_on


@pytest.fixture
def graphs():
    return random_graphs(9, seed=3)


@pytest.mark.parametrize("batch_size", [2, 100])
def test_graph_rows(tmp_path, graphs, batch_size):
    trained = trained_on(graphs)
    assert write_embeddings(trained, graphs, tmp_path / "z.parquet", batch_size=batch_size) == 9
    table = pq.read_table(tmp_path / "z.parquet")
    assert table.schema.field("embedding").type == pa.list_(pa.float32(), 6)
    assert table["graph"].to_pylist() == list(range(9))
    np.testing.assert_allclose(
        np.stack(table["embedding"].to_numpy()), trained.embed(graphs).numpy(), rtol=1e-5, atol=1e-6
    )


def test_node_rows(tmp_path, graphs):
    trained = trained_on(graphs)
    rows = write_embeddings(trained, graphs, tmp_path / "z.parquet", "node", batch_size=4)
    table = pq.read_table(tmp_path / "z.parquet")
    assert rows == graphs.num_nodes == len(table)
    expected = [(g, n) for g, count in enumerate(graphs.node_counts.tolist()) for n in range(count)]
    assert list(zip(table["graph"].to_pylist(), table["node"].to_pylist(), strict=True)) == expected
    vectors = np.stack(table["embedding"].to_numpy())
    np.testing.assert_allclose(vectors, trained.embed(graphs, "node").numpy(), rtol=1e-5, atol=1e-6)


def test_molecules_keep_their_line_identifier_and_smiles(tmp_path, monkeypatch):
    pytest.importorskip("rdkit")
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    (tmp_path / "mine.csv").write_text("id,smiles\na,CC\nb,C(\nc,CCO\n")
    molecules, trained = load(str(tmp_path / "mine.csv")), predicting_encoder()
    write_embeddings(trained, molecules, tmp_path / "z.parquet", batch_size=1)
    table = pq.read_table(tmp_path / "z.parquet").drop_columns("embedding")
    assert table.to_pylist() == [
        {"graph": 0, "line": 2, "id": "a", "smiles": "CC"}, {"graph": 1, "line": 4, "id": "c", "smiles": "CCO"},
    ]  # fmt: skip
    write_embeddings(trained, molecules.select([1]), tmp_path / "n.parquet", "node")
    nodes = pq.read_table(tmp_path / "n.parquet").drop_columns("embedding")
    assert nodes.to_pylist() == [{"graph": 0, "line": 4, "id": "c", "node": node} for node in range(3)]
    assert write_embeddings(trained, molecules.select([]), tmp_path / "none.parquet") == 0
    assert pq.read_table(tmp_path / "none.parquet").column_names == ["graph", "line", "id", "smiles", "embedding"]


def test_metadata_identifies_encoder_and_data(tmp_path, graphs):
    trained = trained_on(graphs)
    write_embeddings(trained, graphs, tmp_path / "z.parquet")
    told = json.loads(pq.read_schema(tmp_path / "z.parquet").metadata[b"multigraft"])
    assert told["fingerprint"] == trained.fingerprint
    assert told["data"] == {"name": "made", "checksum": "made-3"}
    assert (told["level"], told["readout"], told["tasks"]) == ("graph", "mean", ["gc", "nc", "lp"])


def test_nothing_is_left_of_a_failed_write(tmp_path, graphs):
    with pytest.raises(InputError):
        write_embeddings(trained_on(graphs), random_graphs(4, features=9), tmp_path / "z.parquet")
    assert list(tmp_path.iterdir()) == []
