"""The page's stylesheet must know every colour that the charts use."""

import re
from importlib.resources import files

from multigraft.reports.palette import CSS_COLOURS, INK, PALETTE, css_colour


def test_every_chart_colour_is_a_variable_in_light_and_in_dark_mode():
    css = (files("multigraft.reports") / "templates" / "report.css").read_text()
    light, dark = css.split("@media (prefers-color-scheme: dark)")
    for variable in (value for value in CSS_COLOURS.values() if value.startswith("var(")):
        name = variable.removeprefix("var(").removesuffix(")")
        assert f"{name}:" in light, name
        assert f"{name}:" in dark.split("@media print")[0], name
        assert f"{name}:" in dark.split("@media print")[1], name


def test_ink_is_the_colour_of_the_text_and_all_chart_colours_differ():
    assert CSS_COLOURS[INK] == "currentColor"
    assert len(set(CSS_COLOURS)) == len(set(CSS_COLOURS.values())) == 4 + len(PALETTE)


def test_light_palette_is_close_to_what_is_drawn():
    css = (files("multigraft.reports") / "templates" / "report.css").read_text()
    first = dict(re.findall(r"--(c\d): (#[0-9a-f]{6})", css.split("@media")[0]))
    assert first["c0"] == PALETTE[0]
    assert first["c1"] == PALETTE[1]


def test_colours_start_again_behind_the_last_one():
    assert css_colour(0) == "var(--c0)"
    assert css_colour(len(PALETTE)) == css_colour(0)
    assert css_colour(len(PALETTE) - 1) != css_colour(0)
