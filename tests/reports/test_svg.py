"""Drawing without global state, with text as text, the same bytes every time."""

import io
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.figure import Figure
from PIL import Image

from multigraft.errors import MissingExtraError
from multigraft.reports.svg import draw, draw_png


def line(figure: Figure) -> None:
    axes = figure.add_subplot()
    axes.plot([0, 1, 2], [0.5, 0.7, 0.6], "o-", color="#0072b2")
    axes.set_title("a $b <c> 漢")


def drawn(**changes: str) -> str:
    options = {"name": "chart", "title": "T", "description": "D", **changes}
    return draw(line, width=300, height=200, **options)


def test_text_stays_text_whatever_it_contains():
    root = ElementTree.fromstring(drawn())
    assert "a $b <c> 漢" in [text.text for text in root.iter("text")]


def test_one_unit_is_one_css_pixel_on_a_transparent_ground():
    root = ElementTree.fromstring(drawn())
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("300", "200", "0 0 300 200")
    assert "#ffffff" not in drawn()


def test_no_colour_is_fixed_to_light_mode():
    text = drawn()
    assert "#" not in text.replace('href="#chart', "").replace("url(#chart", "")
    assert "var(--c0)" in text
    assert "var(--faint)" in text


def test_same_drawing_same_bytes_and_other_name_other_ids():
    assert drawn() == drawn()
    first, second = (ElementTree.fromstring(drawn(name=name)) for name in ("one", "two"))
    ids = [{found.get("id") for found in root.iter() if found.get("id")} for root in (first, second)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_settings_of_the_user_neither_matter_nor_change():
    before = drawn()
    with matplotlib.rc_context({"font.size": 31, "axes.facecolor": "red", "svg.fonttype": "path"}):
        assert drawn() == before
        assert matplotlib.rcParams["font.size"] == 31
        assert matplotlib.rcParams["axes.facecolor"] == "red"


def test_drawing_does_not_load_pyplot():
    code = (
        "import sys; from multigraft.reports.svg import draw; "
        "draw(lambda f: f.add_subplot(), name='n', title='t', description='d', width=99, height=99); "
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(MissingExtraError, match=r"multigraft\[plots\]"):
        drawn()


def test_a_png_is_the_same_drawing_on_white_and_twice_as_fine():
    image = Image.open(io.BytesIO(draw_png(line, width=300, height=200)))
    assert image.size == (600, 400)
    assert image.convert("RGBA").getpixel((0, 0)) == (255, 255, 255, 255)
    assert draw_png(line, width=300, height=200) == draw_png(line, width=300, height=200)
