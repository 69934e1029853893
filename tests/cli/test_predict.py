"""predict: the same rows with predictions, JSON as scripts rely on it, and clear words about what cannot be."""

import csv
import json

import pandas as pd
import pytest

import multigraft as mg
from multigraft.models.ensemble import RECORD
from tests.helpers.cli import answer, complaint, multigraft
from tests.helpers.molecules import BROKEN, SMILES, molecule_encoder, predicting_encoder

ROWS = [*SMILES, *BROKEN, SMILES[0]]


@pytest.fixture(scope="module")
def tuned(tmp_path_factory):
    """A directory as fine-tuning on two seeds writes it."""
    place = tmp_path_factory.mktemp("models") / "tuned"
    for seed in (0, 1):
        predicting_encoder("ml", seed).save(place / f"seed-{seed}")
    (place / RECORD).write_text(json.dumps({"seeds": [0, 1]}))
    return place


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "mine.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["name", "smiles"], *([f"m, {row}", one] for row, one in enumerate(ROWS))])
    return path


def test_json_and_file(tuned, table, tmp_path):
    out = tmp_path / "new" / "out.csv"
    found = answer("predict", tuned, table, "--out", out)
    assert found == {"verb": "predict", "rows": len(ROWS), "rejected": len(BROKEN), "out": str(out)}
    assert list(found) == ["verb", "rows", "rejected", "out"]
    frame = pd.read_csv(out)
    assert frame["name"].tolist() == [f"m, {row}" for row in range(len(ROWS))]
    expected = mg.predict(tuned, table)
    assert list(frame) == list(expected)
    pd.testing.assert_series_equal(frame["predicted_toxic"], expected["predicted_toxic"], check_dtype=False, rtol=1e-6)
    assert frame["rejected"].notna().sum() == len(BROKEN)


def test_the_options_lie_beside_the_file(tuned, table, tmp_path):
    out = tmp_path / "out.parquet"
    answer("predict", tuned, table, "--out", out, "--batch-size", 3, "--smiles-column", "smiles", "--strip-salts")
    stored = json.loads((tmp_path / "out.parquet.json").read_text())
    assert stored == {"verb": "predict", "options": {
        "model": str(tuned), "data": str(table), "smiles_column": "smiles", "strip_salts": True, "batch_size": 3,
        "device": "auto", "out": str(out),
    }}  # fmt: skip
    assert len(pd.read_parquet(out)) == len(ROWS)


def test_people_get_a_sentence(tuned, table, tmp_path):
    out = tmp_path / "out.csv"
    result = multigraft("predict", tuned, table, "--out", out)
    said = f"predictions for {len(ROWS)} rows, {len(BROKEN)} of them rejected: the column rejected says why: {out}\n"
    assert result.stdout == said
    (tmp_path / "good.smi").write_text("C\n")
    result = multigraft("predict", tuned, tmp_path / "good.smi", "--out", out)
    assert result.stdout == f"predictions for 1 row: {out}\n"


def test_a_single_encoder(table, tmp_path):
    place = predicting_encoder("gr").save(tmp_path / "encoder")
    answer("predict", place, table, "--out", tmp_path / "out.csv")
    assert list(pd.read_csv(tmp_path / "out.csv"))[2:] == ["predicted_toxic", "predicted_active, if any", "rejected"]


# --- from a user's file to predictions -------------------------------------------------------------------------------

MOLECULES = [  # enough different scaffolds for each part to have both classes
    f"{'C' * length}{group}{ring}" for ring in ("c1ccccc1", "C1CCCCC1", "c1ccncc1", "") for group in ("O", "N", "C(=O)")
    for length in range(1, 7)
]  # fmt: skip


@pytest.fixture
def messy(tmp_path):
    """A table as people have them: missing labels, broken SMILES, a duplicate, quoted commas, empty lines."""
    rows = [["compound, as sold", "smiles", "toxic", "solubility"]]
    for row, smiles in enumerate(MOLECULES):
        toxic = "" if row % 7 == 3 else str(row % 2)
        rows.append([f'"{row}", or so', smiles, toxic, "" if row % 5 == 2 else f"{len(smiles) / 10 + 3}"])
    rows[5:5] = [["broken, row", "C1CC", "1", "2.5"], rows[3], [], ["empty, row", "", "", ""]]
    path = tmp_path / "messy.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.parametrize("target", ["toxic", "solubility"])
def test_fine_tune_and_predict_a_table_as_people_have_them(messy, tmp_path, target):
    place, out = tmp_path / "tuned", tmp_path / "out.csv"
    answer("finetune", "--from-scratch", messy, "--targets", target, "--seeds", "0,1", "--epochs", 3, "--dim", 8,
           "--layers", 2, "--split", "random", "--processes", 1, "--no-baselines", "--out", place)  # fmt: skip
    found = answer("predict", place, messy, "--out", out)
    assert (found["rows"], found["rejected"]) == (len(MOLECULES) + 3, 2)
    before, after = (list(filter(None, csv.reader(path.read_text().splitlines()))) for path in (messy, out))
    assert [row[:4] for row in after] == before
    assert after[0][4:] == [f"predicted_{target}", f"predicted_{target}_std", "rejected"]
    for row in after[1:]:
        assert [bool(cell) for cell in row[4:]] == (
            [True, True, False] if row[1] in MOLECULES else [False, False, True]
        )
    twice = [row[4:] for row in after if row[0] == '"2", or so']
    assert len(twice) == 2
    assert float(twice[0][0]) == pytest.approx(float(twice[1][0]), rel=1e-5)
    low, high = (0, 1) if target == "toxic" else (2, 6)  # probabilities, or the units of the table
    assert all(low < float(row[4]) < high for row in after[1:] if row[4])


# --- what cannot be: one line that names it, exit code 2, and no file ------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,structure\na,CCO\n", ["mine.csv", "'structure' looks like SMILES", "--smiles-column"]),
        ("CCO,1\nCCC,2\n", ["mine.csv", "add a line above it"]),
        ("", ["mine.csv", "empty"]),
        ("smiles\n", ["mine.csv", "no rows"]),
        ("smiles,a\nC,1,2\n", ["mine.csv", "line 2"]),
    ],
)
def test_files_that_cannot_be(tuned, tmp_path, text, words):
    (tmp_path / "mine.csv").write_text(text)
    line = complaint("predict", tuned, tmp_path / "mine.csv", "--out", tmp_path / "out.csv")
    assert [word for word in words if word not in line] == []
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


def test_bytes_that_are_no_text(tuned, tmp_path):
    (tmp_path / "mine.csv").write_bytes(b"smiles\n\xff\xfe\n")
    assert "UTF-8" in complaint("predict", tuned, tmp_path / "mine.csv", "--out", tmp_path / "out.csv")


def test_a_directory_as_file(tuned, tmp_path):
    (tmp_path / "mine.csv").mkdir()
    assert "is a directory" in complaint("predict", tuned, tmp_path / "mine.csv", "--out", tmp_path / "out.csv")
    (tmp_path / "in.smi").write_text("C\n")
    assert "is a directory" in complaint("predict", tuned, tmp_path / "in.smi", "--out", tmp_path / "mine.csv")


def test_a_name_of_a_data_set_is_no_file(tuned, tmp_path):
    assert "bbbp does not exist" in complaint("predict", tuned, "bbbp", "--out", tmp_path / "out.csv")


@pytest.mark.parametrize("column", ["Name", "structure"])
def test_a_column_that_is_not_there(tuned, table, tmp_path, column):
    line = complaint("predict", tuned, table, "--smiles-column", column, "--out", tmp_path / "out.csv")
    assert f"no column {column!r}" in line
    assert ("did you mean 'name'" if column == "Name" else "name, smiles") in line


def test_an_encoder_without_a_head(table, tmp_path):
    place = molecule_encoder().save(tmp_path / "encoder")
    line = complaint("predict", place, table, "--out", tmp_path / "out.csv")
    assert "encoder has no head that predicts targets" in line
    assert "multigraft finetune" in line


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--batch-size", 0], "batch size"),
        (["--device", "tpu"], "'tpu'"),
        (["--featurization", "ogb"], "--featurization"),
    ],
)
def test_options_that_cannot_be(tuned, table, tmp_path, words, named):
    assert named in complaint("predict", tuned, table, *words, "--out", tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.csv"]


def test_outputs_that_cannot_be(tuned, table, tmp_path):
    assert ".parquet" in complaint("predict", tuned, table, "--out", tmp_path / "out.xlsx")
    assert "is what is read" in complaint("predict", tuned, table, "--out", table)
    assert "--out" in complaint("predict", tuned, table)


def test_models_that_are_none(table, tmp_path):
    assert "no-such" in complaint("predict", tmp_path / "no-such", table, "--out", tmp_path / "out.csv")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / RECORD).write_text("{}")
    assert RECORD in complaint("predict", tmp_path / "broken", table, "--out", tmp_path / "out.csv")
