"""Which cells are compared, and that it is done split by split."""

import dataclasses

import pytest

from multigraft.evaluation.significance import corrected_difference
from multigraft.studies.cells import cells
from multigraft.studies.differences import differences
from multigraft.studies.reading import read_study
from multigraft.studies.study import Row
from tests.helpers.made_up import likely, made_up
from tests.helpers.studies import small_study

STUDY = small_study(
    rows=(
        Row("classical", "single", (("gc",), ("lp",)), "own"),
        Row("esame", "esame", (("gc",), ("gc", "lp"))),
    ),
    splits=4,
)


def compared(study, ledger, protocol="strict"):
    return differences(study, cells(study, protocol, ledger))


def names(found):
    return [(one.cell.task, one.cell.model, one.cell.trained, one.against.model, one.against.trained) for one in found]


def test_each_method_is_compared_with_the_untrained_encoder_then_with_the_baseline(tmp_path):
    assert names(compared(STUDY, made_up(STUDY, tmp_path))) == [
        ("gc", "classical", "gc", "untrained", ""),
        ("lp", "classical", "lp", "untrained", ""),
        ("gc", "esame", "gc", "untrained", ""),
        ("gc", "esame", "gc,lp", "untrained", ""),
        ("lp", "esame", "gc,lp", "untrained", ""),
        ("gc", "esame", "gc", "classical", "gc"),
        ("gc", "esame", "gc,lp", "classical", "gc"),
        ("lp", "esame", "gc,lp", "classical", "lp"),
    ]


def test_a_difference_is_the_corrected_test_over_splits(tmp_path):
    found = compared(STUDY, made_up(STUDY, tmp_path))[2]
    ours, theirs = ([cell.values[split] for split in range(4)] for cell in (found.cell, found.against))
    assert found.found == corrected_difference(ours, theirs, 0.2 / 0.7)
    assert found.found.value == pytest.approx(found.cell.mean - found.against.mean)
    assert found.found.n == 4


def test_only_splits_that_both_have_count(tmp_path):
    def kept(run):
        return run.seed != (0 if run.training is None or run.training.strategy == "untrained" else 2)

    found = compared(STUDY, made_up(STUDY, tmp_path, kept=kept))
    assert {one.found.n for one in found if one.against.model == "untrained"} == {2}
    first = found[0]
    expected = [first.cell.values[split] - first.against.values[split] for split in (1, 3)]
    assert first.found.value == pytest.approx(sum(expected) / 2)


def test_cells_without_a_common_split_are_not_compared(tmp_path):
    def kept(run):
        return (run.seed < 2) == (run.training is not None and run.training.strategy == "esame")

    assert {(one.cell.model, one.against.model) for one in compared(STUDY, made_up(STUDY, tmp_path, kept=kept))} == {
        ("classical", "untrained")
    }


def test_a_clear_difference_is_decided_and_a_small_one_is_not(tmp_path):
    def clear(run, task):
        return likely(run, task) + (0.3 if run.training and run.training.strategy == "esame" else 0)

    found = compared(STUDY, made_up(STUDY, tmp_path / "clear", clear))
    assert all(one.decided for one in found if one.cell.model == "esame")
    level = compared(STUDY, made_up(STUDY, tmp_path / "level", lambda run, task: 0.5 + 0.1 * (int(run.key, 16) % 2)))
    assert not all(one.decided for one in level)


def test_the_untrained_encoder_is_asked_by_the_same_probe(tmp_path):
    rows = (
        Row("own", "single", (("gc",),), "own"),
        Row("esame", "esame", (("gc",),)),
        Row("far", "esame", (("gc",),), "head"),
        Row("untrained (head)", "untrained", ((),), "head", "every"),
    )
    study = small_study(rows=rows)
    found = [one for one in compared(study, made_up(study, tmp_path)) if not one.against.trained]
    assert {(one.cell.model, one.against.model) for one in found} == {
        ("own", "untrained"), ("esame", "untrained"), ("far", "untrained (head)"),
    }  # fmt: skip


def test_without_a_classical_row_the_first_end_to_end_one_is_the_baseline(tmp_path):
    rows = (Row("esame", "esame", (("gc",),)), Row("end to end", "single", (("gc",),), "own"))
    study = small_study(rows=rows)
    found = [one for one in compared(study, made_up(study, tmp_path)) if one.against.trained]
    assert names(found) == [("gc", "esame", "gc", "end to end", "gc")]
    alone = dataclasses.replace(study, rows=(study.rows[0], *study.rows[2:]))
    assert all(not one.against.trained for one in compared(alone, made_up(alone, tmp_path)))


def test_on_another_task_an_encoder_is_compared_with_the_tasks_own(tmp_path):
    study = read_study("same-figure1").planned(None, 3)
    found = [one for one in compared(study, made_up(study, tmp_path)) if one.against.trained]
    assert len(found) == 6
    assert all(one.against.trained == one.cell.task != one.cell.trained for one in found)
    assert all(one.found.high < 0 for one in found)


def test_an_unseen_task_is_compared_with_the_baseline_on_the_same_tasks(tmp_path):
    study = read_study("same-table4").planned(["ENZYMES"], 2)
    found = [one for one in compared(study, made_up(study, tmp_path), "paper") if one.against.trained]
    assert {one.against.model for one in found} == {"classical"}
    assert len(found) == 6
    assert all(one.against.trained == one.cell.trained for one in found)


def pretrained(tmp_path, name):
    study = read_study(name).planned(["bbbp"], 2)
    found = compared(study, made_up(study, tmp_path))
    return [
        [(one.cell.model, one.cell.trained, one.against.model, one.against.trained) for one in found
         if one.against.model.startswith("untrained") == untrained]
        for untrained in (True, False)
    ]  # fmt: skip


def test_what_is_pretrained_is_compared_with_the_same_model_from_scratch(tmp_path):
    """Not with the encoder that was pre-trained for a task of the name that is asked."""
    trained = ("im", "ep", "am", "cp", "ml", "im,ml", "ep,ml", "am,ml", "cp,ml")
    untrained, before = pretrained(tmp_path, "pretraining-table1")
    assert before == [("gin", one, "gin", "") for one in trained]
    assert untrained == [("gin", one, "untrained", "") for one in trained]


def test_every_architecture_has_its_own_start_from_scratch(tmp_path):
    cells_of = [("gin", "cp")] + [(kind, one) for kind in ("edge-gcn", "graphsage", "gat")
                                  for one in ("cp", "cp released")]  # fmt: skip
    untrained, before = pretrained(tmp_path, "pretraining-architectures")
    assert before == [(model, one, model, "") for model, one in cells_of]
    assert untrained == [(model, one, f"untrained {model}", "") for model, one in cells_of]


def test_a_start_from_scratch_of_another_name_is_found_wherever_it_stands(tmp_path):
    study = read_study("recommended-finetuned")
    found = names(compared(study, made_up(study, tmp_path)))
    tuned = "molecules-small, tuned"
    begun = [(trained, against) for _, model, trained, against, _ in found if model == tuned]
    assert ("molecules-small released", "from scratch") in begun


def test_without_a_start_from_scratch_of_its_own_it_is_the_end_to_end_models(tmp_path):
    study = read_study("pretraining-table1").planned(["bbbp"], 2)
    renamed = dataclasses.replace(study.rows[1], model="renamed")
    study = dataclasses.replace(study, rows=(study.rows[0], renamed, *study.rows[10:]))
    found = compared(study, made_up(study, tmp_path))
    assert ("ml", "renamed", "im", "gin", "") in names(found)
    alone = dataclasses.replace(study, rows=study.rows[1:])
    assert {one.against.model for one in compared(alone, made_up(alone, tmp_path / "alone"))} == {"untrained"}
