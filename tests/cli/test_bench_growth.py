"""bench --growth: its curves, its files, and what it does not go with."""

import json

import pytest

from multigraft.bench.growth import Curve
from tests.helpers.cli import answer, complaint, multigraft


@pytest.fixture(autouse=True)
def one_curve(monkeypatch):
    """A single curve that takes no time."""
    made = Curve("squares of numbers", "numbers", "ms", (1, 2, 4), lambda size: lambda: float(size * size))
    monkeypatch.setattr("multigraft.bench.curves.CURVES", {"squares": lambda: made})


def test_json():
    found = answer("bench", "--growth")
    assert found["verb"] == "bench"
    (curve,) = found["curves"]
    assert (curve["name"], curve["x"], curve["unit"]) == ("squares", "numbers", "ms")
    assert curve["points"] == [[1, 1.0], [2, 4.0], [4, 16.0]]
    assert (curve["exponent"], curve["last"]) == pytest.approx((2, 2))


def test_people_get_a_table():
    shown = multigraft("bench", "--growth").stdout
    assert "squares" in shown
    assert "2.00 ± 0.00" in shown


def test_files(tmp_path):
    out = tmp_path / "growth.json"
    shown = multigraft("bench", "--growth", "--out", out)
    assert shown.exit_code == 0, shown.output
    assert json.loads(out.read_text())["curves"][0]["name"] == "squares"
    assert "squares" in out.with_suffix(".md").read_text()
    assert out.with_suffix(".svg").read_text().startswith("<svg")


@pytest.mark.parametrize("words", [["episode"], ["--repeats", "3"], ["--against", "main"]], ids=" ".join)
def test_what_it_does_not_go_with(words):
    assert "--growth goes without" in complaint("bench", "--growth", *words)


def test_profiles_go_without_it():
    assert "--profile NAME goes without" in complaint("bench", "--growth", "--profile", "episode")


def test_mistakes_are_found_before_anything_is_measured(tmp_path, monkeypatch):
    assert "ends in .json" in complaint("bench", "--growth", "--out", tmp_path / "growth.md")
    monkeypatch.setattr("multigraft.cli.bench_growth.find_spec", lambda name: None)
    assert "multigraft[plots]" in complaint("bench", "--growth", "--out", tmp_path / "growth.json")
    assert list(tmp_path.iterdir()) == []
