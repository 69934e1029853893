"""A chart as a file: readable in light and dark, and in programs that know no CSS variables."""

import re
from xml.etree import ElementTree

import pytest
from matplotlib.figure import Figure

from multigraft.reports.palette import CSS_COLOURS, INK, MUTED, PALETTE, PAPER
from multigraft.reports.standalone import light_colours, standalone, stylesheet
from multigraft.reports.svg import draw

SVG = "{http://www.w3.org/2000/svg}"


def chart(figure: Figure) -> None:
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1], "o-", color=PALETTE[1], markeredgecolor=PAPER)
    axes.axhline(0.5, color=MUTED)
    axes.bar([0], [0.3], color=PAPER, edgecolor=INK)
    axes.set_title("a <b>")


@pytest.fixture(scope="module")
def document() -> str:
    return standalone(draw(chart, name="one", title="T", description="D & E", width=200, height=150))


def test_it_is_a_document_with_its_size_and_words(document):
    root = ElementTree.fromstring(document)
    assert root.tag == f"{SVG}svg"
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("200", "150", "0 0 200 150")
    assert root.findtext(f"{SVG}desc") == "D & E"
    assert "a <b>" in [text.text for text in root.iter(f"{SVG}text")]


def test_its_ground_lies_below_everything_that_is_drawn(document):
    drawn = [element.tag.removeprefix(SVG) for element in ElementTree.fromstring(document)]
    assert drawn[:4] == ["title", "desc", "style", "rect"]
    ground = ElementTree.fromstring(document).find(f"{SVG}rect")
    assert ground is not None
    assert (ground.get("style"), ground.get("fill")) == ("fill:var(--paper)", "#ffffff")


def test_every_colour_is_a_variable_that_light_and_dark_define(document):
    used = set(re.findall(r"var\((--\w+)\)", document))
    light, dark = stylesheet().split("@media (prefers-color-scheme: dark)")
    for name in used:
        assert f"{name}:" in light, name
        assert f"{name}:" in dark.split("@media print")[0], name
        assert f"{name}:" in dark.split("@media print")[1], name


def test_colours_are_attributes_as_well_for_programs_without_variables(document):
    for element in ElementTree.fromstring(document).iter():
        for paint, colour in re.findall(r"(fill|stroke):(var\(--\w+\)|currentColor)", element.get("style", "")):
            assert element.get(paint) == light_colours()[colour]


def test_light_colours_are_the_stylesheets():
    assert light_colours()["var(--c0)"] == PALETTE[0]
    assert set(light_colours()) == set(CSS_COLOURS.values())
    assert all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in light_colours().values())


def test_braces_match_in_the_stylesheet():
    assert stylesheet().count("{") == stylesheet().count("}")
    assert stylesheet().count(":root {") == 3


def test_text_has_the_ink_of_the_mode():
    assert "fill: currentColor" in stylesheet()
    assert "svg { color: var(--ink)" in stylesheet()
