"""What stands in a study's table besides its numbers: which protocols, what is missing, what test it is."""

import dataclasses

import pytest

from multigraft.errors import InputError
from multigraft.reports.study_table import epochs_of, how_long, span, study_table
from multigraft.studies.cells import Cell
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import read_study
from multigraft.studies.study import Row, Stage
from tests.helpers.made_up import made_up
from tests.helpers.studies import small_study
from tests.helpers.study_tables import shipped_table


def said(table) -> str:
    return "\n".join(table.notes)


def test_protocols_stand_side_by_side_in_one_order(tmp_path):
    table = shipped_table(tmp_path, "same-table1", protocols=("strict", "paper", "strict"))
    assert table.protocols == ("paper", "strict")
    assert table.protocol == "both"
    assert {cell.protocol for cell in table.cells} == {"paper", "strict"}
    assert {one.cell.protocol == one.against.protocol for one in table.differences} == {True}


def test_without_a_choice_they_are_the_studys(tmp_path):
    study = small_study()
    table = study_table(study, made_up(study, tmp_path))
    assert (table.protocols, table.protocol) == (("strict",), "strict")


def test_a_protocol_that_the_study_does_not_have_is_refused(tmp_path):
    with pytest.raises(InputError, match="study 'small' has no protocol 'paper': choose from strict"):
        study_table(small_study(), Ledger(tmp_path), ["paper"])


def test_shown_are_the_headlines(tmp_path):
    table = shipped_table(tmp_path, "same-table1")
    assert len(table.shown) == 18
    assert {cell.features for cell in table.cells} - {cell.features for cell in table.shown} == {"concat"}


def test_the_legend_names_paper_and_table(tmp_path):
    text = said(shipped_table(tmp_path, "same-table1"))
    assert (
        "mean ± standard deviation over 2 splits (stratified), in percent; in brackets or as 'published': what table1"
        in text
    )
    assert "Graph Representation Learning for Multi-Task Settings" in text
    own = small_study()
    assert "published" not in said(study_table(own, made_up(own, tmp_path / "own")))


def test_what_is_fused_and_who_reads_numbers_is_said(tmp_path):
    text = 'datasets = "freesolv"\nsplits = 1\n'
    for probe, fuse in (("logistic", ""), ("forest", ""), ("logistic", 'fuse = "ecfp-count"\n')):
        model = "mine" if fuse else "plain"
        text += f'[[rows]]\nmodel = "{model}"\nstrategy = "frozen"\ntasks = "gr"\nprobe = "{probe}"\n{fuse}'
        text += 'start = { released = "molecules-small" }\n'
    (tmp_path / "numbers.toml").write_text(text)
    table = study_table(read_study(str(tmp_path / "numbers.toml")), Ledger(tmp_path / "ledger"))
    assert "mine: the embedding fused with ecfp-count." in table.notes
    shown = {table.model(cell) for cell in table.shown}
    assert {"plain (ridge)", "plain (forest)", "ecfp-count (ridge)", "mine"} <= shown
    assert not any("logistic" in name for name in shown)


def test_the_test_is_named_with_its_reason_and_the_number_of_comparisons(tmp_path):
    table = shipped_table(tmp_path, "same-table1")
    (note,) = [note for note in table.notes if "Nadeau & Bengio 2003" in note]
    assert "splits overlap" in note
    assert f"Of {len(table.differences)} comparisons" in note


def test_nothing_is_said_of_a_test_where_nothing_is_compared(tmp_path):
    assert "Nadeau" not in said(study_table(small_study(), Ledger(tmp_path)))


def test_one_split_is_said_to_have_no_interval(tmp_path):
    assert "it has no interval" in said(shipped_table(tmp_path, "same-table1", splits=1))
    assert "it has no interval" not in said(shipped_table(tmp_path / "two", "same-table1"))


def test_missing_runs_are_counted(tmp_path):
    def kept(run):
        return not (run.training and run.training.strategy == "isame") and (run.seed == 0 or run.training is not None)

    text = said(shipped_table(tmp_path, "same-table1", kept=kept))
    assert "Incomplete: 9 of 18 cells have fewer than 2 splits, 3 of them none" in text
    assert "Incomplete" not in said(shipped_table(tmp_path / "whole", "same-table1"))


def test_the_shortest_of_unlike_trainings_is_said():
    cell = Cell(
        protocol="strict", trained="gc", task="gc", model="a", dataset="d", probe="svm", metric="accuracy",
        features="mean", headline=True, values={}, mean=0.0, std=0.0, expected=2, epochs=(22, 300),
    )  # fmt: skip
    assert how_long([300], [cell]) == "22 to 300 epochs of 300 at most"
    assert how_long([300], [dataclasses.replace(cell, epochs=(300,))]) == "300 epochs"


def test_a_rehearsal_is_called_one(tmp_path):
    text = said(shipped_table(tmp_path, "same-table1", epochs=3))
    assert "These are 2 of the 10 splits that the study plans." in text
    assert "Training ran for 1 epoch of 3 at most where the study plans 1000 to 5000" in text
    whole = said(shipped_table(tmp_path / "whole", "same-table1", splits=10))
    assert "plans" not in whole


def test_without_a_plan_nothing_is_said_of_it(tmp_path):
    study = read_study("same-table1").planned(["ENZYMES"], 1, 3)
    assert "plans" not in said(study_table(study, Ledger(tmp_path), ["strict"]))


def test_features_that_could_have_been_others_are_named(tmp_path):
    assert "Under strict, probes for lp read hadamard; the CSV has concat as well." in said(
        shipped_table(tmp_path, "same-table1")
    )
    assert "probes for" not in said(shipped_table(tmp_path / "heads", "same-table4"))


def test_delta_m_is_explained_with_its_reference(tmp_path):
    text = said(shipped_table(tmp_path, "same-table3"))
    assert "(score - score of single) / score of single" in text
    assert "Maninis et al. 2019" in text


def test_protocols_are_explained(tmp_path):
    text = said(shipped_table(tmp_path, "same-figure1", protocols=("strict", "paper")))
    assert "Protocol strict:" in text
    assert "Protocol paper repeats" in text


def test_a_method_under_several_probes_is_named_with_them(tmp_path):
    rows = (Row("esame", "esame", (("gc",),)), Row("esame", "esame", (("gc",),), "knn"))
    study = small_study(rows=rows)
    table = study_table(study, made_up(study, tmp_path))
    assert [table.model(cell) for cell in table.shown] == [
        "esame (svm)", "esame (knn)", "untrained", "attributes", "majority",
    ]  # fmt: skip
    assert not table.elsewhere
    assert dataclasses.replace(table, cells=table.cells[:1]).model(table.cells[0]) == "esame"


def test_other_tasks_than_trained_have_to_be_said(tmp_path):
    assert shipped_table(tmp_path / "a", "same-table4").elsewhere
    assert not shipped_table(tmp_path / "b", "same-table3").elsewhere


def test_a_span_is_one_number_or_two():
    assert span([3, 3]) == "3"
    assert (epochs_of([1, 1]), epochs_of([2]), epochs_of([1, 2])) == ("1 epoch", "2 epochs", "1 to 2 epochs")
    assert span([5000, 1000, 8000]) == "1000 to 8000"


MASKED = Stage("single", ("am",), "corpus.smi")
RELEASED = Stage("imported", (), "gin_masking.pth", {"encoder": "gin"})


@pytest.mark.parametrize(
    ("stages", "removes", "wanted"),
    [
        ((MASKED,), ("MUTAG",), []),
        ((MASKED,), (), ["Nothing was taken out of corpus.smi"]),
        ((RELEASED,), (), ["'released': weights that others trained"]),
        ((RELEASED, MASKED), ("MUTAG",), ["'released': weights that others trained"]),
        ((), (), []),
    ],
    ids=["removed", "kept", "released", "both", "no corpus"],
)
def test_a_corpus_that_may_hold_what_is_asked_about_is_noted(tmp_path, stages, removes, wanted):
    study = small_study(rows=(Row("gin", "finetune", (("gc",),), "own", start=stages),), removes=removes)
    notes = study_table(study, made_up(study, tmp_path)).notes
    openings = ("Nothing was taken out", "'released'")
    assert [note for note in notes if note.startswith(openings)] == [
        note for note in notes if any(note.startswith(one) for one in wanted)
    ]
    assert sum(note.startswith(openings) for note in notes) == len(wanted)
