"""A result knows which question it answers and what it claims, and comes back from JSON as it was."""

import json
import math

import pytest
from hypothesis import given

from multigraft.errors import InputError
from multigraft.leaderboard.results import Question, Result
from tests.helpers.board import a_result, any_result
from tests.helpers.cli import python

NEEDED = ("task", "dataset", "protocol", "split", "metric", "model", "value", "source")
CLAIMED = {
    "task": "nc", "dataset": "COX2", "protocol": "paper", "split": "random", "metric": "roc_auc", "model": "isame",
    "source": "submitted", "trained": "gc,lp", "probe": "svm", "features": "mean", "paper": "A paper",
    "table": "table1", "study": "same-table1", "seeds": (0, 1), "printed": {"task": "Drug Discovery"},
}  # fmt: skip
FURTHER = {
    "value": 51.0, "std": 1.0, "values": {0: 51.0}, "date": "2026", "code": "https://example.org", "command": "x",
    "paper_url": "https://example.org", "runs": ("0123",), "options": {"epochs": 1}, "baseline": True,
    "test_share": 0.2, "printed": {"value": "0.51"},
}  # fmt: skip

# --- questions -------------------------------------------------------------------------------------------------------


def test_a_question_is_what_was_asked_of_which_data_and_how():
    asked = a_result(features="mean", trained="gc,lp", probe="svm").question
    assert asked == Question("gc", "ENZYMES", "strict", "random", "accuracy", "")


@pytest.mark.parametrize("name", ["task", "dataset", "protocol", "metric"])
def test_numbers_of_different_questions_are_apart(name):
    assert a_result(**{name: CLAIMED[name]}).question != a_result().question


def test_graphs_divided_by_chance_ask_the_same_with_and_without_strata():
    assert a_result(split="stratified").question == a_result(split="random").question
    assert a_result(split="scaffold").question != a_result(split="random-scaffold").question


@pytest.mark.parametrize(("protocol", "usual"), [("strict", "hadamard"), ("paper", "concat"), ("my own", "")])
@pytest.mark.parametrize("headline", [True, False])
def test_features_of_pairs_that_are_not_the_usual_ask_another_question(protocol, usual, headline):
    for name in ("concat", "hadamard", "absdiff"):
        one = a_result(task="lp", headline=headline, features=name, protocol=protocol)
        assert one.question.features == ("" if name == usual else name)
    assert a_result(task="lp", features="", protocol=protocol).question.features == ""
    assert a_result(headline=False, features="mean").question.features == ""


# --- names -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CLAIMED)
def test_another_claim_has_another_key(name):
    assert a_result(**{name: CLAIMED[name]}).key != a_result().key


@pytest.mark.parametrize("name", FURTHER)
def test_the_key_does_not_depend_on_what_came_out(name):
    assert a_result(**{name: FURTHER[name]}).key == a_result().key


def test_keys_stay_what_they_are_for_files_bear_them():
    assert a_result().key == "85a5c90e65988002"
    assert a_result(model="🧪", seeds=(0, 1), paper="A paper").key == "e0fe03f3786a0532"


def test_a_name_that_no_encoding_has_still_has_a_key():
    assert len(a_result(model="\ud800").key) == 16
    assert a_result(model="\ud800").key != a_result(model="\ud801").key


@given(any_result())
def test_every_key_can_be_a_file_name(one):
    assert len(one.key) == 16
    assert set(one.key) <= set("0123456789abcdef")


# --- JSON ------------------------------------------------------------------------------------------------------------


def test_what_is_as_usual_is_not_written():
    assert list(a_result().to_json()) == list(NEEDED)
    assert a_result(std=0.0, seeds=(3,), values={3: 50.0}, headline=False).to_json() == {
        **a_result().to_json(), "std": 0.0, "seeds": [3], "values": {"3": 50.0}, "headline": False,
    }  # fmt: skip


@given(any_result())
def test_a_result_comes_back_from_json(one):
    assert Result.from_json(json.loads(json.dumps(one.to_json(), allow_nan=False))) == one


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_needed_is_missed(name):
    stored = a_result().to_json()
    del stored[name]
    with pytest.raises(InputError, match=rf"not a stored result: .*missing.* '{name}'"):
        Result.from_json(stored)


MALFORMED = [
    {"colour": "red"}, {"value": "50"}, {"value": True}, {"value": None}, {"value": math.nan}, {"value": math.inf},
    {"value": 10**400}, {"std": "1"}, {"std": math.nan}, {"std": False}, {"model": 5}, {"model": None},
    {"task": ["gc"]}, {"seeds": 3}, {"seeds": ["0"]}, {"seeds": "01"}, {"seeds": [0.5]}, {"seeds": [True]},
    {"seeds": {"0": 1}}, {"runs": [1]}, {"runs": "abc"}, {"values": [1]}, {"values": {"a": 1}}, {"values": {"0": "x"}},
    {"values": {"0": None}}, {"values": {"0": math.inf}}, {"values": {"0": 10**400}}, {"options": []}, {"options": "x"},
    {"options": {"a": math.nan}}, {"options": {"a": [{"b": math.inf}]}}, {"printed": {"task": 1}}, {"printed": "x"},
    {"source": "guessed"}, {"baseline": "yes"}, {"headline": 1}, {"test_share": "0.1"}, {"test_share": math.nan},
    {"paper_url": "javascript:alert(1)"}, {"code": "data:text/html,x"}, {"code": " https://x"},
    {"paper_url": "//example.org"}, {"code": 7}, {"task": ["x" * 10**4]},
]  # fmt: skip
UNCHECKED = """
import json, sys
from multigraft.errors import InputError
from multigraft.leaderboard.results import Result

whole, changes = json.loads(sys.argv[1])
said = []
for change in changes:
    try:
        Result.from_json({**whole, **change})
        said.append("taken")
    except InputError as error:
        said.append(str(error))
    except Exception as error:
        said.append(type(error).__name__)
print(json.dumps(said))
"""


def test_what_no_result_has_is_refused_in_a_line():
    """In a Python of its own, where nothing checks types as it does in tests."""
    said = json.loads(python("-c", UNCHECKED, json.dumps([a_result().to_json(), MALFORMED])).stdout)
    assert len(said) == len(MALFORMED)
    wrong = [
        (str(change)[:40], text[:80])
        for change, text in zip(MALFORMED, said, strict=True)
        if not text.startswith("not a stored result: ") or len(text) > 200
    ]
    assert wrong == []


@pytest.mark.parametrize("stored", [None, 5, "text", [], [1], {}, [["task", "gc"]]], ids=str)
def test_what_is_no_object_of_a_result_is_refused(stored):
    with pytest.raises(InputError, match="not a stored result"):
        Result.from_json(stored)


@pytest.mark.parametrize(
    "change",
    [{"options": {"strategy": ["x"]}}, {"options": {"tasks": {"gc": 1}}}],
    ids=["strategy", "tasks"],
)
def test_what_pages_could_not_show_is_refused(change):
    stored = a_result().to_json() | change
    with pytest.raises(InputError, match="not a stored result"):
        Result.from_json(stored)
