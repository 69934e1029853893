"""report: one HTML page that needs nothing else."""

import json
import re

import pytest

from multigraft.cli.data_options import DataOptions
from tests.helpers.cli import answer, complaint, multigraft

pytest.importorskip("jinja2")
pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def page(folder, encoder, tmp_path_factory):
    """File and JSON."""
    out = tmp_path_factory.mktemp("report") / "index.html"
    return out, answer("report", encoder, folder, "--protocol", "strict", "--seed", 1, "--out", out)


def test_json(page):
    out, found = page
    assert found == {"verb": "report", "out": str(out), "dataset": "orchard", "protocol": "strict"}


def test_the_page_needs_nothing_else(page):
    text = page[0].read_text()
    assert text.lower().startswith("<!doctype html>")
    assert not re.search(r'(src|href)="(?!#|data:)', text)
    assert "url(http" not in text


def test_the_page_shows_every_task(page):
    text = page[0].read_text()
    for word in ("untrained", "majority", "attributes", "strict", "esame"):
        assert word in text


def test_the_options_lie_beside_the_page(page, folder, encoder):
    out, _ = page
    assert json.loads(out.with_name("index.html.json").read_text()) == {
        "verb": "report",
        "options": {
            "encoder": str(encoder), "data": str(folder), "protocol": "strict", "seed": 1, **DataOptions().resolved(),
            "device": "auto",
            "out": str(out),
        },
    }  # fmt: skip


def test_people_are_told_what_to_open(folder, encoder, tmp_path):
    out = tmp_path / "index.html"
    assert multigraft("report", encoder, folder, "--out", out).stdout == f"open {out} in a browser\n"


@pytest.mark.parametrize(("words", "named"), [(["--protocol", "lenient"], "'lenient'"), (["--seed", "x"], "--seed")])
def test_options_that_cannot_be(folder, encoder, tmp_path, words, named):
    assert named in complaint("report", encoder, folder, *words, "--out", tmp_path / "index.html")
    assert list(tmp_path.iterdir()) == []


def test_a_page_is_not_written_under_a_name_that_says_something_else(folder, encoder, tmp_path):
    assert "name it page.html" in complaint("report", encoder, folder, "--out", tmp_path / "page.pdf")
    assert list(tmp_path.iterdir()) == []


def test_what_probe_has_measured_is_not_measured_again(encoder, folder, tmp_path, monkeypatch):
    measured = answer("probe", encoder, folder, "--seed", 11)

    def again(*_, **__):
        raise AssertionError("measured again")

    monkeypatch.setattr("multigraft.evaluation.probe.probe", again)
    found = answer("report", encoder, folder, "--seed", 11, "--out", tmp_path / "index.html")
    assert found["dataset"] == measured["dataset"]
    assert multigraft("report", encoder, folder, "--seed", 12, "--out", tmp_path / "other.html").exit_code == 1
