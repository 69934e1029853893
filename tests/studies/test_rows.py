"""Rows of a study's file: what they are asked, how their encoders read molecules, and what cannot be."""

import json

import pytest

from multigraft.errors import InputError
from multigraft.studies.grid import lines
from multigraft.studies.reading import read_study
from multigraft.studies.rows import OPTIONS, Rows
from multigraft.training.recipes.registry import OF_READING, named_recipe

HEAD = 'datasets = ["bbbp"]\nsplit = "scaffold"\n'
ROW = '[[rows]]\nmodel = "one"\nstrategy = "single"\nprobe = "own"\n'
CORPUS = 'strategy = "frozen"\ntasks = "ml"\nprobe = "logistic"\n[[rows.start]]\ndataset = "hiv"\nstrategy = "single"\n'


def study_of(tmp_path, text):
    (tmp_path / "study.toml").write_text(HEAD + text)
    return read_study(str(tmp_path / "study.toml"))


def asked(study):
    return {line.asked for line in lines(study, "strict")}


def test_pretexts_are_trained_for_and_not_asked(tmp_path):
    study = study_of(tmp_path, ROW.replace("single", "joint") + 'tasks = ["fp,ml", "ml"]\n')
    assert study.tasks == ("ml",)
    assert asked(study) == {("ml",)}
    trained = {run.training.tasks for line in lines(study, "strict") if line.row.trains for run in line.runs}
    assert {frozenset(tasks) for tasks in trained} == {frozenset({"fp", "ml"}), frozenset({"ml"})}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (ROW + 'tasks = ["ml", "am"]', "am can be trained for, but not asked"),
        (ROW + 'tasks = "am"\nasks = "every"', "no row has a task that can be asked"),
        (ROW + 'tasks = "ml"\nfeaturization = "gdb"', "featurization must be one of hu, ogb, got 'gdb'"),
        (
            f'[[rows]]\nfeaturization = "ogb"\n{CORPUS}tasks = "am"',
            "its first start says how the encoder reads molecules",
        ),
    ],
)
def test_what_a_row_cannot_be(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        study_of(tmp_path, text)


def test_a_row_that_trains_a_pretext_alone_can_be_asked_what_the_others_are(tmp_path):
    text = ROW + 'tasks = "ml"\n' + ROW.replace("own", "logistic") + 'tasks = "am"\nasks = "every"\n'
    study = study_of(tmp_path, text)
    assert asked(study) == {("ml",)}
    assert ("am",) in {line.row.tasks[0] for line in lines(study, "strict")}


def test_how_molecules_are_read_is_an_option_of_rows_stages_and_recipes(tmp_path):
    assert set(OF_READING) < OPTIONS
    row = ROW.replace("single", "joint") + 'tasks = "fp,ml"\nrecipe = "molecules"\n'
    study = study_of(tmp_path, row)
    options = json.loads(next(line for line in lines(study, "strict") if line.row.trains).runs[0].training.options)
    assert options["featurization"] == named_recipe("molecules").reading["featurization"] == "ogb"
    corpus = study_of(tmp_path, f'[[rows]]\n{CORPUS}tasks = "am"\nfeaturization = "ogb"\n')
    assert corpus.rows[0].start[0].options == {"featurization": "ogb"}


def test_a_recipe_does_not_say_how_molecules_are_read_beside_a_start(tmp_path):
    text = (
        '[[rows]]\nstrategy = "finetune"\nprobe = "own"\ntasks = "ml"\nrecipe = "molecules"\n'
        'start = { released = "molecules-small" }\n'
    )
    assert "featurization" not in study_of(tmp_path, text).rows[0].recipe


def test_complaints_name_the_file(tmp_path):
    with pytest.raises(InputError, match=r"file\.toml: row 1 needs a strategy and tasks"):
        Rows(tmp_path / "file.toml", {}).row({"tasks": "ml"}, "row 1")
