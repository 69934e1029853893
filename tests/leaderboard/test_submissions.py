"""Submissions are read from JSON and CSV; what is wrong is said with its place, and then nothing is taken."""

import csv
import json

import pytest

from multigraft.errors import InputError
from multigraft.leaderboard.entries import NEEDED, result_of
from multigraft.leaderboard.known import Known
from multigraft.leaderboard.submissions import TOLD, read_submission
from tests.helpers.board import HOSTILE, an_entry, written

LINE = {name: str(value) for name, value in an_entry(seeds="0 1 2").items()}
WHOLE = an_entry(
    std=0.025, values={"0": 0.6, "1": 0.65, "2": 0.625}, better="higher", trained="gc,lp", probe="svm",
    date="2026-11-21", paper="A paper", paper_url="https://example.org/paper?a=b", code="http://example.org:8080/code#readme",
)  # fmt: skip


def read_entries(file):
    """The results in a submission whose names are known."""
    found, notes = read_submission(file)
    assert notes == []
    return found


def refused(path, content, name="entries.json"):
    """What is said of a submission that is not taken."""
    with pytest.raises(InputError) as found:
        read_entries(written(path / name, content))
    return str(found.value)


def as_csv(path, *lines, columns=tuple(LINE)):
    with (file := path / "entries.csv").open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(columns)
        writer.writerows(lines)
    return file


# --- what is taken ---------------------------------------------------------------------------------------------------


def test_an_entry_is_a_submitted_result_in_percent(tmp_path):
    (one,) = read_entries(written(tmp_path / "one.json", [WHOLE]))
    assert (one.value, one.std, one.source) == (62.5, 2.5, "submitted")
    assert (one.seeds, one.values) == ((0, 1, 2), {0: 60.0, 1: 65.0, 2: 62.5})
    assert (one.model, one.task, one.dataset, one.metric) == ("graphormer", "gc", "ENZYMES", "accuracy")
    assert (one.protocol, one.split, one.trained, one.probe) == ("strict", "stratified", "gc,lp", "svm")
    assert (one.paper, one.paper_url) == ("A paper", "https://example.org/paper?a=b")
    assert (one.code, one.date) == ("http://example.org:8080/code#readme", "2026-11-21")
    assert (one.baseline, one.headline, one.runs, one.command) == (False, True, (), "")


def test_a_list_and_an_object_with_results_are_the_same(tmp_path):
    entries = [an_entry(), an_entry(model="other")]
    several = [read_entries(written(tmp_path / f"{place}.json", content))
               for place, content in enumerate((entries, {"results": entries, "comment": "ours"}))]  # fmt: skip
    assert several[0] == several[1]
    assert [one.model for one in several[0]] == ["graphormer", "other"]


def test_csv_is_the_same_as_json(tmp_path):
    columns = (*LINE, "std", "paper", "date")
    lines = [(*LINE.values(), "0.02", 'a "quoted", paper', "2026"), (*LINE.values(), "", "line", " ")]
    found = read_entries(as_csv(tmp_path, *lines, columns=columns))
    assert found[0] == result_of(an_entry(std=0.02, paper='a "quoted", paper', date="2026"))
    assert found[1] == result_of(an_entry(paper="line"))


def test_csv_with_the_mark_of_spreadsheets_is_read(tmp_path):
    file = as_csv(tmp_path, LINE.values())
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    assert read_entries(file) == [result_of(an_entry())]
    assert read_entries(file.rename(tmp_path / "OTHER.CSV")) == [result_of(an_entry())]


@pytest.mark.parametrize("text", [one for one in HOSTILE if one.isprintable() and one.strip()])
def test_a_hostile_name_is_taken_as_it_is_written(text, tmp_path):
    (one,) = read_entries(written(tmp_path / "one.json", [an_entry(model=text, paper=text)]))
    assert one.model == one.paper == text.strip()


# --- what is not -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("given_as", ["absent", None, "", []], ids=str)
def test_what_is_needed_is_missed_by_name(name, given_as, tmp_path):
    entry = an_entry(**{name: given_as})
    if given_as == "absent":
        del entry[name]
    assert refused(tmp_path, [an_entry(), entry]).endswith(f"nothing was taken; result 2: {name} is missing")


FILES = [
    ("entries.json", "", "entries.json is empty"),
    ("entries.json", "model: x", "entries.json is not JSON"),
    ("entries.json", "[" * 10**5, "entries.json is not JSON"),
    ("entries.json", "null", "must hold a list of results, or an object with the list 'results'"),
    ("entries.json", "5", "must hold a list of results"),
    ("entries.json", an_entry(), "must hold a list of results"),
    ("entries.json", {"results": an_entry()}, "must hold a list of results"),
    ("entries.json", [an_entry(), 5], "result 2: a result is an object, got 5"),
    ("entries.json", [["model", "x"]], 'result 1: a result is an object, got ["model", "x"]'),
    ("entries.json", "[]", "entries.json has no results"),
    ("entries.json", {"results": []}, "entries.json has no results"),
    ("entries.json", b"\xff\xfe[\x00]\x00", "cannot read "),
    ("entries.json", b'[{"model": "\xe9"}]', "cannot read "),
    ("entries.txt", "model,task\nx,gc\n", "entries.txt: a submission is called .csv or .json, by what it holds"),
    ("entries.csv", " \n", "entries.csv is empty"),
    ("entries.csv", "a,b\n1,2\n", "line 1: there is no column 'model'; needed are model, task, dataset"),
    ("entries.csv", ";".join(LINE) + "\n", "line 1: cells are divided by commas, not by semicolons"),
    ("entries.csv", "\t".join(LINE) + "\n", "line 1: cells are divided by commas, not by tabulators"),
    ("entries.csv", ",".join((*LINE, "source", "headline")) + "\n", "take it with `multigraft leaderboard import`"),
    ("entries.json", [{"task": "x", "datasets": []}], "tables: take it with `multigraft leaderboard import`"),
    ("entries.csv", b"\xff\xfe", "cannot read "),
    ("entries.csv", ",".join(LINE) + "\n", "entries.csv has no results"),
    ("entries.csv", json.dumps([an_entry()]), "line 1: there is no column 'model'"),
    ("entries.csv", "model,task,dataset,protocol,metric,value,split\n", "line 1: there is no column 'seeds'"),
    ("entries.csv", ",".join(LINE) + "\n" + ",".join(LINE.values()) + "\nx,gc\n",
     "line 3: 2 cells, but 8 columns; what holds a comma"),
    ("entries.csv", ",".join(LINE) + "\n" + ",".join(LINE.values()) + ",more\n",
     "line 2: 9 cells, but 8 columns; what holds a comma"),
    ("entries.csv", ",".join(LINE) + "\n" + ",".join(("x" * 10**6, *list(LINE.values())[1:])) + "\n", "line 2: "),
    ("entries.csv", ",".join(LINE) + "\n" + ",".join(("x" * 10**5, *list(LINE.values())[1:])) + "\n",
     "line 2: model has 100000 characters"),
    ("entries.csv", ",".join((*LINE, "value")) + "\n" + ",".join((*LINE.values(), "0.9")) + "\n", "line 1: "),
    ("entries.csv", ",".join((*LINE, "colour")) + "\n" + ",".join((*LINE.values(), "red")) + "\n",
     "line 2: unknown field 'colour'"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "reason"), FILES, ids=lambda part: str(part)[:50])
def test_a_malformed_file_is_refused_with_its_reason(name, content, reason, tmp_path):
    said = refused(tmp_path, content, name)
    assert reason in said
    assert name in said
    assert len(said) < 700


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*nowhere\.json"):
        read_entries(tmp_path / "nowhere.json")
    with pytest.raises(InputError, match="cannot read "):
        read_entries(tmp_path)


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    monkeypatch.setattr("multigraft.leaderboard.submissions.LARGEST", 2**20)
    assert "larger than 1 MiB: submit it in parts" in refused(tmp_path, " " * (2**20 + 1))


def test_a_value_that_is_given_twice_is_refused(tmp_path):
    text = json.dumps([an_entry()]).replace('"value": 0.625', '"value": 0.625, "value": 0.9')
    assert "value" in refused(tmp_path, text)


def test_every_bad_entry_is_named_at_once(tmp_path):
    bad = [an_entry(), an_entry(value="x"), an_entry(), an_entry(seeds=[0, 0]), an_entry(colour="red")]
    said = refused(tmp_path, bad)
    for part in ("result 2: value", "result 4: seeds", "result 5: unknown field"):
        assert part in said
    assert "result 1:" not in said
    assert "result 3:" not in said


def test_lines_of_csv_are_counted_as_an_editor_does(tmp_path):
    bad = {**LINE, "value": "x"}
    said = refused(tmp_path, as_csv(tmp_path, LINE.values(), bad.values(), LINE.values()).read_bytes(), "entries.csv")
    assert "nothing was taken; line 3: value must be a number, got 'x'" in said
    assert "line 2" not in said


def test_of_very_many_bad_entries_the_first_are_named(tmp_path):
    said = refused(tmp_path, [an_entry(value="x") for _ in range(TOLD + 7)])
    assert said.count("value must be a number") == TOLD
    assert said.endswith("; and 7 more")


# --- names -----------------------------------------------------------------------------------------------------------


def test_a_known_name_in_other_letters_is_changed_and_said(tmp_path):
    entry = an_entry(dataset="enzymes", task="Graph classification", protocol="Strict", split="STRATIFIED")
    ((one,), notes) = read_submission(written(tmp_path / "one.json", [entry]))
    assert (one.task, one.dataset, one.protocol, one.split) == ("gc", "ENZYMES", "strict", "stratified")
    assert notes[1] == "result 1: dataset 'enzymes' is taken as 'ENZYMES', as it is called here"
    assert len(notes) == 4


def test_a_name_that_is_close_to_a_known_one_is_noted(tmp_path):
    found, notes = read_submission(written(tmp_path / "one.json", [an_entry(dataset="ENZYMSE"), an_entry()]))
    assert [one.dataset for one in found] == ["ENZYMSE", "ENZYMES"]
    assert notes == ["result 1: dataset 'ENZYMSE' is new here; did you mean 'ENZYMES'?"]


def test_names_that_others_brought_are_known(tmp_path):
    known = Known([result_of(an_entry(dataset="ENZYMSE", protocol="by hand"))])
    file = written(tmp_path / "one.json", [an_entry(dataset="ENZYMSE", protocol="by hand")])
    assert read_submission(file, known)[1] == []
    file = written(tmp_path / "two.json", [an_entry(protocol="By-Hand")])
    assert read_submission(file, known)[0][0].protocol == "by hand"


def test_a_slip_is_noted_with_its_line(tmp_path):
    _, notes = read_submission(written(tmp_path / "one.json", [an_entry(), an_entry(value=0.6, unit="percent")]))
    assert notes == ["result 2: value 0.6 with unit percent is 0.6 %; did you mean a share?"]
