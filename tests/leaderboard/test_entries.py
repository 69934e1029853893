"""Submissions are read from JSON and CSV; what is wrong is said with its place, and then nothing is taken."""

import csv
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.leaderboard.entries import NEEDED, read_entries, result_of
from tests.helpers.board import HOSTILE, an_entry, written

LINE = {name: str(value) for name, value in an_entry(seeds="0 1 2").items()}
WHOLE = an_entry(
    std=0.02, values={"0": 0.6, "1": 0.65, "2": 0.625}, better="higher", trained="gc,lp", probe="svm",
    date="2026-11-21", paper="A paper", paper_url="https://example.org/paper?a=b", code="http://example.org:8080/code#readme",
)  # fmt: skip


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
    assert (one.value, one.std, one.source) == (62.5, 2.0, "submitted")
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


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({}, 62.5), ({"unit": "share"}, 62.5), ({"value": 62.5, "unit": "percent"}, 62.5), ({"value": "0.625"}, 62.5),
        ({"value": 0}, 0.0), ({"value": 1}, 100.0), ({"value": 100, "unit": "percent"}, 100.0),
        ({"value": 2.764, "metric": "rmse"}, 2.764), ({"value": 113.2, "metric": "MAE"}, 113.2),
        ({"value": 0.845, "metric": "AUC"}, 84.5), ({"value": -20.5, "metric": "delta-m"}, -20.5),
        ({"value": 3.5, "metric": "delta-m", "unit": "percent"}, 3.5),
    ],
    ids=str,
)  # fmt: skip
def test_shares_become_percent_and_errors_stay(change, value):
    assert result_of(an_entry(**change)).value == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("seeds", [[2, 0, 1], "0,1,2", "0 1 2", " 2;1, 0 ", ["0", "1", "2"]], ids=str)
def test_seeds_are_written_in_several_ways(seeds):
    assert result_of(an_entry(seeds=seeds)).seeds == (0, 1, 2)


def test_one_seed_is_enough():
    assert result_of(an_entry(seeds=7)).seeds == result_of(an_entry(seeds="7")).seeds == (7,)


@pytest.mark.parametrize("date", ["2026", "2026-11", "2026-11-21"])
def test_a_date_can_be_a_year(date):
    assert result_of(an_entry(date=date)).date == date


def test_a_mean_may_be_rounded():
    values = {"0": 0.6123, "1": 0.6235, "2": 0.6346}
    assert result_of(an_entry(value=0.6235, values=values)).value == pytest.approx(62.35)


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


MALFORMED = [
    ({"modle": "x"}, "unknown field 'modle'; did you mean 'model'?"),
    ({"zzzzzz": 1}, "unknown field 'zzzzzz'; known are model, task,"),
    ({"x" * 10**6: 1}, "unknown field 'xxxx"),
    ({"metric": "F1"}, "unknown metric 'F1': choose from accuracy"),
    ({"metric": 5}, "metric must be a text, got 5"),
    ({"value": "high"}, "value must be a number, got 'high'"),
    ({"value": "72.6 ± 0.3"}, "value must be a number, got '72.6 ± 0.3'"),
    ({"value": math.nan}, "value must be a number, got 'nan'"),
    ({"value": math.inf}, "value must be a number, got 'inf'"),
    ({"value": "-Infinity"}, "value must be a number, got '-Infinity'"),
    ({"value": True}, "value must be a number, got 'True'"),
    ({"value": 10**400}, "value must be a number, got '1000"),
    ({"value": [0.5]}, "value must be a number, got '[0.5]'"),
    ({"value": 62.5}, "value 62.5 looks like percent: write 0.625, or add unit percent"),
    ({"value": 101, "metric": "AUC"}, "value 101 cannot be a ROC-AUC: it lies between 0 and 100"),
    ({"value": 100.5, "unit": "percent"}, "value 100.5 cannot be a accuracy: it lies between 0 and 100"),
    ({"value": -0.1}, "value -0.1 cannot be a accuracy"),
    ({"value": 1e308}, "value "),
    ({"value": -2.7, "metric": "rmse"}, "value -2.7 cannot be a RMSE: it lies between 0 and inf"),
    ({"value": -101, "metric": "delta-m"}, "value -101 cannot be a Delta-m"),
    ({"std": -0.01}, "std is a standard deviation and cannot be negative"),
    ({"std": "small"}, "std must be a number, got 'small'"),
    ({"std": 1.9}, "std 1.9"),
    ({"std": 1e308}, "std "),
    ({"seeds": "ten"}, "seeds are whole numbers, each once, such as 0,1,2; got 'ten'"),
    ({"seeds": [0.5]}, "seeds are whole numbers, each once"),
    ({"seeds": [1.0]}, "seeds are whole numbers, each once"),
    ({"seeds": [0, 1, 1]}, "seeds are whole numbers, each once"),
    ({"seeds": "0,-1"}, "seeds are whole numbers, each once"),
    ({"seeds": [True]}, "seeds are whole numbers, each once"),
    ({"seeds": [[0]]}, "seeds are whole numbers, each once"),
    ({"seeds": [math.inf]}, "seeds are whole numbers, each once"),
    ({"seeds": {"0": 0.5}}, "seeds are whole numbers, each once"),
    ({"seeds": "9" * 5000}, "seeds are whole numbers, each once"),
    ({"values": {"0": 0.6, "1": 0.65}}, "values must name the seeds, each once"),
    ({"values": {"0": 0.6, "1": 0.65, "3": 0.625}}, "values must name the seeds, each once"),
    ({"values": {"0": 0.6, "1": 0.65, "2": 0.7}}, "value is not the mean of values"),
    ({"values": [0.6, 0.65, 0.625]}, "values must be an object from seeds to numbers"),
    ({"values": {"a": 0.6}}, "seeds are whole numbers"),
    ({"values": {"0": "x", "1": 0.65, "2": 0.625}}, "value of seed 0 must be a number, got 'x'"),
    ({"values": {"0": 60, "1": 65, "2": 62.5}}, "value of seed 0 60 looks like percent"),
    ({"values": {"0,7": 0.6, "1": 0.65, "2": 0.625}}, "values must name the seeds, each once"),
    ({"values": {"0": 0.1, " 0": 0.6, "1": 0.65, "2": 0.625}}, "values must name the seeds, each once"),
    ({"metric": "rmse", "value": 1e308, "values": {"0": 1.7e308, "1": 1.7e308, "2": 0}},
     "value is not the mean of values"),
    ({"better": "lower"}, "better is 'lower', but of accuracy higher is better"),
    ({"better": "higher", "metric": "rmse"}, "better is 'higher', but of RMSE lower is better"),
    ({"unit": "permille"}, "unit is share or percent, got 'permille'"),
    ({"unit": "share", "metric": "rmse"}, "unit 'share' is none of RMSE's"),
    ({"unit": "percent", "metric": "rmse"}, "unit 'percent' is none of RMSE's"),
    ({"date": "21.11.2026"}, "date is like 2026-11-21, got '21.11.2026'"),
    ({"date": "2026-13"}, "date is like 2026-11-21"),
    ({"date": "2026-02-30"}, "date is like 2026-11-21"),
    ({"date": "٢٠٢٦"}, "date is like 2026-11-21"),
    ({"date": 2026}, "date must be a text, got 2026"),
    ({"code": "javascript:alert(1)"}, "code must be an address that begins with https:// or http://"),
    ({"paper_url": "data:text/html,<script>"}, "paper_url must be an address that begins"),
    ({"code": "ftp://example.org/x"}, "code must be an address"),
    ({"code": "https://"}, "code must be an address"),
    ({"code": "//example.org"}, "code must be an address"),
    ({"code": "https://[::1"}, "code must be an address"),
    ({"code": 'https://x" onclick="alert(1)'}, "code must be an address"),
    ({"code": "https://example.org/" + "x" * 500}, "code has 520 characters, at most 500 are taken"),
    ({"model": "x" * 10**6}, "model has 1000000 characters, at most 200 are taken"),
    ({"model": "a\x00b"}, "model holds control characters: 'a\\x00b'"),
    ({"dataset": "two\nlines"}, "dataset holds control characters: 'two\\nlines'"),
    ({"paper": "\ud800"}, "paper holds control characters: '\\ud800'"),
    ({"model": "  "}, "model is missing"),
    ({"model": {"name": "x"}}, "model must be a text, got {\"name\": \"x\"}"),
    ({"task": ["gc", "lp"]}, "task must be a text"),
    ({"protocol": "unstated"}, "protocol must say how it was measured (strict, paper, or a name of your own)"),
    ({"protocol": " unstated "}, "protocol must say how it was measured"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "reason"), MALFORMED, ids=lambda part: str(part)[:50])
def test_a_malformed_entry_is_refused_with_its_reason(change, reason, tmp_path):
    said = refused(tmp_path, [an_entry(), an_entry(**change), an_entry(model="third")])
    assert f"entries.json: nothing was taken; result 2: {reason}" in said
    assert len(said) < 700


FILES = [
    ("entries.json", "", "entries.json is not JSON"),
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
    ("entries.txt", "model,task\nx,gc\n", "entries.txt is not JSON"),
    ("entries.csv", "", "line 1: there is no column 'model'; needed are model, task, dataset"),
    ("entries.csv", b"\xff\xfe", "cannot read "),
    ("entries.csv", ",".join(LINE) + "\n", "entries.csv has no results"),
    ("entries.csv", json.dumps([an_entry()]), "line 1: there is no column 'model'"),
    ("entries.csv", "model,task,dataset,protocol,metric,value,split\n", "line 1: there is no column 'seeds'"),
    ("entries.csv", ",".join(LINE) + "\n" + ",".join(LINE.values()) + "\nx,gc\n",
     "line 3: it has not as many cells as the first line"),
    ("entries.csv", ",".join(LINE) + "\n" + ",".join(LINE.values()) + ",more\n",
     "line 2: it has not as many cells as the first line"),
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
    monkeypatch.setattr("multigraft.leaderboard.entries.LARGEST", 2**20)
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


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("0.5"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=4,
), st.sampled_from((*NEEDED, "std", "values", "date", "code", "paper", "unit", "better")))  # fmt: skip
def test_whatever_a_field_holds_it_is_taken_or_refused_in_words(value, name):
    """And nothing else: no other error, and no value that no file can hold."""
    try:
        one = result_of(an_entry(**{name: value}))
    except InputError:
        return
    assert one.source == "submitted"
    assert json.loads(json.dumps(one.to_json(), allow_nan=False)) == one.to_json()
