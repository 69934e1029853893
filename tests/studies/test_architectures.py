import dataclasses
import json

import pytest

from multigraft.studies.architectures import architecture, with_untrained
from multigraft.studies.cells import cells
from multigraft.studies.differences import differences
from multigraft.studies.grid import lines, row_lines
from multigraft.studies.names import STUDY_NAMES
from multigraft.studies.reading import read_study
from multigraft.studies.study import Row, Setting, Stage
from tests.helpers.made_up import made_up
from tests.helpers.studies import small_study


def untrained(study):
    return [row for row in study.rows if row.strategy == "untrained"]


def named(study):
    return [(row.model, row.probe) for row in untrained(study)]


def test_usual_sizes_are_what_encoders_have():
    usual = architecture("single", {}, "bbbp")
    assert json.loads(usual) == {
        "encoder": "gin",
        "dim": 300,
        "layers": 5,
        "jk": "last",
        "norm": "batch",
        "scaling": "rows",
    }
    assert usual == architecture("single", {"encoder": "gin", "layers": 5, "epochs": 3, "jk": None}, "mine.csv.gz")
    assert json.loads(architecture("esame", {}, "MUTAG")) == {
        "encoder": "gcn", "dim": 256, "layers": 3, "scaling": "rows",
    }  # fmt: skip
    assert architecture("single", {"dim": 4}, "bbbp") != usual


def test_released_weights_have_the_architecture_that_their_name_means_here():
    assert architecture("imported", {"encoder": "gcn"}, "a.pth") == architecture("x", {"encoder": "edge-gcn"}, "bbbp")


def test_modules_of_ones_own_have_an_architecture_of_their_own():
    assert json.loads(architecture("single", {"encoder": "theirs", "dim": 3}, "MUTAG"))["encoder"] == "theirs"


@pytest.mark.parametrize(
    "name", [name for name in STUDY_NAMES if name.startswith("same") and name not in ("same-gin", "same-pretext")]
)
def test_methods_of_one_architecture_share_the_plain_untrained_row(name):
    (row,) = untrained(read_study(name))
    assert (row.model, row.twin, row.options) == ("untrained", None, {})


def test_every_architecture_has_its_untrained_row():
    study = read_study("pretraining-architectures")
    kinds = ["gin", "edge-gcn", "graphsage", "gat"]
    assert named(study) == [(f"untrained {kind}", "logistic") for kind in kinds]
    for row, kind in zip(untrained(study), kinds, strict=True):
        (run, *_) = row_lines(study, row, "strict")[0].runs
        assert json.loads(run.training.options).get("encoder", "gin") == kind
        assert run.training.start is None
    for name in ("frozen-molecules", "frozen-numbers"):
        assert named(read_study(name)) == [(f"untrained {kind}", "best") for kind in kinds]


def test_lines_of_a_method_and_its_untrained_twin_have_the_same_architecture():
    study = read_study("pretraining-architectures").planned(["bbbp"], 1)
    found = {}
    for line in lines(study, "strict"):
        found.setdefault(line.architecture, set()).add(line.row.model)
    assert found.pop("") >= {"constant", "ecfp-count"}
    assert sorted(map(sorted, found.values())) == [
        [kind, f"untrained {kind}"] for kind in ("edge-gcn", "gat", "gin", "graphsage")
    ]


def test_an_architecture_that_settings_give_one_strategy_has_an_untrained_row_once_it_is_planned():
    study = small_study()
    assert named(study.planned()) == [("untrained", "svm")]
    wide = study.planned(settings=[Setting({"dim": 8}, strategies=("esame",))])
    assert named(wide) == [("untrained classical", "svm"), ("untrained esame", "svm")]
    widths = [json.loads(row_lines(wide, row, "strict")[0].runs[0].training.options)["dim"] for row in untrained(wide)]
    assert widths == [4, 8]


def test_methods_of_one_name_are_told_apart_by_their_sizes():
    rows = tuple(Row("esame", "esame", (("gc",),), options={"dim": dim}) for dim in (4, 5))
    assert named(with_untrained(small_study(rows=rows))) == [
        ("untrained esame, dim 4", "svm"),
        ("untrained esame, dim 5", "svm"),
    ]


def test_each_probe_asks_each_architecture_that_it_asks_trained():
    rows = (
        Row("narrow", "esame", (("gc",),), "knn"),
        Row("narrow", "esame", (("gc",),), "svm"),
        Row("wide", "single", (("gc",),), "own", options={"dim": 9}),
        Row("wide, then", "finetune", (("gc",),), "knn", start=(Stage("joint", ("gc",), options={"dim": 9}),)),
    )
    study = with_untrained(small_study(rows=rows))
    assert named(study) == [
        ("untrained narrow", "knn"), ("untrained narrow (svm)", "svm"),
        ("untrained wide", "svm"), ("untrained wide (knn)", "knn"),
    ]  # fmt: skip
    assert [row.model for row in study.rows[-2:]] == ["attributes", "majority"]
    assert with_untrained(study).rows == study.rows


def test_differences_are_taken_within_an_architecture(tmp_path):
    rows = (Row("narrow", "esame", (("gc",),)), Row("wide", "esame", (("gc",),), options={"dim": 9}))
    study = with_untrained(small_study(rows=rows, splits=3))
    found = differences(study, cells(study, "strict", made_up(study, tmp_path)))
    assert [(one.cell.model, one.against.model) for one in found] == [
        ("narrow", "untrained narrow"), ("wide", "untrained wide"),
    ]  # fmt: skip
    alone = dataclasses.replace(study, rows=tuple(row for row in study.rows if row.model != "untrained wide"))
    found = differences(alone, cells(alone, "strict", made_up(alone, tmp_path / "alone")))
    assert [one.cell.model for one in found] == ["narrow"]


def test_how_an_encoder_is_read_counts_where_it_is_not_the_mean_and_is_not_a_tasks_alone():
    def of(**options):
        return architecture("joint", {"encoder": "gin", **options}, "ENZYMES")

    assert of() == of(readout="mean") == of(readout="mean+centre") == of(readout="attention")
    assert of() != of(readout="sum") != of(readout="mean+std+max+sum")


def test_how_molecules_are_read_counts_where_it_is_not_the_usual():
    def of(dataset, **options):
        return architecture("single", {"encoder": "gin", **options}, dataset)

    assert of("bbbp") == of("bbbp", featurization="hu") != of("bbbp", featurization="ogb")
    assert of("nci5k") != of("nci5k", featurization="hu")  # which is read in its own way
