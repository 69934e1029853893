"""A search as a picture."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from multigraft.errors import InputError
from multigraft.reports.tuning_chart import tuning_chart
from tests.helpers.tuning import a_trial, findings

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawn():
    return tuning_chart(findings())


def texts(svg):
    return [text.text or "" for text in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def test_it_says_what_was_searched(drawn):
    assert "orchard: esame for gc, lp, 5 epochs a trial" in texts(drawn)
    assert {"trial", "sum of validation scores"} <= set(texts(drawn))


def test_all_marks_have_a_key(drawn):
    assert {"the defaults", "the best so far", "a trial", "diverged"} <= set(texts(drawn))


def test_keys_are_of_marks_that_are_there():
    defaults_lost = texts(tuning_chart(findings(scores=(None, 1.0))))
    assert "the defaults" not in defaults_lost
    assert "diverged" in defaults_lost
    assert "diverged" not in texts(tuning_chart(findings(scores=(1.0, 1.2))))


def test_a_screen_reader_hears_the_scores(drawn):
    root = ElementTree.fromstring(drawn)
    assert root.findtext(f"{SVG}title") == "Validation scores of 5 trials"
    spoken = root.findtext(f"{SVG}desc")
    assert spoken == "Sums of validation scores in order: 1.000, 1.250, diverged, 1.500, 1.100. The best is trial 3"


def test_equal_findings_give_equal_pictures(drawn):
    assert tuning_chart(findings()) == drawn


def test_no_colour_is_fixed_to_light_mode(drawn):
    for element in ElementTree.fromstring(drawn).iter():
        assert "#" not in element.get("style", "").replace("url(#", "")


@settings(max_examples=8)
@given(st.lists(st.none() | st.floats(0, 3), min_size=1, max_size=30).filter(any))
def test_everything_lies_within_the_picture(scores):
    root = ElementTree.fromstring(tuning_chart(findings(scores=scores)))
    width, height = (float(root.get(side, "")) for side in ("width", "height"))
    marks = list(root.iter(f"{SVG}use"))
    assert len(marks) >= len(scores)
    for mark in marks:
        assert 0 <= float(mark.get("x", "")) <= width
        assert 0 <= float(mark.get("y", "")) <= height


def test_trials_stand_at_their_numbers():
    """A failed trial leaves a gap, so that the axis agrees with the table of trials."""
    gap = findings(trials=(a_trial(0, 1.0), a_trial(4, 1.2)))
    assert "4" in texts(tuning_chart(gap))


def test_nothing_to_draw():
    with pytest.raises(InputError, match="search has no trial with a score"):
        tuning_chart(findings(out=Path("search"), scores=(None,)))
