"""Evaluation tables of the archive: ours come back as they were, others' are read as far as they can be."""

import json
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.leaderboard.archive import archive_of, read_archive, write_archive
from multigraft.leaderboard.measured import measured_results
from multigraft.leaderboard.metrics import METRICS
from multigraft.leaderboard.printed import printed_results
from multigraft.leaderboard.store import Store
from tests.helpers.board import HOSTILE, a_result, any_result, in_order, written
from tests.helpers.made_up import made_up
from tests.helpers.studies import small_study


def a_row(**changes):
    """A row as the archive has it."""
    usual = {
        "model_name": "GraphNet", "metrics": {"AUC": "0.845"}, "paper_title": "A paper", "paper_date": "2020-02-29",
        "paper_url": "https://example.org/paper", "code_links": [{"title": "x", "url": "https://example.org/code"}],
        "model_links": [], "uses_additional_data": False,
    }  # fmt: skip
    return usual | changes


def tables(*rows, task="Drug Discovery", dataset="BACE", **changes):
    """A file of the archive with one data set."""
    entry = {
        "dataset": dataset,
        "dataset_links": [],
        "subdatasets": [],
        "sota": {"metrics": ["AUC"], "rows": list(rows)},
    }
    return [{"task": task, "categories": ["Graphs"], "description": "", "subtasks": [], "datasets": [entry], **changes}]


def read(folder, stored):
    return read_archive(written(folder / "tables.json", stored))


def ours(one, **changes):
    return {"multigraft": one.to_json() | changes}


# --- there and back --------------------------------------------------------------------------------------------------


def again(results, folder):
    write_archive(results, folder / "board.json")
    found, notes = read_archive(folder / "board.json")
    assert notes == []
    return found


def test_published_numbers_come_back(tmp_path):
    assert in_order(again(printed_results(), tmp_path)) == in_order(printed_results())


def test_what_a_ledger_measured_comes_back(tmp_path):
    study = small_study(splits=3)
    many = measured_results([study], made_up(study, tmp_path / "ledger"))
    assert len(many) == 12
    assert in_order(again(many, tmp_path)) == in_order(many)


@pytest.mark.parametrize("text", [*HOSTILE, "\ud800"], ids=ascii)
def test_hostile_texts_come_back_letter_by_letter(text, tmp_path):
    printed = {"task": text, "dataset": text, "metric": text, "value": text}
    many = [a_result(model=text, dataset=text, task=text), a_result(printed=printed, options={text: text})]
    assert in_order(again(many, tmp_path)) == in_order(many)


@given(st.lists(any_result(), max_size=4))
def test_any_results_come_back(tmp_path_factory, many):
    assert in_order(again(many, tmp_path_factory.mktemp("archive"))) == in_order(many)


def test_an_export_that_is_imported_twice_is_the_same_store(tmp_path):
    store = Store(tmp_path / "store")
    many = again(printed_results(), tmp_path)
    assert len(store.add(many)) == 350
    assert store.add(again(store.results(), tmp_path)) == []


def test_results_stand_under_the_names_that_papers_print():
    found = archive_of(one for one in printed_results() if one.printed)
    counts = {task["task"]: sum(len(one["sota"]["rows"]) for one in task["datasets"]) for task in found}
    assert counts == {"Drug Discovery": 8, "Molecular Property Prediction": 11, "Atomistic Description": 11}
    (bace,) = [one for one in found[0]["datasets"] if one["dataset"] == "BACE"]
    assert bace["sota"]["metrics"] == ["AUC"]
    (row,) = bace["sota"]["rows"]
    assert (row["model_name"], row["metrics"], row["paper_date"]) == ("ContextPred", {"AUC": "0.845"}, "2019-05-29")
    assert row["code_links"][0]["url"] == "https://github.com/snap-stanford/pretrain-gnns"


def test_a_file_has_the_form_of_the_archive(tmp_path):
    started = a_result(options={"start": {"dataset": "zinc250k"}}, value=50.25)
    write_archive([a_result(), started, a_result(task="nc")], tmp_path / "board.json")
    first, second = json.loads((tmp_path / "board.json").read_text())
    assert (first["task"], second["task"]) == ("gc", "nc")
    assert first.keys() == {"task", "description", "categories", "synonyms", "subtasks", "source_link", "datasets"}
    (dataset,) = first["datasets"]
    assert (dataset["dataset"], dataset["sota"]["metrics"]) == ("ENZYMES", ["accuracy"])
    told = [(row["metrics"], row["uses_additional_data"], row["paper_date"], row["code_links"]) for row in
            dataset["sota"]["rows"]]  # fmt: skip
    assert told == [({"accuracy": "50"}, False, None, []), ({"accuracy": "50.25"}, True, None, [])]


def test_others_can_read_what_we_write_without_our_block(tmp_path):
    stored = archive_of(printed_results())
    for task in stored:
        for dataset in task["datasets"]:
            for row in dataset["sota"]["rows"]:
                del row["multigraft"]
    found, notes = read(tmp_path, stored)
    wanted = Counter((one.model, one.metric, round(one.value, 9)) for one in printed_results())
    got = Counter((one.model, one.metric, round(one.value, 9)) for one in found)
    assert got <= wanted
    assert len(found) + len(notes) <= 350  # the same number of the same model is one
    assert len([one for one in found if one.printed["task"] in ("Drug Discovery", "Atomistic Description")]) == 19
    assert all("but a row before has" in note for note in notes)  # nobody else knows what a model was trained for


# --- tables of others ------------------------------------------------------------------------------------------------


def test_a_row_of_the_archive_is_a_published_result(tmp_path):
    ((one,), notes) = read(tmp_path, tables(a_row()))
    assert notes == []
    assert (one.task, one.dataset, one.model, one.metric) == ("Drug Discovery", "bace", "GraphNet", "roc_auc")
    assert (one.value, one.std, one.source) == (84.5, None, "published")
    assert (one.protocol, one.split, one.seeds) == ("unstated", "unstated", ())
    assert (one.paper, one.paper_url, one.date) == ("A paper", "https://example.org/paper", "2020-02-29")
    assert one.code == "https://example.org/code"
    assert one.printed == {"task": "Drug Discovery", "dataset": "BACE", "metric": "AUC", "value": "0.845"}


@pytest.mark.parametrize(
    ("metric", "text", "value"),
    [
        ("AUC", "0.845", 84.5), ("AUC", "84.5", 84.5), ("ROC-AUC", "84.5%", 84.5), ("ROC-AUC", "72.6 ± 0.3", 72.6),
        ("Accuracy", "72.6±0.3", 72.6), ("Accuracy", "0.726 +- 0.003", 72.6), ("Accuracy", "72.6 (0.3)", 72.6),
        ("Accuracy", "0.9%", 0.9), ("Accuracy", " 1 ", 100.0), ("Accuracy", "0", 0.0), ("accuracy", 0.5, 50.0),
        ("RMSE", "2.764", 2.764), ("RMSE", "0.739", 0.739), ("MAE", "9.22e-3", 0.00922), ("MAE", "113.", 113.0),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(metric, text, value, tmp_path):
    ((one,), notes) = read(tmp_path, tables(a_row(metrics={metric: text})))
    assert notes == []
    assert one.value == pytest.approx(value, rel=1e-12)
    assert one.printed["value"] == str(text)


@pytest.mark.parametrize(
    "text",
    ["", "high", "72,6", "~72.6", "72.6*", "1/2", "nan", "inf", "1e999", None, True, [72.6], "0x10"],
    ids=str,
)
def test_what_is_no_number_is_left_out_and_said(text, tmp_path):
    found, notes = read(tmp_path, tables(a_row(metrics={"AUC": text, "Accuracy": "0.5"})))
    assert [(one.metric, one.value) for one in found] == [("accuracy", 50.0)]
    (note,) = notes
    assert note.startswith("Drug Discovery, BACE, row 1: ")
    assert "number" in note


def test_a_metric_that_nobody_knows_is_left_out_and_said(tmp_path):
    found, notes = read(tmp_path, tables(a_row(metrics={"F1": "0.5", "AUC": "0.6", "RMSE": "1.5"})))
    assert [(one.metric, one.value) for one in found] == [("roc_auc", 60.0), ("rmse", 1.5)]
    (note,) = notes
    assert note.startswith("Drug Discovery, BACE, row 1: unknown metric 'F1': choose from accuracy")


def test_rows_of_subtasks_and_of_parts_of_data_sets_are_read(tmp_path):
    part = tables(a_row(model_name="deeper"), dataset="scaffold")[0]["datasets"][0]
    (whole,) = tables(a_row())
    whole["datasets"][0]["subdatasets"] = [part | {"subdatasets": [part | {"dataset": "few"}]}]
    whole["subtasks"] = tables(a_row(model_name="below"), task="Toxicity", dataset="Tox21", subtasks=tables(a_row()))
    whole["subtasks"][0]["subtasks"][0].pop("task")
    found, notes = read(tmp_path, [whole, *tables(a_row(), task="Another")])
    assert notes == []
    assert [(one.task, one.dataset, one.model) for one in found] == [
        ("Drug Discovery", "bace", "GraphNet"), ("Drug Discovery", "BACE, scaffold", "deeper"),
        ("Drug Discovery", "BACE, scaffold, few", "deeper"), ("Toxicity", "tox21", "below"),
        ("Toxicity", "bace", "GraphNet"), ("Another", "bace", "GraphNet"),
    ]  # fmt: skip


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", " https://x", "", None, 5, ["https://x"]])
def test_addresses_that_are_none_are_dropped(url, tmp_path):
    links = [{"url": url}, {"url": "https://example.org/second"}]
    (one, other), _ = read(
        tmp_path, tables(a_row(paper_url=url, code_links=links), a_row(model_name="other", code_links=[{"url": url}]))
    )
    assert (one.paper_url, one.code) == ("", "https://example.org/second")
    assert other.code == ""


@pytest.mark.parametrize("name", ["paper_title", "paper_url", "paper_date", "code_links"])
@pytest.mark.parametrize("absent", [True, False])
def test_much_of_a_row_may_be_missing(name, absent, tmp_path):
    row = a_row(**{name: None})
    if absent:
        del row[name]
    ((one,), notes) = read(tmp_path, tables(row))
    assert (one.value, notes) == (84.5, [])
    assert "" in (one.paper, one.paper_url, one.date, one.code)


@pytest.mark.parametrize("name", ["datasets", "subtasks"])
def test_a_task_may_have_nothing(name, tmp_path):
    assert read(tmp_path, [{"task": "empty", name: None}, {"task": "nothing"}]) == ([], [])
    assert read(tmp_path, [{"task": "x", "datasets": [{"dataset": "y"}, {"sota": None}, {"sota": {}}]}]) == ([], [])
    assert read(tmp_path, []) == ([], [])


BAD_ROWS = [
    None, 5, "multigraft", [], ["multigraft"], {}, {"model_name": "x"}, {"metrics": {"AUC": "0.5"}},
    a_row(metrics=None), a_row(metrics=["AUC"]), a_row(metrics="AUC"), a_row(code_links=5), a_row(code_links=["https://x"]),
]  # fmt: skip


@pytest.mark.parametrize("row", BAD_ROWS, ids=lambda row: str(row)[:40])
def test_rows_that_are_none_are_left_out_and_said(row, tmp_path):
    found, notes = read(tmp_path, tables(a_row(), row, a_row(model_name="third")))
    assert [one.model for one in found] == ["GraphNet", "third"]
    (note,) = notes
    assert note.startswith("Drug Discovery, BACE, row 2: ")
    assert len(note) < 300


BAD_TABLES = [
    {"datasets": 5}, {"datasets": ["x"]}, {"datasets": {"a": 1}}, {"datasets": [None]}, {"subtasks": 5},
    {"subtasks": ["x"]},
    {"datasets": [{"dataset": "x", "sota": "x"}]}, {"datasets": [{"dataset": "x", "sota": {"rows": 5}}]},
    {"datasets": [{"dataset": "x", "subdatasets": ["x"]}]}, {"datasets": [{"dataset": "x", "subdatasets": 5}]},
]  # fmt: skip


@pytest.mark.parametrize("change", BAD_TABLES, ids=str)
def test_tables_of_another_form_are_left_out_and_said(change, tmp_path):
    found, notes = read(tmp_path, [{"task": "Odd", **change}, *tables(a_row())])
    assert [one.task for one in found] == ["Drug Discovery"]
    assert len(notes) == 1
    assert notes[0].startswith("Odd")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "cannot read"), ("[", "cannot read"), (b"\xff\xfe", "cannot read"), ("[" * 10**5, "cannot read"),
        ({}, "must hold a list of tasks"), ("null", "must hold a list of tasks"), ([5], "must hold a list of tasks"),
        ([{"datasets": []}], "must hold a list of tasks, each an object with 'task' and 'datasets'"),
    ],
    ids=lambda part: str(part)[:20],
)  # fmt: skip
def test_what_is_no_file_of_tables_is_refused(content, reason, tmp_path):
    with pytest.raises(InputError, match=reason) as found:
        read(tmp_path, content)
    assert "tables.json" in str(found.value)
    with pytest.raises(InputError, match=r"cannot read .*nowhere\.json"):
        read_archive(tmp_path / "nowhere.json")


# --- rows that say that they are ours --------------------------------------------------------------------------------


BAD_BLOCKS = [
    {"value": "50"}, {"value": None}, {"value": True}, {"value": math.nan}, {"value": 10**400}, {"std": math.inf},
    {"values": {"a": 1}}, {"values": [1]}, {"values": {"0": 10**400}}, {"seeds": "0"}, {"seeds": 5}, {"seeds": [None]},
    {"model": None}, {"dataset": ["x"]}, {"options": "x"}, {"options": {"x": math.nan}}, {"printed": {"task": 5}},
    {"printed": []}, {"runs": [5]}, {"source": "ours"}, {"headline": "yes"}, {"test_share": math.inf},
    {"colour": "red"}, {"paper_url": "javascript:alert(1)"}, {"code": "javascript:alert(1)"}, {"code": "JavaScript:alert(1)//https://"},
]  # fmt: skip


@pytest.mark.parametrize("change", BAD_BLOCKS, ids=lambda change: str(change)[:40])
def test_a_malformed_block_is_left_out_and_said(change, tmp_path):
    good = a_result(model="good")
    found, notes = read(tmp_path, tables(ours(a_result(), **change), ours(good), a_row(**ours(a_result(), **change))))
    assert found == [good]
    assert [note.partition(": ")[0] for note in notes] == [f"Drug Discovery, BACE, row {place}" for place in (1, 3)]
    assert all("not a stored result" in note and len(note) < 300 for note in notes)


@pytest.mark.parametrize("block", [None, 5, "x", [], {}, True, [["task", "gc"]]], ids=str)
def test_a_block_that_is_no_object_is_left_out_and_said(block, tmp_path):
    found, notes = read(tmp_path, tables(a_row(multigraft=block), a_row()))
    assert [one.model for one in found] == ["GraphNet"]
    assert [note.partition(": ")[0] for note in notes] == ["Drug Discovery, BACE, row 1"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=5,
)  # fmt: skip


@given(st.sampled_from(sorted(a_result().__dataclass_fields__)), JSON)
def test_whatever_a_block_holds_it_can_be_stored_or_is_said(tmp_path_factory, name, value):
    folder = tmp_path_factory.mktemp("block")
    found, notes = read(folder, tables(ours(a_result(), **{name: value})))
    assert len(found) + len(notes) == 1
    store = Store(folder / "store")
    assert len(store.add(found)) == len(found)
    assert store.results() == found


@given(st.sampled_from(sorted(a_row())), JSON)
def test_whatever_a_row_holds_it_is_taken_or_said(tmp_path_factory, name, value):
    folder = tmp_path_factory.mktemp("row")
    found, notes = read(folder, tables(a_row(**{name: value})))
    assert found or notes or not value
    assert all(one.metric in METRICS and math.isfinite(one.value) for one in found)
    assert all(one.paper_url in ("", "https://example.org/paper") for one in found)


def test_of_two_numbers_for_one_claim_the_first_is_taken_and_the_other_said(tmp_path):
    found, notes = read(tmp_path, tables(a_row(metrics={"AUC": "0.845", "ROC-AUC": "0.8"}), a_row()))
    assert [one.value for one in found] == [84.5]
    assert notes == ["Drug Discovery, BACE, row 1: roc_auc 80, but a row before has 84.5"]


@pytest.mark.parametrize("content", [[{"model": "x", "value": 1}], {"results": [{"model": "x"}]}], ids=str)
def test_a_submission_is_no_archive(content, tmp_path):
    with pytest.raises(InputError, match="take it with `multigraft leaderboard submit`"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    ("metric", "text"),
    [("Accuracy", "450"), ("Accuracy", "-5"), ("AUC", "100.5%"), ("RMSE", "-0.2"), ("RMSE", "1e300")],
)
def test_what_cannot_be_is_left_out_and_said(metric, text, tmp_path):
    found, notes = read(tmp_path, tables(a_row(metrics={metric: text})))
    assert found == []
    assert notes[0].startswith(f"Drug Discovery, BACE, row 1: {text!r} is out of range for ")


@pytest.mark.parametrize("name", [None, 5, ["x"]])
def test_a_row_without_a_name_is_left_out_and_said(name, tmp_path):
    found, (note,) = read(tmp_path, tables(a_row(model_name=name)))
    assert found == []
    assert "is no text" in note


@pytest.mark.parametrize("date", ["hello", "<script>", None, "2020-13-01"])
def test_what_is_no_date_is_dropped(date, tmp_path):
    ((one,), _) = read(tmp_path, tables(a_row(paper_date=date)))
    assert one.date == ""


def test_titles_of_tasks_join_their_tables(tmp_path):
    ((one,), _) = read(tmp_path, tables(a_row(), task="Graph Classification", dataset="Enzymes"))
    assert (one.task, one.dataset) == ("gc", "ENZYMES")
    assert (one.printed["task"], one.printed["dataset"]) == ("Graph Classification", "Enzymes")


def test_an_address_that_is_too_long_is_dropped(tmp_path):
    ((one,), _) = read(tmp_path, tables(a_row(paper_url="https://example.org/" + "x" * 600)))
    assert one.paper_url == ""
    Store(tmp_path / "store").add([one])
    assert Store(tmp_path / "store").results() == [one]
