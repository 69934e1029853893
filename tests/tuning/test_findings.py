"""What a search found, and the files that say it."""

import csv
import math
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.tuning.findings import BEST, TRIALS
from tests.helpers.tuning import a_trial, findings

SCORES = st.lists(st.none() | st.floats(0, 3), min_size=1, max_size=12)


def written(folder, **changes):
    found = findings(out=folder, **changes)
    found.write()
    return found


@given(SCORES)
def test_the_best_is_the_first_with_the_highest_score(scores):
    found = findings(scores=scores)
    defined = [score for score in scores if score is not None]
    if not defined:
        assert found.best is None
        assert found.options == {}
    else:
        assert found.best.number == scores.index(max(defined))
        assert found.options["learning_rate"] == found.best.options["learning_rate"]


@given(SCORES)
def test_the_gain_is_over_the_first_trial(scores):
    gain = findings(scores=scores).gain
    if scores[0] is None:
        assert gain is None
    else:
        assert gain == max(score for score in scores if score is not None) - scores[0]
        assert gain >= 0


def test_trials_that_diverged_are_finished_and_failed_ones_are_not():
    failed = [a_trial(number, None) for number in (5, 6)]
    failed = [
        type(one)(one.number, state, one.options, None, {})
        for one, state in zip(failed, ("failed", "running"), strict=True)
    ]
    found = findings(trials=(*findings().trials, *failed))
    assert [trial.number for trial in found.finished] == [0, 1, 2, 3, 4]


def test_defaults_that_failed_are_no_measure():
    """The trial behind them has drawn options, and must not be taken for them."""
    first, *others = findings().trials
    found = findings(trials=(type(first)(0, "failed", {}, None, {}), *others))
    assert found.defaults is None
    assert found.gain is None


def test_the_options_are_what_train_takes():
    assert findings().options == {
        "strategy": "esame", "tasks": ["gc", "lp"], "epochs": 5, "learning_rate": 0.04,
    }  # fmt: skip


def test_the_configuration_is_toml_with_its_origin(tmp_path):
    found = written(tmp_path)
    text = (tmp_path / BEST).read_text()
    assert tomllib.loads(text) == {**found.options, "tasks": "gc,lp"}
    assert "# orchard: the best of 5 trials is trial 3." in text
    assert "1.5000 (the defaults: 1.0000)" in text
    assert "--seed 0 --split stratified --out DIR" in text


@pytest.mark.parametrize(
    "options", [{"a": 1e-05, "b": True, "c": 'it\'s "so"', "d": 12}, {"a": 0.1 + 0.2, "b": -3}, {"a": 1e22}], ids=str
)
def test_values_survive_the_configuration(tmp_path, options):
    written(tmp_path, trials=(a_trial(0, 1.0, options),))
    stored = tomllib.loads((tmp_path / BEST).read_text())
    assert {name: stored[name] for name in options} == options


def test_a_split_of_ones_own_cannot_be_named(tmp_path):
    written(tmp_path, split="", seed=3)
    assert "--seed 3 --out DIR" in (tmp_path / BEST).read_text()


def test_a_name_with_a_line_break_stays_in_its_comment(tmp_path):
    written(tmp_path, data="or\nchard = 1")
    assert "chard" not in tomllib.loads((tmp_path / BEST).read_text())


def test_every_trial_is_a_row(tmp_path):
    found = written(tmp_path)
    with (tmp_path / TRIALS).open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["trial"]) for row in rows] == [0, 1, 2, 3, 4]
    assert [row["state"] for row in rows] == ["done", "done", "diverged", "done", "done"]
    for row, trial in zip(rows, found.trials, strict=True):
        assert float(row["learning_rate"]) == trial.options["learning_rate"]
        assert float(row["validation/sum"] or math.nan) == pytest.approx(trial.score or math.nan, nan_ok=True)
        assert (row["validation/gc"] == "") == (trial.score is None)
    assert (rows[0]["epochs"], rows[0]["best_epoch"], rows[0]["seconds"]) == ("5", "3", "1.5")


def test_nothing_is_written_as_best_where_there_is_none(tmp_path):
    written(tmp_path, scores=(None, None))
    assert not (tmp_path / BEST).exists()
    assert (tmp_path / TRIALS).read_text().count("diverged") == 2
