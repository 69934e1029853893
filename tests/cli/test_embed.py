"""embed: Parquet with the identity of the encoder, JSON as scripts rely on it."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest

import multigraft as mg
from tests.helpers.cli import answer, complaint, multigraft, write_folder
from tests.helpers.graphs import random_graphs


@pytest.fixture(scope="module", params=["graph", "node"])
def embedded(request, folder, encoder, tmp_path_factory):
    """Level, file and JSON."""
    out = tmp_path_factory.mktemp("embed") / "vectors.parquet"
    return request.param, out, answer("embed", encoder, folder, "--level", request.param, "--out", out)


def rows(folder, level):
    graphs = mg.load(str(folder))
    return len(graphs) if level == "graph" else graphs.num_nodes


def test_json(embedded, folder):
    level, out, found = embedded
    assert list(found) == ["verb", "out", "level", "rows", "dim", "seconds"]
    assert (found["verb"], found["out"], found["level"]) == ("embed", str(out), level)
    assert (found["rows"], found["dim"]) == (rows(folder, level), 8)
    assert found["seconds"] >= 0


def test_the_file_holds_what_python_gives(embedded, folder, encoder):
    level, out, _ = embedded
    table = pq.read_table(out)
    expected = mg.load_encoder(encoder).embed(mg.load(str(folder)), level=level)
    found = np.stack(table["embedding"].to_numpy(zero_copy_only=False))
    np.testing.assert_allclose(found, expected.numpy(), rtol=1e-6)
    assert table.column_names == (["graph", "embedding"] if level == "graph" else ["graph", "node", "embedding"])


def test_the_file_names_its_encoder(embedded, encoder):
    _, out, _ = embedded
    described = json.loads(pq.read_schema(out).metadata[b"multigraft"])
    assert described["fingerprint"] == mg.load_encoder(encoder).fingerprint


def test_the_options_lie_beside_the_file(embedded, folder, encoder):
    level, out, _ = embedded
    stored = json.loads(out.with_name("vectors.parquet.json").read_text())
    assert stored["verb"] == "embed"
    assert stored["options"] == {
        "encoder": str(encoder), "data": str(folder), "level": level, "batch_size": 256, "device": "auto",
        "node_label_column": 0, "out": str(out),
    }  # fmt: skip
    assert len(list(out.parent.iterdir())) == 2


def test_the_default_is_one_row_a_graph(folder, encoder, tmp_path):
    assert answer("embed", encoder, folder, "--out", tmp_path / "e.parquet")["level"] == "graph"


def test_embeddings_do_not_depend_on_the_batch_size(folder, encoder, tmp_path):
    tables = []
    for size in (1, 7, 100):
        out = tmp_path / f"{size}.parquet"
        answer("embed", encoder, folder, "--batch-size", size, "--out", out)
        tables.append(np.stack(pq.read_table(out)["embedding"].to_numpy(zero_copy_only=False)))
    np.testing.assert_allclose(tables[0], tables[1], rtol=1e-5, atol=1e-7)
    np.testing.assert_allclose(tables[0], tables[2], rtol=1e-5, atol=1e-7)


def test_people_get_a_sentence(folder, encoder, tmp_path):
    out = tmp_path / "e.parquet"
    result = multigraft("embed", encoder, folder, "--out", out)
    assert result.stdout == f"40 graph embeddings of 8 numbers each: {out}\n"


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--level", "edge"], "'graph', 'node'"),
        (["--batch-size", 0], "batch size"),
        (["--device", "tpu"], "'tpu'"),
        (["--seed", 1], "--seed"),
    ],
)
def test_options_that_cannot_be(folder, encoder, tmp_path, words, named):
    assert named in complaint("embed", encoder, folder, *words, "--out", tmp_path / "new" / "e.parquet")
    assert list(tmp_path.rglob("*.parquet*")) == []


def test_data_with_other_columns(encoder, tmp_path):
    other = write_folder(tmp_path / "other", random_graphs(5, features=2))
    assert "4 attributes" in complaint("embed", encoder, other, "--out", tmp_path / "e.parquet")
    assert list(tmp_path.rglob("*.parquet*")) == []


def test_a_directory_that_is_no_encoder(folder, tmp_path):
    assert "no-such" in complaint("embed", tmp_path / "no-such", folder, "--out", tmp_path / "e.parquet")


def test_an_unfinished_run(folder, tmp_path):
    (tmp_path / "run" / "training").mkdir(parents=True)
    line = complaint("embed", tmp_path / "run", folder, "--out", tmp_path / "e.parquet")
    assert "--resume" in line
