"""What a ledger's studies measured: a result a cell, with all that measures it again."""

import dataclasses
import shlex
import statistics
from pathlib import Path

import pytest
from typer.main import get_command

from multigraft.cli.study import app
from multigraft.leaderboard.measured import is_baseline, measured_results, rerun, settings_text
from multigraft.studies.cells import cells
from multigraft.studies.grid import runs
from multigraft.studies.ledger import Ledger
from multigraft.studies.names import STUDY_NAMES
from multigraft.studies.reading import read_settings, read_study
from multigraft.studies.study import Row, Setting
from tests.helpers.made_up import likely, made_up
from tests.helpers.studies import a_record, score_row, small_study

STUDY = small_study(
    rows=(Row("classical", "single", (("gc",), ("lp",)), "own"), Row("esame", "esame", (("gc",), ("gc", "lp")))),
    splits=3,
)


def found(study, ledger, **wanted):
    every = measured_results([study], ledger)
    return [one for one in every if all(getattr(one, name) == value for name, value in wanted.items())]


def read_back(study, folder):
    file = folder / f"{study.name}.toml"
    file.write_text(settings_text(study), encoding="utf-8")
    return read_settings(file)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory):
    """Table 1 as it was run: one data set, two splits, seven epochs; and its ledger."""
    ledger = Ledger(tmp_path_factory.mktemp("shipped"))
    study = read_study("same-table1").planned(["ENZYMES"], 2, 7)
    made_up(study, ledger.path)
    ledger.keep_plan(study, 7, [])
    return ledger.planned(read_study("same-table1")), ledger


# --- numbers ---------------------------------------------------------------------------------------------------------


def test_a_result_is_the_mean_over_splits_in_percent(tmp_path):
    ledger = made_up(STUDY, tmp_path, lambda run, task: (0.5, 0.6, 0.8)[run.seed])
    (one,) = found(STUDY, ledger, model="esame", trained="gc")
    assert one.value == pytest.approx(190 / 3)
    assert one.std == pytest.approx(statistics.stdev([50, 60, 80]))
    assert one.values == pytest.approx({0: 50, 1: 60, 2: 80})
    assert (one.seeds, one.metric, one.headline, one.source) == ((0, 1, 2), "accuracy", True, "measured")
    assert (one.task, one.dataset, one.protocol, one.split) == ("gc", "MUTAG", "strict", "stratified")
    assert (one.study, one.date, one.probe, one.features) == ("small", "2026-01-01", "svm", "mean")
    assert one.test_share == pytest.approx(0.2 / 0.7)


def test_every_record_stands_behind_a_result(tmp_path):
    ledger = made_up(STUDY, tmp_path)
    behind = {name for one in found(STUDY, ledger) for name in one.runs}
    assert behind == {path.stem for path, _ in ledger.records()} == {run.key for run in runs(STUDY, "strict")}
    assert len(behind) == 18  # an encoder each of four trainings and untrained, and what needs none, thrice


def test_every_cell_is_a_result(tmp_path):
    ledger = made_up(STUDY, tmp_path)
    here = [(one.task, one.trained, one.model, one.metric, one.features, one.probe, one.value, one.headline)
            for one in found(STUDY, ledger)]  # fmt: skip
    assert here == [
        (cell.task, cell.trained, cell.model, cell.metric, cell.features, cell.probe, cell.mean, cell.headline)
        for cell in cells(STUDY, "strict", ledger)
    ]
    assert len(here) == 13


def test_a_result_names_the_runs_that_have_its_values(tmp_path):
    ledger = made_up(STUDY, tmp_path, kept=lambda run: run.seed != 1)
    (one,) = found(STUDY, ledger, model="esame", trained="gc")
    assert one.seeds == (0, 2) == tuple(one.values)
    asked = [run for run in runs(STUDY, "strict") if run.key in one.runs]
    assert [(run.seed, run.asked, run.training.strategy) for run in asked] == [
        (0, ("gc",), "esame"),
        (2, ("gc",), "esame"),
    ]


def test_of_a_single_split_there_is_no_spread(tmp_path):
    ledger = made_up(STUDY, tmp_path, kept=lambda run: run.seed == 2)
    assert {(one.std, one.seeds) for one in found(STUDY, ledger)} == {(None, (2,))}


def test_what_was_not_run_is_no_result(tmp_path):
    assert measured_results([STUDY], Ledger(tmp_path)) == []
    ledger = made_up(STUDY, tmp_path, lambda run, task: None if task == "lp" else likely(run, task))
    assert {one.task for one in found(STUDY, ledger)} == {"gc"}


def test_further_features_are_results_beside_the_headline(tmp_path):
    shown = found(STUDY, made_up(STUDY, tmp_path), model="esame", task="lp")
    assert [(one.features, one.headline, one.question.features) for one in shown] == [
        ("hadamard", True, ""), ("concat", False, "concat"),
    ]  # fmt: skip


def test_gains_are_results_of_their_tasks(tmp_path):
    study = read_study("same-table3").planned(["ENZYMES"], 3)
    ledger = made_up(study, tmp_path)
    gains = found(study, ledger, model="isame", protocol="strict")
    assert [one.task for one in gains] == ["gc,nc", "gc,lp", "nc,lp", "gc,nc,lp"]
    assert {one.metric for one in gains} == {"delta_m_percent"}
    wanted = {cell.task: cell.mean for cell in cells(study, "strict", ledger) if cell.model == "isame"}
    assert {one.task: one.value for one in gains} == wanted


def test_protocols_are_apart(shipped):
    study, ledger = shipped
    found_here = measured_results([study], ledger)
    assert {one.protocol for one in found_here} == {"strict", "paper"}
    assert len(found_here) == 42
    assert {one.table for one in found_here} == {"table1"}


def test_what_two_studies_share_appears_once_as_the_firsts(tmp_path):
    both = [STUDY, dataclasses.replace(STUDY, name="again"), small_study(splits=3, name="fewer")]
    ledger = made_up(STUDY, tmp_path)
    every = measured_results(both, ledger)
    assert every[:13] == measured_results([STUDY], ledger)
    assert {one.study for one in every[:13]} == {"small"}
    assert all(one.model == "untrained" or one.task == "lp" for one in every[13:])  # asked other tasks: other runs
    assert measured_results(both[:2], ledger) == every[:13]


def test_readers_of_one_description_are_apart(tmp_path):
    """They share runs, model and features, and differ in who read them."""
    study = read_study("pretraining-table1").planned(["bbbp"], 2)
    ledger = Ledger(tmp_path)
    for run in runs(study, "strict"):
        if run.training is None:
            rows = [score_row("ml", value, "ecfp-count", "roc_auc", "ecfp-count", reader)
                    for reader, value in (("logistic", 0.7), ("forest", 0.8))]  # fmt: skip
            ledger.write(run, a_record(run, rows))
    shown = found(study, ledger, model="ecfp-count")
    assert {one.probe: one.value for one in shown} == pytest.approx({"logistic": 70.0, "forest": 80.0})


# --- baselines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "flag"),
    [("untrained", True), ("untrained gin, dim 64", True), ("untrained (logistic)", True), ("attributes", True),
     ("majority", True), ("constant", True), ("ecfp-count", True), ("ecfp+descriptors", True), ("degrees", True),
     ("esame", False), ("classical", False), ("untrainedish", False), ("majority vote", False), ("", False)],
)  # fmt: skip
def test_nothing_is_trained_for_a_baseline(model, flag):
    assert is_baseline(model) is flag


def test_baselines_are_flagged(shipped):
    flags = {one.model: one.baseline for one in measured_results(*[[shipped[0]], shipped[1]])}
    assert flags == {"classical": False, "isame": False, "esame": False, "untrained": True, "attributes": True,
                     "majority": True}  # fmt: skip


@pytest.mark.parametrize("name", STUDY_NAMES)
def test_rows_that_train_are_no_baselines_in_any_study(name):
    study = read_study(name)
    assert [row.model for row in study.rows if is_baseline(row.model) == row.trains] == []


# --- measuring it again ----------------------------------------------------------------------------------------------


def test_options_are_those_that_the_encoder_was_trained_with(shipped):
    study, ledger = shipped
    (one,) = found(study, ledger, model="isame", task="gc", protocol="strict")
    assert one.options == {
        "strategy": "isame", "tasks": "gc", "epochs": 7, "batch_size": 16, "learning_rate": 5e-4, "inner_steps": 1,
        "inner_lr": 0.04,
    }  # fmt: skip
    assert found(study, ledger, model="untrained", task="gc", protocol="strict")[0].options == {"strategy": "untrained"}
    assert found(study, ledger, model="majority", task="gc", protocol="strict")[0].options == {}


def test_options_tell_the_trainings_before(tmp_path):
    study = read_study("pretraining-table1").planned(["bbbp"], 1, 3)
    ledger = made_up(study, tmp_path)
    (one,) = found(study, ledger, model="gin", trained="cp,ml")
    assert (one.options["strategy"], one.options["tasks"], one.options["dropout"]) == ("single", "ml", 0.5)
    before = one.options["start"]
    assert (before["dataset"], before["tasks"], before["batch_size"]) == ("fsmol", "ml", 256)
    assert (before["start"]["dataset"], before["start"]["tasks"]) == ("zinc250k", "cp")
    assert "start" not in before["start"]


def parsed(command):
    """What the command line makes of a command; unknown options fail."""
    program, group, verb, *words = shlex.split(command)
    assert (program, group, verb) == ("multigraft", "study", "run")
    run = get_command(app).commands["run"]
    return run.make_context("run", words, resilient_parsing=False).params


def test_the_command_is_one_that_the_command_line_takes(shipped):
    params = parsed(rerun(shipped[0], "ENZYMES", "paper"))
    assert params["studies"] == ["same-table1"]
    assert (params["datasets"], params["splits"], params["protocol"]) == ("ENZYMES", 2, "paper")
    assert params["settings"] == Path("same-table1-settings.toml")


def test_names_with_blanks_and_quotes_stay_one_word():
    study = small_study(name="my study", datasets=("a 'set'; rm -rf *",))
    params = parsed(rerun(study, study.datasets[0], "strict"))
    assert (params["studies"], params["datasets"]) == (["my study.toml"], "a 'set'; rm -rf *")


def test_the_command_with_its_settings_makes_the_same_runs(shipped, tmp_path):
    study, ledger = shipped
    back = read_back(study, tmp_path)
    for one in measured_results([study], ledger):
        params = parsed(one.command)
        again = read_study(params["studies"][0]).planned([params["datasets"]], params["splits"], None, back)
        assert set(one.runs) <= {run.key for run in runs(again, params["protocol"])}


@pytest.mark.parametrize("name", STUDY_NAMES)
def test_settings_of_shipped_studies_come_back_from_toml(name, tmp_path):
    study = read_study(name).planned(epochs=7)
    assert read_back(study, tmp_path) == list(study.settings)


@pytest.mark.parametrize(
    "setting",
    [
        Setting({"learning_rate": 1e-05, "first_order": True, "encoder": "gin", "dropout": 0.0}),
        Setting({"epochs": 3}, ("isame", "esame"), ("gc", "lp"), ("ENZYMES",)),
        Setting({"epochs": 3}, datasets=('a "quoted" \\ name', "größe", "x = 1\n[[settings]]")),
        Setting({"epochs": 3}, datasets=("🧪",)),
        Setting({"epochs": 3}, datasets=("\x7f",)),
        Setting({"task_options": {"dr": {"norm": "layer"}, "gc": {}}, "weights": {"fp": 10.0}, "encoder_options": {}}),
    ],
    ids=["options", "conditions", "quotes", "emoji", "delete", "tables"],
)
def test_any_setting_comes_back_from_toml(setting, tmp_path):
    study = small_study()
    study = dataclasses.replace(study, settings=(*study.settings, setting))
    assert read_back(study, tmp_path) == list(study.settings)
