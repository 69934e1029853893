"""A table as JSON, as Markdown, as a frame."""

import dataclasses
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.evaluation.table import Difference, ProbeRow, ProbeTable, label

GC = ProbeRow("gc", "trained", "accuracy", "mean", 0.5, 0.4, 0.61234, 120)
LP = ProbeRow("lp", "majority", "roc_auc", "hadamard", math.nan, math.nan, math.nan, 0, "constant")
GAIN = Difference("gc", "accuracy", "mean", "trained", "untrained", 0.03, -0.0001, 0.05)
NO_GAIN = Difference(
    "lp", "roc_auc", "hadamard", "trained", "majority", math.nan, math.nan, math.nan, "svm", "constant"
)
SCORES = st.none() | st.floats(-1, 1)


@pytest.fixture
def table():
    return ProbeTable(
        "ENZYMES", "strict", "stratified", 3, [GC, LP], notes=("Mind this.",), differences=[GAIN, NO_GAIN]
    )


def test_json_is_what_scripts_rely_on(table):
    assert table.to_json() == {
        "dataset": "ENZYMES",
        "protocol": "strict",
        "protocol_version": 1,
        "split": "stratified",
        "seed": 3,
        "notes": ["Mind this."],
        "rows": [
            {"task": "gc", "encoder": "trained", "metric": "accuracy", "features": "mean",
             "value": 0.5, "low": 0.4, "high": 0.61234, "n_test": 120, "probe": "svm"},
            {"task": "lp", "encoder": "majority", "metric": "roc_auc", "features": "hadamard",
             "value": None, "low": None, "high": None, "n_test": 0, "probe": "constant"},
        ],
        "differences": [
            {"task": "gc", "metric": "accuracy", "features": "mean", "encoder": "trained", "against": "untrained",
             "value": 0.03, "low": -0.0001, "high": 0.05, "probe": "svm", "against_probe": ""},
            {"task": "lp", "metric": "roc_auc", "features": "hadamard", "encoder": "trained", "against": "majority",
             "value": None, "low": None, "high": None, "probe": "svm", "against_probe": "constant"},
        ],
    }  # fmt: skip


def test_descriptions_are_called_by_who_read_them():
    assert [label(*row) for row in (("ecfp-count", "forest"), ("trained", "forest"), ("majority", "constant"))] == [
        "ecfp-count forest", "trained", "majority"
    ]  # fmt: skip
    told = Difference("ml", "roc_auc", "mean", "trained", "descriptors", 0.1, 0.0, 0.2, "logistic", "ridge")
    assert told.rival == "descriptors ridge"
    assert (GAIN.rival, NO_GAIN.rival) == ("untrained", "majority")
    drawn = ProbeTable("d", "strict", "random", 0, [GC], differences=[told]).to_markdown()
    assert "| ml | trained minus descriptors ridge | logistic | mean | roc_auc | +0.100 |" in drawn


def test_json_is_valid_without_extensions(table):
    assert json.loads(json.dumps(table.to_json(), allow_nan=False)) == table.to_json()


@given(st.lists(st.tuples(st.text(), SCORES, SCORES, SCORES), max_size=4))
def test_json_gives_back_the_table(found):
    numbers = [(name, *(math.nan if value is None else value for value in values)) for name, *values in found]
    table = ProbeTable(
        "made", "paper", "random", 1, [ProbeRow("gc", name, "accuracy", "mean", *rest, 9) for name, *rest in numbers],
        differences=[Difference("gc", "accuracy", "mean", "trained", name, *rest) for name, *rest in numbers],
    )  # fmt: skip
    stored = json.loads(json.dumps(table.to_json(), allow_nan=False))
    again = ProbeTable.from_json(stored)
    assert again.to_json() == stored
    assert repr(again) == repr(table)  # NaN does not equal NaN


def test_json_without_differences_is_a_table_without(table):
    older = {name: value for name, value in table.to_json().items() if name != "differences"}
    assert ProbeTable.from_json(older).differences == []
    assert ProbeTable.from_json(older).rows[0] == GC


def test_rows_of_before_there_were_other_probes_are_the_linear_ones(table):
    older = table.to_json()
    for row in [*older["rows"], *older["differences"]]:
        del row["probe"]
    again = ProbeTable.from_json(older)
    assert {row.probe for row in [*again.rows, *again.differences]} == {"svm"}
    assert (again.rows[0], again.differences[0]) == (GC, GAIN)


def test_markdown_has_a_line_a_difference_with_its_interval(table):
    lines = table.to_markdown().splitlines()
    assert "| gc | trained minus untrained | svm | mean | accuracy | +0.030 | +0.000 to +0.050 |" in lines
    assert "| lp | trained minus majority | svm | hadamard | roc_auc | undefined | undefined to undefined |" in lines
    assert "Paired differences on the same test graphs:" in lines


def test_what_is_printed_is_a_table(table):
    assert str(table) == table.to_markdown()


def test_markdown_has_a_line_a_row_with_its_interval(table):
    lines = table.to_markdown().splitlines()
    assert "ENZYMES" in lines[0]
    assert "protocol strict (version 1), stratified split, seed 3" in lines[0]
    assert "| gc | trained | svm | mean | accuracy | 0.500 | 0.400 to 0.612 | 120 |" in lines
    assert "| lp | majority | constant | hadamard | roc_auc | undefined | undefined to undefined | 0 |" in lines
    assert lines[-1] == "Mind this."
    assert [line.count("|") for line in lines if line.startswith("|")] == [9] * 4 + [8] * 4


def test_markdown_without_notes_ends_with_the_rows(table):
    plain = ProbeTable("made", "paper", "random", 0, [GC])
    assert plain.to_markdown().endswith("| 120 |\n")


def test_a_frame_has_a_row_a_row(table):
    frame = table.to_frame()
    assert list(frame.columns) == [
        "task",
        "encoder",
        "metric",
        "features",
        "value",
        "low",
        "high",
        "n_test",
        "probe",
        "choice",
    ]
    assert frame.loc[0, "value"] == 0.5
    assert math.isnan(frame.loc[1, "value"])
    assert frame["n_test"].tolist() == [120, 0]


def test_a_frame_of_no_rows_has_the_columns():
    frame = ProbeTable("made", "strict", "random", 0, []).to_frame()
    assert len(frame) == 0
    assert "value" in frame.columns


def test_what_was_chosen_stands_beside_the_probe():
    row = dataclasses.replace(GC, probe="best", choice="knn (5)")
    table = ProbeTable("d", "strict", "random", 0, [row, GC])
    chosen, plain = table.to_json()["rows"]
    assert (chosen["choice"], "choice" in plain) == ("knn (5)", False)
    assert ProbeTable.from_json(table.to_json()).rows == [row, GC]
    assert "| gc | trained | best: knn (5) | mean |" in table.to_markdown()


def test_rows_can_be_told_apart_in_sets_whatever_their_targets_score():
    told = dataclasses.replace(GC, by_target={"a": 0.5})
    assert len({GC, told, dataclasses.replace(told)}) == 2
