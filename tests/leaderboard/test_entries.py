"""A field of a submission is taken, or refused with what is wrong about it."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.graphs.names import SPLIT_FRACTIONS
from multigraft.leaderboard.entries import FURTHER, NEEDED, result_of, slips
from tests.helpers.board import an_entry


@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({}, 62.5), ({"unit": "share"}, 62.5), ({"value": 62.5, "unit": "percent"}, 62.5), ({"value": "0.625"}, 62.5),
        ({"value": 0}, 0.0), ({"value": 1}, 100.0), ({"value": 100, "unit": "percent"}, 100.0),
        ({"value": 2.764, "metric": "rmse", "task": "gr"}, 2.764),
        ({"value": 113.2, "metric": "MAE", "task": "gr"}, 113.2),
        ({"value": 0.845, "metric": "AUC"}, 84.5), ({"value": -20.5, "metric": "delta-m", "task": "gc,nc"}, -20.5),
        ({"value": 3.5, "metric": "delta-m", "unit": "percent", "task": "own"}, 3.5),
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


@pytest.mark.parametrize("model", ["attributes and more", "my untrained encoder", "untrainedness"])
def test_a_model_may_be_called_much_like_a_baseline(model):
    assert result_of(an_entry(model=model)).model == model


@pytest.mark.parametrize("trained", ["nc,gc", " gc , nc", "gc,nc"])
def test_several_tasks_have_one_order(trained):
    assert result_of(an_entry(trained=trained)).trained == "gc,nc"


def test_a_spread_is_as_close_in_percent_as_in_shares():
    values = {"0": 0.70, "1": 0.7005, "2": 0.7027}
    percent = {seed: value * 100 for seed, value in values.items()}
    assert result_of(an_entry(value=0.701, values=values, std=0.001)).std == pytest.approx(0.1436, abs=1e-4)
    whole = result_of(an_entry(value=70.1, values=percent, std=0.1, unit="percent"))
    assert whole.std == pytest.approx(0.1436, abs=1e-4)
    for entry in (
        an_entry(value=0.701, values=values, std=0.006),
        an_entry(value=70.1, values=percent, std=0.6, unit="percent"),
    ):
        with pytest.raises(InputError, match="but that of values is"):
            result_of(entry)


def test_a_share_that_is_called_percent_is_a_slip():
    assert slips(an_entry(value=0.612, unit="percent")) == [
        "value 0.612 with unit percent is 0.612 %; did you mean a share?"
    ]
    assert slips(an_entry(value=61.2, unit="percent")) == slips(an_entry()) == []


@pytest.mark.parametrize("split", ["scaffold", "stratified"])
def test_the_parts_of_a_known_split_are_known(split):
    train, _, test = SPLIT_FRACTIONS[split]
    assert result_of(an_entry(split=split)).test_share == test / train


def test_the_parts_of_another_split_are_not_known():
    assert result_of(an_entry(split="by year")).test_share == 0


@pytest.mark.parametrize(
    ("change", "headline"),
    [
        ({}, True),
        ({"metric": "balanced_accuracy"}, False),
        ({"task": "lp", "metric": "roc_auc"}, True),
        ({"task": "lp", "metric": "roc_auc", "features": "hadamard"}, True),
        ({"task": "lp", "metric": "roc_auc", "features": "concat"}, False),
        ({"task": "lp", "metric": "roc_auc", "features": "concat", "protocol": "paper"}, True),
        ({"task": "my own", "metric": "rmse"}, True),
    ],
)
def test_only_what_a_task_is_judged_by_is_its_headline(change, headline):
    assert result_of(an_entry(**change)).headline is headline


# --- what is not -----------------------------------------------------------------------------------------------------


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
    ({"value": 101, "metric": "AUC"}, "value 101 is out of range: ROC-AUC lies between 0 and 1"),
    ({"value": 100.5, "unit": "percent"}, "value 100.5 is out of range: accuracy lies between 0 and 100"),
    ({"value": -0.1}, "value -0.1 is out of range: accuracy lies between 0 and 1"),
    ({"value": 1e308}, "value "),
    ({"value": -2.7, "metric": "rmse", "task": "own"}, "value -2.7 is out of range: RMSE lies between 0 and 1e+12"),
    ({"value": -101, "metric": "delta-m", "task": "gc,nc"}, "value -101 is out of range: Delta-m"),
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
    ({"values": {"0": 0.6, "1": 0.65, "2": 0.7}}, "value 0.625 is not the mean of values, which is 0.65"),
    ({"values": [0.6, 0.65, 0.625]}, "values must be an object from seeds to numbers"),
    ({"values": {"a": 0.6}}, "seeds are whole numbers"),
    ({"values": {"0": "x", "1": 0.65, "2": 0.625}}, "value of seed 0 must be a number, got 'x'"),
    ({"values": {"0": 60, "1": 65, "2": 62.5}}, "value of seed 0 60 looks like percent"),
    ({"values": {"0,7": 0.6, "1": 0.65, "2": 0.625}}, "values must name the seeds, each once"),
    ({"values": {"0": 0.1, " 0": 0.6, "1": 0.65, "2": 0.625}}, "values must name the seeds, each once"),
    ({"metric": "rmse", "task": "gr", "value": 1e308}, "value 1e+308 is out of range: RMSE"),
    ({"metric": "rmse", "task": "gr", "value": 1e12, "values": {"0": 1e12, "1": 0, "2": 0}},
     "value 1e+12 is not the mean of values"),
    ({"better": "lower"}, "better is 'lower', but of accuracy higher is better"),
    ({"better": "higher", "metric": "rmse", "task": "gr"}, "better is 'higher', but of RMSE lower is better"),
    ({"unit": "permille"}, "unit is share or percent, got 'permille'"),
    ({"unit": "share", "metric": "rmse", "task": "gr"}, "unit 'share' is none of RMSE's"),
    ({"unit": "percent", "metric": "rmse", "task": "gr"}, "unit 'percent' is none of RMSE's"),
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
    ({"code": 'https://x" onclick="alert(1)'}, "code holds '\"', which an address writes as %22"),
    ({"code": "https://example.org/" + "x" * 500}, "code has 520 characters, at most 500 are taken"),
    ({"model": "x" * 10**6}, "model has 1000000 characters, at most 200 are taken"),
    ({"model": "a\x00b"}, "model holds control characters: 'a\\x00b'"),
    ({"dataset": "two\nlines"}, "dataset holds control characters: 'two\\nlines'"),
    ({"paper": "\ud800"}, "paper holds control characters: '\\ud800'"),
    ({"model": "  "}, "model is missing"),
    ({"model": {"name": "x"}}, "model must be a text, got {\"name\": \"x\"}"),
    ({"task": ["gc", "lp"]}, "task must be a text"),
    ({"protocol": "unstated"}, "protocol must say how it was measured (strict, paper, or a name of your own)"),
    ({"protocol": " Unstated "}, "protocol must say how it was measured"),
    ({"split": "unstated"}, "split must say how it was measured (stratified, scaffold, or a name of your own)"),
    ({"metric": "rmse"}, "metric rmse does not measure gc (graph classification): use accuracy, balanced_accuracy"),
    ({"metric": "accuracy", "task": "gr"}, "metric accuracy does not measure gr"),
    ({"metric": "delta-m", "value": 5}, "metric delta_m_percent does not measure gc"),
    ({"model": "Untrained"}, "model is 'Untrained', which is a baseline's name: give it one of its own"),
    ({"model": "untrained svm"}, "model is 'untrained svm', which is a baseline's name"),
    ({"model": "un\u200btrai\u00adned"}, "model is 'un"),
    ({"model": "untrained\ufe0f"}, "model is 'untrained"),
    ({"model": "majority\u3164"}, "model is 'majority"),
    ({"model": "ECFP count"}, "model is 'ECFP count', which is a baseline's name"),
    ({"seeds": [2**63]}, "seeds are whole numbers"),
    ({"seeds": [0], "std": 0.1}, "std is over seeds, and there is one seed"),
    ({"std": 0.001, "values": {"0": 0.6, "1": 0.65, "2": 0.625}}, "std is 0.001, but that of values is 0.025"),
    ({"date": "2999-01-01"}, "date 2999-01-01 is yet to come"),
    ({"features": "concat"}, "features concat are of pairs of nodes, which gc does not ask about"),
    ({"features": "mean"}, "features are of pairs of nodes: concat, hadamard, absdiff; got 'mean'"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "reason"), MALFORMED, ids=lambda part: str(part)[:50])
def test_a_malformed_entry_is_refused_with_its_reason(change, reason):
    with pytest.raises(InputError) as found:
        result_of(an_entry(**change))
    assert str(found.value).startswith(reason)
    assert len(str(found.value)) < 600


@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("0.5"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3), max_leaves=4,
), st.sampled_from((*NEEDED, *FURTHER)))  # fmt: skip
def test_whatever_a_field_holds_it_is_taken_or_refused_in_words(value, name):
    """And nothing else: no other error, and no value that no file can hold."""
    try:
        one = result_of(an_entry(**{name: value}))
    except InputError:
        return
    assert one.source == "submitted"
    assert json.loads(json.dumps(one.to_json(), allow_nan=False)) == one.to_json()
