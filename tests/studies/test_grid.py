import dataclasses

import pytest

from multigraft.studies.grid import key_of, lines, row_lines, runs
from multigraft.studies.reading import read_study
from multigraft.studies.study import Row, Setting
from tests.helpers.studies import small_study

TABLES = [f"same-table{number}" for number in range(1, 5)]


def trainings(names, protocol, dataset="ENZYMES", seed=0):
    """The encoders that studies train for one data set and split, those that others start from among them."""
    found = {
        run.training
        for name in names
        for run in runs(read_study(name), protocol)
        if run.training is not None and run.training.tasks and (run.dataset, run.seed) == (dataset, seed)
    }
    return found | {training.start for training in found if training.start is not None}


@pytest.mark.parametrize("protocol", ["strict", "paper"])
def test_tables_1_to_4_need_24_encoders_a_data_set_and_split(protocol):
    assert len(trainings(TABLES, protocol)) == 24


def test_figures_train_nothing_that_tables_do_not():
    figures = trainings(["same-figure1", "same-figure3"], "strict")
    assert figures <= trainings(TABLES, "strict")


def test_protocols_share_every_encoder_but_end_to_end_link_predictors():
    strict, paper = (trainings(TABLES, protocol) for protocol in ("strict", "paper"))
    assert len(strict | paper) == 24 + 7
    for training in paper - strict:
        assert training.strategy in ("single", "joint", "finetune")
        assert "lp" in (training.tasks if training.start is None else training.start.tasks)


def test_a_line_has_a_run_a_split():
    study = small_study(splits=3)
    for line in lines(study, "strict"):
        assert [run.seed for run in line.runs] == [0, 1, 2]
        assert len({run.key for run in line.runs}) == 3
        assert {run.dataset for run in line.runs} == {line.dataset}


def test_baselines_share_one_run():
    study = small_study()
    attributes, majority = (row_lines(study, row, "strict")[0] for row in study.rows[-2:])
    assert attributes.runs == majority.runs
    assert attributes.runs[0].training is None
    assert attributes.asked == ("gc", "lp")


def test_untrained_encoders_depend_on_the_architecture_and_nothing_else_of_training():
    row = small_study().rows[2]
    one, two, three = (
        row_lines(small_study(epochs=epochs), row, "strict")[0].runs[0].key for epochs in (1, 2, 3)
    )  # fmt: skip
    assert one == two == three
    wide = dataclasses.replace(small_study(), settings=(Setting({"dim": 5}),))
    assert row_lines(wide, row, "strict")[0].runs[0].key != one


@pytest.mark.parametrize(
    ("asks", "tasks", "asked"),
    [
        ("trained", ("lp", "gc"), ("gc", "lp")),
        ("unseen", ("gc", "lp"), ("nc",)),
        ("every", ("nc",), ("gc", "nc", "lp")),
    ],
    ids=["trained", "unseen", "every"],
)
def test_what_is_asked(asks, tasks, asked):
    row = Row("one", "esame", (tasks,), asks=asks)
    study = small_study(rows=(row, Row("all", "esame", (("gc", "nc", "lp"),))))
    (line,) = row_lines(study, row, "strict")
    assert line.asked == asked
    assert line.trained == tasks


def test_who_has_seen_every_task_is_asked_no_unseen_one():
    row = Row("all", "esame", (("gc", "lp"),), asks="unseen")
    assert row_lines(small_study(rows=(row,)), row, "strict") == []


def test_the_order_in_which_tasks_are_named_changes_no_run():
    keys = set()
    for tasks in (("gc", "lp"), ("lp", "gc")):
        row = Row("one", "esame", (tasks,))
        keys.add(row_lines(small_study(rows=(row,)), row, "strict")[0].runs[0].key)
    assert len(keys) == 1


def test_fine_tuning_starts_from_the_encoder_that_its_row_names():
    study = read_study("same-table2")
    row = next(row for row in study.rows if row.model == "finetune")
    training = row_lines(study, row, "strict")[0].runs[0].training
    assert training.start.strategy == "joint"
    assert training.start.tasks == ("gc", "nc", "lp")
    assert training.tasks == ("gc", "nc")
    assert training.start.start is None


def test_a_plugins_content_is_part_of_every_run(tmp_path):
    plugin = tmp_path / "mine.py"
    keys = set()
    for text in ("", "one = 1\n", "one = 1\n"):
        plugin.write_text(text)
        study = small_study(plugins=(plugin,))
        keys.add(tuple(run.key for run in runs(study, "strict")))
    assert len(keys) == 2
    assert tuple(run.key for run in runs(small_study(), "strict")) not in keys


def test_runs_come_once():
    study = read_study("same-table3").planned(["ENZYMES"], 2)
    found = list(runs(study, "strict"))
    assert len(found) == len(set(found))
    own = [run for run in found if run.training is not None and run.training.strategy == "single"]
    assert len(own) == 3 * 2  # the reference is among them


def test_keys_do_not_depend_on_the_order_of_keys():
    assert key_of({"a": 1, "b": [1, 2]}) == key_of({"b": [1, 2], "a": 1}) != key_of({"b": [2, 1], "a": 1})
