"""The searches beside a ledger, read from the files that `multigraft tune` leaves."""

import dataclasses
import json

import pytest

from multigraft.errors import InputError
from multigraft.reports.evidence import evidence_of, evidence_page
from multigraft.reports.searches import COLUMNS, Searched, searches_of
from multigraft.studies.ledger import Ledger
from multigraft.studies.places import EVIDENCE
from multigraft.tuning.tune import tune
from tests.helpers.graphs import random_graphs

OPTIONS = {
    "data": {"name": "ENZYMES", "identity": "x"}, "strategy": "esame", "tasks": ["gc", "lp"], "epochs": 30,
    "space": {"batch_size": 16, "learning_rate": {"low": 1e-4, "high": 1e-2, "log": True}},
}  # fmt: skip
TRIALS = """trial,state,learning_rate,batch_size,validation/gc,validation/lp,validation/sum,epochs,best_epoch,seconds
0,done,0.0005,16,0.25,0.5,0.75,30,29,60.0
1,done,0.00123456,16,0.5,0.625,1.125,30,9,30.0
2,failed,0.02,16,,,,,,
3,done,0.003,16,0.5,0.625,1.125,30,9,30.0
"""


def written(folder, options=OPTIONS, trials=TRIALS):
    folder.mkdir(parents=True)
    (folder / "options.json").write_text(json.dumps(options))
    (folder / "trials.csv").write_text(trials)
    return Ledger(folder.parents[1])


def test_the_best_trial_is_told_beside_the_defaults(tmp_path):
    (found,) = searches_of(written(tmp_path / "tuning" / "ENZYMES-esame"))
    assert found == Searched("ENZYMES", "esame", ("gc", "lp"), 3, 30, {"learning_rate": 0.00123456}, 0.75, 1.125, 120.0)
    assert dict(zip(COLUMNS, found.row(), strict=True)) == {
        "data": "ENZYMES", "strategy": "esame", "tasks": "gc,lp", "trials": "3", "epochs": "30",
        "chosen": "learning_rate 0.00123", "defaults": "0.750", "best": "1.125", "minutes": "2",
    }  # fmt: skip


def test_what_tune_leaves_can_be_read(tmp_path):
    pytest.importorskip("optuna")
    graphs = random_graphs(12, seed=1)
    folder = tmp_path / "tuning" / "random"
    folder.parent.mkdir()
    tuned = tune(
        graphs, strategy="esame", tasks=["gc", "lp"], trials=2, epochs=1, seed=0, out=folder, progress=False,
        device="cpu",
    )  # fmt: skip
    (found,) = searches_of(Ledger(tmp_path))
    assert (found.strategy, found.tasks, found.trials, found.epochs) == ("esame", ("gc", "lp"), 2, 1)
    assert found.best == pytest.approx(tuned.best.score)
    assert set(found.chosen) >= {"learning_rate", "inner_lr"}


def test_the_page_has_them_where_there_are_any(tmp_path):
    names = ("same-table1",)
    assert "## What was tuned" not in evidence_page(evidence_of(names, Ledger(tmp_path)))
    page = evidence_page(evidence_of(names, written(tmp_path / "tuning" / "a")))
    assert "| ENZYMES | esame | gc,lp | 3 | 30 | learning_rate 0.00123 | 0.750 | 1.125 | 2 |" in page


@pytest.mark.parametrize("spoil", ["options.json", "trials.csv"])
def test_files_that_cannot_be_read_are_named(tmp_path, spoil):
    ledger = written(tmp_path / "tuning" / "a")
    (tmp_path / "tuning" / "a" / spoil).write_text("{")
    with pytest.raises(InputError, match=r"the search .*tuning.a cannot be read"):
        searches_of(ledger)


def test_every_strategy_had_the_same_budget():
    found = searches_of(Ledger(EVIDENCE))
    assert found
    assert len({(one.trials, one.epochs) for one in found}) == 1
    for one in found:
        assert one.best >= one.defaults
        assert dataclasses.asdict(one)["seconds"] > 0


def test_the_defaults_are_trial_0_wherever_it_stands_and_what_is_no_number_is_not_the_best(tmp_path):
    head, first, *others = TRIALS.splitlines()
    lines = [head, *others, first, "4,done,0.01,16,nan,nan,nan,30,9,30.0"]
    (found,) = searches_of(written(tmp_path / "tuning" / "a", trials="\n".join(lines) + "\n"))
    assert (found.defaults, found.best) == (0.75, 1.125)


def test_defaults_that_failed_are_said_to(tmp_path):
    (found,) = searches_of(written(tmp_path / "tuning" / "a", trials=TRIALS.replace("0,done", "0,failed")))
    assert dict(zip(COLUMNS, found.row(), strict=True))["defaults"] == "failed"


def test_options_of_another_kind_are_named(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        searches_of(written(tmp_path / "tuning" / "a", options=[]))
