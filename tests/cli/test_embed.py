"""embed: Parquet with the identity of the encoder, JSON as scripts rely on it."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest

import multigraft as mg
from multigraft.cli.data_options import DataOptions
from tests.helpers.cli import answer, complaint, multigraft, write_folder
from tests.helpers.graphs import random_graphs
from tests.helpers.molecules import BROKEN, SMILES, molecule_encoder, predicting_encoder
from tests.helpers.shared import always_sharing
from tests.helpers.tables import put_table


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
    assert list(found) == ["verb", "out", "level", "rows", "dim", "precision", "seconds"]
    assert found["precision"] == "float32"
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
        "precision": "float32", **DataOptions().resolved(), "out": str(out),
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
    assert result.stdout == f"40 graph embeddings of 8 numbers: {out}\n"


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


@pytest.mark.parametrize("ending", [".csv", ".CSV", ".npy"])
def test_a_name_that_says_what_the_file_is_not_is_refused(folder, encoder, tmp_path, ending):
    assert "name it z.parquet" in complaint("embed", encoder, folder, "--out", tmp_path / f"z{ending}")
    assert not list(tmp_path.iterdir())


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


# --- files of molecules ----------------------------------------------------------------------------------------------


@pytest.fixture
def reader(tmp_path):
    """The directory of an encoder that reads molecules."""
    return predicting_encoder().save(tmp_path / "reader")


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("".join(f"{row}\n" for row in ("id,smiles", *(f"m{row},{one}" for row, one in
                                                                  enumerate([*SMILES, *BROKEN])))))  # fmt: skip
    return path


def test_molecules_keep_their_identity(reader, table, tmp_path):
    out = tmp_path / "z.parquet"
    found = answer("embed", reader, table, "--out", out)
    assert list(found) == ["verb", "out", "level", "rows", "rejected", "dim", "precision", "seconds"]
    assert (found["rows"], found["rejected"], found["dim"]) == (len(SMILES), len(BROKEN), 6)
    vectors = pq.read_table(out)
    assert vectors.column_names == ["line", "id", "smiles", "embedding"]
    expected = mg.GraphEmbedder(reader).transform(SMILES)
    np.testing.assert_allclose(np.stack(vectors["embedding"].to_numpy(zero_copy_only=False)), expected, rtol=1e-5)
    assert (tmp_path / "z.rejects.csv").read_text().count("\n") == len(BROKEN) + 1


def test_molecules_by_name_keep_their_identity_too(reader, tmp_path, monkeypatch):
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path))
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    rows = [(one, row, row / 2) for row, one in enumerate(["CCO", "C(", "CC"])]
    put_table(tmp_path, "freesolv", "raw/SAMPL.csv", ("smiles", "expt", "calc"), rows)
    out = tmp_path / "z.parquet"
    found = answer("embed", reader, "freesolv", "--out", out)
    assert (found["rows"], found["rejected"]) == (2, 1)
    vectors = pq.read_table(out)
    assert vectors.column_names == ["graph", "line", "smiles", "embedding"]
    assert (vectors["line"].to_pylist(), vectors["smiles"].to_pylist()) == ([2, 4], ["CCO", "CC"])
    assert (tmp_path / "z.rejects.csv").read_text() == "line,smiles,reason\n3,C(,no valid SMILES\n"


def test_people_hear_of_rejects(reader, table, tmp_path):
    out = tmp_path / "z.parquet"
    result = multigraft("embed", reader, table, "--out", out)
    first, second = result.stdout.splitlines()
    assert first == f"{len(SMILES)} graph embeddings of 6 numbers: {out}"
    assert second == f"{len(BROKEN)} rows became none, listed with reasons: {tmp_path / 'z.rejects.csv'}"
    (tmp_path / "good.smi").write_text("C\n")
    assert multigraft("embed", reader, tmp_path / "good.smi", "--out", out).stdout.count("\n") == 1


@pytest.mark.parametrize("named", [False, True], ids=["file", "name"])
def test_products_in_bfloat16_say_what_they_cost(reader, table, tmp_path, monkeypatch, named):
    monkeypatch.setenv("MULTIGRAFT_DATA", str(tmp_path))
    monkeypatch.setenv("MULTIGRAFT_CACHE", str(tmp_path / "cache"))
    put_table(tmp_path, "freesolv", "raw/SAMPL.csv", ("smiles", "expt"), [(one, 1.5) for one in SMILES])
    out, data = tmp_path / "z.parquet", "freesolv" if named else table
    with always_sharing():
        found = answer("embed", reader, data, "--precision", "bf16", "--out", out)
        shown = multigraft("embed", reader, data, "--precision", "bf16", "--out", out).stdout.splitlines()[1]
    assert found["precision"] == "bf16"
    assert 0 < found["precision_error"] < 0.1
    described = json.loads(pq.read_schema(out).metadata[b"multigraft"])
    assert (described["precision"], described["precision_error"]) == ("bf16", found["precision_error"])
    assert shown == f"products in bfloat16: relative error {found['precision_error']:.1e} on the first graphs"


def test_an_unknown_precision_is_refused(reader, table, tmp_path):
    assert "half" in complaint("embed", reader, table, "--precision", "half", "--out", tmp_path / "z.parquet")


def test_options_of_molecules_lie_beside_the_file(reader, table, tmp_path):
    answer("embed", reader, table, "--out", tmp_path / "z.parquet", "--id-column", "", "--featurization", "hu")
    stored = json.loads((tmp_path / "z.parquet.json").read_text())["options"]
    assert (stored["id_column"], stored["featurization"]) == ("", "hu")
    assert pq.read_table(tmp_path / "z.parquet").column_names == ["line", "smiles", "embedding"]


def test_an_encoder_of_an_embedded_set_reads_molecules(table, tmp_path):
    place = molecule_encoder().save(tmp_path / "encoder")
    assert answer("embed", place, table, "--out", tmp_path / "z.parquet")["rows"] == len(SMILES)
    line = complaint("embed", place, table, "--featurization", "hu", "--out", tmp_path / "z.parquet")
    assert "featurization of the embedded sets, not 'hu'" in line


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,structure\na,CCO\n", ["mine.csv", "'structure' looks like SMILES", "--smiles-column"]),
        ("", ["mine.csv", "empty"]),
        ("id,smiles\na,C\nb,CC\na,CCC\n", ["mine.csv", "lines 2 and 4", "'a'"]),
        ("smiles,a\nC,1,2\n", ["mine.csv", "line 2"]),
    ],
)
def test_files_that_cannot_be(reader, tmp_path, text, words):
    (tmp_path / "mine.csv").write_text(text)
    line = complaint("embed", reader, tmp_path / "mine.csv", "--out", tmp_path / "z.parquet")
    assert [word for word in words if word not in line] == []
    assert not list(tmp_path.glob("z.*"))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--featurization", "ogb"], "reads featurization 'hu', not 'ogb'"),
        (["--smiles-column", "simles"], "did you mean 'smiles'"),
        (["--id-column", "name"], "no column 'name'"),
        (["--targets", "id"], "do not depend on --targets"),
        (["--threshold", 0], "do not depend on --threshold"),
        (["--node-label-column", 1], "do not depend on --node-label-column"),
    ],
)
def test_options_that_molecules_cannot_have(reader, table, tmp_path, words, named):
    assert named in complaint("embed", reader, table, *words, "--out", tmp_path / "z.parquet")
    assert not list(tmp_path.glob("z.*"))


def test_molecules_for_an_encoder_of_other_graphs(encoder, table, tmp_path):
    line = complaint("embed", encoder, table, "--out", tmp_path / "z.parquet")
    assert "'orchard', whose graphs do not come from SMILES" in line


def test_a_file_that_is_not_there_and_a_directory(reader, tmp_path):
    assert "no.csv does not exist" in complaint("embed", reader, tmp_path / "no.csv", "--out", tmp_path / "z.parquet")
    (tmp_path / "dir.csv").mkdir()
    assert "dir.csv" in complaint("embed", reader, tmp_path / "dir.csv", "--out", tmp_path / "z.parquet")


@pytest.mark.parametrize(("level", "width"), [("graph", 4 * 4), ("node", 4)])
def test_readouts_side_by_side_are_as_wide_as_they_are(folder, tmp_path, level, width):
    words = ("--encoder", "gcn", "--readout", "mean+std+max+sum", "--epochs", 1, "--dim", 4, "--layers", 1)
    answer("train", folder, *words, "--out", tmp_path / "encoder")
    found = answer("embed", tmp_path / "encoder", folder, "--level", level, "--out", tmp_path / "e.parquet")
    assert found["dim"] == width
    assert len(pq.read_table(tmp_path / "e.parquet")["embedding"][0]) == width
