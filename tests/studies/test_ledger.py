import json
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.studies.grid import runs
from multigraft.studies.ledger import Ledger, Record, Spoilt, read_record
from multigraft.studies.study import Setting
from tests.helpers.studies import a_record, a_run, score_row, small_study


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "ledger")


def test_what_is_written_is_read(ledger):
    run = a_run()
    ledger.write(run, a_record(run))
    assert ledger.read(run) == a_record(run)
    assert ledger.file(run).name == f"{run.key}.json"


def test_a_run_that_was_not_done_is_not_there(ledger):
    assert ledger.read(a_run()) is None
    assert list(ledger.records()) == []


def test_runs_that_differ_in_anything_have_files_of_their_own(ledger):
    runs = [a_run(), a_run(1), a_run(probe="knn"), a_run(protocol="paper"), a_run(asked=("lp",)), a_run(version=2),
            a_run(strategy="isame"), a_run(training=None), a_run(plugins=("x",))]  # fmt: skip
    assert len({run.key for run in runs}) == len(runs)


def test_the_name_is_the_configurations_and_no_machines(ledger):
    assert a_run().key == "c147d4907d3fc8c2"


def test_scores_are_found_by_task_encoder_metric_and_features():
    rows = [
        score_row("lp", 0.1, metric="roc_auc", features="hadamard"),
        score_row("lp", 0.2, metric="roc_auc", features="concat"),
        score_row("lp", 0.3, encoder="majority"),
    ]
    record = a_record(a_run(), rows)
    assert record.score("lp")["value"] == 0.1
    assert record.score("lp", features="concat")["value"] == 0.2
    assert record.score("lp", "majority")["value"] == 0.3
    assert record.score("lp", metric="accuracy") is None
    assert record.score("gc") is None


def test_content_leaves_out_time_machine_and_versions():
    run = a_run()
    one, two = a_record(run, seconds=1.0), a_record(run, seconds=2.0, time="later", versions={})
    assert one != two
    assert one.content() == two.content()
    assert a_record(run, fingerprint="f1").content() != one.content()


# --- files that cannot be believed -----------------------------------------------------------------------------------


def spoil(ledger, change):
    run = a_run()
    ledger.write(run, a_record(run))
    file = ledger.file(run)
    change(file)
    return run, file


def better(file):
    stored = json.loads(file.read_text())
    stored["scores"][0]["value"] = 0.99
    file.write_text(json.dumps(stored))


SPOILT = {
    "empty": (lambda file: file.write_text(""), "it cannot be read"),
    "binary": (lambda file: file.write_bytes(b"\xff\xfe\x00"), "it cannot be read"),
    "half": (lambda file: file.write_text(file.read_text()[: len(file.read_text()) // 2]), "it cannot be read"),
    "list": (lambda file: file.write_text("[]"), "it is not a record"),
    "foreign": (lambda file: file.write_text("{}"), "it is not a record"),
    "changed": (better, "its content has been changed"),
}


@pytest.mark.parametrize("how", list(SPOILT))
def test_a_spoilt_file_is_named_never_counted_and_set_aside(tmp_path, how):
    change, reason = SPOILT[how]
    ledger = Ledger(tmp_path)
    run, file = spoil(ledger, change)
    assert ledger.read(run) is None
    ((path, found),) = ledger.records()
    assert isinstance(found, Spoilt)
    assert path == file
    assert found.reason.startswith(reason)
    kept = file.read_bytes()
    aside = ledger.set_aside(found)
    assert aside.read_bytes() == kept
    assert not file.exists()
    assert list(ledger.records()) == []


@given(cut=st.integers(1, 200))
def test_no_beginning_of_a_file_is_taken_for_the_file(tmp_path_factory, cut):
    ledger = Ledger(tmp_path_factory.mktemp("ledger"))
    _, file = spoil(ledger, lambda file: file.write_text(file.read_text()[: -cut - 1]))
    assert isinstance(read_record(file), Spoilt)


def test_a_file_under_another_runs_name_is_spoilt(ledger):
    run, other = a_run(), a_run(1)
    ledger.write(run, a_record(run))
    ledger.file(run).rename(ledger.file(other))
    assert ledger.read(other) is None
    assert read_record(ledger.file(other)).reason == "its name belongs to another run"


def test_two_halves_merge_by_copying(tmp_path):
    whole, halves = Ledger(tmp_path / "whole"), [Ledger(tmp_path / "one"), Ledger(tmp_path / "two")]
    runs = [a_run(seed) for seed in range(6)]
    for place, run in enumerate(runs):
        whole.write(run, a_record(run))
        halves[place % 2].write(run, a_record(run))
    shutil.copytree(halves[1].path, halves[0].path, dirs_exist_ok=True)
    assert [found for _, found in halves[0].records()] == [found for _, found in whole.records()]
    assert all(isinstance(found, Record) for _, found in halves[0].records())


# --- plans -----------------------------------------------------------------------------------------------------------


def test_without_a_plan_the_study_is_as_its_file_says(ledger):
    study = small_study()
    assert not ledger.has_plan(study)
    assert ledger.planned(study) == study


def test_what_was_run_in_part_is_held(ledger):
    study = small_study()
    assert not ledger.holds(study)
    run = next(iter(runs(study, study.protocols[0])))
    ledger.file(run).parent.mkdir(parents=True, exist_ok=True)
    ledger.file(run).write_text("{}")
    assert ledger.holds(study)
    assert not ledger.has_plan(study)
    ledger.file(run).unlink()
    ledger.keep_plan(study, None, [])
    assert ledger.holds(study)


def test_a_plan_is_remembered(ledger):
    study = small_study(datasets=("A", "B"), splits=9)
    tuned = Setting({"dim": 7}, ("esame",), ("gc",), ("A",))
    ledger.keep_plan(study.planned(["A"], 3, 5, [tuned]), 5, [tuned])
    assert ledger.has_plan(study)
    assert ledger.planned(study) == study.planned(["A"], 3, 5, [tuned])


def test_data_sets_of_equal_plans_join_and_of_others_do_not(ledger):
    study = small_study(datasets=("A", "B", "C"))
    for name, epochs in (("A", 5), ("C", 5)):
        ledger.keep_plan(study.planned([name], 2, epochs), epochs, [])
    assert ledger.planned(study).datasets == ("A", "C")
    ledger.keep_plan(study.planned(["B"], 2, 6), 6, [])
    assert ledger.planned(study).datasets == ("B",)


@pytest.mark.parametrize("text", ["", "[]", "{}"])
def test_a_spoilt_plan_is_named(ledger, text):
    study = small_study()
    ledger.keep_plan(study, None, [])
    (ledger.path / "plans" / "small.json").write_text(text)
    with pytest.raises(InputError, match=r"the plan .*small\.json cannot be read"):
        ledger.planned(study)


def test_git_does_not_look_at_encoders(ledger):
    assert (ledger.encoders / ".gitignore").read_text() == "*\n"
