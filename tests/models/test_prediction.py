"""Predictions beside the rows that were given: all of them, in order, whatever is wrong with some."""

import csv
import dataclasses
import gzip
import io
import json
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

import multigraft as mg
from multigraft.errors import InputError
from multigraft.graphs.molecules.load import pack_smiles
from multigraft.models import streams
from multigraft.models.ensemble import RECORD, open_ensemble
from multigraft.models.prediction import predict, predict_file
from tests.helpers.cli import python
from tests.helpers.graphs import random_graphs
from tests.helpers.molecules import BROKEN, SMILES, TARGETS, molecule_encoder, predicting_encoder
from tests.helpers.packages import without
from tests.models.test_trained import trained_on

NEW = ["predicted_toxic", "predicted_active, if any", "rejected"]
MIXED = [*SMILES[:3], *BROKEN, SMILES[0], *SMILES[3:], SMILES[0]]  # broken ones, and duplicates


@pytest.fixture
def table(tmp_path):
    """A CSV as people write them."""
    path = tmp_path / "mine.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["name", "canonical SMILES", "note"])
        for row, smiles in enumerate(MIXED):
            writer.writerow([f"m{row}", smiles, 'a, "b"\nc' if row % 2 else "007"])
    return path


@pytest.fixture
def tuned(tmp_path):
    """A directory as fine-tuning on three seeds writes it."""
    for seed in (0, 1, 2):
        predicting_encoder("gr", seed).save(tmp_path / "tuned" / f"seed-{seed}")
    (tmp_path / "tuned" / RECORD).write_text(json.dumps({"seeds": [0, 1, 2]}))
    return tmp_path / "tuned"


def read(path):
    with path.open(newline="") as file:
        return list(csv.reader(file))


def expected(models, smiles):
    """Mean and deviation of what the members say of molecules that all parse."""
    said = open_ensemble(models).predict(pack_smiles(smiles)).numpy()
    return said.mean(0), said.std(0, ddof=1) if len(said) > 1 else None


# --- every row, once, in order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 4, 1000])
def test_a_csv_comes_out_with_predictions(monkeypatch, tmp_path, table, size):
    monkeypatch.setattr(streams, "ROWS", size)
    out = tmp_path / "out.csv"
    assert predict_file(predicting_encoder(), table, out) == (len(MIXED), len(BROKEN))
    before, after = read(table), read(out)
    assert [row[:3] for row in after] == before
    assert after[0][3:] == NEW
    values, _ = expected(predicting_encoder(), SMILES)
    for smiles, cells in zip(MIXED, (row[3:] for row in after[1:]), strict=True):
        if smiles in BROKEN:
            assert cells[:2] == ["", ""]
            assert BROKEN[smiles] in cells[2]
        else:
            assert cells[2] == ""
            np.testing.assert_allclose([float(cell) for cell in cells[:2]], values[SMILES.index(smiles)], rtol=1e-5)


@given(st.lists(st.sampled_from(["CCO", "C", "C(", "", " c1ccccc1 ", "x,y", '"']), min_size=1, max_size=9))
def test_every_row_is_accounted_for(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("rows")
    with (folder / "in.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["n", "smiles"], *([row, one] for row, one in enumerate(rows))])
    whole = {"CCO", "C", "c1ccccc1"}
    rejected = sum(one.strip() not in whole for one in rows)
    assert predict_file(predicting_encoder(), folder / "in.csv", folder / "out.csv") == (len(rows), rejected)
    after = read(folder / "out.csv")[1:]
    assert [row[:2] for row in after] == [[str(row), one] for row, one in enumerate(rows)]
    assert [not row[-1] for row in after] == [one.strip() in whole for one in rows]
    assert [bool(row[2]) for row in after] == [one.strip() in whole for one in rows]


def test_duplicates_get_the_same(tmp_path, table):
    frame = predict(predicting_encoder(), table)
    same = frame[frame["canonical SMILES"] == SMILES[0]]
    assert len(same) == 3
    np.testing.assert_allclose(same[NEW[0]], same[NEW[0]].iloc[0], rtol=1e-6)


def test_empty_lines_are_no_rows_but_empty_cells_are(tmp_path):
    (tmp_path / "in.csv").write_text("name,smiles\n\na,C\n\n\nb,\n,\nc,CC\n\n")
    assert predict_file(predicting_encoder(), tmp_path / "in.csv", tmp_path / "out.csv") == (4, 2)
    assert [row[0] for row in read(tmp_path / "out.csv")] == ["name", "a", "b", "", "c"]


@pytest.mark.parametrize("name", ["in.csv", "in.smi"])
def test_blank_lines_where_nothing_else_stands_are_missing_molecules(tmp_path, name):
    heading = "smiles\n" if name == "in.csv" else ""
    (tmp_path / name).write_text(f"{heading}CCO\n\nCC\n\n")
    assert predict_file(predicting_encoder(), tmp_path / name, tmp_path / "out.csv") == (3, 1)
    with (tmp_path / "out.csv").open() as file:
        assert [row["smiles"] for row in csv.DictReader(file)] == ["CCO", "", "CC"]


def test_a_file_in_which_nothing_parses(tmp_path):
    (tmp_path / "in.csv").write_text("smiles\nC(\nC)\n")
    assert predict_file(predicting_encoder(), tmp_path / "in.csv", tmp_path / "out.csv") == (2, 2)
    assert [row[1:3] for row in read(tmp_path / "out.csv")[1:]] == [["", ""], ["", ""]]


# --- values ----------------------------------------------------------------------------------------------------------


def test_several_seeds_give_mean_and_deviation(tmp_path, tuned):
    frame = predict(tuned, SMILES)
    mean, deviation = expected([predicting_encoder("gr", seed) for seed in (0, 1, 2)], SMILES)
    assert list(frame) == [
        "smiles", "predicted_toxic", "predicted_toxic_std", "predicted_active, if any", "predicted_active, if any_std",
        "rejected",
    ]  # fmt: skip
    for place, target in enumerate(TARGETS):
        np.testing.assert_allclose(frame[f"predicted_{target}"], mean[:, place], rtol=1e-5)
        np.testing.assert_allclose(frame[f"predicted_{target}_std"], deviation[:, place], rtol=1e-4, atol=1e-5)
    assert frame["rejected"].isna().all()


def test_units_and_probabilities(tuned):
    values = predict(tuned, SMILES)["predicted_toxic"]
    assert values.between(2, 18).all()
    assert predict(predicting_encoder("ml"), SMILES)["predicted_toxic"].between(0, 1).all()


def test_salts(tmp_path):
    (tmp_path / "in.smi").write_text("CCO.[Na] a\nCCO b\n")
    kept, stripped = (predict(predicting_encoder(), tmp_path / "in.smi", strip_salts=strip) for strip in (False, True))
    assert kept[NEW[0]][0] != pytest.approx(kept[NEW[0]][1], rel=1e-4)
    assert stripped[NEW[0]][0] == pytest.approx(stripped[NEW[0]][1], rel=1e-6)
    assert stripped["smiles"].tolist() == ["CCO.[Na]", "CCO"]


def test_the_featurisation_is_the_models(table):
    frames = [predict(predicting_encoder(featurization=name), table) for name in ("hu", "ogb")]
    assert not np.allclose(*(frame[NEW[0]].dropna() for frame in frames))


# --- files in and out ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["in.csv", "in.tsv", "in.csv.gz", "in.smi", "in.smi.gz", "in.parquet"])
@pytest.mark.parametrize("ending", ["csv", "tsv", "parquet"])
def test_formats(tmp_path, name, ending):
    path, frame = tmp_path / name, pd.DataFrame({"smiles": SMILES, "id": [f"m{row}" for row in range(len(SMILES))]})
    if "parquet" in name:
        frame.to_parquet(path, index=False)
    else:
        text = frame.to_csv(index=False, sep="," if "csv" in name else "\t", header="smi" not in name).encode()
        path.write_bytes(gzip.compress(text) if name.endswith("gz") else text)
    out = tmp_path / f"out.{ending}"
    assert predict_file(predicting_encoder(), path, out) == (len(SMILES), 0)
    found = pd.read_parquet(out) if ending == "parquet" else pd.read_csv(out, sep="," if ending == "csv" else "\t")
    pd.testing.assert_frame_equal(found[["smiles", "id"]], frame, check_dtype=False)
    np.testing.assert_allclose(found[NEW[:2]], expected(predicting_encoder(), SMILES)[0], rtol=1e-5)


def test_parquet_to_parquet_keeps_types_and_misses_nothing(tmp_path):
    table = pa.table({"smiles": ["C", None, "CC"], "n": pa.array([1, None, 3], pa.int16()), "l": [[1], [], None]})
    pq.write_table(table, tmp_path / "in.parquet")
    assert predict_file(predicting_encoder(), tmp_path / "in.parquet", tmp_path / "out.parquet") == (3, 1)
    found = pq.read_table(tmp_path / "out.parquet")
    assert found.select(["smiles", "n", "l"]).equals(table)
    assert found.schema.field(NEW[0]).type == pa.float32()
    assert found[NEW[0]].null_count == 1
    assert found["rejected"].is_null().to_pylist() == [True, False, True]


def test_the_same_call_gives_the_same_file(tmp_path, table):
    files = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for out in files:
        predict_file(predicting_encoder(), table, out)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_file_is_replaced_by_a_whole_one_alone(monkeypatch, tmp_path, table):
    out = tmp_path / "out.csv"
    out.write_text("old")

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("multigraft.models.ensemble.Ensemble.predict", interrupted)
        with pytest.raises(KeyboardInterrupt):
            predict_file(predicting_encoder(), table, out)
    assert out.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.csv", "out.csv"]
    predict_file(predicting_encoder(), table, out)
    assert len(read(out)) == len(MIXED) + 1


# --- in Python -------------------------------------------------------------------------------------------------------


def test_the_public_name():
    assert mg.predict is predict


def test_tables_keep_their_index_and_types():
    frame = pd.DataFrame({"SMILES": ["C", "C(", None], "n": [1.5, 2.5, 3.5]}, index=["x", "y", "z"])
    found = predict(predicting_encoder(), frame)
    pd.testing.assert_frame_equal(found[["SMILES", "n"]], frame)
    assert list(found)[2:] == NEW
    assert found[NEW[0]].isna().tolist() == [False, True, True]
    assert found["rejected"].isna().tolist() == [True, False, False]
    assert found.loc["z", "rejected"] == "no SMILES"
    assert list(frame) == ["SMILES", "n"]


@pytest.mark.parametrize("form", [list, tuple, np.array, pd.Series])
def test_sequences(form):
    found = predict(predicting_encoder(), form(SMILES))
    assert found["smiles"].tolist() == SMILES
    assert list(found) == ["smiles", *NEW]


def test_rdkit_molecules():
    from rdkit import Chem

    found = predict(predicting_encoder(), [Chem.MolFromSmiles(one) for one in SMILES])
    np.testing.assert_allclose(found[NEW[:2]], predict(predicting_encoder(), SMILES)[NEW[:2]], rtol=1e-5)


def test_nothing_gives_nothing():
    found = predict(predicting_encoder(), [])
    assert (len(found), list(found)) == (0, ["smiles", *NEW])


def test_of_two_columns_of_one_name_the_first_counts():
    frame = pd.DataFrame([["C", "C("]], columns=["smiles", "smiles"])
    found = predict(predicting_encoder(), frame)
    assert list(found) == ["smiles", "smiles", *NEW]
    assert found["rejected"].isna().all()


def test_a_file_as_a_table(table):
    frame = predict(predicting_encoder(), str(table))
    assert frame["note"].tolist()[0] == "007"
    assert frame["canonical SMILES"].tolist() == MIXED
    assert frame["rejected"].notna().sum() == len(BROKEN)
    again = predict(predicting_encoder(), frame["canonical SMILES"])
    assert again["rejected"].dropna().tolist() == frame["rejected"].dropna().tolist()


# --- what cannot be --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "is empty"),
        ("smiles\n", "no rows"),
        ("name,structure\na,CCO\nb,c1ccccc1\n", "column 'structure' looks like SMILES"),
        ("smiles,n\nC\n", "line 2: 1 cells where the header has 2"),
        ("smiles,rejected\nC,no\n", "column 'rejected' already"),
        ("smiles,predicted_toxic\nC,1\n", "column 'predicted_toxic' already"),
        ('smiles\n"C\n', "quotes"),
    ],
)
def test_files_that_cannot_be(tmp_path, text, named):
    (tmp_path / "in.csv").write_text(text)
    with pytest.raises(InputError, match=named) as caught:
        predict_file(predicting_encoder(), tmp_path / "in.csv", tmp_path / "out.csv")
    assert "in.csv" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(("name", "named"), [("folder.csv", "is a directory"), ("nothing.csv", "does not exist"),
                                             ("folder.xls", "is a directory")])  # fmt: skip
def test_what_is_no_file(tmp_path, name, named):
    for folder in ("folder.csv", "folder.xls"):
        (tmp_path / folder).mkdir()
    with pytest.raises(InputError, match=rf"{name} {named}"):
        predict_file(predicting_encoder(), tmp_path / name, tmp_path / "out.csv")


def test_a_column_that_is_not_there(table):
    with pytest.raises(InputError, match=r"no column 'nmae'.*did you mean 'name'"):
        predict(predicting_encoder(), table, smiles_column="nmae")
    frame = pd.DataFrame({"structure": ["CCO", "CCC"], "n": [1, 2]})
    with pytest.raises(InputError, match=r"the table has no column.*'structure' looks like SMILES"):
        predict(predicting_encoder(), frame)
    assert len(predict(predicting_encoder(), frame, smiles_column="structure")) == 2


def test_tables_with_a_column_that_predictions_need():
    with pytest.raises(InputError, match="the table has a column 'rejected' already"):
        predict(predicting_encoder(), pd.DataFrame({"smiles": ["C"], "rejected": [""]}))


def test_the_input_is_not_overwritten(table):
    with pytest.raises(InputError, match="is what is read"):
        predict_file(predicting_encoder(), table, table)


def test_models_that_predict_nothing(table, tmp_path):
    with pytest.raises(InputError, match="no head that predicts targets"):
        predict(molecule_encoder(), table)
    with pytest.raises(InputError, match="no such directory"):
        predict(tmp_path / "nowhere", table)


def test_models_of_other_graphs(table):
    trained = trained_on(random_graphs(4))
    other = predicting_encoder()
    other.origin = trained.origin.__class__("proteins", featurization="protein", targets=TARGETS, target_kind="binary")
    with pytest.raises(InputError, match="'proteins', whose graphs do not come from SMILES"):
        predict(other, table)


def test_without_rdkit(tmp_path, table):
    place = predicting_encoder().save(tmp_path / "encoder")
    script = (
        without("rdkit")
        + f"""
import multigraft as mg
for source in ({str(table)!r}, ["CCO"]):
    try:
        mg.predict({str(place)!r}, source)
    except mg.InputError as error:
        print(error)
"""
    )
    said = python("-c", script).stdout.splitlines()
    assert said == ["reading molecules needs the extra 'molecules': pip install 'multigraft[molecules]'"] * 2


@pytest.mark.parametrize("shown", [False, True])
def test_a_bar_where_it_is_asked_for(monkeypatch, capsys, tmp_path, table, shown):
    asked, done = [], []

    @contextmanager
    def counting(*how):
        asked.append(how)
        yield done.append

    monkeypatch.setattr("multigraft.models.prediction.counting", counting)
    monkeypatch.setattr(streams, "ROWS", 4)
    predict_file(predicting_encoder(), table, tmp_path / "out.csv", progress=shown)
    assert asked == [("predicting", len(MIXED), "molecules", shown)]
    assert (sum(done), done[0]) == (len(MIXED), 4)
    assert capsys.readouterr() == ("", "")


def test_csv_reads_back_as_numbers(tmp_path, table):
    predict_file(predicting_encoder(), table, tmp_path / "out.csv")
    frame = pd.read_csv(io.StringIO((tmp_path / "out.csv").read_text()))
    whole = predict(predicting_encoder(), table)
    np.testing.assert_array_equal(frame[NEW[0]].astype(np.float32), whole[NEW[0]])


def test_a_published_table(real_data, tmp_path):
    """Every row of it, with names that hold commas and quotes, and those that RDKit does not read."""
    source, out = real_data / "moleculenet" / "bbbp" / "raw" / "BBBP.csv", tmp_path / "out.csv"
    rows, rejected = predict_file(predicting_encoder(), source, out)
    assert rows == 2050
    assert 5 <= rejected <= 20  # 11 with RDKit 2026.09; other versions differ by a few
    before, after = read(source), read(out)
    assert [row[:4] for row in after] == before
    assert sum(bool(row[-1]) for row in after[1:]) == sum(not row[-2] for row in after[1:]) == rejected


def test_an_array_of_one_column():
    flat = predict(predicting_encoder(), np.array(SMILES))
    pd.testing.assert_frame_equal(predict(predicting_encoder(), np.array(SMILES)[:, None]), flat)
    with pytest.raises(InputError, match=r"an array of shape \(2, 2\) holds no molecules: give one column of SMILES"):
        predict(predicting_encoder(), np.array([["CCO", "C"], ["CC", "N"]]))


def test_salts_are_those_of_the_training(tmp_path):
    (tmp_path / "in.smi").write_text("CCO.[Na] a\nCCO b\n")
    kept = predicting_encoder()
    stripped = dataclasses.replace(kept, origin=dataclasses.replace(kept.origin, strip_salts=True))
    for source in (tmp_path / "in.smi", ["CCO.[Na]", "CCO"]):
        values = predict(stripped, source)[NEW[0]]
        assert values[0] == pytest.approx(values[1], rel=1e-6)
        values = predict(kept, source)[NEW[0]]
        assert values[0] != pytest.approx(values[1], rel=1e-4)
        with pytest.raises(InputError, match="salts cannot be kept: the encoder was trained on the largest fragments"):
            predict(stripped, source, strip_salts=False)
