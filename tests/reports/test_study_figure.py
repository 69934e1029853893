"""Pictures of studies as files: SVG for light and dark screens, PNG for print."""

import io
from xml.etree import ElementTree

import pytest
from PIL import Image

from multigraft.errors import InputError
from multigraft.reports.study_figure import KINDS, study_figure
from multigraft.reports.study_table import study_table
from multigraft.studies.ledger import Ledger
from multigraft.studies.reading import FIGURES, read_study
from tests.helpers.study_tables import shipped_table

SVG = "{http://www.w3.org/2000/svg}"
SHIPPED = ("same-table1", "same-table3", "same-figure1", "same-figure3")


@pytest.fixture(scope="module", params=SHIPPED)
def drawn(request, tmp_path_factory):
    table = shipped_table(tmp_path_factory.mktemp("figure"), request.param)
    return table, *study_figure(table)


def test_every_kind_of_figure_can_be_drawn():
    assert set(KINDS) == set(FIGURES)


def test_the_svg_says_its_numbers_and_names_its_data(drawn):
    table, svg, _ = drawn
    root = ElementTree.fromstring(svg)
    texts = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert any("ENZYMES" in text for text in texts)
    assert any(text.startswith(f"{table.study.name}, protocol strict") for text in texts)
    assert f"{table.shown[0].mean:.1f}" in (root.findtext(f"{SVG}desc") or "")


def test_everything_is_drawn_within_the_picture(drawn):
    root = ElementTree.fromstring(drawn[1])
    width, height = (float(root.get(side, "")) for side in ("width", "height"))
    for element in root.iter(f"{SVG}use"):
        assert -1 <= float(element.get("x", "")) <= width + 1
        assert -1 <= float(element.get("y", "")) <= height + 1


def test_no_colour_of_the_svg_is_fixed_to_light_mode(drawn):
    for element in ElementTree.fromstring(drawn[1]).iter():
        assert "#" not in element.get("style", "").replace("url(#", "")


def test_the_png_is_opaque_light_and_twice_as_fine(drawn):
    _, svg, png = drawn
    root = ElementTree.fromstring(svg)
    image = Image.open(io.BytesIO(png))
    assert image.size == (2 * int(root.get("width", "")), 2 * int(root.get("height", "")))
    corners = [image.convert("RGBA").getpixel((x, y)) for x in (0, image.width - 1) for y in (0, image.height - 1)]
    assert set(corners) == {(255, 255, 255, 255)}


def test_same_table_same_bytes(drawn):
    table, svg, png = drawn
    assert study_figure(table) == (svg, png)


def test_protocols_share_no_picture(tmp_path):
    with pytest.raises(InputError, match="protocols share no axis: draw one of paper, strict"):
        study_figure(shipped_table(tmp_path, "same-figure1", protocols=("strict", "paper")))


def test_an_empty_ledger_has_nothing_to_draw(tmp_path):
    empty = study_table(read_study("same-figure1"), Ledger(tmp_path), ["strict"])
    with pytest.raises(InputError, match="no run of study 'same-figure1': multigraft study run same-figure1"):
        study_figure(empty)
