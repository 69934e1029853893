"""What the ledger holds of a study, and that results of different data or splits are never mixed."""

import re

import pytest

from multigraft.errors import InputError
from multigraft.studies.grid import lines
from multigraft.studies.ledger import Ledger
from multigraft.studies.records import Records
from multigraft.studies.study import Row
from tests.helpers.made_up import made_up
from tests.helpers.studies import a_record, score_row, small_study

STUDY = small_study(rows=(Row("esame", "esame", (("gc",), ("gc", "lp"))),))


def line_of(model, trained=(), study=STUDY):
    return next(line for line in lines(study, "strict") if (line.row.model, line.trained) == (model, trained))


def test_values_are_percent_by_split(tmp_path):
    records = Records(STUDY, "strict", made_up(STUDY, tmp_path, lambda run, task: 0.25 + run.seed / 4))
    assert records.values(line_of("esame", ("gc",)), "gc", ("accuracy", "mean")) == {0: 25.0, 1: 50.0}
    assert records.values(line_of("untrained"), "lp", ("roc_auc", "concat")) == {0: 20.0, 1: 45.0}


def test_baselines_are_found_by_their_own_name(tmp_path):
    records = Records(STUDY, "strict", made_up(STUDY, tmp_path, lambda run, task: 0.5))
    assert records.values(line_of("attributes"), "gc", ("accuracy", "")) == {0: 50.0, 1: 50.0}
    assert records.values(line_of("majority"), "gc", ("accuracy", "")) == {0: 45.0, 1: 45.0}


def test_questions_come_with_the_headline_first(tmp_path):
    records = Records(STUDY, "strict", made_up(STUDY, tmp_path))
    assert records.questions(line_of("esame", ("gc", "lp")), "lp") == [("roc_auc", "hadamard"), ("roc_auc", "concat")]
    assert records.questions(line_of("esame", ("gc",)), "lp") == []


def test_what_was_not_run_or_is_not_defined_is_not_there(tmp_path):
    def score(run, task):
        return None if run.seed == 0 else 0.5

    line = line_of("esame", ("gc",))
    assert Records(STUDY, "strict", made_up(STUDY, tmp_path / "a", score)).values(line, "gc", ("accuracy", "mean")) == {
        1: 50.0
    }
    kept = made_up(STUDY, tmp_path / "b", kept=lambda run: run.seed == 0)
    assert list(Records(STUDY, "strict", kept).values(line, "gc", ("accuracy", "mean"))) == [0]
    assert Records(STUDY, "strict", Ledger(tmp_path / "none")).values(line, "gc", ("accuracy", "mean")) == {}


def test_spoilt_files_do_not_count(tmp_path):
    ledger = made_up(STUDY, tmp_path)
    line = line_of("esame", ("gc",))
    file = ledger.file(line.runs[1])
    file.write_text(file.read_text().replace("accuracy", "accuracies"))
    assert list(Records(STUDY, "strict", ledger).values(line, "gc", ("accuracy", "mean"))) == [0]


def test_epochs_are_those_of_what_is_trained(tmp_path):
    records = Records(STUDY, "strict", made_up(STUDY, tmp_path))
    assert records.epochs(line_of("esame", ("gc",))) == (1,)
    assert records.epochs(line_of("untrained")) == ()
    assert records.epochs(line_of("majority")) == ()


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"identity": "other data"}, "MUTAG"),
        ({"split": {"kind": "stratified", "seed": 1, "digest": "other"}}, "split 1 of MUTAG"),
    ],
    ids=["data", "split"],
)
def test_two_versions_of_data_or_split_are_refused_by_file(tmp_path, change, what):
    ledger = made_up(STUDY, tmp_path)
    run = line_of("esame", ("gc",)).runs[1]
    ledger.write(run, a_record(run, [score_row("gc")], **{"identity": "data of MUTAG", **change}))
    with pytest.raises(InputError, match=rf"two versions of {what},") as caught:
        Records(STUDY, "strict", ledger)
    named = re.findall(r"[0-9a-f]{16}\.json", str(caught.value))
    assert len(named) == 2
    assert ledger.file(run).name in named


def test_other_data_in_another_studys_runs_do_not_matter(tmp_path):
    ledger = made_up(STUDY, tmp_path)
    other = small_study("other", rows=(Row("single", "single", (("gc",),)),))
    run = line_of("single", ("gc",), other).runs[0]
    ledger.write(run, a_record(run, [score_row("gc")], identity="other data"))
    assert Records(STUDY, "strict", ledger).found
