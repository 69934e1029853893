"""Scores by seed and target: kept and read back, summed up, and told as JSON."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.evaluation.finetuned import FineTuned, SeedScores, deviation
from multigraft.files import plain

numbers = st.floats(-1e6, 1e6) | st.just(math.nan)


def scores(seed=0, test=0.7, validation=0.8, **targets):
    """One seed's scores; ``targets`` are pairs (test, validation)."""
    rows = {name: {"test": pair[0], "validation": pair[1]} for name, pair in targets.items()}
    return SeedScores(seed, test, validation, rows, 30, 12, 1.5, "0123456789abcdef")


def found(*tests, **changes):
    """What as many seeds found."""
    ones = tuple(scores(seed, test, test + 0.1, a=(test, 0.5)) for seed, test in enumerate(tests))
    return FineTuned(**{"dataset": "bbbp", "split": "scaffold", "metric": "roc_auc", "scores": ones} | changes)


def same(one, other):
    """Equal, NaN being equal to NaN."""
    return json.dumps(plain(vars(one))) == json.dumps(plain(vars(other)))


@given(st.integers(0, 99), numbers, numbers, st.dictionaries(st.text(max_size=8), st.tuples(numbers, numbers)))
def test_scores_are_read_back_as_they_were(tmp_path_factory, seed, test, validation, targets):
    path = tmp_path_factory.mktemp("scores") / "scores.json"
    rows = {name: {"test": pair[0], "validation": pair[1]} for name, pair in targets.items()}
    one = SeedScores(seed, test, validation, rows, 3, 2, 0.5, "f" * 16)
    one.write(path)
    assert same(SeedScores.read(path), one)


def test_undefined_scores_are_null_on_disk(tmp_path):
    scores(test=math.nan, a=(math.nan, 0.5)).write(tmp_path / "scores.json")
    stored = json.loads((tmp_path / "scores.json").read_text())
    assert (stored["test"], stored["targets"]) == (None, {"a": {"test": None, "validation": 0.5}})
    assert math.isnan(SeedScores.read(tmp_path / "scores.json").test)


@pytest.mark.parametrize("text", ["{", "[]", '{"seed": 0}', '{"targets": 3}', "null"])
def test_files_that_are_no_scores(tmp_path, text):
    path = tmp_path / "scores.json"
    path.write_text(text)
    with pytest.raises(InputError, match=r"scores\.json cannot be read, remove its folder"):
        SeedScores.read(path)


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=10))
def test_the_deviation_is_numpys(values):
    assert deviation(values) == pytest.approx(float(np.std(values, ddof=1)), abs=1e-9)


@pytest.mark.parametrize("values", [[], [0.5], [0.5, math.nan]])
def test_a_deviation_that_is_none(values):
    assert math.isnan(deviation(values))


def test_json_begins_with_what_everybody_asks_for():
    told = found(0.6, 0.8, facts={"task": "ml"}, notes=("mind the gap",)).to_json()
    assert list(told)[:7] == ["dataset", "split", "metric", "seeds", "test", "mean", "std"]
    assert (told["seeds"], told["test"], told["mean"]) == ([0, 1], [0.6, 0.8], pytest.approx(0.7))
    assert told["std"] == pytest.approx(0.1 * math.sqrt(2))
    assert told["validation"] == pytest.approx([0.7, 0.9])
    assert told["targets"] == {"a": {"test": [0.6, 0.8], "validation": [0.5, 0.5]}}
    assert (told["epochs"], told["best_epochs"], told["seconds"]) == ([30, 30], [12, 12], 3.0)
    assert (told["task"], told["notes"], told["out"]) == ("ml", ["mind the gap"], None)
    json.dumps(told, allow_nan=False)


def test_one_seed_has_no_deviation():
    told = found(0.6).to_json()
    assert (told["mean"], told["std"]) == (0.6, None)


def test_undefined_scores_are_null_as_json():
    told = found(0.6, math.nan).to_json()
    assert (told["test"], told["mean"], told["std"]) == ([0.6, None], None, None)
