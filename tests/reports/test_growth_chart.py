"""The picture of curves: every point, the fitted line, and the same file for the same numbers."""

import math
from xml.etree import ElementTree

import pytest

from multigraft.reports.growth_chart import growth_chart

POINTS = [[64, 10.0], [128, 20.0], [256, 40.0], [2000, 312.5]]


def row(name="embed-graphs", points=POINTS, exponent=1.0, **more):
    return {"name": name, "x": "graphs", "unit": "ms", "points": points, "exponent": exponent, **more}


def test_names_axes_and_numbers_are_said():
    text = growth_chart([row(), row("memory", [[1, 300.0], [2, 300.0]], 0.0, x="molecules", unit="MiB")])
    for said in ("embed-graphs, ms", "memory, MiB", "graphs", "molecules", "2k", "10 ms at 64", "300 MiB at 2"):
        assert f">{said}" in text or said in text
    ElementTree.fromstring(text)


def test_equal_numbers_equal_pictures():
    assert growth_chart([row()]) == growth_chart([row()])
    assert growth_chart([row()]) != growth_chart([row(points=[[64, 11.0], *POINTS[1:]])])


@pytest.mark.parametrize("exponent", [math.nan, None])
def test_without_an_exponent_there_is_no_line(exponent):
    dashed = "stroke-dasharray"
    assert dashed in growth_chart([row()])
    assert dashed not in growth_chart([row(points=POINTS[:2], exponent=exponent)])


def test_one_size_is_a_picture_too():
    drawn = ElementTree.fromstring(growth_chart([row(points=[[1, 2.0]], exponent=math.nan)]))
    said = [text.text for text in drawn.iterfind(".//{*}text")]
    assert said == ["1", "graphs", "2", "embed-graphs, ms"]
    assert len(drawn.findall(".//{*}use")) == 2  # the tick below it, and the point
