"""Delta-m of a study's lines against its reference, over the splits that both have."""

import dataclasses
import math

import pytest

from multigraft.errors import InputError
from multigraft.evaluation.delta_m import delta_m
from multigraft.studies.cells import cells
from multigraft.studies.gains import GAIN, gains
from multigraft.studies.records import Records
from multigraft.studies.study import Row
from tests.helpers.made_up import made_up
from tests.helpers.studies import small_study

SINGLE = Row("single", "single", (("gc",), ("nc",), ("lp",)), "own")
STUDY = dataclasses.replace(
    small_study(rows=(Row("classical", "joint", (("gc", "nc"), ("gc", "nc", "lp")), "own"),), splits=3),
    score="delta-m",
    reference=SINGLE,
)


def score(run, task):
    """A single-task model has 0.5; the joint one 0.6 for gc and 0.55 for other tasks; the untrained 0.25."""
    strategy = "" if run.training is None else run.training.strategy
    return {"single": 0.5, "joint": 0.6 if task == "gc" else 0.55, "untrained": 0.25}.get(strategy, 0.125)


def gain_of(ledger, model, tasks, study=STUDY):
    found = gains(study, "strict", Records(study, "strict", ledger))
    (gain,) = [gain for gain in found if (gain.line.row.model, gain.tasks) == (model, tasks)]
    return gain


def test_a_gain_is_the_mean_over_tasks_of_the_relative_ones(tmp_path):
    ledger = made_up(STUDY, tmp_path, score)
    gain = gain_of(ledger, "classical", "gc,nc")
    assert gain.mean == pytest.approx(100 * (0.1 / 0.5 + 0.05 / 0.5) / 2)
    assert gain.values == pytest.approx({0: 15, 1: 15, 2: 15})
    assert gain.std == pytest.approx(0, abs=1e-6)
    assert gain_of(ledger, "classical", "gc,nc,lp").mean == pytest.approx(100 * (0.2 + 0.1 + 0.1) / 3)


def test_what_is_not_trained_has_a_gain_on_every_task_set(tmp_path):
    ledger = made_up(STUDY, tmp_path, score)
    assert gain_of(ledger, "untrained", "gc,nc").mean == pytest.approx(-50)
    assert gain_of(ledger, "untrained", "gc,nc,lp").mean == pytest.approx(-50)
    assert gain_of(ledger, "attributes", "gc,nc").mean == pytest.approx(-75)


def test_means_and_spread_are_those_of_delta_m(tmp_path):
    def spread(run, task):
        return score(run, task) + 0.02 * run.seed * (1 if task == "gc" else -0.5)

    gain = gain_of(made_up(STUDY, tmp_path, spread), "classical", "gc,nc")
    expected = delta_m([(62.0, 2.0), (54.0, 1.0)], [(52.0, 2.0), (49.0, 1.0)])
    assert (gain.mean, gain.std) == pytest.approx(expected)
    assert gain.values[2] == pytest.approx(delta_m([(64.0, 0.0), (53.0, 0.0)], [(54.0, 0.0), (48.0, 0.0)])[0])


@pytest.mark.parametrize("missing", ["single", "joint"])
def test_only_splits_with_all_scores_of_both_sides_count(tmp_path, missing):
    def kept(run):
        return run.training is None or run.training.strategy != missing or run.seed != 1 or "nc" not in run.asked

    gain = gain_of(made_up(STUDY, tmp_path, score, kept), "classical", "gc,nc")
    assert sorted(gain.values) == [0, 2]
    assert gain.mean == pytest.approx(15)


def test_undefined_scores_are_missing(tmp_path):
    def undefined(run, task):
        return None if run.seed == 0 and task == "nc" else score(run, task)

    assert sorted(gain_of(made_up(STUDY, tmp_path, undefined), "classical", "gc,nc").values) == [1, 2]


def test_a_reference_of_nothing_defines_no_gain(tmp_path):
    gain = gain_of(made_up(STUDY, tmp_path, lambda run, task: 0.0), "classical", "gc,nc")
    assert gain.values == {}
    assert math.isnan(gain.mean)


def test_cells_of_such_a_study_are_gains(tmp_path):
    found = cells(STUDY, "strict", made_up(STUDY, tmp_path, score))
    assert {(cell.metric, cell.features, cell.headline) for cell in found} == {(GAIN, "", True)}
    assert [(cell.model, cell.trained, cell.task) for cell in found][:4] == [
        ("classical", "gc,nc", "gc,nc"), ("classical", "gc,nc,lp", "gc,nc,lp"), ("untrained", "", "gc,nc"),
        ("untrained", "", "gc,nc,lp"),
    ]  # fmt: skip
    assert found[0].mean == pytest.approx(15)


def test_a_reference_that_does_not_answer_a_task_is_named(tmp_path):
    short = dataclasses.replace(STUDY, reference=dataclasses.replace(SINGLE, tasks=(("gc",),)))
    with pytest.raises(InputError, match="reference does not answer task 'nc'"):
        cells(short, "strict", made_up(short, tmp_path, score))


def test_pretexts_are_no_part_of_what_is_gained(tmp_path):
    rows = (dataclasses.replace(STUDY.rows[0], tasks=(("gc", "nc", "am"), ("am",))), *STUDY.rows[1:])
    study = dataclasses.replace(STUDY, rows=rows)
    found = cells(study, "strict", made_up(study, tmp_path, score))
    assert found
    assert not any("am" in cell.task for cell in found)
