"""A kept measurement answers for exactly what it was a measurement of."""

import dataclasses
import json
import math
from pathlib import Path

import pytest
import torch

from multigraft.evaluation.record import probes_of, read_record, record_path, write_record
from multigraft.evaluation.table import Difference, ProbeRow, ProbeTable
from tests.helpers.graphs import random_graphs
from tests.models.test_trained import trained_on

ROWS = [
    ProbeRow("gc", "trained", "accuracy", "mean", 0.5, 0.25, 0.75, 4),
    ProbeRow("lp", "majority", "roc_auc", "concat", math.nan, math.nan, math.nan, 0, "constant"),
]
GAIN = Difference("gc", "accuracy", "mean", "trained", "untrained", 0.1, math.nan, 0.2)
TABLE = ProbeTable("made", "strict", "random", 3, ROWS, 1, ("a note",), [GAIN])


@pytest.fixture
def kept(tmp_path):
    graphs = random_graphs(6, seed=3)
    encoder = trained_on(graphs)
    path = tmp_path / "record.json"
    write_record(path, TABLE, encoder, graphs, None, {"seed": 3})
    return path, encoder, graphs


def test_a_record_gives_back_its_table(kept):
    path, encoder, graphs = kept
    again = read_record(path, encoder, graphs, "strict", 3)
    assert again is not None
    assert again.to_json() == TABLE.to_json()
    assert math.isnan(again.rows[1].value)
    assert again.notes == TABLE.notes
    assert again.differences[0].against == "untrained"


def test_it_says_what_it_depends_on(kept):
    path, encoder, graphs = kept
    stored = json.loads(path.read_text())
    assert stored["subject"]["encoder"] == encoder.fingerprint
    assert stored["subject"]["data"]["checksum"] == graphs.origin.checksum
    assert stored["subject"]["protocol"] == {"name": "strict", "version": 1}
    assert stored["versions"]["torch"] == torch.__version__
    assert stored["time"].endswith("+00:00")
    assert stored["options"] == {"seed": 3}


def test_another_seed_protocol_encoder_or_data_is_another_measurement(kept):
    path, encoder, graphs = kept
    assert read_record(path, encoder, graphs, "strict", 4) is None
    assert read_record(path, encoder, graphs, "paper", 3) is None
    assert read_record(path, trained_on(graphs, seed=1), graphs, "strict", 3) is None
    changed = dataclasses.replace(graphs, origin=dataclasses.replace(graphs.origin, checksum="else"))
    assert read_record(path, encoder, changed, "strict", 3) is None


def test_a_record_of_some_tasks_is_not_one_of_all(kept):
    path, encoder, graphs = kept
    write_record(path, TABLE, encoder, graphs, ["gc"], {})
    assert read_record(path, encoder, graphs, "strict", 3) is None


@pytest.mark.parametrize("probes", [("own",), ("svm", "knn")], ids="+".join)
def test_a_record_of_other_probes_is_not_one_of_the_usual(kept, probes):
    path, encoder, graphs = kept
    others = [dataclasses.replace(ROWS[0], probe=probe) for probe in probes]
    write_record(path, dataclasses.replace(TABLE, rows=[*others, ROWS[1]]), encoder, graphs, None, {})
    assert read_record(path, encoder, graphs, "strict", 3) is None
    assert json.loads(path.read_text())["subject"]["probes"] == list(probes)


def test_other_probes_are_kept_in_another_file(tmp_path):
    paths = {record_path(tmp_path, "d", "strict", 0, probes).name for probes in (("svm",), ("own",), ("svm", "own"))}
    assert paths == {"d-strict-seed0.json", "d-strict-seed0-own.json", "d-strict-seed0-svm-own.json"}


def test_tasks_and_targets_that_are_asked_for_are_kept_in_another_file(tmp_path):
    def named(*asked):
        return record_path(tmp_path, "d", "strict", 0, asked=asked).name

    assert named() == "d-strict-seed0.json"
    assert named("ml", "log P") == "d-ml-log_P-strict-seed0.json"
    long = [named(*(f"target{number}" for number in range(count))) for count in (600, 601)]
    assert len(set(long)) == 2
    assert max(map(len, long)) < 200


@pytest.mark.parametrize("text", ["", "{half", "[]", '{"subject": 1}', "null"])
def test_a_spoilt_or_missing_record_is_none(kept, text):
    path, encoder, graphs = kept
    path.write_text(text)
    assert read_record(path, encoder, graphs, "strict", 3) is None
    path.unlink()
    assert read_record(path, encoder, graphs, "strict", 3) is None


@pytest.mark.parametrize(
    ("dataset", "name"),
    [("ENZYMES", "ENZYMES"), ("/data/my graphs/", "_data_my_graphs_"), ("../x", ".._x"), ("NCI-H23", "NCI-H23")],
)
def test_names_of_files_have_no_separators(tmp_path, dataset, name):
    assert record_path(tmp_path, dataset, "strict", 0) == tmp_path / "probes" / f"{name}-strict-seed0.json"


@pytest.mark.parametrize(("task", "probe"), [("ml", "logistic"), ("gr", "ridge")])
def test_the_usual_probe_of_targets_is_not_named_and_others_are(tmp_path, task, probe):
    graphs = random_graphs(6, seed=3)
    encoder, path = trained_on(graphs), tmp_path / "record.json"
    rows = [ProbeRow(task, "trained", "any", "mean", 0.5, 0.4, 0.6, 9, probe),
            ProbeRow(task, "ecfp-count", "any", "graph", 0.5, 0.4, 0.6, 9, "forest"),
            ProbeRow(task, "constant", "any", "mean", 0.5, 0.4, 0.6, 9, "constant")]  # fmt: skip
    usual = dataclasses.replace(TABLE, rows=rows, differences=[])
    write_record(path, usual, encoder, graphs, None, {})
    assert probes_of(usual) == [probe]
    assert read_record(path, encoder, graphs, "strict", 3) == usual
    other = dataclasses.replace(usual, rows=[*rows, dataclasses.replace(rows[0], probe="knn")])
    write_record(path, other, encoder, graphs, None, {})
    assert probes_of(other) == [probe, "knn"]
    assert json.loads(path.read_text())["subject"]["probes"] == [probe, "knn"]
    assert read_record(path, encoder, graphs, "strict", 3) is None


def test_probes_that_are_asked_for_by_name_are_named_in_the_file():
    names = [record_path(Path("dir"), "set", "strict", 0, probes).name
             for probes in (None, ("svm",), ("logistic",), ("knn", "best"))]  # fmt: skip
    assert names == ["set-strict-seed0.json"] * 2 + ["set-strict-seed0-logistic.json", "set-strict-seed0-knn-best.json"]
